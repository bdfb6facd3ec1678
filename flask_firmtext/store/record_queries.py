"""SELECTs behind the pages of the record: which conversation or event a row is about, and how far a page looks."""

from __future__ import annotations

import re
import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from .models import (
    Attachment,
    Attempt,
    CalendarEvent,
    Conversation,
    Filing,
    Invitation,
    Message,
    OptOut,
    Reminder,
    ScheduledText,
    TimeEntry,
)

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


#: Each table whose rows are about an event, with the host's references of that and of its matter.
EVENT = (CalendarEvent.event, CalendarEvent.matter)
EVENTS: tuple[tuple[Any, Any], ...] = (
    (CalendarEvent, select(CalendarEvent.id, *EVENT)),
    (Invitation, select(Invitation.id, *EVENT).join(CalendarEvent, CalendarEvent.id == Invitation.event_id)),
    (
        Reminder,
        select(Reminder.id, *EVENT)
        .join(Invitation, Invitation.id == Reminder.invitation_id)
        .join(CalendarEvent, CalendarEvent.id == Invitation.event_id),
    ),
)


def about(session: Session, firm: str, objects: Iterable[Object]) -> Mapping[Object, frozenset[uuid.UUID]]:
    """The conversations of the firm that these are about, with one query a table."""
    objects = set(objects)
    found = {
        one: frozenset({conversation})
        for one, (conversation,) in _read(session, firm, ROWS, objects)
        if conversation is not None
    }
    phones = [row for table, row in objects if table == OptOut.__tablename__]
    return {**found, **_of_phones(session, firm, phones)}


def events(session: Session, firm: str, objects: Iterable[Object]) -> Mapping[Object, tuple[str, str | None]]:
    """The events of the firm that these are about, each with its matter (the host's references)."""
    return {one: (event, matter) for one, (event, matter) in _read(session, firm, EVENTS, set(objects))}


def _read(
    session: Session, firm: str, tables: Iterable[tuple[Any, Any]], objects: Collection[Object]
) -> Iterator[tuple[Object, tuple[Any, ...]]]:
    for model, rows in tables:
        table = model.__tablename__
        ids = [id_ for name, row in objects if name == table and (id_ := _identity(row))]
        # Not by an index of firms, which looks through all their rows: SQLite prefers it to a thousand ids.
        theirs = rows.where(model.firm.concat("") == firm, model.id.in_(ids))
        for id_, *told in session.execute(theirs) if ids else ():
            yield (table, str(id_)), tuple(told)


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
