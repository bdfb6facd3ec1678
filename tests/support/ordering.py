"""Orders for numbers as the tests look at them. Everything needs an application context."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import select, true, update

from flask_firmtext.current import firmtext
from flask_firmtext.firm import orders, steps, texting
from flask_firmtext.firm.details import Details
from flask_firmtext.store.models import Audit, Number, Order
from flask_firmtext.store.transactions import own, reading

OFFICE = Details("office@harbor.example", "+13125550190")


def turned_on(firm: str = "harbor", details: Details = OFFICE) -> uuid.UUID:
    """The order of a firm whose administrator has just pressed *Turn on*."""
    known = firmtext.host.firms.get(firm)
    with own() as session:
        texting.turn_on(session, known, details, by=f"admin@{firm}.example")
    return order(firm).id


def pooled(e164: str, country: str = "US") -> uuid.UUID:
    """A number that operators bought beforehand."""
    now = firmtext.clock.now()
    row = Number(firm="", e164=e164, country=country, state="linked", next_free_at=now, created_at=now)
    with own() as session:
        session.add(row)
    return row.id


def order(firm: str = "harbor") -> Order:
    """The newest order of a firm."""
    with reading() as session:
        return session.scalars(
            select(Order).where(Order.firm == firm).order_by(Order.created_at.desc(), Order.id.desc()).limit(1)
        ).one()


def numbers(firm: str = "harbor") -> Sequence[Number]:
    """A firm's numbers, also those that were given back, the oldest first."""
    with reading() as session:
        return session.scalars(select(Number).where(Number.firm == firm).order_by(Number.created_at)).all()


def number(firm: str = "harbor") -> Number:
    (only,) = numbers(firm)
    return only


def time_passes(seconds: float = 3600) -> None:
    """Nobody holds a claim any more, and nothing waits for its next try."""
    then = firmtext.clock.now() - timedelta(seconds=seconds)
    change(not_before=then)
    with own() as session:
        session.execute(update(Order).where(Order.claim.is_not(None)).values(claimed_until=then))


def change(**columns: Any) -> None:
    with own() as session:
        session.execute(update(Order).where(true()).values(**columns).execution_options(synchronize_session=False))


def gone_on(order_id: uuid.UUID, *, times: int = 1) -> Order:
    """The order after it was worked on, so many times, each when its pause was over."""
    for _ in range(times):
        time_passes()
        steps.advance(order_id)
    return order_by_id(order_id)


def order_by_id(order_id: uuid.UUID) -> Order:
    with reading() as session:
        return session.get_one(Order, order_id)


def tried_again(firm: str = "harbor") -> None:
    with own() as session:
        orders.again(session, firm, by="admin")


def steps_of(order_id: uuid.UUID) -> list[str | None]:
    """What an order became, one after the other, as it was recorded."""
    with reading() as session:
        rows = session.scalars(select(Audit).where(Audit.object_id == str(order_id)).order_by(Audit.at, Audit.id))
        return [row.became for row in rows]
