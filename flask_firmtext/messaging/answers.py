"""What an answer of the carrier proves about a text, and how that is recorded."""

from __future__ import annotations

import logging
import random
import threading
import time
import uuid
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import cast

from sqlalchemy import Table, Update, bindparam, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Session

from .. import points
from ..current import firmtext
from ..errors import CarrierBusy, CarrierRefused, CarrierUnsure, DecryptError, Scope, where
from ..ports.gateway import Reason, Receipt
from ..store import audit
from ..store.models import Attempt, Message, Number
from ..store.queries import ACCOUNT, is_in
from ..store.states import HoldKind, Outcome, State
from ..store.transactions import own
from . import alarms, holds, pace, troubles
from .holds import UNSURE
from .moves import Move, move

log = logging.getLogger(__name__)

RETRY_AFTER_CAP = timedelta(minutes=5)
CERTAIN_FAILURES = 12
BUG, BUGS = "bug", 3
FROZEN = "frozen"
STARVED = "memory"
UNREADABLE = "unreadable"
#: What a text failed of that was tried often enough; all else is temporary.
GIVEN_UP = {BUG: Reason.UNKNOWN_ERROR, UNREADABLE: Reason.CARRIER_ERROR}
#: How long a receipt is held in hand while the database is away, in seconds.
PATIENCE = 60.0


@dataclass(frozen=True, slots=True)
class Answered:
    """One row of the carrier-answer table: the attempt's outcome and what follows for text, number and account.

    ``counts`` says that the try counts towards giving up after ``gives_up`` tries. ``run`` names a kind of bad answer
    that holds the account after ``run_limit`` in a row (None: at once when ``hold`` is set), ``by_text`` that only
    different texts count.
    """

    outcome: Outcome
    evidence: str
    carrier_id: str | None = None
    hold: HoldKind | None = None
    run: str | None = None
    run_limit: int | None = None
    by_text: bool = False
    code: str | None = None
    counts: bool = False
    gives_up: int = CERTAIN_FAILURES
    retry_after: timedelta | None = None
    slows: bool = False

    @classmethod
    def accepted(cls, receipt: Receipt) -> Answered:
        return cls(Outcome.ACCEPTED, "receipt", carrier_id=receipt.carrier_id)

    @classmethod
    def frozen(cls) -> Answered:
        """This process stood still after its claim; the budget is over and nothing was posted."""
        return cls(Outcome.NOT_SENT, FROZEN)

    @classmethod
    def starved(cls) -> Answered:
        """This process gets no more memory, and nothing was posted."""
        return cls(Outcome.NOT_SENT, STARVED)


def judge(error: Exception, *, posted: bool) -> Answered:
    """What an exception proves. ``posted`` says that the POST may have begun."""
    if isinstance(error, CarrierBusy):
        throttled = error.evidence == "throttled"
        return Answered(
            Outcome.NOT_SENT,
            error.evidence,
            run=error.evidence if error.hold_after else None,
            run_limit=error.hold_after,
            hold=HoldKind.ACCOUNT if error.hold_after else None,
            counts=not throttled,
            gives_up=BUGS if error.evidence == BUG else CERTAIN_FAILURES,
            retry_after=error.retry_after,
            slows=throttled,
        )
    if isinstance(error, CarrierRefused):
        return _refused(error)
    if isinstance(error, CarrierUnsure):
        hold = HoldKind.ACCOUNT if error.holds_account else None
        return Answered(Outcome.UNSURE, error.evidence, run=UNSURE, hold=hold)
    if isinstance(error, DBAPIError) and not posted:
        return Answered(Outcome.NOT_SENT, "database")
    log.error("a text was not sent as it should: %s", where(error))
    if isinstance(error, DecryptError) and not posted:
        # A key that this process has not been given yet, as a rule: an operator has about an hour.
        return Answered(Outcome.NOT_SENT, UNREADABLE, counts=True)
    if posted:
        return Answered(Outcome.UNSURE, BUG, run=UNSURE)
    return Answered(Outcome.NOT_SENT, BUG, counts=True, gives_up=BUGS)


def _refused(error: CarrierRefused) -> Answered:
    if error.scope is Scope.TEXT:
        return Answered(Outcome.REFUSED, error.evidence, code=error.code)
    hold = HoldKind.NUMBER if error.scope is Scope.NUMBER else HoldKind.ACCOUNT
    if error.hold_after is None:
        return Answered(Outcome.NOT_SENT, error.evidence, hold=hold)
    # Nothing stands still yet, so the text is tried again, and not for ever.
    run = error.evidence
    return Answered(Outcome.NOT_SENT, run, hold=hold, run=run, run_limit=error.hold_after, by_text=True, counts=True)


def conclude(message: uuid.UUID, attempt: uuid.UUID, number: uuid.UUID, answered: Answered) -> None:
    """Record an answer: the carrier's id by itself first, so that no later failure can lose it."""
    if answered.outcome is Outcome.ACCEPTED:
        try:
            _patiently(lambda: _store_receipt(attempt, answered.carrier_id))
        except IntegrityError:  # unique(carrier_id)
            # The carrier gave us an id that another text has: which of the two it means nobody knows.
            answered = Answered(Outcome.UNSURE, "uuid_reused", run=UNSURE)
    points.reach("receipt.between")
    _patiently(lambda: _record(message, attempt, number, answered))


def _store_receipt(attempt: uuid.UUID, carrier_id: str | None) -> None:
    """T3a."""
    with own() as session:
        values = {"attempt": attempt, "carrier": carrier_id}
        session.connection().execute(_receipt(firmtext.clock.key()), values)


@lru_cache(maxsize=8)
def _receipt(clock: Hashable) -> Update:
    table = cast(Table, Attempt.__table__)
    return (
        update(table)
        .where(table.c.id == bindparam("attempt"), is_in(table.c.outcome, Outcome.OPEN, Outcome.UNSURE))
        .values(
            outcome=Outcome.ACCEPTED,
            carrier_id=bindparam("carrier"),
            evidence="receipt",
            closed_at=firmtext.clock.sql(),
        )
    )


def _record(message: uuid.UUID, attempt: uuid.UUID, number: uuid.UUID, answered: Answered) -> None:
    with own() as session:
        _follow_up(session, message, number, answered)
        if answered.outcome is Outcome.ACCEPTED:
            move(
                session, message, Move.RECEIPT, State.SUBMITTED, evidence="receipt", actor=audit.WORKER, attempt=attempt
            )
        else:
            _close(session, message, attempt, answered)


def _close(session: Session, message: uuid.UUID, attempt: uuid.UUID, answered: Answered) -> None:
    row = session.execute(select(Message.tries).where(Message.id == message).with_for_update(key_share=True)).one()
    session.execute(
        update(Attempt)
        .where(Attempt.id == attempt, Attempt.outcome.in_([Outcome.OPEN, Outcome.UNSURE]))
        .values(outcome=answered.outcome, evidence=answered.evidence, closed_at=firmtext.clock.sql())
        .execution_options(synchronize_session=False)
    )
    if answered.outcome is Outcome.UNSURE:
        _move(session, message, attempt, Move.UNSURE, State.UNKNOWN, answered.evidence)
        return
    if answered.outcome is Outcome.REFUSED:
        meaning = firmtext.gateway.meaning(answered.code)
        reason = meaning.reason if answered.code else Reason.CARRIER_ERROR
        if _move(
            session, message, attempt, Move.REFUSED, State.FAILED, answered.evidence, reason=reason, code=answered.code
        ):
            troubles.note(session, answered.code)
        return
    tries = row.tries + answered.counts
    if answered.counts and tries >= answered.gives_up:
        reason = GIVEN_UP.get(answered.evidence, Reason.TEMPORARY_ERROR)
        _move(session, message, attempt, Move.REFUSED, State.FAILED, answered.evidence, reason=reason, tries=tries)
        return
    due = firmtext.clock.sql(_pause(session, attempt, row.tries, answered))
    _move(session, message, attempt, Move.NOT_SENT, State.QUEUED, answered.evidence, tries=tries, not_before=due)


def _pause(session: Session, attempt: uuid.UUID, tries: int, answered: Answered) -> timedelta:
    """2 s doubled for each try, at most ten minutes, with full jitter so that many do not come back together."""
    if answered.retry_after:
        return min(answered.retry_after, RETRY_AFTER_CAP)
    if answered.evidence == FROZEN:
        return timedelta(0)
    if answered.slows:
        # "Too fast" is no try, yet the next wait is longer.
        tries = session.scalars(select(Attempt.n).where(Attempt.id == attempt)).one() - 1
    return timedelta(seconds=random.uniform(0, min(600.0, 2.0 * 2 ** min(tries, 20))))  # noqa: S311 - not a secret


def _move(
    session: Session, message: uuid.UUID, attempt: uuid.UUID, by: Move, to: State, evidence: str, **columns: object
) -> bool:
    return move(session, message, by, to, evidence=evidence, actor=audit.WORKER, attempt=attempt, **columns)


def _follow_up(session: Session, message: uuid.UUID, number: uuid.UUID, answered: Answered) -> None:
    """What an answer means for the number and the account. First of all, in the order of locks."""
    if answered.slows:
        pace.slow_down(session, number)
    length = holds.count_run(session, answered.run)
    if length and answered.by_text:
        length = holds.texts_in_run(session, message)
    if answered.run == UNSURE:
        holds.break_circuit(session)
    if answered.hold and (answered.run_limit is None or length >= answered.run_limit):
        object_ = ACCOUNT
        if answered.hold is HoldKind.NUMBER:
            object_ = session.scalars(select(Number.e164).where(Number.id == number)).one()
        holds.put(session, answered.hold, object_, answered.evidence, by=audit.WORKER)
    if answered.evidence == "uuid_reused":
        alarms.note(session, "uuid_reused", str(message))


def _patiently(step: Callable[[], None]) -> None:
    """Try a step again on new connections while the database is away: what the carrier said must not be lost."""
    until = time.monotonic() + PATIENCE
    pause = threading.Event()
    while True:
        try:
            return step()
        except IntegrityError:
            raise
        except SQLAlchemyError as error:  # the pool's TimeoutError is no DBAPIError
            if time.monotonic() > until:
                raise
            log.warning("the database is away while a receipt is in hand: %s", type(error).__name__)
            pause.wait(1)
