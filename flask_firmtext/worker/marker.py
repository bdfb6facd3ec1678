"""What makes texts searchable beside everything else: within seconds, firm by firm, a little at a time."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from ..current import firmtext
from ..messaging import marking
from ..messaging.marking import LATE
from ..store import indexes, search_queries
from ..store.search_queries import Standing
from ..store.transactions import reading
from .stop import stopping

#: So long may one firm's texts keep the others' waiting, and so long is one left alone whose texts cannot be marked.
SLICE, REST = 5.0, 60.0
#: How far back is looked, and after how many seconds again, while something changes: a transaction that took long has
#: written texts that seem older than what was marked before.
LOOKS = ((timedelta(hours=26), 3600.0), (LATE, 60.0), (timedelta(seconds=30), 0.0))
#: Once a day everything is looked at.
WHOLE_EVERY = timedelta(days=1)


class Enough(Exception):
    """Others are waiting; the next look goes on."""


@dataclass(frozen=True, slots=True)
class Due:
    """A firm whose texts are to be walked, ``back`` before what was walked already; its count of changes is known."""

    firm: str
    back: timedelta | None
    changes: int


class Marker:
    """What one process remembers of its looks. Another one may do the same work; each text is marked once."""

    def __init__(self) -> None:
        self.looks: dict[tuple[str, timedelta], tuple[int, float]] = {}
        self.rests: dict[str, float] = {}

    def due(self) -> Sequence[Due]:
        """Firms of which something has changed, or that were looked at long ago."""
        with reading() as session:
            key = marking.key_id(indexes.writing(session))
            found = search_queries.standings(session)
        resting = {firm for firm, until in self.rests.items() if time.monotonic() < until}
        wanted = ((one, self._wants(one, key)) for one in found if one.firm not in resting)
        return [Due(one.firm, back, one.changes) for one, (wants, back) in wanted if wants]

    def _wants(self, one: Standing, key: int) -> tuple[bool, timedelta | None]:
        """Whether this firm is to be looked at, and how far back."""
        if one.key != key or one.walked_at is None:
            return True, LATE
        if firmtext.clock.now() - one.walked_at > WHOLE_EVERY:
            return True, None
        for back, seconds in LOOKS:
            changes, at = self.looks.get((one.firm, back), (None, -math.inf))
            if changes != one.changes and time.monotonic() - at >= seconds:
                return True, back
        return False, None

    def work(self, one: Due) -> None:
        """Mark the texts of one firm. What fails is tried again in a minute."""
        until = time.monotonic() + SLICE
        self.rests[one.firm] = time.monotonic() + REST

        def tell(count: int) -> None:
            if stopping.is_set() or time.monotonic() > until:
                raise Enough

        try:
            marking.walk(one.firm, one.back, tell)
        except Enough:
            del self.rests[one.firm]
            return
        del self.rests[one.firm]
        for back, _seconds in LOOKS:
            if one.back is None or back <= one.back:
                self.looks[one.firm, back] = one.changes, time.monotonic()
