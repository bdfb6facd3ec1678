"""What the sweep finds: texts that nobody is taking care of any more. Each is put right in a transaction of its own."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

from sqlalchemy import select, update

from ..current import firmtext
from ..store import audit, overdue_queries
from ..store.models import Attempt, Message
from ..store.states import Outcome, State
from ..store.transactions import own, reading
from .moves import Move, move

AT_ONCE = 200
#: After a claim's deadline its claimer has this long to come back before we say that we do not know.
GRACE = timedelta(seconds=70)
#: The carrier's validity of 72 h and one more.
SILENCE = timedelta(hours=73)
GONE = "claimer_gone"


def finish_accepted() -> int:
    """W3: the carrier's id was committed, the state was not."""
    with reading() as session:
        found = overdue_queries.accepted_unmoved(session, limit=AT_ONCE)
    return _each(found, lambda row: _move(row.message, Move.RECEIPT, State.SUBMITTED, "receipt", row.attempt))


def give_up_on_claimers() -> int:
    """W4: a claimer is gone. A POST may have been made, so only evidence or a person goes on from here."""
    with reading() as session:
        found = overdue_queries.abandoned(session, GRACE, limit=AT_ONCE)
    return _each(found, lambda row: _abandon(row.message, row.attempt))


def expire() -> int:
    """W5."""
    with reading() as session:
        found = overdue_queries.too_late(session, limit=AT_ONCE)
    return _each(found, lambda message: _move(message, Move.EXPIRE, State.EXPIRED, "too_late", None))


def withdraw_unwanted() -> int:
    """A STOP that came while a first text was being accepted: neither saw the other."""
    with reading() as session:
        found = overdue_queries.unwanted(session, limit=AT_ONCE)
    return _each(found, lambda message: _move(message, Move.CANCEL, State.CANCELLED, "opted_out", None))


def withdraw_turned_off() -> int:
    """A firm turned texting off while texts of it were still waiting."""
    with reading() as session:
        found = overdue_queries.resting(session, limit=AT_ONCE)
    return _each(found, lambda message: _move(message, Move.CANCEL, State.CANCELLED, "turned_off", None))


def note_silence() -> int:
    """W6."""
    with reading() as session:
        found = overdue_queries.silent(session, SILENCE, limit=AT_ONCE)
    return _each(found, lambda message: _move(message, Move.SILENCE, State.UNCONFIRMED, "no_status_73h", None))


def _each(found: Iterable[Any], step: Callable[[Any], bool]) -> int:
    return sum(step(row) for row in found)


def _move(message: uuid.UUID, by: Move, to: State, evidence: str, attempt: uuid.UUID | None) -> bool:
    with own() as session:
        return move(session, message, by, to, evidence=evidence, actor=audit.SWEEP, attempt=attempt)


def _abandon(message: uuid.UUID, attempt: uuid.UUID) -> bool:
    with own() as session:
        session.execute(select(Message.id).where(Message.id == message).with_for_update(key_share=True))
        given_up = session.execute(
            update(Attempt)
            .where(Attempt.id == attempt, Attempt.outcome == Outcome.OPEN)
            .values(outcome=Outcome.UNSURE, evidence=GONE, closed_at=firmtext.clock.sql())
            .returning(Attempt.id)
            .execution_options(synchronize_session=False)
        ).all()
        # A receipt that came in between stands: W3 goes on from there.
        return bool(given_up) and move(
            session, message, Move.UNSURE, State.UNKNOWN, evidence=GONE, actor=audit.SWEEP, attempt=attempt
        )
