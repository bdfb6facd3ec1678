"""The sweep's part in the record: once a minute what has settled is sealed, firm by firm, a little at a time."""

from __future__ import annotations

import math
import time
from collections import deque
from datetime import datetime, timedelta

from ..current import firmtext
from ..firm import sealing
from ..firm.sealing import AGE, LATE, LATELY, End
from ..store import seal_queries
from ..store.transactions import reading
from . import ends

#: Seconds between two passes, and between two that look further back for what came late.
EVERY, FAR_EVERY = 60.0, 3600.0
#: So long may a pass keep the sweep from its other work, with a back-log of millions of rows, too (seconds).
BUDGET = 2.0


class Sealer:
    """One sweep's passes. What one does not get done, the next goes on with."""

    def __init__(self) -> None:
        self.left: deque[tuple[str, timedelta, datetime | None]] = deque()
        self.looked = self.looked_far = -math.inf

    def look(self) -> None:
        """Seal, if it is time."""
        if not self.left and time.monotonic() - self.looked >= EVERY:
            self._plan()
        until = time.monotonic() + BUDGET
        moved: dict[str, tuple[End, End]] = {}
        try:
            while self.left and time.monotonic() < until:
                firm, back, since = self.left.popleft()
                done = sealing.seal(firm, back, lambda: time.monotonic() > until, since)
                if done.left is not None:
                    self.left.appendleft((firm, back, done.left))
                if done.end.n > done.began.n:
                    moved[firm] = done.began, done.end
        finally:
            ends.note(moved)

    def _plan(self) -> None:
        """At first, and once an hour, every firm: also those whose rows nobody sealed while no sweep was there."""
        self.looked = time.monotonic()
        far = self.looked - self.looked_far >= FAR_EVERY
        if far:
            self.looked_far = self.looked
        until = firmtext.clock.now() - AGE
        with reading() as session:
            firms = seal_queries.firms(session, None if far else until - LATELY, until)
        self.left.extend((firm, LATE if far else LATELY, None) for firm in firms)
