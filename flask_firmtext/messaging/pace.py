"""The carrier's limits, shared by all workers: requests a second for the account, segments a second for a number.

A slot is taken with the claim, in its transaction, and never ahead of it: who books ahead makes a person wait behind
a batch.
"""

from __future__ import annotations

from collections.abc import Hashable
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import Table, bindparam, case, func, select, update
from sqlalchemy.orm import Session, scoped_session
from sqlalchemy.sql.dml import ReturningUpdate

from ..current import firmtext
from ..store import queries
from ..store.models import Account, Number
from ..store.queries import ACCOUNT, Due
from ..store.transactions import own
from ..store.upsert import insert_once

Sessions = Session | scoped_session[Any]

#: After "too fast" the pace is halved for a while.
SLOWED = timedelta(seconds=60)


def take_slot(session: Sessions, due: Due) -> bool:
    """Take the number's and the account's next slot for this text. False: somebody else has just taken one."""
    segments = due.segments / firmtext.settings.number_segments_per_second
    request = 1 / firmtext.settings.requests_per_second
    return _advance(session, Number, due.number, segments) and _advance(session, Account, ACCOUNT, request)


def _advance(session: Sessions, model: type[Number] | type[Account], row: Any, seconds: float) -> bool:
    return (
        session.connection().execute(_advancing(firmtext.clock.key(), model, seconds), {"row": row}).first() is not None
    )


@lru_cache(maxsize=64)
def _advancing(clock: Hashable, model: type[Number] | type[Account], seconds: float) -> ReturningUpdate[Any]:
    table = cast(Table, model.__table__)
    now = firmtext.clock.sql()
    after = case(
        (func.coalesce(table.c.slowed_until, now) > now, firmtext.clock.sql(timedelta(seconds=2 * seconds))),
        else_=firmtext.clock.sql(timedelta(seconds=seconds)),
    )
    free = update(table).where(table.c.id == bindparam("row"), table.c.next_free_at <= now)
    # Whoever sends raises the account's mark, in a statement that is needed anyway.
    counted = {table.c.mark: table.c.mark + 1} if model is Account else {}
    return free.values({table.c.next_free_at: after, **counted}).returning(table.c.id)


def ensure_account(session: Sessions) -> None:
    """The account's row, made once."""
    insert_once(session, Account, id=ACCOUNT, next_free_at=firmtext.clock.now(), run_length=0)


def slow_down(session: Sessions, number: Any) -> None:
    """The carrier said "too fast": half the pace for that number and the account, for a minute."""
    for model, row in ((Number, number), (Account, ACCOUNT)):
        session.execute(
            update(model)
            .where(model.id == row)
            .values(slowed_until=firmtext.clock.sql(SLOWED))
            .execution_options(synchronize_session=False)
        )


def wait(session: Sessions) -> timedelta | None:
    """How long until the account, or the first number with a due text, is free; None when nothing is due."""
    now: datetime = session.execute(select(firmtext.clock.sql())).scalar_one()
    account = session.scalar(select(Account.next_free_at).where(Account.id == ACCOUNT))
    if account is None:
        return _with_a_new_account()
    free = account if account > now else queries.next_free_at(session)
    return max(free - now, timedelta(0)) if free else None


def _with_a_new_account() -> timedelta:
    with own() as session:
        ensure_account(session)
    return timedelta(0)


def forget_future() -> None:
    """Free what is booked ahead of now, after a sweep that pretended a later time."""
    now = firmtext.clock.sql()
    with own() as session:
        for model in (Number, Account):
            session.execute(
                update(model)
                .where(model.next_free_at > now)
                .values(next_free_at=now, slowed_until=None)
                .execution_options(synchronize_session=False)
            )
