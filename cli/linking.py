"""``flask firmtext numbers link|release``: one number is taken in, or given back for good."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from ..current import firmtext
from ..errors import CarrierError
from ..firm import linking, releasing
from ..firm.linking import Found
from ..firm.releasing import Loss
from ..messaging.numbers import display
from ..store import queries
from ..store.models import Number
from ..store.states import OrderState
from ..store.transactions import reading
from . import firms
from .arguments import number_argument
from .db import require_current
from .firms import whose
from .holdings import number_row
from .operator import actor
from .output import confirm, json_option, say, single, yes_option


@click.command()
@number_argument
@click.option("--firm", metavar="REF", help="For this firm. Default: for whoever has it, else for the pool.")
@click.option("--main", is_flag=True, help="Let the firm text from it from now on.")
@yes_option
@json_option
@with_appcontext
def link(number: str, firm: str | None, main: bool, yes: bool, as_json: bool) -> None:
    """Link a number that the account owns to our application, for a firm or the pool. Safe to repeat.

    An unfinished order of the firm ends with this number. A number never goes from one firm to another.
    """
    require_current(firmtext.engine)
    found = linking.look(number, firms.served(firm).ref if firm is not None else None)
    if main and not found.firm:
        raise click.UsageError("--main needs --firm: the pool texts nobody.")
    settled = found.settled
    promoted = main and not (found.row is not None and found.row.main)
    if settled and not promoted:
        say(f"{number} is linked already, for {whose(found.firm)}.")
    else:
        confirm(f"Link {display(number)} for {whose(found.firm)}?", yes=yes)
    if not settled:
        _take(found)
    row = _row(number)
    if promoted:
        linking.make_main(found.firm, row.id, by=actor())
    single(number_row(_row(number)), as_json=as_json)


def _take(found: Found) -> None:
    ended = linking.take(found, by=actor())
    if ended.state == OrderState.FAILED:
        raise click.ClickException(f"{found.owned.e164} could not be linked: {ended.cause}. Mend that, then repeat.")


def _row(number: str) -> Number:
    with reading() as session:
        row = queries.number_by_e164(session, number)
    if row is None:
        raise click.ClickException(f"{number} was given to nobody after all. Repeat the command.")
    return row


@click.command()
@number_argument
@yes_option
@json_option
@with_appcontext
def release(number: str, yes: bool, as_json: bool) -> None:
    """Give a number back to the carrier, for good. Clients who write to it reach nobody. Safe to repeat."""
    require_current(firmtext.engine)
    loss = releasing.look(number)
    if loss.done:
        say(f"{number} has been given back.")
    else:
        confirm(f"{_meaning(loss)} Give it back?", yes=yes)
        _give_back(loss.row)
    single(number_row(_row(number)), as_json=as_json)


def _give_back(row: Number) -> None:
    try:
        releasing.release(row, by=actor())
    except CarrierError as error:
        raise click.ClickException(
            f"{row.e164} is given up here, but the carrier has not confirmed it: {error}. The sweep asks again, and "
            "so does this command."
        ) from error


def _meaning(loss: Loss) -> str:
    number, firm = display(loss.row.e164), loss.row.firm
    if not firm:
        return f"{number} of the pool cannot be got back."
    waiting = f" {loss.waiting} texts that wait to be sent from it are not sent." if loss.waiting else ""
    left = "texts from its other number" if loss.others else "cannot text any more"
    return f"{number} of {firm} cannot be got back: clients who answer to it reach nobody, and {firm} {left}.{waiting}"
