"""Reminders as rows: planned when an event is told, dropped when its time is another, planned anew when the firm
chooses other days."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, scoped_session

from ..current import firmtext
from ..store import calendar_queries
from ..store.base import new_id
from ..store.models import CalendarEvent, Invitation, Reminder, Texting
from ..store.queries import is_in
from ..store.states import EventState, ReminderState
from ..store.upsert import insert_once
from . import needs
from .due import due_at
from .facts import Facts

Sessions = Session | scoped_session[Any]


def plan_for(session: Sessions, event: CalendarEvent, now: Facts, people: Collection[Invitation]) -> None:
    """Have exactly the reminders that these ``people`` are to get; joined. One whose time is over is none."""
    coming = _coming(session, event, now)
    for one in people:
        _plan(session, event, one, coming)


def plan(session: Sessions, event: CalendarEvent, now: Facts, people: Collection[Invitation]) -> None:
    """The same for everybody who is invited."""
    plan_for(session, event, now, people)
    _note_plan(session, event)


def plan_moved(session: Sessions, event: CalendarEvent, now: Facts, people: Collection[Invitation]) -> None:
    """The same after a move: of those whose time is over at the new date, the nearest is due at once.

    Not for who was never told of the event, or was reminded of this very time before it was moved to and fro.
    """
    coming, at = _coming(session, event, now), firmtext.clock.now()
    over = {days: due for days, due in _all(session, event, now).items() if due <= at}
    nearest = {min(over): over[min(over)]} if over else {}
    known = needs.known_to(session, people, otherwise=now) if over else {}
    reminded = needs.reminded_of(session, known, now, min(over)) if over else ()
    for one in people:
        _plan(session, event, one, coming | nearest if one.id in known and one.id not in reminded else coming)
    _note_plan(session, event)


def _plan(session: Sessions, event: CalendarEvent, one: Invitation, due: Mapping[int, datetime]) -> None:
    wanted = due if one.wanted else {}
    _drop(session, [one.id], but=wanted)
    for days, moment in wanted.items():
        _put(session, one, event.sequence, days, moment)


def _coming(session: Sessions, event: CalendarEvent, now: Facts) -> dict[int, datetime]:
    at = firmtext.clock.now()
    return {days: due for days, due in _all(session, event, now).items() if due > at}


def _all(session: Sessions, event: CalendarEvent, now: Facts) -> dict[int, datetime]:
    texting = session.get(Texting, event.firm)
    if texting is None or event.state != EventState.PLANNED or now.starts_at <= firmtext.clock.now():
        return {}
    hours = firmtext.settings.quiet_hours
    found = {days: due_at(now, days, texting.reminder_time, hours) for days in texting.reminder_days}
    return {days: due for days, due in found.items() if due < now.starts_at}


def drop(session: Sessions, event: CalendarEvent) -> None:
    """No reminder of this event as it was is sent any more; joined."""
    people = calendar_queries.invitations(session, event.id)
    _drop(session, [one.id for one in people], but={})


def _drop(session: Sessions, invitations: Collection[uuid.UUID], *, but: Collection[int]) -> None:
    session.execute(
        update(Reminder)
        .where(
            Reminder.invitation_id.in_(invitations),
            is_in(Reminder.state, ReminderState.PLANNED),
            Reminder.days.not_in(list(but)),
        )
        .values(state=ReminderState.CANCELLED)
        .execution_options(synchronize_session=False)
    )


def _put(session: Sessions, invitation: Invitation, sequence: int, days: int, due: datetime) -> None:
    """One that has been sent stays sent."""
    key = {"invitation_id": invitation.id, "sequence": sequence, "days": days}
    new = {"state": ReminderState.PLANNED, "due_at": due, "why": None, "tries": 0, "not_before": None}
    if insert_once(session, Reminder, id=new_id(), firm=invitation.firm, **key, **new):
        return
    session.execute(
        update(Reminder)
        .filter_by(**key)
        .where(Reminder.state != ReminderState.MADE)
        .values(**new)
        .execution_options(synchronize_session=False)
    )


def _note_plan(session: Sessions, event: CalendarEvent) -> None:
    texting = session.get(Texting, event.firm)
    session.execute(
        update(CalendarEvent)
        .where(CalendarEvent.id == event.id)
        .values(plan=texting.plan if texting is not None else 0)
        .execution_options(synchronize_session=False)
    )


def renew(session: Sessions, firm: str, ref: str) -> None:
    """Plan the reminders of an event as its firm wants them now; an own step."""
    event = calendar_queries.lock(session, firm, ref)
    if event is None:
        return
    now = needs.read(session, event)
    if now is None:
        drop(session, event)
        _note_plan(session, event)
    else:
        catch_up(session, event, now, calendar_queries.invitations(session, event.id))


def catch_up(session: Sessions, event: CalendarEvent, now: Facts, people: Collection[Invitation]) -> None:
    """Plan by the firm's last choice if that is newer, as if it had been done in the moment of the choice; joined.

    What was due before and could not go yet stays due if this choice says the same.
    """
    texting = session.get(Texting, event.firm)
    if texting is None or event.plan >= texting.plan:
        return
    since, chosen = texting.chosen_at or firmtext.clock.now(), _all(session, event, now)
    for one in people:
        before = {row.days: row.due_at for row in calendar_queries.planned(session, one.id)}
        due = {days: moment for days, moment in chosen.items() if moment > since or before.get(days) == moment}
        _plan(session, event, one, due)
    _note_plan(session, event)


def again(session: Sessions, invitations: Collection[uuid.UUID], sequence: int) -> None:
    """The last reminder of each of these was a text that did not go, and is due again; joined."""
    for invitation in invitations:
        made = select(func.min(Reminder.days)).where(
            Reminder.invitation_id == invitation,
            Reminder.sequence == sequence,
            Reminder.state == ReminderState.MADE,
        )
        session.execute(
            update(Reminder)
            .where(Reminder.invitation_id == invitation, Reminder.sequence == sequence)
            .where(Reminder.days == made.scalar_subquery())
            .values(state=ReminderState.PLANNED, tries=0, not_before=None)
            .execution_options(synchronize_session=False)
        )
