"""A number that the account at the carrier has already, connected by an operator for a firm or for the pool."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass

from sqlalchemy import or_, update
from sqlalchemy.orm import Session

from ..current import firmtext
from ..errors import FormRefused
from ..ports.gateway import OwnedNumber
from ..store import audit, firm_queries, number_queries, queries
from ..store.models import Number, Order, Texting
from ..store.states import NumberState, OrderState, Step
from ..store.transactions import notes, own, reading
from . import buying, details, orders, provisioning, trouble

#: An order of which nobody knows whether the carrier has carried it out.
UNSURE = (trouble.AWAY, "carrier_away", trouble.FAULT)
#: Nothing was checked yet, or nothing is ours any more.
UNSETTLED = (NumberState.BOUGHT, NumberState.RELEASED)


@dataclass(frozen=True, slots=True)
class Found:
    """A number of the account, what we know of it, and the firm (reference; empty: the pool) that it is meant for."""

    owned: OwnedNumber
    row: Number | None
    firm: str

    @property
    def settled(self) -> bool:
        """Whether it is the firm's, connected and checked, as far as we and the carrier know."""
        return (
            self.row is not None
            and self.row.firm == self.firm
            and self.row.state not in UNSETTLED
            and self.owned.linked
            and firmtext.gateway.pointed() == provisioning.webhooks()
        )


def whose(firm: str) -> str:
    """A firm (reference) in words for an operator."""
    return firm or "the pool"


def look(number: str, firm: str | None) -> Found:
    """A number (E.164) that may be linked for ``firm``. None: for whoever has it, or is getting it, else the pool.

    :raises FormRefused: it is or was another firm's, another's order is buying it, or the account does not have it.
    :raises CarrierError: as ``Gateway.find``.
    """
    with reading() as session:
        row = queries.number_by_e164(session, number)
        if firm and _is_to_call(session, firm, number):
            raise _refused(f"Clients of {firm} are told to call {number}: the firm has to change its details first.")
        buyer = next((order for order in number_queries.unfinished(session) if _buys(order, number)), None)
    if firm is None:
        firm = row.firm if row else buyer.firm if buyer else firm_queries.POOL
    if row is not None and row.firm not in (firm, firm_queries.POOL):
        verb = "was" if row.state == NumberState.RELEASED else "is"
        raise _refused(f"{number} {verb} {row.firm}'s: a number never goes from one firm to another.")
    if row is not None and row.state == NumberState.RELEASED and row.release_at is not None:
        raise _refused(f"{number} is being given back at this moment. Look with `numbers list` whether that is over.")
    if buyer is not None and buyer.firm != firm:
        raise _refused(f"An order for {whose(buyer.firm)} is buying {number}. Finish it first with `numbers buy`.")
    owned = firmtext.gateway.find(number)
    if owned is None:
        raise _refused(f"{number} is not in our account at the carrier: `numbers buy` buys one that is for sale.")
    return Found(owned, row, firm)


def _is_to_call(session: Session, firm: str, number: str) -> bool:
    row = session.get(Texting, firm)
    return row is not None and details.of(session, row).phone == number


def _buys(order: Order, number: str) -> bool:
    return order.step == Step.BUY and order.e164 == number


def take(found: Found, *, by: str) -> Order:
    """Link a number and enter it, by the firm's unfinished order where there is one. Returns the order as it ended.

    :raises FormRefused: the firm's order is about another number and stands still.
    """
    while True:
        order = _under_way(found)
        if order is None:
            placed = _place(found, by)
        elif _is_about_another(order, found):
            _finish_first(order, by)
            continue
        else:
            placed = _redirect(order, found, by)
        if placed is not None:
            return buying.finish(placed)
        time.sleep(buying.LOOK_AWAY)


def _under_way(found: Found) -> Order | None:
    with reading() as session:
        if found.firm != firm_queries.POOL:
            return firm_queries.open_order(session, found.firm)
        unfinished = number_queries.unfinished(session, firm=firm_queries.POOL)
    return next((order for order in unfinished if order.e164 == found.owned.e164), None)


def _is_about_another(order: Order, found: Found) -> bool:
    """Whether the order has brought the account a number that would be forgotten if it went on with this one."""
    if order.e164 in (None, found.owned.e164):
        return False
    if firmtext.gateway.find(str(order.e164)) is not None:
        return True
    if order.step == Step.BUY and order.trouble in UNSURE:
        words = f"{order.firm} may have bought {order.e164}, which the carrier does not show yet."
        raise _refused(f"{words} Try again in some minutes; `numbers sync` tells when it is there.")
    return False


def _finish_first(order: Order, by: str) -> None:
    with own() as session:
        orders.again(session, order.firm, by=by)
    ended = buying.finish(order.id)
    if ended.state == OrderState.FAILED:
        raise _refused(f"{order.firm}'s order for {ended.e164} stands still: {ended.cause}. Mend that first.")


def _place(found: Found, by: str) -> uuid.UUID | None:
    owned = found.owned
    with own() as session:
        row = _enter(session, found, by)
        return orders.place(
            session, firm=found.firm, country=owned.country, by=by, step=Step.LINK, e164=owned.e164, number_id=row
        )


def _enter(session: Session, found: Found, by: str) -> uuid.UUID:
    owned = found.owned
    return provisioning.enter(session, firm=found.firm, number=owned.e164, country=owned.country, by=by)


def _redirect(order: Order, found: Found, by: str) -> uuid.UUID | None:
    """Let an order go on with this number. None: somebody is working on it at this moment."""
    now = firmtext.clock.sql()
    with own() as session:
        moved = session.execute(
            update(Order)
            .where(Order.id == order.id, Order.step == order.step, Order.state != OrderState.DONE)
            .where(or_(Order.claimed_until.is_(None), Order.claimed_until <= now))
            .values(state=OrderState.WORKING, step=Step.LINK, tries=0, trouble=None, cause=None)
            .values(e164=found.owned.e164, country=found.owned.country, claim=None, claimed_until=None)
            .values(not_before=now, step_at=now)
            .returning(Order.id)
            .execution_options(synchronize_session=False)
        ).first()
        if moved is None:
            session.rollback()
            return None
        if order.e164 != found.owned.e164:
            _give_up(session, order, by)
        row = _enter(session, found, by)
        session.execute(update(Order).where(Order.id == order.id).values(number_id=row))
        table = (Order.__tablename__, order.id)
        where = {"firm": order.firm, "actor": by, "evidence": found.owned.e164}
        audit.record(session, "order.redirect", table, was=order.step, became=Step.LINK, **where)
        notes(session).show(order.firm)
    return order.id


def _give_up(session: Session, order: Order, by: str) -> None:
    """The order's own number was never the account's: a host named it, or somebody else gave it back."""
    given_up = session.execute(
        update(Number)
        .where(Number.id == order.number_id, Number.state == NumberState.BOUGHT)
        .values(state=NumberState.RELEASED, main=False)
        .returning(Number.id)
        .execution_options(synchronize_session=False)
    ).first()
    if given_up is not None:
        provisioning.note_state(session, order.firm, given_up.id, NumberState.RELEASED, by=by)


def make_main(firm: str, number_id: uuid.UUID, *, by: str) -> None:
    """Let the firm text from this number of its own from now on. A step of our own."""
    with own() as session:
        provisioning.make_main(session, firm, number_id)
        audit.record(session, "number.main", (Number.__tablename__, number_id), firm=firm, actor=by)
        notes(session).show(firm)


def _refused(sentence: str) -> FormRefused:
    return FormRefused({"number": sentence})
