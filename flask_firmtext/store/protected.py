"""Everything that is stored under a data key, in one table: rotation, status, restore and retention read it.

A test holds it to the models: a column of bytes is a protected one, or an exception with its reason.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import ColumnElement, Table, Uuid, null, select

from . import keys
from .base import Base
from .ciphers import Place
from .models import (
    Attachment,
    CalendarEvent,
    Conversation,
    Draft,
    Endpoint,
    Erasure,
    File,
    LegalHold,
    Message,
    Notice,
    Payment,
    PaymentLink,
    Quarantine,
    Registration,
    Resolution,
    SavedReply,
    ScheduledText,
    Search,
    Texting,
    Token,
)

_message = cast(Table, Message.__table__).c
_attachment = cast(Table, Attachment.__table__).c
NOBODYS: ColumnElement[Any] = null()


@dataclass(frozen=True, slots=True)
class Protected:
    """A column whose cells name their data key in the bytes behind the first.

    The key is that of the row's ``conversation``; else of its stranger's text in ``quarantine``; else the firm's
    general one. Both are SQL over the row.
    """

    model: type[Base]
    column: str
    conversation: ColumnElement[Any] = NOBODYS
    quarantine: ColumnElement[Any] = NOBODYS

    @property
    def name(self) -> str:
        return f"{self.table.name}.{self.column}"

    @property
    def table(self) -> Table:
        return cast(Table, self.model.__table__)

    @property
    def primary(self) -> ColumnElement[Any]:
        [column] = self.table.primary_key
        return column

    @property
    def there(self) -> ColumnElement[bool]:
        """Whether a row holds something: what was erased is NULL or, where that cannot be, empty."""
        return self.cell != b""

    @property
    def cell(self) -> ColumnElement[bytes]:
        return self.table.c[self.column]

    def place(self, row: uuid.UUID | str, firm: str) -> Place:
        return Place(self.table.name, self.column, str(row), firm)

    def typed(self, row: str) -> uuid.UUID | str:
        """A row's id from text, as it stands in a progress row."""
        return uuid.UUID(row) if isinstance(self.primary.type, Uuid) else row


def scope_of(conversation: uuid.UUID | None, quarantine: uuid.UUID | None) -> str:
    """Whose key protects a row."""
    if conversation is not None:
        return keys.conversation_scope(conversation)
    return keys.GENERAL if quarantine is None else keys.quarantine_scope(quarantine)


def _of_message(message: ColumnElement[Any]) -> ColumnElement[Any]:
    return select(_message.conversation_id).where(_message.id == message).scalar_subquery()


def _of_file(column: ColumnElement[Any]) -> ColumnElement[Any]:
    file = cast(Table, File.__table__).c.id
    return select(column).where(_attachment.file_id == file).limit(1).scalar_subquery()


def _columns(model: type[Base]) -> Any:
    return cast(Table, model.__table__).c


_with_text = {
    "conversation": _of_message(_attachment.message_id),
    "quarantine": _attachment.quarantine_id,
}

CELLS = (
    Protected(Conversation, "phone", _columns(Conversation).id),
    Protected(Message, "body", _message.conversation_id),
    Protected(Resolution, "why", _of_message(_columns(Resolution).message_id)),
    Protected(Draft, "body", _columns(Draft).conversation_id),
    Protected(ScheduledText, "body", _columns(ScheduledText).conversation_id),
    Protected(Attachment, "url", **_with_text),
    Protected(Attachment, "name", **_with_text),
    Protected(Quarantine, "body"),
    Protected(CalendarEvent, "facts"),
    Protected(Notice, "facts"),
    Protected(PaymentLink, "address"),
    Protected(PaymentLink, "label"),
    Protected(Payment, "amount"),
    Protected(SavedReply, "name"),
    Protected(SavedReply, "body"),
    Protected(Registration, "details"),
    Protected(Texting, "email"),
    Protected(Texting, "phone"),
    Protected(Search, "words"),
    Protected(LegalHold, "why"),
    Protected(LegalHold, "lifted_why"),
    Protected(Erasure, "why"),
    Protected(Token, "name"),
    Protected(Endpoint, "url"),
    Protected(Endpoint, "secret"),
    Protected(Endpoint, "old_secret"),
)

#: A file's head names its key; its pieces (``firmtext_file_piece``) are under one that is derived from it.
FILES = Protected(File, "head", _of_file(_of_message(_attachment.message_id)), _of_file(_attachment.quarantine_id))

EVERYTHING = (*CELLS, FILES)

_INDEX = "a keyed digest that is compared and never read; it belongs to the index key"
#: Columns of bytes that no data key protects.
EXCEPTIONS = {
    "firmtext_key.wrapped": "a key under its parent; rotation wraps it anew",
    "firmtext_key_check.value": "tells whether a configured key is the right one, and nothing of it",
    "firmtext_file_piece.data": "goes with its file's head",
    "firmtext_file.sha256": "a digest of encrypted bytes",
    "firmtext_audit_seal.members": "ids and digests of rows in which nothing of a client is",
    "firmtext_audit_seal.previous": "a digest of the seal before",
    "firmtext_audit_seal.hash": "a digest of the seal, to be told to anybody",
    "firmtext_audit_seal.mac": "proves the seal to whoever has its key",
    "firmtext_status_event.digest": "a digest of the carrier's ids and words; nothing of a client is in it",
    "firmtext_conversation.phone_index": _INDEX,
    "firmtext_opt_out.phone_index": _INDEX,
    "firmtext_consent_event.phone_index": _INDEX,
    "firmtext_quarantine.phone_index": _INDEX,
    "firmtext_scheduled_text.phone_index": _INDEX,
    "firmtext_moved_index.was": _INDEX,
    "firmtext_draft.place": _INDEX,
    "firmtext_payment_link.address_index": _INDEX,
    "firmtext_payment.digest": _INDEX,
    "firmtext_message.digest": _INDEX,
    "firmtext_quarantine.digest": _INDEX,
    "firmtext_attachment.digest": _INDEX,
    "firmtext_search_text.marks": _INDEX,
    "firmtext_token.digest": "a digest of 32 random bytes",
    "firmtext_token_key.key": "a digest of what a program has made up to name a request",
    "firmtext_token_key.digest": "a digest under a token's secret, which is nowhere",
}
