"""Getting a number, step by step: what is to be tried is committed before it is tried, and each step can be repeated.

choose → buy → link → point → check. Whoever works on an order holds a claim of some seconds; a step's outcome is
written only by the holder of the claim, in one transaction with what it brought. Whatever dies in between, the next
claimer finds the step that was under way and repeats it. A number that is being bought is written down before the
order goes to the carrier, and no other is tried before the carrier has said that this one is somebody else's: so no
firm pays twice, and no number is forgotten.
"""

from __future__ import annotations

import logging
import time
import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, scoped_session

from ..current import firmtext
from ..errors import CarrierBusy, CarrierError, CarrierRefused, CarrierUnsure, where
from ..messaging import alarms
from ..store import audit, firm_queries
from ..store.base import new_id
from ..store.models import Number, Order
from ..store.states import OrderState, Step
from ..store.transactions import notes, own
from ..store.upsert import insert_once
from . import trouble

log = logging.getLogger(__name__)

Sessions = Session | scoped_session[Any]

#: A step may take two exchanges with the carrier of 30 s each. Nobody else begins it before the claim is over, and its
#: holder buys nothing once half of it is.
CLAIM = timedelta(seconds=120)
IN_TIME = timedelta(seconds=50)
#: The carrier was away for so many tries: from then on a person says when to try again.
PATIENCE = 8
LONGEST_PAUSE = 30.0
CAUSE = "its number was given back"


class ClaimLost(Exception):
    """Somebody else works on the order by now, and what was to be written has been rolled back."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """An order as it was when its claim was committed. Only ``claim`` may write it."""

    id: uuid.UUID
    claim: uuid.UUID
    firm: str
    country: str
    step: str
    e164: str | None
    passed_over: list[str]
    number_id: uuid.UUID | None
    tries: int
    by: str

    started: float = 0.0

    def still_ours(self) -> None:
        """:raises ClaimLost: so much of the claim is over (this process stood still) that somebody else may have it."""
        if time.monotonic() - self.started > IN_TIME.total_seconds():
            raise ClaimLost


READ = ("firm", "country", "step", "e164", "passed_over", "number_id", "tries", "by")


def place(
    session: Sessions,
    *,
    firm: str,
    country: str,
    by: str,
    step: Step = Step.CHOOSE,
    e164: str | None = None,
    number_id: uuid.UUID | None = None,
) -> uuid.UUID | None:
    """Order a number for a firm, or for the pool (empty reference); joined. None: the firm's order is under way."""
    row_id = new_id()
    moments = dict.fromkeys(("not_before", "created_at", "step_at"), firmtext.clock.now())
    number = {"country": country, "e164": e164, "number_id": number_id}
    begun = {"state": OrderState.WORKING, "step": step, "passed_over": [], "tries": 0}
    placed = insert_once(session, Order, id=row_id, firm=firm, by=by, **number, **begun, **moments)
    if not placed:
        again(session, firm, by=by)
        return None
    audit.record(session, "order.place", (Order.__tablename__, row_id), firm=firm, actor=by, became=step, evidence=e164)
    return row_id


def again(session: Sessions, firm: str, *, by: str) -> bool:
    """Let a firm's order that waits for a person go on where it stopped; joined. Returns whether there was one.

    For the pool: all of them.
    """
    return _again(session, Order.firm == firm, by)


def resume(session: Sessions, order: uuid.UUID, *, by: str) -> bool:
    """As :func:`again`, for one order."""
    return _again(session, Order.id == order, by)


def _again(session: Sessions, which: ColumnElement[bool], by: str) -> bool:
    # What was not for sale may be by now: it was refused while the account could not buy, say.
    session.execute(
        update(Order)
        .where(which, Order.state == OrderState.FAILED, Order.trouble == trouble.NONE_LEFT)
        .values(passed_over=[])
        .execution_options(synchronize_session=False)
    )
    tried = session.execute(
        update(Order)
        .where(which, Order.state == OrderState.FAILED)
        .values(state=OrderState.WORKING, tries=0, trouble=None, awaited=False, not_before=firmtext.clock.sql())
        .returning(Order.id, Order.firm)
        .execution_options(synchronize_session=False)
    ).all()
    for row in tried:
        audit.record(session, "order.again", (Order.__tablename__, row.id), firm=row.firm, actor=by)
        notes(session).show(row.firm)
    return bool(tried)


def claim(order: uuid.UUID) -> Claimed | None:
    """Take an order to work on its step. None: it is done, waits, or somebody has it."""
    mine, now, started = uuid.uuid4(), firmtext.clock.sql(), time.monotonic()
    with own() as session:
        row = session.execute(
            update(Order)
            .where(
                Order.id == order,
                Order.state == OrderState.WORKING,
                Order.not_before <= now,
                or_(Order.claimed_until.is_(None), Order.claimed_until <= now),
            )
            .values(claim=mine, claimed_until=firmtext.clock.sql(CLAIM), tries=Order.tries + 1)
            .returning(*(getattr(Order, name) for name in READ))
            .execution_options(synchronize_session=False)
        ).one_or_none()
    return None if row is None else Claimed(order, mine, **row._mapping, started=started)


def write(session: Session, claimed: Claimed, **columns: Any) -> None:
    """Change a claimed order and give it back, in this transaction.

    :raises ClaimLost: it is somebody else's by now; the transaction must not be committed.
    """
    written = session.execute(
        update(Order)
        .where(Order.id == claimed.id, Order.claim == claimed.claim)
        .values(claim=None, claimed_until=None, step_at=firmtext.clock.sql(), **columns)
        .returning(Order.id)
        .execution_options(synchronize_session=False)
    ).first()
    if written is None:
        raise ClaimLost
    notes(session).show(claimed.firm)


def go_on(session: Session, claimed: Claimed, step: Step, **columns: Any) -> None:
    """The step is done and ``step`` comes next. :raises ClaimLost: as :func:`write`."""
    write(session, claimed, step=step, tries=0, trouble=None, cause=None, **columns)
    _record(session, claimed, step)


def finish(session: Session, claimed: Claimed) -> None:
    """Everything is done. :raises ClaimLost: as :func:`write`."""
    write(session, claimed, state=OrderState.DONE, tries=0, trouble=None, cause=None)
    _record(session, claimed, OrderState.DONE)


def stop(claimed: Claimed, code: str, cause: str) -> None:
    """A person is needed. ``code`` names the firm's sentence, ``cause`` is for operators."""
    with own() as session:
        write(session, claimed, state=OrderState.FAILED, trouble=code, cause=cause[:255])
        _record(session, claimed, OrderState.FAILED, code)
        alarms.note(session, "order_failed", str(claimed.id))


def take_trouble(claimed: Claimed, error: Exception) -> None:
    """What an error means for an order: try again by itself, or wait for a person."""
    if isinstance(error, CarrierBusy | CarrierUnsure | SQLAlchemyError) and claimed.tries < PATIENCE:
        pause = getattr(error, "retry_after", None) or timedelta(seconds=min(2.0**claimed.tries, LONGEST_PAUSE))
        with own() as session:
            columns = {"trouble": trouble.AWAY, "cause": str(error)[:255], "not_before": firmtext.clock.sql(pause)}
            write(session, claimed, **columns)
        return
    stop(claimed, trouble.code_of(error), _cause(error))
    if not isinstance(error, CarrierError):
        log.error("an order for a number met a fault: %s", where(error))


def _cause(error: Exception) -> str:
    if not isinstance(error, CarrierError):
        return where(error)
    code = getattr(error, "code", None)
    return f"{error} ({code})" if code else str(error)


def _record(session: Session, claimed: Claimed, became: str, evidence: str | None = None) -> None:
    audit.record(
        session,
        "order.step",
        (Order.__tablename__, claimed.id),
        firm=claimed.firm,
        actor=audit.SWEEP,
        was=claimed.step,
        became=became,
        evidence=evidence or claimed.e164,
    )


def part(session: Session, number: Number, *, by: str) -> bool:
    """Let no order go on with a number that is given back; it gets another when somebody tries it again.

    False: an order is working on the number at this moment.
    """
    pooled = number.firm == firm_queries.POOL
    end = {"state": OrderState.DONE} if pooled else {"state": OrderState.FAILED, "trouble": trouble.GIVEN_BACK}
    with_it = (Order.number_id == number.id, Order.state != OrderState.DONE)
    parted = session.execute(
        update(Order)
        .where(*with_it, or_(Order.claimed_until.is_(None), Order.claimed_until <= firmtext.clock.sql()))
        .values(step=Step.CHOOSE, e164=None, number_id=None, cause=CAUSE, claim=None, claimed_until=None, **end)
        .returning(Order.id)
        .execution_options(synchronize_session=False)
    ).first()
    if parted is None:
        return session.scalar(select(Order.id).where(*with_it).limit(1)) is None
    table = (Order.__tablename__, parted.id)
    audit.record(session, "order.step", table, firm=number.firm, actor=by, became=Step.CHOOSE, evidence=number.e164)
    return True


def is_somebody_elses(error: CarrierRefused) -> bool:
    """Whether the carrier says that the number to be bought is no longer for sale, nor ours."""
    return error.code == "taken"
