"""Outgoing webhooks are written with what they tell of: both are committed, or neither.

One statement for each event finds the firm's addresses and adds a row for each, and nobody waits for its answer; where
there are none, which is nearly always, it adds nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping, Sequence
from functools import lru_cache
from typing import Any, cast

from blinker import NamedSignal
from sqlalchemy import JSON, Insert, Select, String, Table, Uuid, bindparam, insert, select
from sqlalchemy.orm import Session, scoped_session

from ..clock import UTCDateTime
from ..current import firmtext
from ..pipeline import UNANSWERED
from ..signals import KIND_OF
from .base import new_id
from .models import Delivery, Endpoint
from .queries import is_in
from .states import DeliveryState, EndpointState

_endpoint, _delivery = cast(Table, Endpoint.__table__).c, cast(Table, Delivery.__table__)
COLUMNS = ("event_id", "endpoint_id", "firm", "kind", "at", "data", "state", "state_at", "not_before")


def write(session: Session | scoped_session[Any], told: Sequence[tuple[NamedSignal, Mapping[str, Any]]]) -> None:
    """Add what these signals tell of, for every address that wants it. Joined."""
    for signal, values in told:
        kind = KIND_OF.get(signal.name)
        if kind is not None:
            session.connection().execute(_adding(firmtext.clock.key()), row(kind, values))


def row(kind: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """What :func:`found` is given."""
    now = firmtext.clock.now()
    given = {"event": new_id(), "kind": kind, "wanted": f"% {kind} %", "at": now}
    return {**given, "firm": values["firm"], "data": dict(values)}


def packed(kinds: Collection[str]) -> str:
    """Kinds as an address keeps them."""
    return f" {' '.join(sorted(kinds))} "


def found() -> Select[Any]:
    """A row for each of a firm's addresses that wants an event."""
    at = bindparam("at", type_=UTCDateTime())
    state = bindparam("state", DeliveryState.WAITING.value, type_=String())
    given = (
        *(bindparam("event", type_=Uuid()), _endpoint.id, _endpoint.firm, bindparam("kind", type_=String())),
        *(at, bindparam("data", type_=JSON()), state, at, firmtext.clock.sql()),
    )
    wants = (_endpoint.firm == bindparam("firm"), _endpoint.kinds.like(bindparam("wanted")))
    return select(*given).where(*wants, is_in(_endpoint.state, EndpointState.ON))


@lru_cache(maxsize=8)
def _adding(clock: Hashable) -> Insert:
    return insert(_delivery).from_select(COLUMNS, found()).execution_options(**{UNANSWERED: True})
