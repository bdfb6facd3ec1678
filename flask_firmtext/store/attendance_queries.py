"""SELECTs behind what pages say of events, by name. Each is limited to a firm, or to invitations that were."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from .models import CalendarEvent, Conversation, Invitation, Number, Reminder
from .queries import is_in
from .states import ReminderState

Sessions = Session | scoped_session[Any]


def standing(session: Sessions, firm: str, refs: Collection[str]) -> Sequence[tuple[CalendarEvent, Invitation]]:
    """Who is to be notified of these events of a firm (the host's references) by text, event by event."""
    rows = session.execute(
        select(CalendarEvent, Invitation)
        .join(Invitation, Invitation.event_id == CalendarEvent.id)
        .where(CalendarEvent.firm == firm, CalendarEvent.event.in_(refs), Invitation.wanted)
        .order_by(Invitation.id)
    )
    return [(row[0], row[1]) for row in rows]


def invitation(session: Sessions, firm: str, one: uuid.UUID) -> tuple[CalendarEvent, Invitation] | None:
    """A firm's invitation with its event."""
    row = session.execute(
        select(CalendarEvent, Invitation)
        .join(Invitation, Invitation.event_id == CalendarEvent.id)
        .where(Invitation.id == one, Invitation.firm == firm)
    ).one_or_none()
    return (row[0], row[1]) if row else None


def reminders(session: Sessions, invitations: Collection[uuid.UUID]) -> Sequence[Reminder]:
    """The reminders of these invitations that are planned or were missed, the first first."""
    states = is_in(Reminder.state, ReminderState.PLANNED, ReminderState.MISSED)
    wanted = select(Reminder).where(Reminder.invitation_id.in_(invitations), states)
    return session.scalars(wanted.order_by(Reminder.due_at, Reminder.id)).all()


def ways(session: Sessions, firm: str, conversations: Collection[uuid.UUID]) -> Mapping[uuid.UUID, str]:
    """The number of the firm (E.164) of each of these conversations."""
    rows = session.execute(
        select(Conversation.id, Number.e164)
        .join(Number, Number.id == Conversation.number_id)
        .where(Conversation.firm == firm, Conversation.id.in_(conversations))
    )
    return {row.id: row.e164 for row in rows}
