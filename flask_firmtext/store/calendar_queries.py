"""SELECTs of events and of who is notified of them, by name. Each is limited to a firm, but those of the sweep."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, exists, or_, select, update
from sqlalchemy.orm import Session, scoped_session

from ..current import firmtext
from .models import CalendarEvent, Invitation, Message, Notice, Reminder, Texting
from .queries import is_in
from .states import EventState, Purpose, ReminderState, State

Sessions = Session | scoped_session[Any]

#: Those after which a client knows something else of the event than before.
TELLING = (Purpose.CREATED, Purpose.UPDATED, Purpose.CANCELLED)
#: Nobody has read a text that ended like this.
LOST = (State.CANCELLED, State.EXPIRED, State.FAILED)


def firms_of(session: Sessions, event: str) -> Sequence[str]:
    """The firms whose events have this reference; a host's references are unique in a firm."""
    return session.scalars(select(CalendarEvent.firm).where(CalendarEvent.event == event).distinct().limit(2)).all()


def event(session: Sessions, firm: str, ref: str) -> CalendarEvent | None:
    """A firm's event by the host's reference."""
    wanted = select(CalendarEvent).where(CalendarEvent.firm == firm, CalendarEvent.event == ref)
    return session.scalars(wanted).one_or_none()


def lock(session: Sessions, firm: str, ref: str) -> CalendarEvent | None:
    """The same, to oneself until the end of the transaction; a write on both databases, as it was last committed."""
    held = session.execute(
        update(CalendarEvent)
        .where(CalendarEvent.firm == firm, CalendarEvent.event == ref)
        .values(plan=CalendarEvent.plan)
        .returning(CalendarEvent.id)
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()
    return None if held is None else session.get_one(CalendarEvent, held, populate_existing=True)


def invitations(session: Sessions, event_id: uuid.UUID) -> Sequence[Invitation]:
    """Everybody who was ever to be notified of an event, in the order in which the host named them."""
    wanted = select(Invitation).where(Invitation.event_id == event_id).order_by(Invitation.id)
    return session.scalars(wanted.execution_options(populate_existing=True)).all()


def last_told(session: Sessions, invitations: Collection[uuid.UUID]) -> Mapping[uuid.UUID, Notice]:
    """By invitation, the last text that tells of the event and has not ended unread."""
    rows = session.scalars(
        select(Notice)
        .join(Message, Message.id == Notice.message_id)
        .where(Notice.invitation_id.in_(invitations), is_in(Notice.purpose, *TELLING), ~is_in(Message.state, *LOST))
        .order_by(Notice.created_at, Notice.id)
    )
    return {row.invitation_id: row for row in rows}


def waiting_texts(session: Sessions, invitations: Collection[uuid.UUID], *purposes: Purpose) -> Sequence[uuid.UUID]:
    """Texts about these invitations that nobody has begun to send."""
    return session.scalars(
        select(Message.id)
        .join(Notice, Notice.message_id == Message.id)
        .where(
            Notice.invitation_id.in_(invitations),
            is_in(Notice.purpose, *purposes),
            is_in(Message.state, State.QUEUED),
        )
        .order_by(Message.id)
    ).all()


def due_notices(session: Sessions, *, limit: int) -> Sequence[uuid.UUID]:
    """Invitations whose contact may have to be told something now."""
    return session.scalars(
        select(Invitation.id)
        .where(Invitation.notice_at.is_not(None), Invitation.notice_at <= firmtext.clock.sql())
        .order_by(Invitation.notice_at)
        .limit(limit)
    ).all()


def due_reminders(session: Sessions, *, limit: int) -> Sequence[uuid.UUID]:
    """Reminders that are due, planned as the firm wants it now; none before the client knows how the event stands."""
    now = firmtext.clock.sql()
    return session.scalars(
        select(Reminder.id)
        .join(Invitation, Invitation.id == Reminder.invitation_id)
        .join(CalendarEvent, CalendarEvent.id == Invitation.event_id)
        .join(Texting, Texting.firm == CalendarEvent.firm)
        .where(
            is_in(Reminder.state, ReminderState.PLANNED),
            Reminder.due_at <= now,
            or_(Reminder.not_before.is_(None), Reminder.not_before <= now),
            Invitation.notice_at.is_(None),
            CalendarEvent.plan == Texting.plan,
        )
        .order_by(Reminder.due_at, Reminder.id)
        .limit(limit)
    ).all()


def planned(session: Sessions, invitation: uuid.UUID) -> Sequence[Reminder]:
    """The reminders of one invitation that are still to come, the first first."""
    return session.scalars(
        select(Reminder)
        .where(Reminder.invitation_id == invitation, is_in(Reminder.state, ReminderState.PLANNED))
        .order_by(Reminder.due_at)
        .execution_options(populate_existing=True)
    ).all()


def stale_events(session: Sessions, *, limit: int) -> Sequence[tuple[str, str]]:
    """Coming events (firm, reference) whose reminders were planned before the firm chose others."""
    rows = session.execute(
        select(CalendarEvent.firm, CalendarEvent.event)
        .join(Texting, and_(Texting.firm == CalendarEvent.firm, CalendarEvent.plan < Texting.plan))
        .where(is_in(CalendarEvent.state, EventState.PLANNED), CalendarEvent.starts_at > firmtext.clock.sql())
        .limit(limit)
    )
    return [(row.firm, row.event) for row in rows]


def notices(session: Sessions, invitations: Iterable[uuid.UUID]) -> Sequence[tuple[Notice, Message | None]]:
    """Everything that was, or was not, sent about these invitations, oldest first."""
    rows = session.execute(
        select(Notice, Message)
        .outerjoin(Message, Message.id == Notice.message_id)
        .where(Notice.invitation_id.in_(list(invitations)))
        .order_by(Notice.created_at, Notice.id)
    )
    return [(row[0], row[1]) for row in rows]


def is_invited(session: Sessions, conversation: uuid.UUID, at: datetime) -> bool:
    """Whether a text about a coming event went to this conversation, so that an answer may be meant for it."""
    return bool(
        session.scalar(
            select(
                exists().where(
                    Message.conversation_id == conversation,
                    Notice.message_id == Message.id,
                    Invitation.id == Notice.invitation_id,
                    Invitation.wanted,
                    CalendarEvent.id == Invitation.event_id,
                    is_in(CalendarEvent.state, EventState.PLANNED),
                    CalendarEvent.starts_at > at,
                )
            )
        )
    )
