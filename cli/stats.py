"""``flask firmtext stats``: the figures that an operator watches, each of them cheap to ask for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import click
from flask.cli import with_appcontext
from sqlalchemy.orm import Session

from ..current import firmtext
from ..messaging import held, troubles
from ..store import endpoint_queries, number_queries, operator_queries, queries, stats_queries
from ..store.models import Counter
from ..store.states import OrderState
from ..store.transactions import reading
from ..worker import heartbeats, readiness
from . import counts
from .db import require_current
from .doctor.webhooks import LATELY, REFUSED
from .firms import named
from .moments import since
from .output import json_option, listing, single

#: So far back counts what is over.
A_DAY = timedelta(days=1)
KINDS = (heartbeats.SWEEP, heartbeats.SEND, heartbeats.MEDIA, heartbeats.FILING, heartbeats.WEBHOOKS)
QUARANTINED = ("inbound", "status")


@click.command()
@click.option("--firm", metavar="REF", help="Texts, holds and quarantine of this firm only.")
@click.option(
    "--since",
    "after",
    metavar="TIME",
    callback=lambda _, __, value: since(value),
    help="Count what is over since then: ISO time, or 2h, 3d. Default: 24 hours.",
)
@json_option
@with_appcontext
def stats(firm: str | None, after: timedelta | datetime | None, as_json: bool) -> None:
    """Print the figures to watch. `reasons` is what needs an operator now; `doctor` says what to do about it.

    Texts that wait, are on their way or of which nobody knows are counted all; delivered, failed and other texts that
    are over, and those of clients, as far as they ended lately.
    """
    require_current(firmtext.engine)
    ref = named(firm)
    now = firmtext.clock.now()
    moment = after if isinstance(after, datetime) else now - (after or A_DAY)
    with reading() as session:
        figures = {"at": now, "firm": ref, "since": moment, **_texts(session, moment, ref), **_system(session)}
    figures["reasons"] = readiness.reasons()
    if as_json:
        single(figures, as_json=True)
    else:
        listing([*_flat(figures)], as_json=False, nothing="")


def _texts(session: Session, moment: datetime, firm: str | None) -> dict[str, Any]:
    waiting = dict.fromkeys(QUARANTINED, 0)
    for some in counts.quarantined(session, firm):
        waiting[some.kind] = waiting.get(some.kind, 0) + some.count
    return {
        "states": stats_queries.states(session, moment, firm),
        "holds": [_hold(one) for one in held.standing(session, firm)],
        "operator_codes": {one.code: one.texts for one in troubles.lately(session, firm)},
        "quarantine": waiting,
    }


def _hold(one: held.Held) -> dict[str, Any]:
    object_ = one.object or "account"
    return {
        "id": one.id,
        "kind": one.kind,
        "object": object_,
        "code": one.code,
        "since": one.since,
        "waiting": one.waiting,
    }


def _system(session: Session) -> dict[str, Any]:
    now = operator_queries.now(session)
    due, beats = queries.oldest_due_at(session), operator_queries.newest_beats(session)
    status, text = stats_queries.newest_status(session), stats_queries.newest_text(session)
    kept = stats_queries.newest_kept(session)
    return {
        "oldest_due_seconds": _age(now, due) or 0,
        "bell_failures": _counted(session, "bell_failed"),
        "contradictions": _counted(session, "contradiction"),
        "webhooks_refused": [*counts.counted(session, REFUSED, LATELY)],
        "failed_orders": sum(order.state == OrderState.FAILED for order in number_queries.unfinished(session)),
        "newest_webhook": max((moment for moment in (status, text, kept) if moment), default=None),
        "newest_status": status,
        "newest_text": text,
        "outgoing_due_seconds": _age(now, endpoint_queries.oldest_due_at(session)) or 0,
        "outgoing_addresses": endpoint_queries.standing(session),
        "heartbeats": {kind: _age(now, beats.get(kind)) for kind in KINDS},
    }


def _counted(session: Session, name: str) -> int:
    row = session.get(Counter, name)
    return row.count if row else 0


def _age(now: datetime, then: datetime | None) -> int | None:
    return None if then is None else max(0, round((now - then).total_seconds()))


def _flat(figures: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """A line a figure."""
    for name, value in figures.items():
        if isinstance(value, Mapping):
            yield from ({"figure": f"{name}.{key}", "value": one} for key, one in value.items())
        elif name == "holds":
            yield {"figure": name, "value": ", ".join(f"{one['kind']} {one['object']}: {one['code']}" for one in value)}
        else:
            yield {"figure": name, "value": ", ".join(value) if isinstance(value, list) else value}
