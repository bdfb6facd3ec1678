"""``flask firmtext retention hold|lift|holds``: what is erased by nobody."""

from __future__ import annotations

import uuid

import click
from flask.cli import with_appcontext

from ..current import firmtext
from ..firm import legal_holds
from ..messaging import tenancy
from ..ports import promises
from . import firms
from .db import require_current
from .operator import actor
from .output import confirm, document, json_option, listing, say, yes_option

firm_needed = click.option("--firm", metavar="REF", required=True, help="The practice system's reference.")
why_needed = click.option("--why", metavar="WORDS", required=True, help="The reason; it is kept encrypted.")


@click.command()
@firm_needed
@json_option
@with_appcontext
def holds(firm: str, as_json: bool) -> None:
    """List a firm's legal holds, those that stand first."""
    require_current(firmtext.engine)
    rows = [
        {
            "id": one.id,
            "kind": one.kind,
            "object": one.object or None,
            "since": one.since,
            "by": one.by,
            "why": one.why,
            "lifted_at": one.lifted_at,
            "lifted_by": one.lifted_by,
            "lifted_why": one.lifted_why,
        }
        for one in legal_holds.shown(firm)
    ]
    listing(rows, as_json=as_json, nothing="There is no legal hold.")


@click.command()
@firm_needed
@click.option("--contact", metavar="REF", help="On everything of this contact.")
@click.option("--matter", metavar="REF", help="On everything of everybody in this matter.")
@click.option("--whole-firm", is_flag=True, help="On everything of the firm.")
@why_needed
@yes_option
@json_option
@with_appcontext
def hold(
    firm: str, contact: str | None, matter: str | None, whole_firm: bool, why: str, yes: bool, as_json: bool
) -> None:
    """Set a legal hold: nothing that it covers is erased, by nobody, until it is lifted."""
    if sum((contact is not None, matter is not None, whole_firm)) != 1:
        raise click.UsageError("Name one of --contact, --matter and --whole-firm.")
    require_current(firmtext.engine)
    firms.known(firm)
    kind = "contact" if contact is not None else "matter" if matter is not None else "firm"
    ports = firmtext.host.for_firm(firm)
    if contact is not None and tenancy.contact(ports, contact) is None:
        raise click.BadParameter(f"the firm has no contact {contact!r}.", param_hint="--contact")
    if matter is not None and promises.matter("get", ports.matters.get(matter)) is None:
        raise click.BadParameter(f"the firm has no matter {matter!r}.", param_hint="--matter")
    confirm("Set the hold?", yes=yes)
    made = legal_holds.put(firm, kind, contact or matter or "", why, by=actor())
    if as_json:
        document({"id": made})
    else:
        say(f"The hold {made} stands.")


@click.command()
@click.argument("hold_id", metavar="ID", type=click.UUID)
@firm_needed
@why_needed
@yes_option
@json_option
@with_appcontext
def lift(hold_id: uuid.UUID, firm: str, why: str, yes: bool, as_json: bool) -> None:
    """Lift a legal hold: what it covered may be erased again."""
    require_current(firmtext.engine)
    confirm("Lift the hold?", yes=yes)
    lifted = legal_holds.lift(firm, hold_id, why, by=actor())
    if as_json:
        document({"lifted": lifted})
    else:
        say("The hold is lifted." if lifted else "No such hold stands.")
    if not lifted:
        raise click.exceptions.Exit(1)
