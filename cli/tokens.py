"""``flask firmtext tokens …``: tokens of the JSON API, for operators."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import click
from flask.cli import AppGroup

from ..current import firmtext
from ..errors import FormRefused
from ..firm import token_scopes
from ..firm import tokens as verbs
from ..firm.tokens import DAYS, Shown
from ..store.transactions import own, reading
from . import firms
from .db import require_current
from .operator import actor
from .output import confirm, document, json_option, listing, say, yes_option

NONE = "There is no token."
NO_SUCH = "The firm has no such token, or it is revoked already."
ONCE = "This is the only time that the token is shown:"

firm_needed = click.option("--firm", metavar="REF", required=True, help="The practice system's reference.")


@click.group(cls=AppGroup)
def tokens() -> None:
    """Make, list and revoke tokens of the JSON API."""


@tokens.command("list")
@firm_needed
@json_option
def list_(firm: str, as_json: bool) -> None:
    """List a firm's tokens, those that work first."""
    require_current(firmtext.engine)
    firms.known(firm)
    with reading() as session:
        rows = [_row(one) for one in verbs.listed(session, firm)]
    listing(rows, as_json=as_json, nothing=NONE)


@tokens.command()
@firm_needed
@click.option("--for", "acts_for", metavar="REF", required=True, help="The administrator for whom it acts.")
@click.option("--name", metavar="WORDS", required=True, help="What people know it by; it is kept encrypted.")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    required=True,
    type=click.Choice([*token_scopes.SCOPES]),
    help="What it may do (docs/api.md); can be given again.",
)
@click.option(
    "--days",
    type=click.Choice([str(days) for days in DAYS]),
    default=str(DAYS[0]),
    show_default=True,
    help="How long it opens anything.",
)
@yes_option
@json_option
def create(firm: str, acts_for: str, name: str, scopes: Sequence[str], days: str, yes: bool, as_json: bool) -> None:
    """Make a token. It acts for an administrator of the firm, as far as its scopes go, and is shown once."""
    require_current(firmtext.engine)
    firms.known(firm)
    try:
        wanted = verbs.check(name, scopes, days)
        verbs.maker(firm, acts_for)
    except FormRefused as refusal:
        raise click.UsageError(" ".join(refusal.faults.values())) from None
    confirm("Make the token?", yes=yes)
    with own() as session:
        text = verbs.make(session, firm, wanted, acts_for=acts_for, by=actor())
    if as_json:
        parsed = verbs.parsed(text)
        document({"id": parsed and parsed[0], "token": text})
    else:
        say(ONCE)
        click.echo(text)


@tokens.command()
@click.argument("token_id", metavar="ID", type=click.UUID)
@firm_needed
@yes_option
@json_option
def revoke(token_id: uuid.UUID, firm: str, yes: bool, as_json: bool) -> None:
    """Let a token work no more, from the next request on. Safe to repeat."""
    require_current(firmtext.engine)
    firms.known(firm)
    confirm("Revoke the token?", yes=yes)
    with own() as session:
        revoked = verbs.revoke(session, firm, token_id, by=actor())
        there = revoked or any(one.id == token_id for one in verbs.listed(session, firm))
    if as_json:
        document({"revoked": revoked})
    else:
        say("The token works no more." if revoked else NO_SUCH)
    if not there:
        raise click.exceptions.Exit(1)


def _row(one: Shown) -> Mapping[str, Any]:
    return {
        "id": one.id,
        "name": one.name,
        "scopes": " ".join(one.scopes),
        "for": one.by,
        "made_by": one.made_by,
        "created_at": one.created_at,
        "expires_at": one.expires_at,
        "used_at": one.used_at,
        "revoked_at": one.revoked_at,
        "revoked_by": one.revoked_by,
    }
