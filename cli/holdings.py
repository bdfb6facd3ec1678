"""``flask firmtext numbers list``: the numbers of firms and of the pool, and the orders that are not done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click
from flask.cli import with_appcontext

from ..current import firmtext
from ..store import number_queries
from ..store.models import Number, Order
from ..store.states import NumberState
from ..store.transactions import reading
from . import firms
from .db import require_current
from .output import json_option, listing, say

SEE_ORDERS = "unfinished without a number of its own: `flask firmtext numbers list --orders`."


@click.command("list")
@click.option("--firm", metavar="REF", help="Only this firm: the practice system's reference.")
@click.option("--state", type=click.Choice([state.value for state in NumberState]), help="Only in this state.")
@click.option("--orders", is_flag=True, help="List the orders that are not done instead, with their causes.")
@json_option
@with_appcontext
def list_numbers(firm: str | None, state: str | None, orders: bool, as_json: bool) -> None:
    """List numbers, the pool's first, then by firm.

    Numbers that were given back are left out, unless the carrier has not confirmed it or --state released is given.
    """
    require_current(firmtext.engine)
    if orders and state is not None:
        raise click.UsageError("--state is about numbers: leave it out with --orders.")
    ref = firms.named(firm)
    with reading() as session:
        unfinished = number_queries.unfinished(session, firm=ref)
        numbers = [] if orders else number_queries.numbers(session, firm=ref, state=state)
    if orders:
        listing([order_row(order) for order in unfinished], as_json=as_json, nothing="Every order is done.")
        return
    by_number = {order.number_id: order for order in unfinished if order.number_id}
    rows = [number_row(number, by_number.get(number.id)) for number in numbers]
    listing(rows, as_json=as_json, nothing="No such numbers.")
    if alone := len(unfinished) - len(by_number):
        say(f"{alone} {'order is' if alone == 1 else 'orders are'} {SEE_ORDERS}")


def number_row(number: Number, order: Order | None = None) -> Mapping[str, Any]:
    """A number, and what its order, if one is unfinished, is about to do."""
    return {
        "number": number.e164,
        "firm": number.firm or None,
        "country": number.country,
        "state": number.state,
        "main": number.main,
        "why": number.why,
        "release_at": number.release_at,
        "created_at": number.created_at,
        "order": f"{order.state}: {order.step}" if order else None,
        "cause": order.cause if order else None,
    }


def order_row(order: Order) -> Mapping[str, Any]:
    """An order that is not done. ``cause`` is what went wrong last."""
    return {
        "id": order.id,
        "firm": order.firm or None,
        "number": order.e164,
        "country": order.country,
        "state": order.state,
        "step": order.step,
        "cause": order.cause,
        "tries": order.tries,
        "by": order.by,
        "created_at": order.created_at,
        "step_at": order.step_at,
        "not_before": order.not_before,
    }
