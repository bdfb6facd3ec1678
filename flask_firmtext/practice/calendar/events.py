"""What the host tells us of its events, inside its own transaction: verbs are joined and make no text.

They write down what is so. Texts are made after the commit, by comparing that with what each client knows
(``telling``); so there is no event without its text and no text without its event.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session, scoped_session

from ...current import firmtext
from ...messaging.moves import Move, move
from ...ports import promises
from ...ports.host import NoCalendar
from ...ports.promises import LONGEST_REFERENCE
from ...ports.values import Event
from ...store import audit, calendar_queries
from ...store.base import new_id
from ...store.models import CalendarEvent, Invitation
from ...store.states import EventState, Purpose, ReminderState, State
from ...store.transactions import notes
from ...store.upsert import insert_once
from . import facts, needs, plans
from .facts import SAVED, Facts

log = logging.getLogger(__name__)

Sessions = Session | scoped_session[Any]

#: The evidence of a text that was withdrawn because what it says is no longer so.
CHANGED = "event_changed"


def firm_of(given: str | None) -> str:
    """Whose event this is: ``given``, or the firm of who is signed in. Firms may have events of the same reference.

    :raises ValueError: nobody can say.
    """
    if given is not None:
        return given
    user = promises.user("current", firmtext.host.users.current())
    if user is None:
        raise ValueError("nobody is signed in: say whose event it is with firm=, the firm's reference")
    return user.firm


def saved(session: Sessions, firm: str, event: Event, invite: Iterable[str] | None) -> None:
    """The host has saved an event; see :meth:`.FirmText.event_saved`.

    :raises ValueError: something about the event or the list is wrong; the message says what to mend.
    """
    now, wanted = facts.of(event), _references(invite)
    _check_ours(firm, event.ref)
    take(session, firm, event, now, wanted)


def take(session: Sessions, firm: str, event: Event, now: Facts, wanted: Sequence[str] | None = None) -> None:
    """The same of an event that is known to be the firm's."""
    known = calendar_queries.lock(session, firm, event.ref)
    if known is None and not wanted:
        return  # nobody is to be notified of it, so we keep nothing of it
    row = known or _begun(session, firm, event, now)
    was, anew = needs.read(session, row), row.state != EventState.PLANNED
    moved = was is None or was.when != now.when
    changed = anew or was is None or was.told != now.told
    before = row.sequence
    _write(session, row, event, now, was, sequence=before + (anew or moved))
    turned = _invite(session, row, wanted)
    people = calendar_queries.invitations(session, row.id)
    reconsidered = [one for one in people if changed or one.id in turned]
    outdated = {
        one.id: _outdated(news=changed or one.id in turned, reminder=changed or not one.wanted) for one in people
    }
    taken = _withdraw(session, outdated)
    if known is None or anew or moved:
        plans.drop(session, row)
        (plans.plan_moved if moved and not anew else plans.plan)(session, row, now, people)
    else:
        plans.catch_up(session, row, now, people)
        again = taken & {one.id for one in people if one.wanted}
        plans.take_back(session, again, before, to=ReminderState.PLANNED)
        taken -= again
    plans.take_back(session, taken, before, to=ReminderState.CANCELLED)
    needs.consider(session, row, now, reconsidered)
    plans.plan_for(session, row, now, [one for one in people if one.id in turned])
    if reconsidered:
        notes(session).show(firm)


def cancelled(session: Sessions, firm: str, ref: str) -> None:
    """The host has cancelled or deleted an event. Said again, or of one that nobody was told of, it changes nothing."""
    row = calendar_queries.lock(session, firm, ref)
    if row is None or row.state == EventState.CANCELLED:
        return
    _end(session, row, EventState.CANCELLED)
    now, people = needs.read(session, row), calendar_queries.invitations(session, row.id)
    if now is None:
        needs.look_again(session, people)
    else:
        needs.consider(session, row, now, people)


def gone(session: Sessions, firm: str, ref: str) -> None:
    """The host has an event no more and never said so: no more is sent of it, and nobody is told of a guess."""
    row = calendar_queries.lock(session, firm, ref)
    if row is None or row.state != EventState.PLANNED:
        return
    log.warning("an event is gone and event_cancelled was not called: its clients are not told, its reminders are off")
    _end(session, row, EventState.GONE)
    session.execute(
        update(Invitation)
        .where(Invitation.event_id == row.id)
        .values(notice_at=None)
        .execution_options(synchronize_session=False)
    )


def _end(session: Sessions, row: CalendarEvent, state: EventState) -> None:
    plans.drop(session, row)
    people = calendar_queries.invitations(session, row.id)
    outdated = (Purpose.CREATED, Purpose.UPDATED, Purpose.REMINDER)
    taken = _withdraw(session, dict.fromkeys((one.id for one in people), outdated))
    plans.take_back(session, taken, row.sequence, to=ReminderState.CANCELLED)
    _change(session, row, state=state)
    table = (CalendarEvent.__tablename__, row.id)
    audit.record(session, "event.end", table, firm=row.firm, actor=audit.HOST, became=state)
    notes(session).show(row.firm)


def _references(invite: Iterable[str] | None) -> Sequence[str] | None:
    if invite is None:
        return None
    given = [] if isinstance(invite, str) else list(invite)
    if isinstance(invite, str) or not all(isinstance(one, str) and 0 < len(one) <= LONGEST_REFERENCE for one in given):
        raise ValueError(f"{SAVED} invite must be the references of contacts, a list of strings")
    return list(dict.fromkeys(given))


def _check_ours(firm: str, ref: str) -> None:
    try:
        calendar = firmtext.host.for_firm(firm).calendar
    except LookupError as error:
        raise ValueError(f"{SAVED} your Host knows no such firm; firm= is a firm's reference") from error
    if isinstance(calendar, NoCalendar):
        raise ValueError(f"{SAVED} your Host has no calendar: implement the Calendar port, then call it again")
    if promises.event(ref, calendar.event(ref)) is None:
        raise ValueError(f"{SAVED} Calendar.event knows no such event of this firm: flush it first, or it is another's")


def _begun(session: Sessions, firm: str, event: Event, now: Facts) -> CalendarEvent:
    row = CalendarEvent(id=new_id(), firm=firm)
    insert_once(
        session,
        CalendarEvent,
        id=row.id,
        firm=firm,
        event=event.ref,
        matter=event.matter,
        state=EventState.PLANNED,
        sequence=1,
        plan=0,
        facts=needs.sealed(session, needs.place_of(row), now),
        starts_at=now.starts_at,
        told_at=firmtext.clock.now(),
    )
    found = calendar_queries.lock(session, firm, event.ref)
    assert found is not None  # noqa: S101 - inserted by us or by whoever was first
    return found


def _write(
    session: Sessions, row: CalendarEvent, event: Event, now: Facts, was: Facts | None, *, sequence: int
) -> None:
    cell = row.facts if was == now else needs.sealed(session, needs.place_of(row), now)
    told = {"facts": cell, "starts_at": now.starts_at, "told_at": firmtext.clock.now()}
    _change(session, row, state=EventState.PLANNED, matter=event.matter, sequence=sequence, **told)


def _change(session: Sessions, row: CalendarEvent, **columns: Any) -> None:
    session.execute(
        update(CalendarEvent)
        .where(CalendarEvent.id == row.id)
        .values(**columns)
        .execution_options(synchronize_session=False)
    )
    session.refresh(row)


def _outdated(*, news: bool, reminder: bool) -> Collection[Purpose]:
    return (*(calendar_queries.TELLING if news else ()), *((Purpose.REMINDER,) if reminder else ()))


def _withdraw(session: Sessions, purposes: Mapping[uuid.UUID, Collection[Purpose]]) -> set[uuid.UUID]:
    """T9 for texts, by invitation, that nobody has begun to send: what they say is no longer so.

    In the one order in which everybody takes texts. Returns whose reminder was among them.
    """
    withdrawn = [
        (message, invitation, purpose)
        for message, invitation, purpose in calendar_queries.waiting_texts(session, purposes)
        if move(session, message, Move.CANCEL, State.CANCELLED, evidence=CHANGED, actor=audit.HOST)
    ]
    if withdrawn:
        needs.superseded(session, [message for message, *_ in withdrawn], CHANGED)
    return {invitation for _, invitation, purpose in withdrawn if purpose == Purpose.REMINDER}


def _invite(session: Sessions, row: CalendarEvent, wanted: Sequence[str] | None) -> Collection[uuid.UUID]:
    """Make ``wanted`` the complete list; returns the invitations that are new, or were turned around."""
    known = {one.contact: one for one in calendar_queries.invitations(session, row.id)} if wanted is not None else {}
    turned = [one for one in known.values() if one.wanted is not (one.contact in (wanted or ()))]
    turned += [_invited(row, contact) for contact in wanted or () if contact not in known]
    for one in turned:
        one.wanted = one.contact in (wanted or ())
    session.add_all(turned)
    session.flush()
    for one in turned:
        action, table = ("event.invite" if one.wanted else "event.uninvite"), (Invitation.__tablename__, one.id)
        audit.record(session, action, table, firm=row.firm, actor=audit.HOST)
    return {one.id for one in turned}


def _invited(row: CalendarEvent, contact: str) -> Invitation:
    now = firmtext.clock.now()
    return Invitation(id=new_id(), firm=row.firm, event_id=row.id, contact=contact, answers=0, created_at=now)
