"""A received file as it is shown under its text: where it is, what it is, where it is filed and what can be done."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from ..current import firmtext
from ..errors import DecryptError
from ..language import gettext as _
from ..ports.host import Documents
from ..ports.values import Matter
from ..store import attachment_queries, cells
from ..store.models import Attachment, Filing, Message
from ..store.states import FileState, FilingState
from . import excerpts, file_names, media_types, places
from .file_words import FILE, can_help, filing_words, first_word, size_words, state_words, words_of

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Rights:
    """What somebody may do with the files of a conversation."""

    read: bool = False
    file: bool = False


NONE = Rights()


@dataclass(frozen=True, slots=True)
class Filed:
    """A file's place in a matter: there already, or on its way. ``url`` is the document's page."""

    id: uuid.UUID
    matter: str
    url: str | None
    state: FilingState
    words: str
    can_try_again: bool


@dataclass(frozen=True, slots=True)
class ShownFile:
    """One file as it is shown.

    ``words`` say where it is, ``help`` what to do about it, ``name`` is the sender's for it, ``label`` what it is.
    ``preview`` says how it can be shown, None for somebody who may not open it; ``text`` is the beginning of a plain
    text, ``cut`` says that there is more. ``note`` says why it is in no matter.
    """

    id: uuid.UUID
    state: FileState
    words: str
    help: str
    name: str = field(repr=False)
    label: str
    size: str
    media_type: str | None
    preview: str | None
    filed: tuple[Filed, ...] = ()
    offers: tuple[Matter, ...] = ()
    can_try_again: bool = False
    can_open: bool = False
    text: str | None = field(default=None, repr=False)
    cut: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Received:
    """What our tables say of the files of some texts, read in one go."""

    rows: Mapping[uuid.UUID, Sequence[Attachment]]
    names: Mapping[uuid.UUID, str] = field(repr=False)
    filings: Mapping[uuid.UUID, Sequence[Filing]]


def read(session: Session, firm: str, messages: Sequence[Message]) -> Received:
    """The files of these texts; two look-ups, and one more when there are any."""
    rows = attachment_queries.of_texts(session, firm, [message.id for message in messages])
    every = [row for some in rows.values() for row in some]
    found = cells.read(session, [(cells.place(Attachment, "name", row.id, firm), row.name) for row in every])
    names = {
        row.id: "" if isinstance(name, DecryptError) else file_names.senders(name)
        for row, name in zip(every, found, strict=True)
    }
    return Received(rows, names, attachment_queries.filings(session, firm, [row.id for row in every]))


@dataclass(frozen=True, slots=True)
class Shelf:
    """What it takes to show the files of a conversation to somebody.

    ``matters`` are those of the clients whose texts these are, None while the host cannot say; ``documents`` is
    None for a host that keeps none. Another's matter is not named: who reads here may have no business with it.
    """

    received: Received
    rights: Rights
    matters: Sequence[Matter] | None
    documents: Documents | None

    def of(self, message: Message) -> tuple[ShownFile, ...]:
        """The files of a text."""
        return tuple(self._shown(row, message.shown_at) for row in self.received.rows.get(message.id, ()))

    def _shown(self, row: Attachment, came: datetime) -> ShownFile:
        if row.state == FileState.STORED:
            return self._stored(row)
        words = words_of(row.state, row.reason, row.kind, row.media_type)
        return ShownFile(
            id=row.id,
            state=FileState(row.state),
            words=words.label,
            help=" ".join(filter(None, (words.meaning, words.next_step))),
            name=self.received.names[row.id],
            label="",
            size="",
            media_type=row.media_type,
            preview=None,
            can_try_again=self.rights.read and can_help(row, came, firmtext.clock.now()),
        )

    def _stored(self, row: Attachment) -> ShownFile:
        kind = media_types.by_name(row.media_type or "")
        preview = kind.preview if kind and self.rights.read else None
        text, cut = excerpts.beginning(row) if preview == "text" else (None, False)
        filed = tuple(self._filed(filing) for filing in self.received.filings.get(row.id, ()))
        offers = self._offers(row)
        return ShownFile(
            id=row.id,
            state=FileState.STORED,
            words=first_word(row.media_type or ""),
            help="" if self.rights.read else state_words("not_allowed"),
            name=self.received.names[row.id],
            label=_(kind.label if kind else FILE),
            size=size_words(row.size or 0),
            media_type=row.media_type,
            preview=preview,
            filed=filed,
            offers=offers if self.rights.file else (),
            can_open=self.rights.read,
            text=text,
            cut=cut,
            note=self._note(row, filed),
        )

    def _filed(self, row: Filing) -> Filed:
        matter = next((matter for matter in self.matters or () if matter.ref == row.matter), None)
        url = places.address(self.documents, row.document) if matter and row.document and self.documents else None
        state = FilingState(row.state)
        again = state is FilingState.NOT_FILED and self.rights.file and self.documents is not None
        return Filed(row.id, matter.title if matter else "", url, state, filing_words(row), again)

    def _offers(self, row: Attachment) -> tuple[Matter, ...]:
        if self.documents is None or row.planned_at is None:
            return ()
        there = {filing.matter for filing in self.received.filings.get(row.id, ())}
        return tuple(matter for matter in self.matters or () if matter.ref not in there)

    def _note(self, row: Attachment, filed: Sequence[Filed]) -> str:
        if self.documents is None or row.planned_at is None or filed or self.matters is None:
            return ""
        if not self.matters:
            return state_words("no_matter")
        return state_words("not_yet" if any(matter.open for matter in self.matters) else "closed_matters")
