"""SELECTs of reminders and of the events that they are planned for, by name. Those of the sweep are of all firms."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple, cast

from sqlalchemy import Table, and_, exists, or_, select
from sqlalchemy.orm import Session, scoped_session

from ..current import firmtext
from .models import CalendarEvent, Invitation, Message, Notice, Reminder, Texting
from .queries import is_in
from .states import EventState, Purpose, ReminderState, State
from .upsert import INSERT

Sessions = Session | scoped_session[Any]

#: Nobody has read a text that ended like this.
LOST = (State.CANCELLED, State.EXPIRED, State.FAILED)
#: So many firms are looked after in one go.
FIRMS = 20


def due(session: Sessions, *, limit: int) -> Sequence[uuid.UUID]:
    """Reminders that are due, planned as the firm wants it now; none before the client knows how the event stands."""
    # Asked for once: PostgreSQL finds nothing in an index by a function that may say something else for each row.
    now = select(firmtext.clock.sql()).scalar_subquery()
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
            or_(CalendarEvent.plan == Texting.plan, CalendarEvent.starts_at <= now),
        )
        .order_by(Reminder.due_at, Reminder.id)
        .limit(limit)
    ).all()


class Planned(NamedTuple):
    """A reminder that is still to come."""

    id: uuid.UUID
    invitation_id: uuid.UUID
    sequence: int
    days: int
    due_at: datetime


def planned(session: Sessions, invitations: Collection[uuid.UUID]) -> Sequence[Planned]:
    """The reminders of these invitations that are still to come, the first first."""
    if not invitations:
        return ()
    rows = session.execute(
        select(Reminder.id, Reminder.invitation_id, Reminder.sequence, Reminder.days, Reminder.due_at)
        .where(Reminder.invitation_id.in_(invitations), is_in(Reminder.state, ReminderState.PLANNED))
        .order_by(Reminder.due_at)
    )
    return [Planned(*row) for row in rows]


def put(session: Sessions, rows: Sequence[dict[str, Any]]) -> None:
    """Have these reminders, new or as they are now; one that was sent stays sent."""
    table = cast(Table, Reminder.__table__)
    insert = INSERT[session.get_bind().dialect.name](table)
    again = {name: insert.excluded[name] for name in ("due_at", "state", "why", "tries", "not_before")}
    keys = ["invitation_id", "sequence", "days"]
    unsent = ~is_in(Reminder.state, ReminderState.MADE)
    session.connection().execute(
        insert.on_conflict_do_update(index_elements=keys, set_=again, where=unsent), list(rows)
    )


def reminded(session: Sessions, invitations: Collection[uuid.UUID], days: int) -> Sequence[Notice]:
    """The reminders that these invitations got and that were not lost, so many days before their event or nearer."""
    made = exists().where(
        Reminder.invitation_id == Notice.invitation_id,
        Reminder.sequence == Notice.sequence,
        Reminder.days <= days,
        Reminder.state == ReminderState.MADE,
    )
    return session.scalars(
        select(Notice)
        .join(Message, Message.id == Notice.message_id)
        .where(
            Notice.invitation_id.in_(invitations),
            is_in(Notice.purpose, Purpose.REMINDER),
            ~is_in(Message.state, *LOST),
            made,
        )
    ).all()


def is_planned_as_chosen(session: Sessions, invitation: uuid.UUID) -> bool:
    """Whether the reminders of an invitation were planned as its firm wants them now."""
    wanted = (
        select(Texting.firm)
        .join(CalendarEvent, and_(CalendarEvent.firm == Texting.firm, CalendarEvent.plan == Texting.plan))
        .join(Invitation, Invitation.event_id == CalendarEvent.id)
        .where(Invitation.id == invitation)
    )
    return session.scalar(wanted) is not None


def stale(session: Sessions, *, limit: int) -> Sequence[tuple[str, tuple[str, ...]]]:
    """By firm, events (references) that were planned before it chose other reminders: so many a firm, later ones first.

    Also those that have begun: left behind they would be looked at for ever.
    """
    old = and_(is_in(CalendarEvent.state, EventState.PLANNED), CalendarEvent.plan < Texting.plan)
    firms = session.execute(
        select(Texting.firm, Texting.plan)
        .where(exists().where(CalendarEvent.firm == Texting.firm, old))
        .order_by(Texting.firm)
        .limit(FIRMS)
    ).all()
    found = []
    for firm, plan in firms:
        refs = session.scalars(
            select(CalendarEvent.event)
            .where(CalendarEvent.firm == firm, is_in(CalendarEvent.state, EventState.PLANNED))
            .where(CalendarEvent.plan < plan)
            .order_by(CalendarEvent.plan.desc(), CalendarEvent.starts_at.desc())
            .limit(limit)
        )
        found.append((firm, tuple(refs)))
    return found


class Planable(NamedTuple):
    """What planning asks of an event."""

    id: uuid.UUID
    firm: str
    state: EventState
    sequence: int
    starts_at: datetime
    facts: bytes


def lock_free(session: Sessions, firm: str, refs: Collection[str]) -> Sequence[Planable]:
    """Those of a firm's events that nobody else works on, to oneself until the end of the transaction.

    A host may hold one of them and want another: whoever takes many never waits.
    """
    rows = session.execute(
        select(*(getattr(CalendarEvent, name) for name in Planable._fields))
        .where(CalendarEvent.firm == firm, CalendarEvent.event.in_(refs))
        .order_by(CalendarEvent.id)
        .with_for_update(skip_locked=True)
    )
    return [Planable(*row) for row in rows]


class Invited(NamedTuple):
    """What planning asks of an invitation."""

    id: uuid.UUID
    firm: str
    event_id: uuid.UUID
    wanted: bool


def invitations(session: Sessions, events: Collection[uuid.UUID]) -> Sequence[Invited]:
    """Everybody who was ever to be notified of these events."""
    if not events:
        return ()
    columns = select(Invitation.id, Invitation.firm, Invitation.event_id, Invitation.wanted)
    return [Invited(*row) for row in session.execute(columns.where(Invitation.event_id.in_(events)))]
