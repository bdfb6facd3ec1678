"""Numbers that an operator buys, for a firm or for the pool, worked on in the operator's own process.

The orders of a run are awaited until it has told that all of them are done, and those count when it is repeated:
whoever repeats a run that was killed gets what it did not bring, and nothing twice, even if the worker has finished
it meanwhile.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from sqlalchemy import update
from sqlalchemy.orm import Session

from ..current import firmtext
from ..errors import FormRefused
from ..ports.gateway import NumberOffer
from ..store import firm_queries, number_queries
from ..store.models import Order
from ..store.states import OrderState, Step
from ..store.transactions import own, reading
from . import offers, orders, steps

#: The carrier tells of at most so many numbers at once.
MOST = 100
#: How long we look away from an order that somebody else has, or that waits for its next try (seconds).
LOOK_AWAY = 1.0
SHORTEST_LOOK = 0.05


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run will do: finish the ``earlier`` orders, then get one number from the pool or these ``offers``.

    ``missing`` are those for which nothing is for sale.
    """

    firm: str
    country: str
    earlier: Sequence[Order]
    from_pool: bool
    offers: Sequence[NumberOffer]
    missing: int
    held: int

    @property
    def cost(self) -> Decimal | None:
        """What is bought costs together in a month; None when that is not known.

        An earlier order may still buy a number that was not chosen yet, and a carrier's price may be no figure.
        """
        if any(order.step in (Step.CHOOSE, Step.BUY) for order in self.earlier if order.state != OrderState.DONE):
            return None
        try:
            return sum((Decimal(offer.cost) for offer in self.offers), Decimal(0))
        except InvalidOperation:
            return None

    @property
    def empty(self) -> bool:
        """Whether nothing would be done."""
        return not (self.earlier or self.from_pool or self.offers)


def plan(firm: str, country: str, count: int) -> Plan:
    """How ``count`` numbers would be got for a firm (reference), or for the pool; only looks.

    :raises CarrierError: as ``Gateway.search``.
    """
    with reading() as session:
        earlier = number_queries.untold(session, firm)
        wanted = max(0, count - len(earlier))
        held = number_queries.count(session, firm)
        pooled = firm != firm_queries.POOL and number_queries.waits_in_pool(session, offers.countries(country))
    if pooled and wanted:
        return Plan(firm, country, earlier, True, (), 0, held)
    found = offers.nearest(country, size=min(MOST, wanted + steps.OFFERS))[:wanted] if wanted else ()
    return Plan(firm, country, earlier, False, found, wanted - len(found), held)


def place(planned: Plan, *, by: str) -> Sequence[uuid.UUID]:
    """Order what was planned, after the earlier orders; nothing is bought yet. A step of our own.

    :raises FormRefused: the numbers have changed since the plan was made.
    """
    with own() as session:
        orders.again(session, planned.firm, by=by)
        if number_queries.count(session, planned.firm) != planned.held:
            raise FormRefused({"firm": "Somebody got or gave back a number meanwhile; look at `numbers list` first."})
        if firm_queries.spoken_for(session, [offer.e164 for offer in planned.offers]):
            raise FormRefused({"number": "Somebody else is buying one of these numbers now; run the command again."})
        placed = [order for order in _orders(session, planned, by) if order is not None]
        session.execute(
            update(Order)
            .where(Order.id.in_([*placed, *(order.id for order in planned.earlier)]))
            .values(awaited=True)
            .execution_options(synchronize_session=False)
        )
        if planned.firm != firm_queries.POOL:
            # Somebody may have pressed Turn on meanwhile: then that order is the firm's.
            under_way = firm_queries.open_order(session, planned.firm)
            done = [order.id for order in planned.earlier if order.state == OrderState.DONE]
            return [*done, under_way.id] if under_way else done
    return [*(order.id for order in planned.earlier), *placed]


def _orders(session: Session, planned: Plan, by: str) -> Iterator[uuid.UUID | None]:
    if planned.from_pool:
        yield orders.place(session, firm=planned.firm, country=planned.country, by=by)
    for offer in planned.offers:
        # The very number that was shown; one that is gone by then makes room for another.
        yield orders.place(session, firm=planned.firm, country=offer.country, by=by, step=Step.BUY, e164=offer.e164)


def finish(order: uuid.UUID) -> Order:
    """Work on an order until it is done or waits for a person. Whoever else has it is waited for."""
    while True:
        steps.advance(order)
        with reading() as session:
            row = session.get_one(Order, order)
        if row.state != OrderState.WORKING:
            return row
        time.sleep(_pause(row))


def told_of(firm: str) -> None:
    """Whoever asks for a number for this firm was told that it has one. A step of our own."""
    with reading() as session:
        done = [order.id for order in number_queries.untold(session, firm) if order.state == OrderState.DONE]
    if done:
        told(done)


def told(orders_done: Sequence[uuid.UUID]) -> None:
    """Whoever ordered these knows that they are done: they count no more. A step of our own."""
    with own() as session:
        session.execute(
            update(Order)
            .where(Order.id.in_(orders_done))
            .values(awaited=False)
            .execution_options(synchronize_session=False)
        )


def _pause(row: Order) -> float:
    until = max(filter(None, (row.not_before, row.claimed_until)))
    return min(LOOK_AWAY, max(SHORTEST_LOOK, (until - firmtext.clock.now()).total_seconds()))
