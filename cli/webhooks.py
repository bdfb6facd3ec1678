"""``flask firmtext webhooks …``: where firms' events are posted, for operators."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, TypeVar

import click
from flask.cli import AppGroup

from ..current import firmtext
from ..errors import FormRefused
from ..firm import deliveries, endpoint_secrets, endpoints
from ..firm.endpoints import Shown
from ..store import endpoint_queries
from ..store.transactions import own, reading
from . import moments
from .db import require_current
from .operator import actor
from .output import confirm, document, json_option, listing, say, yes_option

T = TypeVar("T")

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
    with own() as session:
        event = _standing(lambda: deliveries.try_out(session, one.firm, endpoint, by=actor()))
    if as_json:
        document({"event": event})
    else:
        say(f"The test {event} is on its way.")


@webhooks.command()
@click.argument("endpoint", metavar="ID", type=click.UUID)
@click.option("--since", metavar="TIME", default="30d", show_default=True, help="An ISO time, or like 2h or 3d.")
@yes_option
@json_option
def retry(endpoint: uuid.UUID, since: str, yes: bool, as_json: bool) -> None:
    """Post again all that failed for good at one address, with the same ids.

    Safe to repeat, and to end at any moment.
    """
    one, asked, now = _known(endpoint), moments.since(since), firmtext.clock.now()
    begin = now - asked if isinstance(asked, timedelta) else asked or now
    confirm(f"Post again what failed there since {begin:%Y-%m-%d %H:%M} UTC?", yes=yes)
    done: list[uuid.UUID] = []
    more = True
    while more:
        with own() as session:
            events = _standing(lambda: deliveries.again_since(session, one.firm, endpoint, begin, by=actor()))
        done += events
        more = len(events) == deliveries.AT_ONCE
    if as_json:
        document({"retried": done, "skipped": []})
    else:
        say(f"{len(done)} are posted again." if done else "Nothing has failed there.")


@webhooks.command()
@click.argument("endpoint", metavar="ID", type=click.UUID)
@yes_option
@json_option
def expire(endpoint: uuid.UUID, yes: bool, as_json: bool) -> None:
    """Let a secret that was replaced sign no longer at one address: the new one signs alone. Safe to repeat.

    A firm's administrators replace a secret on their page or by the API; for a day both sign.
    """
    one = _known(endpoint)
    confirm("Shall the new secret sign alone?", yes=yes)
    with own() as session:
        ended = endpoint_secrets.end_old(session, one.firm, endpoint, by=actor())
    if as_json:
        document({"ended": ended})
    else:
        say("The new secret signs alone." if ended else "One secret signs there.")


def _standing(ask: Callable[[], T]) -> T:
    try:
        return ask()
    except FormRefused as refusal:
        raise click.ClickException(" ".join(refusal.faults.values())) from None


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
        "old_secret_until": one.old_secret_until,
        "made_at": one.made_at,
    }
