"""Reminders: when one is due it is made a text, once, in a step of its own; never after its event began."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from ...current import firmtext
from ...errors import TextRefused, where
from ...messaging.moves import Move, move
from ...store import audit, calendar_queries, reminder_queries
from ...store.models import Reminder
from ...store.states import Purpose, ReminderState, State
from ...store.transactions import notes, own, reading
from . import letters, needs, plans, situations
from .situations import Later, Otherwise, Situation, Unsure

log = logging.getLogger(__name__)

AT_ONCE = 50
#: So many events are planned anew in one transaction: it is over before anybody has waited for it.
EVENTS_AT_ONCE = 200
#: How soon a host that failed is asked again.
AGAIN = timedelta(seconds=30)
#: Why one was not sent: its event has begun, or a nearer one was due as well.
BEGUN, NEARER, SILENT = "begun", "nearer", "host_silent"


def due() -> Sequence[uuid.UUID]:
    """Reminders that are due; one indexed look-up."""
    with reading() as session:
        return reminder_queries.due(session, limit=AT_ONCE)


def send(reminder: uuid.UUID) -> uuid.UUID | None:
    """Make the text of a reminder that is due; its id, None when there is none to make."""
    with reading() as session:
        row = session.get_one(Reminder, reminder)
        seen, begun = situations.of(session, row.invitation_id), situations.begun(session, row.invitation_id)
    if row.state != ReminderState.PLANNED:
        return None
    if seen is not None and (row.sequence != seen.sequence or not seen.takes_place):
        _end(row, ReminderState.CANCELLED, None)
        return None
    if begun:
        _end(row, ReminderState.MISSED, BEGUN)
        return None
    if seen is None:
        _put_off(row, AGAIN, row.tries + 1)
        return None
    try:
        situations.confirm(seen, row.tries * AGAIN)
        return _made(row, seen, letters.write(seen, Purpose.REMINDER))
    except Otherwise:
        return None
    except (TextRefused, Unsure) as error:
        _not_made(row, seen, error.code if isinstance(error, TextRefused) else SILENT)
        return None
    except Exception as error:
        if not isinstance(error, Later):
            log.error("a reminder waits, because it could not be made: %s", where(error))
        _put_off(row, AGAIN, row.tries + 1)
        return None


def _made(row: Reminder, seen: Situation, letter: letters.Letter) -> uuid.UUID | None:
    with own() as session:
        situations.hold(session, seen)
        if not reminder_queries.is_planned_as_chosen(session, row.invitation_id):
            return None
        if not _nearest(session, row):
            _take(session, row, ReminderState.MISSED, NEARER)
            return None
        if not _take(session, row, ReminderState.MADE, None):
            return None
        message = letters.queue(session, letter, seen.invitation, seen.sequence)
        _withdraw_further(session, row, but=message.id)
        letters.note(session, seen, Purpose.REMINDER, message=message.id)
        return message.id


def _nearest(session: Session, row: Reminder) -> bool:
    """After an outage a client gets one reminder, the one nearest to the event."""
    now = firmtext.clock.now()
    others = reminder_queries.planned(session, [row.invitation_id])
    return not any(one.due_at <= now and one.days < row.days for one in others)


def _withdraw_further(session: Session, row: Reminder, *, but: uuid.UUID) -> None:
    """One that still waits for the end of quiet hours says the same as this one.

    After the turn in the conversation: whoever holds that goes on to its texts.
    """
    for message, *_ in calendar_queries.waiting_texts(session, {row.invitation_id: (Purpose.REMINDER,)}):
        if message != but and move(session, message, Move.CANCEL, State.CANCELLED, evidence=NEARER, actor=audit.SWEEP):
            needs.superseded(session, [message], NEARER)


def _not_made(row: Reminder, seen: Situation, why: str) -> None:
    if why == letters.ASKED:
        _put_off(row, letters.UNTIL_DECIDED, row.tries)
        return
    with own() as session:
        if _take(session, row, ReminderState.MISSED, why):
            letters.note(session, seen, Purpose.REMINDER, refused=why)
            notes(session).show(row.firm)


def _end(row: Reminder, state: ReminderState, why: str | None) -> None:
    with own() as session:
        if _take(session, row, state, why):
            notes(session).show(row.firm)


def _take(session: Session, row: Reminder, state: ReminderState, why: str | None) -> bool:
    taken = session.execute(
        update(Reminder)
        .where(Reminder.id == row.id, Reminder.state == ReminderState.PLANNED, Reminder.due_at == row.due_at)
        .values(state=state, why=why)
        .returning(Reminder.id)
        .execution_options(synchronize_session=False)
    ).first()
    if taken is None:
        return False
    table = (Reminder.__tablename__, row.id)
    audit.record(session, "reminder.end", table, firm=row.firm, actor=audit.SWEEP, became=state, evidence=why)
    return True


def _put_off(row: Reminder, pause: timedelta, tries: int) -> None:
    """``tries`` are those in which the host could not say."""
    with own() as session:
        session.execute(
            update(Reminder)
            .where(Reminder.id == row.id, Reminder.due_at == row.due_at)
            .values(not_before=firmtext.clock.sql(pause), tries=tries)
            .execution_options(synchronize_session=False)
        )


def stale() -> Sequence[tuple[str, tuple[str, ...]]]:
    """Some events (references) by firm whose reminders were planned before the firm chose others."""
    with reading() as session:
        return reminder_queries.stale(session, limit=EVENTS_AT_ONCE)


def renew(events: tuple[str, tuple[str, ...]]) -> None:
    """Plan the reminders of such events as their firm wants them now, in one short transaction."""
    with own() as session:
        plans.renew(session, *events)
