"""Reminders as rows: planned when an event is told, dropped when its time is another, planned anew when the firm
chooses other days."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any, NamedTuple

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, scoped_session

from ...current import firmtext
from ...parsing import Quiet
from ...store import calendar_queries, reminder_queries
from ...store.base import new_id
from ...store.models import CalendarEvent, Invitation, Reminder, Texting
from ...store.queries import is_in
from ...store.reminder_queries import Invited, Planable, Planned
from ...store.states import EventState, ReminderState
from . import needs
from .due import due_at
from .facts import Facts

Sessions = Session | scoped_session[Any]

Dues = Mapping[int, datetime]


@dataclass(frozen=True, slots=True)
class Wish:
    """The reminders that an invitation is to have, by days before its event; one that was sent stays sent."""

    invitation: Invitation | Invited
    sequence: int
    due: Dues


class Choice(NamedTuple):
    """What a firm wants, asked once for however many events."""

    days: tuple[int, ...]
    at: time
    hours: Quiet | None
    now: datetime


def plan_for(session: Sessions, event: CalendarEvent, now: Facts, people: Collection[Invitation]) -> None:
    """Have exactly the reminders that these ``people`` are to get; joined. One whose time is over is none."""
    coming = _coming(_choice(session.get(Texting, event.firm)), event, now)
    _have_anew(session, [_wish(event, one, coming) for one in people])


def plan(session: Sessions, event: CalendarEvent, now: Facts, people: Collection[Invitation]) -> None:
    """The same for everybody who is invited."""
    plan_for(session, event, now, people)
    _note_plan(session, [event])


def plan_moved(session: Sessions, event: CalendarEvent, now: Facts, people: Collection[Invitation]) -> None:
    """The same after a move: of those whose time is over at the new date, the nearest is due at once.

    Not for who was never told of the event, or was reminded of this very time before it was moved to and fro.
    """
    choice = _choice(session.get(Texting, event.firm))
    coming = _coming(choice, event, now)
    over = {days: due for days, due in _all(choice, event, now).items() if due <= choice.now}
    nearest = {min(over): over[min(over)]} if over else {}
    known = needs.known_to(session, people, otherwise=now) if over else {}
    reminded = needs.reminded_of(session, known, now, min(over)) if over else ()
    late = {one.id for one in people if one.id in known and one.id not in reminded}
    _have_anew(session, [_wish(event, one, coming | nearest if one.id in late else coming) for one in people])
    _note_plan(session, [event])


def catch_up(session: Sessions, event: CalendarEvent, now: Facts, people: Collection[Invitation]) -> None:
    """Plan by the firm's last choice if that is newer; joined."""
    texting = session.get(Texting, event.firm)
    if texting is not None and event.plan < texting.plan:
        before = reminder_queries.planned(session, [one.id for one in people])
        _have(session, _as_chosen(texting, {event.id: (event, now)}, people, before), before)
        _note_plan(session, [event])


def renew(session: Sessions, firm: str, refs: Collection[str]) -> None:
    """Plan the reminders of a firm's events as it wants them now; an own step. Of what has begun there is nothing to
    plan, and what somebody else works on is for the next time."""
    events = reminder_queries.lock_free(session, firm, refs)
    texting = session.get_one(Texting, firm)
    coming = [one for one in events if one.state == EventState.PLANNED and one.starts_at > firmtext.clock.now()]
    read = zip(coming, needs.read_all(session, coming), strict=True)
    known = {one.id: (one, now) for one, now in read if now is not None}
    people = reminder_queries.invitations(session, [one.id for one in coming])
    _drop(session, [one.id for one in people if one.event_id not in known])
    these = [one for one in people if one.event_id in known]
    before = reminder_queries.planned(session, [one.id for one in these])
    _have(session, _as_chosen(texting, known, these, before), before)
    _note_plan(session, events)


def _as_chosen(
    texting: Texting,
    events: Mapping[uuid.UUID, tuple[CalendarEvent | Planable, Facts]],
    people: Collection[Invitation | Invited],
    before: Sequence[Planned],
) -> Sequence[Wish]:
    """As if all had been planned in the moment of the choice. What was due before and could not go yet stays due if
    this choice says the same."""
    was = {(row.invitation_id, row.days): row.due_at for row in before}
    since = texting.chosen_at or firmtext.clock.now()
    choice = _choice(texting)
    chosen = {key: _all(choice, event, now) for key, (event, now) in events.items()}
    wishes = []
    for one in people:
        due = {d: at for d, at in chosen[one.event_id].items() if at > since or was.get((one.id, d)) == at}
        wishes.append(_wish(events[one.event_id][0], one, due))
    return wishes


def _wish(event: CalendarEvent | Planable, one: Invitation | Invited, due: Dues) -> Wish:
    return Wish(one, event.sequence, due if one.wanted else {})


def _choice(texting: Texting | None) -> Choice:
    now, hours = firmtext.clock.now(), firmtext.settings.quiet_hours
    if texting is None:
        return Choice((), time.min, hours, now)
    return Choice(tuple(texting.reminder_days), texting.reminder_time, hours, now)


def _coming(choice: Choice, event: CalendarEvent, now: Facts) -> dict[int, datetime]:
    return {days: due for days, due in _all(choice, event, now).items() if due > choice.now}


def _all(choice: Choice, event: CalendarEvent | Planable, now: Facts) -> dict[int, datetime]:
    if event.state != EventState.PLANNED or now.starts_at <= choice.now:
        return {}
    found = {days: due_at(now, days, choice.at, choice.hours) for days in choice.days}
    return {days: due for days, due in found.items() if due < now.starts_at}


def drop(session: Sessions, event: CalendarEvent) -> None:
    """No reminder of this event as it was is sent any more; joined."""
    _drop(session, [one.id for one in calendar_queries.invitations(session, event.id)])


def _drop(session: Sessions, invitations: Collection[uuid.UUID]) -> None:
    _end(session, [row.id for row in reminder_queries.planned(session, invitations)])


def _have_anew(session: Sessions, wishes: Collection[Wish]) -> None:
    _have(session, wishes, reminder_queries.planned(session, [one.invitation.id for one in wishes]))


def _have(session: Sessions, wishes: Collection[Wish], before: Collection[Planned]) -> None:
    """However many there are, two statements at most beside the one that found what was planned ``before``."""
    wanted = {one.invitation.id: one for one in wishes}
    as_is = {
        (row.invitation_id, row.days)
        for row in before
        if row.sequence == wanted[row.invitation_id].sequence
        and row.due_at == wanted[row.invitation_id].due.get(row.days)
    }
    _end(session, [row.id for row in before if row.days not in wanted[row.invitation_id].due])
    planned = {"state": ReminderState.PLANNED, "why": None, "tries": 0, "not_before": None}
    new = [
        {"id": new_id(), "firm": wish.invitation.firm, "invitation_id": key, "sequence": wish.sequence, "days": days,
         "due_at": due, **planned}
        for key, wish in wanted.items()
        for days, due in wish.due.items()
        if (key, days) not in as_is
    ]  # fmt: skip
    if new:
        reminder_queries.put(session, new)


def _end(session: Sessions, reminders: Collection[uuid.UUID]) -> None:
    if reminders:
        session.execute(
            update(Reminder)
            .where(Reminder.id.in_(reminders), is_in(Reminder.state, ReminderState.PLANNED))
            .values(state=ReminderState.CANCELLED)
            .execution_options(synchronize_session=False)
        )


def _note_plan(session: Sessions, events: Iterable[CalendarEvent | Planable]) -> None:
    of_firm = {one.id: one.firm for one in events}
    for firm in set(of_firm.values()):
        texting = session.get(Texting, firm)
        session.execute(
            update(CalendarEvent)
            .where(CalendarEvent.id.in_(key for key, owner in of_firm.items() if owner == firm))
            .values(plan=texting.plan if texting is not None else 0)
            .execution_options(synchronize_session=False)
        )


def take_back(session: Sessions, invitations: Collection[uuid.UUID], sequence: int, *, to: ReminderState) -> None:
    """The last reminder of each of these was a text that did not go: it is due again, or never was; joined."""
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
            .values(state=to, tries=0, not_before=None)
            .execution_options(synchronize_session=False)
        )
