"""The clerk who erases: what a rule lets go, at night; and whatever somebody began and did not come to the end of."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from flask import Flask

from ..current import firmtext
from ..firm import erasure_requests, erasures, retention
from ..store import erasure_queries
from ..store.models import Erased, Erasure
from ..store.transactions import reading
from .clerk import Clerk, Stopping
from .stop import stopping


def for_erasing(app: Flask) -> Clerk:
    """Everything that is to be erased and is not yet."""
    return Clerk(app, "erasing", _due, _go_on)


def _due() -> Sequence[Any]:
    """Erasures come before nights: a night counts what is left."""
    now = firmtext.clock.now()
    with reading() as session:
        full: list[Any] = [row for row in erasure_queries.full(session) if row.at < now - erasures.PAUSE]
        open_ones: list[Any] = list(erasure_queries.unfinished(session, now))
    return full[:1] or open_ones or list(retention.due())


def _go_on(one: Any) -> None:
    with suppress(Stopping):
        if isinstance(one, Erased):
            erasures.empty_all(one.firm, _unless_stopping)
        elif isinstance(one, Erasure):
            _finish(one)
        else:
            retention.tonight(one, _unless_stopping)


def _finish(one: Erasure) -> None:
    if one.cause == erasure_requests.CAUSE:
        erasures.put_off(one)  # another sweep need not do the same beside us
        erasure_requests.go_on(one)
    else:
        erasures.finish(one, left={})


def _unless_stopping(done: int) -> None:
    if stopping.is_set():
        raise Stopping
