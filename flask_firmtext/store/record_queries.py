"""SELECTs behind the pages of the record: which conversation a row is about, and how far a page looks."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from .models import Attachment, Attempt, Conversation, Filing, Message, OptOut, ScheduledText, TimeEntry

#: So many rows a page looks at for the few that are asked for: the index knows times, not who did what.
LOOKED_AT = 20_000

#: A row of the record is about this: table and id.
Object = tuple[str, str]


def _of_messages(model: Any, on: Any) -> Select[Any]:
    return select(model.id, Message.conversation_id).join(Message, Message.id == on)


#: Each table whose rows are about a conversation: its model, and a SELECT of their ids with the conversations'.
ROWS: tuple[tuple[Any, Any], ...] = (
    (Conversation, select(Conversation.id, Conversation.id)),
    (Message, select(Message.id, Message.conversation_id)),
    (ScheduledText, select(ScheduledText.id, ScheduledText.conversation_id)),
    (TimeEntry, select(TimeEntry.id, TimeEntry.conversation_id)),
    (Attempt, _of_messages(Attempt, Attempt.message_id)),
    (Attachment, _of_messages(Attachment, Attachment.message_id)),
    (
        Filing,
        select(Filing.id, Message.conversation_id)
        .join(Attachment, Attachment.id == Filing.attachment_id)
        .join(Message, Message.id == Attachment.message_id),
    ),
)


def about(session: Session, firm: str, objects: Iterable[Object]) -> Mapping[Object, frozenset[uuid.UUID]]:
    """The conversations of the firm that these are about, with one query a table."""
    wanted: dict[str, set[str]] = {}
    for table, row in objects:
        wanted.setdefault(table, set()).add(row)
    found: dict[Object, frozenset[uuid.UUID]] = {}
    for model, rows in ROWS:
        table = model.__tablename__
        ids = [id_ for id_ in map(_identity, wanted.get(table, ())) if id_]
        # Not by an index of firms, which looks through all their rows: SQLite prefers it to a thousand ids.
        theirs = rows.where(model.firm.concat("") == firm, model.id.in_(ids))
        for id_, conversation in session.execute(theirs) if ids else ():
            if conversation is not None:
                found[table, str(id_)] = frozenset({conversation})
    return {**found, **_of_phones(session, firm, wanted.get(OptOut.__tablename__, ()))}


def _identity(written: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(written)
    except ValueError:
        return None


def _of_phones(session: Session, firm: str, indexes: Iterable[str]) -> Mapping[Object, frozenset[uuid.UUID]]:
    """Consent is a phone's, and all conversations with it are meant."""
    wanted = [bytes.fromhex(index) for index in indexes if re.fullmatch("(?:[0-9a-f]{2})+", index)]
    pairs = select(Conversation.phone_index, Conversation.id).where(
        Conversation.firm == firm, Conversation.phone_index.in_(wanted)
    )
    found: dict[Object, frozenset[uuid.UUID]] = {}
    for index, conversation in session.execute(pairs) if wanted else ():
        key = OptOut.__tablename__, bytes(index).hex()
        found[key] = found.get(key, frozenset()) | {conversation}
    return found
