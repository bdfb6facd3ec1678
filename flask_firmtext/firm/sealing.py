"""Sealing the record: rows that have settled become a link of their firm's chain, and no change waits for it.

A seal names its rows. So a row whose transaction was open for longer than others', or whose process had a clock that is
behind, is found by not being named, and gets into a later seal; whoever seals the same rows at the same time loses the
race for the seal's number and writes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from ..current import firmtext
from ..store import keys, seal_queries, seals
from ..store.models import AuditSeal
from ..store.transactions import own, reading
from ..store.upsert import insert_once

#: So old is a row before it is sealed: most transactions are over by then.
AGE = timedelta(minutes=2)
#: So far back each pass looks for rows that came late, and once an hour.
LATELY, LATE = timedelta(minutes=10), timedelta(hours=25)
#: Rows in one seal.
MOST = 1000


@dataclass(frozen=True, slots=True)
class End:
    """Where a chain ends: number and hash of its newest seal, and the time up to which it has seen rows."""

    n: int = 0
    hash: bytes = seals.BEGINNING
    until: datetime | None = None


def end_of(firm: str) -> End:
    """Where a firm's chain ends now."""
    with reading() as session:
        found = seal_queries.last(session, firm)
        return End(found.n, bytes(found.hash), seal_queries.sealed_until(session, firm)) if found else End()


@dataclass(frozen=True, slots=True)
class Pass:
    """What a pass did: where the chain ended before and ends now. ``left`` is where the next goes on; None: done."""

    began: End
    end: End
    left: datetime | None = None


def seal(
    firm: str, look_back: timedelta, enough: Callable[[], bool] = lambda: False, since: datetime | None = None
) -> Pass:
    """Seal what has settled since the newest sealed row, or in ``look_back`` before now, or where a pass has stopped.

    ``enough`` is asked between seals. Whatever is not done, because of it or of a SIGKILL, a later pass does.
    """
    began = end = end_of(firm)
    until = firmtext.clock.now() - AGE
    if since is None and end.until is not None:
        since = min(end.until, until - look_back)
    with reading() as session:
        for piece in seal_queries.unsealed(session, firm, since, until):
            for batch in _batches(piece.rows, began.until):
                after = _sealed(firm, batch, end)
                if after is None:
                    return Pass(began, end_of(firm))
                end = after
                if enough():
                    return Pass(began, end, batch[-1].at)
            if enough():
                return Pass(began, end, piece.until)
    return Pass(began, end)


def _batches(rows: Sequence[Any], settled: datetime | None) -> Iterator[Sequence[Any]]:
    """Rows in order of time, some at a time. Late ones are apart, so that a seal spans little."""
    late = [row for row in rows if settled is not None and row.at <= settled]
    for some in (late, rows[len(late) :]):
        yield from (some[begin : begin + MOST] for begin in range(0, len(some), MOST))


def _sealed(firm: str, batch: Sequence[Any], end: End) -> End | None:
    """One more link. None when somebody else has made it."""
    with reading() as session:
        rows = [*seal_queries.rows(session, firm, [row.id for row in batch]).values()]
    with own() as session:
        key_id, key = keys.to_encrypt(session, firm, seals.SCOPE)
        link = AuditSeal(
            firm=firm,
            n=end.n + 1,
            at=firmtext.clock.now(),
            first_at=batch[0].at,
            last_at=batch[-1].at,
            count=len(rows),
            key_id=key_id,
            previous=end.hash,
            members=seals.members(rows),
        )
        link.hash = seals.hash_of(link)
        link.mac = seals.mac_of(key, link.hash)
        values = {column.key: getattr(link, column.key) for column in AuditSeal.__table__.columns}
        if not insert_once(session, AuditSeal, **values):
            return None
    return End(link.n, link.hash, max(link.last_at, end.until or link.last_at))
