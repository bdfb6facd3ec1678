"""Sending stands still where the carrier refuses an account or a number: once, not once a text.

A hold is a row that the claim's own statement reads, so it works at once in every process. Texts stay queued.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Table, and_, case, exists, func, or_, select, update
from sqlalchemy.orm import Session, scoped_session

from .. import signals
from ..current import firmtext
from ..errors import CarrierError
from ..pipeline import UNANSWERED
from ..store import audit, queries
from ..store.models import Account, Attempt, Firm, Hold, Number
from ..store.queries import ACCOUNT
from ..store.states import HoldKind, Outcome
from ..store.transactions import announce, notes, own, reading
from ..store.upsert import insert_once

log = logging.getLogger(__name__)

Sessions = Session | scoped_session[Any]

PROBE_EVERY = timedelta(minutes=5)
#: What may come right by itself is asked of the carrier; the others are for a person to lift.
PROBED = {"auth", "balance", "number", "local", "breaker"}
UNSURE = "unsure"
BREAKER = "breaker"
BREAKER_PAUSE = timedelta(seconds=60)
BREAKER_RUN = 5
BREAKER_WITHIN = timedelta(seconds=60)
#: One ring lets one worker send everything that is due; more than there are workers only keep the bell busy.
WORKERS = 16
_account = cast(Table, Account.__table__).c
END_RUN = (
    update(_account.id.table)
    .where(_account.id == ACCOUNT, _account.run_of.is_not(None))
    .values(run_of=None, run_length=0, run_since=None)
    .execution_options(**{UNANSWERED: True})
)


def put(session: Sessions, kind: HoldKind, object_: str, code: str, *, by: str) -> bool:
    """Hold an account, number (E.164) or firm. False when one stands already."""
    row_id = uuid.uuid4()
    now = firmtext.clock.now()
    made = insert_once(
        session,
        Hold,
        id=row_id,
        kind=kind,
        object=object_,
        code=code,
        since=now,
        by=by,
        probe_at=_first_probe(now, code),
    )
    if made:
        whose = _whose(session, kind, object_)
        audit.record(session, "hold.put", ("firmtext_hold", row_id), firm=whose, actor=by, became=kind, evidence=code)
        announce(session, signals.alarm, kind="hold", detail=f"{kind} {code}")
        log.warning("sending is held for the %s: %s; see `flask firmtext doctor`", kind, code)
        _show(session, kind, object_)
    return made


def _first_probe(now: datetime, code: str) -> datetime | None:
    if code not in PROBED:
        return None
    return now + (BREAKER_PAUSE if code == BREAKER else PROBE_EVERY)


def lift(session: Sessions, hold_id: uuid.UUID, *, by: str, firm: str = "") -> bool:
    """End a hold; what waited for it goes at once. False when it has been lifted already.

    ``firm`` is the firm of a person who does it, in whose record it stands.
    """
    lifted = session.execute(
        update(Hold)
        .where(Hold.id == hold_id, Hold.lifted_at.is_(None))
        .values(lifted_at=firmtext.clock.now(), lifted_by=by)
        .returning(Hold.kind, Hold.object)
        .execution_options(synchronize_session=False)
    ).all()
    for hold in lifted:
        _show(session, HoldKind(hold.kind), hold.object)
        whose = firm or _whose(session, HoldKind(hold.kind), hold.object)
        audit.record(session, "hold.lift", ("firmtext_hold", hold_id), firm=whose, actor=by, was=hold.kind)
    if lifted:
        _go_on(session)
    return bool(lifted)


def _go_on(session: Sessions) -> None:
    """Every worker that is idle hears of a text that may go now, and goes on with all that waits, oldest first."""
    notes(session).rings.extend(str(text.message) for text in queries.due(session, limit=WORKERS))


def _whose(session: Sessions, kind: HoldKind, object_: str) -> str:
    """In which firm's record a hold stands; "" for what is on every firm."""
    if kind is HoldKind.FIRM:
        return object_
    firm = session.scalar(select(Number.firm).where(Number.e164 == object_)) if kind is HoldKind.NUMBER else None
    return firm or ""


def _show(session: Sessions, kind: HoldKind, object_: str) -> None:
    """Open pages of the firms that are meant say so at once."""
    if kind is HoldKind.ACCOUNT:
        firms = session.scalars(select(Firm.firm)).all()
    elif kind is HoldKind.NUMBER:
        firms = session.scalars(select(Number.firm).where(Number.e164 == object_)).all()
    else:
        firms = [object_]
    for firm in firms:
        notes(session).show(firm)


def count_run(session: Sessions, run: str | None) -> int:
    """Note that the newest answer was a bad one of kind ``run`` (None: another); returns how many came in a row.

    A run of unsure answers that began over a minute ago begins anew: what is slow is no outage.
    """
    if run is None:
        session.connection().execute(END_RUN)
        return 0
    fresh = or_(Account.run_of.is_(None), Account.run_of != run)
    if run == UNSURE:
        fresh = or_(fresh, Account.run_since < firmtext.clock.sql(-BREAKER_WITHIN))
    return session.execute(
        update(Account)
        .where(Account.id == ACCOUNT)
        .values(
            run_of=run,
            run_length=case((fresh, 1), else_=Account.run_length + 1),
            run_since=case((fresh, firmtext.clock.sql()), else_=Account.run_since),
        )
        .returning(Account.run_length)
        .execution_options(synchronize_session=False)
    ).scalar_one()


def texts_in_run(session: Sessions, newest: uuid.UUID) -> int:
    """How many different texts got the bad answers of the standing run, ``newest`` included.

    One text that is refused again and again says nothing about the account.
    """
    before = session.scalar(
        select(func.count(Attempt.message_id.distinct()))
        .join(Account, and_(Account.run_of == Attempt.evidence, Attempt.closed_at >= Account.run_since))
        .where(
            Account.id == ACCOUNT,
            queries.is_in(Attempt.outcome, Outcome.NOT_SENT),
            Attempt.message_id != newest,
        )
    )
    return (before or 0) + 1


def break_circuit(session: Sessions) -> None:
    """Five unsure answers within a minute: with a sick carrier it is better to stop than to make 500 unknown texts."""
    within = select(Account.id).where(
        Account.id == ACCOUNT,
        Account.run_length >= BREAKER_RUN,
        Account.run_since >= firmtext.clock.sql(-BREAKER_WITHIN),
    )
    if session.execute(within).all():
        put(session, HoldKind.ACCOUNT, ACCOUNT, BREAKER, by=audit.WORKER)


def probe() -> int:
    """Ask the carrier whether what stands can go on; returns how many holds were lifted. One request for all."""
    due = _put_off()
    if not due:
        return 0
    try:
        firmtext.gateway.probe()
    except CarrierError:
        return 0
    with own() as session:
        return sum(lift(session, hold, by="probe") for hold in due)


def _put_off() -> Sequence[uuid.UUID]:
    """The holds whose probe is due. It is put off first, so that nobody else asks and a fault is not met every pass."""
    now = firmtext.clock.now()
    due = (Hold.lifted_at.is_(None), Hold.probe_at <= now)
    with reading() as session:
        if not session.scalar(select(exists().where(*due))):
            return ()
    with own() as session:
        later = update(Hold).where(*due).values(probe_at=now + PROBE_EVERY).returning(Hold.id)
        return session.scalars(later.execution_options(synchronize_session=False)).all()
