"""The steps of an order. Each asks the carrier outside of any transaction and writes what it brought in one."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping

from sqlalchemy import update

from .. import points
from ..current import firmtext
from ..errors import CarrierBusy, CarrierRefused, Scope
from ..messaging import alarms
from ..ports.gateway import NumberOffer
from ..store import firm_queries
from ..store.models import Number
from ..store.states import Step
from ..store.transactions import own
from . import offers, orders, provisioning, trouble
from .orders import Claimed, ClaimLost
from .provisioning import AnotherFirms

OFFERS = 20
#: So many numbers were somebody else's by the time we came: something is wrong with what the carrier offers.
PASSED_OVER = 10


def advance(order: uuid.UUID) -> bool:
    """Take an order as far as it goes now. Returns whether anything was done."""
    done = False
    while take_step(order):
        done = True
    return done


def take_step(order: uuid.UUID) -> bool:
    """Take an order's next step. False: there is nothing to be done now."""
    claimed = orders.claim(order)
    if claimed is None:
        return False
    try:
        _take(claimed)
    except ClaimLost:
        return False
    return True


def _take(claimed: Claimed) -> None:
    try:
        STEPS[Step(claimed.step)](claimed)
    except ClaimLost:
        raise
    except Exception as error:
        orders.take_trouble(claimed, error)


def choose(claimed: Claimed) -> None:
    """A number from the pool, else one that is for sale."""
    if claimed.firm != firm_queries.POOL and _from_the_pool(claimed):
        return
    points.reach("order.search.before")
    offer = _offer(claimed)
    points.reach("order.search.after")
    if offer is None:
        orders.stop(claimed, trouble.NONE_LEFT, f"no toll-free number is for sale in {claimed.country}")
        return
    with own() as session:
        orders.go_on(session, claimed, Step.BUY, e164=offer.e164, country=offer.country)


def _from_the_pool(claimed: Claimed) -> bool:
    points.reach("order.pool.before")
    with own() as session:
        taken = session.execute(
            update(Number)
            .where(Number.id == firm_queries.pooled(offers.countries(claimed.country)).scalar_subquery())
            .where(Number.firm == firm_queries.POOL)
            .values(firm=claimed.firm)
            .returning(Number.id, Number.e164, Number.country)
            .execution_options(synchronize_session=False)
        ).one_or_none()
        if taken is None:
            session.rollback()
            return False
        provisioning.make_main_if_first(session, claimed.firm, taken.id)
        columns = {"number_id": taken.id, "e164": taken.e164, "country": taken.country}
        orders.go_on(session, claimed, Step.LINK, **columns)
    points.reach("order.pool.after")
    return True


def _offer(claimed: Claimed) -> NumberOffer | None:
    if len(claimed.passed_over) >= PASSED_OVER:
        return None
    found = offers.nearest(claimed.country, size=OFFERS, passed_over=claimed.passed_over)
    return next(iter(found), None)


def buy(claimed: Claimed) -> None:
    """Buy the chosen number; the carrier's "yours already" is as good."""
    number = _number(claimed)
    points.reach("order.buy.before")
    claimed.still_ours()
    try:
        firmtext.gateway.buy(number, claimed.country)
    except CarrierRefused as error:
        if not orders.is_somebody_elses(error):
            raise
        if 1 < claimed.tries < orders.PATIENCE:
            # An earlier try may have bought it, and the carrier's list lags behind: another one would be one too many.
            raise CarrierBusy("taken", "by whom the carrier does not tell yet") from None
        _pass_over(claimed, number)
        return
    points.reach("order.buy.after")
    try:
        with own() as session:
            row = provisioning.enter(session, firm=claimed.firm, number=number, country=claimed.country, by=claimed.by)
            orders.go_on(session, claimed, Step.LINK, number_id=row)
    except ClaimLost:
        alarms.tell("number_without_order", "a number was bought and its order lost; `numbers sync` finds it")
        raise
    except AnotherFirms:
        # Two orders chose the same number at the same moment: to both the carrier said that it is ours.
        _pass_over(claimed, number)


def _pass_over(claimed: Claimed, number: str) -> None:
    with own() as session:
        passed_over = [*claimed.passed_over, number]
        orders.go_on(session, claimed, Step.CHOOSE, e164=None, passed_over=passed_over)


def link(claimed: Claimed) -> None:
    """Let the number's texts and calls come to our application."""
    if claimed.number_id is None:
        orders.stop(claimed, trouble.NOT_OURS, f"the host names {claimed.e164}, which is no number of this firm's here")
        return
    points.reach("order.link.before")
    firmtext.gateway.link(_number(claimed), claimed.country)
    points.reach("order.link.after")
    with own() as session:
        orders.go_on(session, claimed, Step.POINT)


def point(claimed: Claimed) -> None:
    """Tell the carrier where our application takes texts, reports and calls."""
    webhooks = provisioning.webhooks()
    if webhooks is None:
        orders.stop(claimed, trouble.NO_ADDRESS, "FIRMTEXT_PUBLIC_URL is not set; set it, then try again")
        return
    points.reach("order.point.before")
    firmtext.gateway.point(webhooks)
    points.reach("order.point.after")
    with own() as session:
        orders.go_on(session, claimed, Step.CHECK)


def check(claimed: Claimed) -> None:
    """Read back that the number is ours and linked; then it may be used."""
    points.reach("order.check.before")
    found = firmtext.gateway.find(_number(claimed))
    if found is None or not found.linked:
        raise CarrierRefused("number", "read back", scope=Scope.NUMBER, code="not_linked" if found else "not_owned")
    points.reach("order.check.after")
    with own() as session:
        provisioning.ready(session, firm=claimed.firm, number_id=claimed.number_id)
        orders.finish(session, claimed)


def _number(claimed: Claimed) -> str:
    if claimed.e164 is None:
        raise LookupError("an order came to its number's steps without a number")
    return claimed.e164


STEPS: Mapping[Step, Callable[[Claimed], None]] = {
    Step.CHOOSE: choose,
    Step.BUY: buy,
    Step.LINK: link,
    Step.POINT: point,
    Step.CHECK: check,
}
