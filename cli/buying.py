"""``flask firmtext numbers search|buy``: numbers that are for sale."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import click
from flask.cli import with_appcontext

from ..current import firmtext
from ..firm import buying, offers
from ..firm.buying import Plan
from ..ports.values import Firm
from ..store import firm_queries
from ..store.models import Order
from ..store.states import OrderState
from ..store.transactions import reading
from . import firms
from .arguments import country as country_of
from .db import require_current
from .firms import whose
from .operator import actor
from .output import confirm, document, json_option, listing, say, yes_option
from .progress import progress

#: As the carrier prints its prices.
CURRENCY = "EUR"
HOME = "US"
#: Where a number comes from, in words.
SOURCES = {
    "done": "got by a run that was interrupted",
    "order": "by an order that is not done",
    "pool": "from the pool",
    "carrier": "from the carrier",
}
NONE_LEFT = "no toll-free number is for sale in {}"


@click.command()
@click.option(
    "--country", metavar="CC", callback=lambda _, __, value: country_of(value), help="In this country. Default: US."
)
@click.option("--count", type=click.IntRange(1, buying.MOST), default=10, help="How many at most. Default 10.")
@json_option
@with_appcontext
def search(country: str | None, count: int, as_json: bool) -> None:
    """List toll-free numbers for sale with what they cost a month. Buys nothing."""
    require_current(firmtext.engine)
    found = offers.nearest(country or HOME, size=buying.MOST)[:count]
    rows = [{"number": o.e164, "country": o.country, "monthly_cost": o.cost, "currency": CURRENCY} for o in found]
    listing(rows, as_json=as_json, nothing=_sentence(NONE_LEFT.format(country or HOME)))


@click.command()
@click.option("--firm", metavar="REF", help="For this firm: the practice system's reference. Default: for the pool.")
@click.option(
    "--country",
    metavar="CC",
    callback=lambda _, __, value: country_of(value),
    help="In this country. Default: the firm's, for the pool US.",
)
@click.option("--count", type=click.IntRange(1, buying.MOST), default=1, help="How many for the pool. Default 1.")
@click.option("--additional", is_flag=True, help="Also if the firm has a number.")
@click.option("--dry-run", is_flag=True, help="Show which and at what cost, and buy nothing.")
@yes_option
@json_option
@with_appcontext
def buy(
    firm: str | None, country: str | None, count: int, additional: bool, dry_run: bool, yes: bool, as_json: bool
) -> None:
    """Buy numbers, for a firm or into the pool from which firms are served first. Costs money.

    Orders that are not done are finished first, and count: repeat a run that was interrupted, and nothing is bought
    twice. A firm takes a number from the pool, if there is one.
    """
    require_current(firmtext.engine)
    known = firms.known(firm) if firm is not None else None
    _refuse(known, count, additional)
    if known is not None and not additional and _is_served(known.ref):
        say(f"{known.ref} has a number. To get one more, add --additional.")
        buying.told_of(known.ref)
        _report([], [], as_json=as_json)
        return
    where = country or (known.country if known else HOME)
    planned = buying.plan(known.ref if known else firm_queries.POOL, where, count)
    if planned.empty:
        raise click.ClickException(_sentence(NONE_LEFT.format(where)))
    if dry_run:
        _show(planned, as_json=as_json)
        return
    _tell(planned)
    confirm(f"Go on for {whose(planned.firm)}?", yes=yes)
    _carry_out(planned, as_json=as_json)


def _refuse(firm: Firm | None, count: int, additional: bool) -> None:
    if firm is None:
        if additional:
            raise click.UsageError("--additional needs --firm: the pool takes any number of numbers.")
    elif count > 1:
        raise click.UsageError("A firm gets one number at a time: leave out --count, and run it again --additional.")
    else:
        firms.must_be_allowed(firm)


def _is_served(firm: str) -> bool:
    with reading() as session:
        return firm_queries.has_number(session, firm) and firm_queries.open_order(session, firm) is None


def _tell(planned: Plan) -> None:
    """On stderr, what will be done and what it costs."""
    for row in _rows(planned):
        cost = f", {row['monthly_cost']} {CURRENCY} a month" if row["monthly_cost"] else ""
        say(f"{row['number'] or 'a number'} ({row['country']}), {SOURCES[row['from']]}{cost}")
    if planned.offers:
        say(f"{len(planned.offers)} to be bought: {_price(planned)}.")
    if planned.missing:
        say(f"{planned.missing} more are not for sale.")


def _show(planned: Plan, *, as_json: bool) -> None:
    if as_json:
        document({"would_buy": _rows(planned), "monthly_cost": _cost(planned), "currency": CURRENCY})
        return
    listing(_rows(planned), as_json=False, nothing="")
    say(f"Nothing was bought. {len(planned.offers)} would be: {_price(planned)}.")


def _cost(planned: Plan) -> str | None:
    return None if planned.cost is None else str(planned.cost)


def _price(planned: Plan) -> str:
    return "at a price that is not known yet" if planned.cost is None else f"{planned.cost} {CURRENCY} a month"


def _rows(planned: Plan) -> list[Mapping[str, Any]]:
    rows = [_row(order.e164, order.country, None, _stage(order)) for order in planned.earlier]
    if planned.from_pool:
        rows.append(_row(None, planned.country, None, "pool"))
    return [*rows, *(_row(offer.e164, offer.country, offer.cost, "carrier") for offer in planned.offers)]


def _stage(order: Order) -> str:
    return "done" if order.state == OrderState.DONE else "order"


def _row(number: str | None, country: str, cost: str | None, source: str) -> Mapping[str, Any]:
    return {"number": number, "country": country, "monthly_cost": cost, "from": source}


def _carry_out(planned: Plan, *, as_json: bool) -> None:
    try:
        ended = _finished(buying.place(planned, by=actor()))
    except KeyboardInterrupt:
        say("What was ordered stays ordered: run the same command again, or leave it to the worker.")
        raise
    failed = [
        {"id": order.id, "firm": order.firm or None, "number": order.e164, "why": order.cause}
        for order in ended
        if order.state != OrderState.DONE
    ]
    lacking = {"id": None, "firm": planned.firm or None, "number": None, "why": NONE_LEFT.format(planned.country)}
    done = [order for order in ended if order.state == OrderState.DONE]
    _report([_bought(order) for order in done], [*failed, *[lacking] * planned.missing], as_json=as_json)
    if not failed:
        buying.told([order.id for order in done])
    if failed or planned.missing:
        raise click.exceptions.Exit(1)


def _finished(placed: Sequence[uuid.UUID]) -> list[Order]:
    ended = []
    with progress("Getting numbers", len(placed)) as one_more:
        for order in placed:
            ended.append(buying.finish(order))
            one_more()
    return ended


def _bought(order: Order) -> Mapping[str, Any]:
    return {"id": order.id, "firm": order.firm or None, "number": order.e164, "country": order.country}


def _report(bought: Sequence[Mapping[str, Any]], failed: Sequence[Mapping[str, Any]], *, as_json: bool) -> None:
    if as_json:
        document({"bought": bought, "failed": failed})
    else:
        listing(bought, as_json=False, nothing="Nothing was bought.")
        for row in failed:
            say(f"{row['number'] or 'a number'} for {whose(row['firm'])}: {row['why']}")


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."
