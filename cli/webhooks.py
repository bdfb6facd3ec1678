"""``flask firmtext webhooks …``: where firms' events are posted, for operators."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import click
from flask.cli import AppGroup

from ..current import firmtext
from ..errors import FormRefused
from ..firm import deliveries, endpoints
from ..firm.endpoints import Shown
from ..store import endpoint_queries
from ..store.transactions import own, reading
from .db import require_current
from .operator import actor
from .output import confirm, document, json_option, listing, say, yes_option

NONE = "No firm has an address for webhooks."
NO_SUCH = "There is no such address; `flask firmtext webhooks list` shows them."


@click.group(cls=AppGroup)
def webhooks() -> None:
    """See where firms' events are posted, test it, and post again what did not arrive."""


@webhooks.command("list")
@click.option("--firm", metavar="REF", help="Only this firm's.")
@json_option
def list_(firm: str | None, as_json: bool) -> None:
    """List the addresses of all firms, or of one, and how they stand."""
    require_current(firmtext.engine)
    with reading() as session:
        found = endpoints.shown(session, endpoint_queries.every(session))
    listing([_row(one) for one in found if firm in (None, one.firm)], as_json=as_json, nothing=NONE)


@webhooks.command()
@click.argument("endpoint", metavar="ID", type=click.UUID)
@yes_option
@json_option
def test(endpoint: uuid.UUID, yes: bool, as_json: bool) -> None:
    """Post an event that tells nothing; `list` and the firm's page say what became of it."""
    one = _known(endpoint)
    confirm("Post a test?", yes=yes)
    try:
        with own() as session:
            event = deliveries.try_out(session, one.firm, endpoint, by=actor())
    except FormRefused as refusal:
        raise click.ClickException(" ".join(refusal.faults.values())) from None
    if as_json:
        document({"event": event})
    else:
        say(f"The test {event} is on its way.")


@webhooks.command()
@click.argument("endpoint", metavar="ID", type=click.UUID)
@click.option("--days", type=click.IntRange(1, 30), default=30, show_default=True, help="How far back.")
@yes_option
@json_option
def retry(endpoint: uuid.UUID, days: int, yes: bool, as_json: bool) -> None:
    """Post again all that failed for good at one address, with the same ids. Safe to repeat."""
    one = _known(endpoint)
    since: datetime = firmtext.clock.now() - timedelta(days=days)
    with reading() as session:
        failed = endpoint_queries.failed(session, one.firm, endpoint, since)
    if failed:
        confirm(f"Post {len(failed)} again?", yes=yes)
    try:
        with own() as session:
            done = [event for event in failed if deliveries.again(session, one.firm, endpoint, event, by=actor())]
    except FormRefused as refusal:
        raise click.ClickException(" ".join(refusal.faults.values())) from None
    if as_json:
        document({"retried": done, "skipped": []})
    else:
        say(f"{len(done)} are posted again." if done else "Nothing has failed there.")


def _known(endpoint: uuid.UUID) -> Shown:
    require_current(firmtext.engine)
    with reading() as session:
        found = [one for one in endpoints.shown(session, endpoint_queries.every(session)) if one.id == endpoint]
    if not found:
        raise click.ClickException(NO_SUCH)
    return found[0]


def _row(one: Shown) -> Mapping[str, Any]:
    return {
        "id": one.id,
        "firm": one.firm,
        "url": one.url,
        "kinds": " ".join(one.kinds),
        "content": one.content,
        "state": one.state,
        "why": one.why,
        "failing_since": one.failing_since,
        "made_at": one.made_at,
    }
