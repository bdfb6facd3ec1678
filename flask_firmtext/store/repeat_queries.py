"""SELECTs of texts that were sent again and of what people said about unknown ones. Each is limited to a firm."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from .calendar_queries import TELLING
from .models import CalendarEvent, Conversation, Invitation, Message, Notice, Number, Resolution
from .queries import is_in
from .reminder_queries import LOST
from .states import Purpose

Sessions = Session | scoped_session[Any]


#: For SQLite, which would look through all texts of the firm for a few that have an index of their own.
OF_FIRM: Any = Message.firm.concat("")
OF_CONVERSATION: Any = Conversation.firm.concat("")


def made_of(session: Sessions, firm: str, texts: Collection[uuid.UUID]) -> Sequence[Message]:
    """The texts that repeat these."""
    if not texts:
        return ()
    return session.scalars(select(Message).where(firm == OF_FIRM, Message.retry_of.in_(texts))).all()


def first_ones(session: Sessions, firm: str, texts: Collection[uuid.UUID]) -> Sequence[Message]:
    """These texts, which others repeat."""
    if not texts:
        return ()
    return session.scalars(select(Message).where(firm == OF_FIRM, Message.id.in_(texts))).all()


def said_of(session: Sessions, firm: str, texts: Collection[uuid.UUID]) -> Mapping[uuid.UUID, Resolution]:
    """What people said about these."""
    if not texts:
        return {}
    found = session.scalars(select(Resolution).where(Resolution.firm == firm, Resolution.message_id.in_(texts)))
    return {row.message_id: row for row in found}


def ways(
    session: Sessions, firm: str, conversations: Collection[uuid.UUID]
) -> Mapping[uuid.UUID, tuple[Conversation, Number]]:
    """These conversations with the firm's number in each."""
    if not conversations:
        return {}
    query = select(Conversation, Number).join(Number, Number.id == Conversation.number_id)
    rows = session.execute(query.where(firm == OF_CONVERSATION, Conversation.id.in_(conversations)))
    return {row[0].id: (row[0], row[1]) for row in rows}


def told_by(
    session: Sessions, firm: str, texts: Collection[uuid.UUID]
) -> Mapping[uuid.UUID, tuple[Notice, Invitation, CalendarEvent]]:
    """What each of these tells of an event, or reminds of."""
    if not texts:
        return {}
    rows = session.execute(
        select(Notice, Invitation, CalendarEvent)
        .join(Invitation, Invitation.id == Notice.invitation_id)
        .join(CalendarEvent, CalendarEvent.id == Invitation.event_id)
        .where(Notice.firm == firm, Notice.message_id.in_(texts), is_in(Notice.purpose, *TELLING, Purpose.REMINDER))
    )
    return {row[0].message_id: (row[0], row[1], row[2]) for row in rows if row[0].message_id}


def telling(session: Sessions, firm: str, invitations: Collection[uuid.UUID]) -> Sequence[tuple[Notice, bool]]:
    """Every text that tells of the event of one of these, or reminds of it, and whether it has ended unread."""
    if not invitations:
        return ()
    rows = session.execute(
        select(Notice, is_in(Message.state, *LOST))
        .join(Message, Message.id == Notice.message_id)
        .where(
            Notice.firm == firm,
            Notice.invitation_id.in_(invitations),
            is_in(Notice.purpose, *TELLING, Purpose.REMINDER),
        )
    )
    return [(row[0], bool(row[1])) for row in rows]
