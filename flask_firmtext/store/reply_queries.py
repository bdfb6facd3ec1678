"""SELECTs of what clients answer to invitations, by name. Each is limited to a firm, but those of the sweep."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, aliased, scoped_session

from ..current import firmtext
from .models import Attempt, CalendarEvent, ConversationContact, EventAnswer, Invitation, Message, Notice, ReplyDue
from .queries import is_in
from .reminder_queries import LOST
from .states import EventState, Kind, Purpose, State

Sessions = Session | scoped_session[Any]

#: Those that ask whether the client can come.
ASKING = (Purpose.CREATED, Purpose.UPDATED, Purpose.REMINDER)
#: A carrier's clock is not ours, and its stamps have whole seconds.
TOLERANCE = timedelta(seconds=5)


class Asked(NamedTuple):
    """A text about a coming event that was sent to a conversation before a moment."""

    invitation: Invitation
    event: CalendarEvent
    notice: Notice
    message: Message


def asked(session: Sessions, firm: str, conversation: uuid.UUID, at: datetime) -> Sequence[Asked]:
    """What was asked in a conversation before ``at`` about events that had not begun then, oldest first."""
    return _about(session, firm, conversation, at, is_in(Notice.purpose, *ASKING))


def listed(session: Sessions, firm: str, conversation: uuid.UUID, at: datetime) -> Sequence[Asked]:
    """The last list of events that was sent to a conversation before ``at``; what is no longer to come is left out."""
    rows = _about(session, firm, conversation, at, Notice.purpose == Purpose.WHICH)
    return [row for row in rows if row.message.id == rows[-1].message.id]


def is_invited(session: Sessions, firm: str, conversation: uuid.UUID, at: datetime) -> bool:
    """Whether a client's text at ``at`` may be meant for an invitation."""
    return bool(asked(session, firm, conversation, at))


def _about(
    session: Sessions, firm: str, conversation: uuid.UUID, at: datetime, purpose: ColumnElement[bool]
) -> Sequence[Asked]:
    """Found by the conversation's contacts: they have few events to come, and a conversation may have many texts."""
    contacts = select(ConversationContact.contact).where(ConversationContact.conversation_id == conversation)
    query = (
        select(Invitation, CalendarEvent, Notice, Message)
        .join(CalendarEvent, CalendarEvent.id == Invitation.event_id)
        .join(Notice, Notice.invitation_id == Invitation.id)
        # A person may have sent it again, when nobody knew what had become of it.
        .join(Message, or_(Message.id == Notice.message_id, Message.retry_of == Notice.message_id))
        .join(Attempt, Attempt.id == Message.current_attempt)
        .where(
            Invitation.firm == firm,
            Invitation.contact.in_(contacts),
            Invitation.wanted,
            is_in(CalendarEvent.state, EventState.PLANNED),
            CalendarEvent.starts_at > at,
            purpose,
            ~is_in(Message.state, State.QUEUED, *LOST),
            Attempt.claimed_at <= at + TOLERANCE,
        )
        .order_by(Message.created_at, Notice.created_at, Notice.id)
    )
    rows = [Asked(*row) for row in session.execute(query.execution_options(populate_existing=True))]
    # Not in the query: SQLite would look through all texts of the conversation for each event.
    return [row for row in rows if row.message.conversation_id == conversation]


def was_listed(session: Sessions, firm: str, conversation: uuid.UUID, ago: timedelta, token: str) -> bool:
    """Whether an automatic answer whose token begins so was made in this conversation within this last while."""
    query = select(Message.id).where(
        Message.firm == firm,
        Message.conversation_id == conversation,
        Message.kind == Kind.AUTO_REPLY,
        Message.client_token.startswith(token),
        Message.created_at > firmtext.clock.sql(-ago),
    )
    return session.execute(query.limit(1)).first() is not None


def was_thanked(session: Sessions, invitation: uuid.UUID, answer: str, ago: timedelta) -> bool:
    """Whether the same answer to an invitation was acknowledged within this last while."""
    query = (
        select(Notice.id)
        .join(Message, Message.id == Notice.message_id)
        .join(EventAnswer, EventAnswer.message_id == Message.answers)
        .where(
            Notice.invitation_id == invitation,
            Notice.created_at > firmtext.clock.now() - ago,
            Notice.purpose == Purpose.THANKS,
            EventAnswer.invitation_id == invitation,
            EventAnswer.answer == answer,
        )
    )
    return session.execute(query.limit(1)).first() is not None


def with_text(session: Sessions, message: uuid.UUID) -> EventAnswer | None:
    """The answer that a client's text was taken for."""
    return session.scalars(select(EventAnswer).where(EventAnswer.message_id == message).limit(1)).one_or_none()


def stands(session: Sessions, message: uuid.UUID) -> bool:
    """Whether the answer that a client's text was taken for is one to what is so now."""
    query = (
        select(EventAnswer.id)
        .join(Invitation, Invitation.id == EventAnswer.invitation_id)
        .join(CalendarEvent, CalendarEvent.id == Invitation.event_id)
        .where(
            EventAnswer.message_id == message,
            EventAnswer.sequence == CalendarEvent.sequence,
            Invitation.wanted,
            is_in(CalendarEvent.state, EventState.PLANNED),
        )
    )
    return session.execute(query.limit(1)).first() is not None


def last_position(session: Sessions, one: Invitation) -> int:
    """Where the text stands that gave the last answer to an invitation; 0 when there is none."""
    query = select(Message.position).join(EventAnswer, EventAnswer.message_id == Message.id)
    found = session.scalar(query.where(EventAnswer.invitation_id == one.id, EventAnswer.n == one.answers))
    return found or 0


def due_replies(session: Sessions, *, limit: int) -> Sequence[uuid.UUID]:
    """Clients' texts that may be answers and were not seen to yet, the oldest first."""
    now = select(firmtext.clock.sql()).scalar_subquery()
    due = select(ReplyDue.message_id).where(ReplyDue.not_before <= now)
    return session.scalars(due.order_by(ReplyDue.not_before, ReplyDue.message_id).limit(limit)).all()


def untold(session: Sessions, *, limit: int) -> Sequence[uuid.UUID]:
    """Answers that the host is to be told now, of each invitation the first."""
    earlier = aliased(EventAnswer)
    waits = select(earlier.id).where(
        earlier.invitation_id == EventAnswer.invitation_id,
        earlier.n < EventAnswer.n,
        earlier.told_at.is_(None),
        earlier.not_before.is_not(None),
    )
    return session.scalars(
        select(EventAnswer.id)
        .where(
            EventAnswer.told_at.is_(None),
            EventAnswer.not_before.is_not(None),
            EventAnswer.not_before <= select(firmtext.clock.sql()).scalar_subquery(),
            ~waits.exists(),
        )
        .order_by(EventAnswer.not_before, EventAnswer.id)
        .limit(limit)
    ).all()
