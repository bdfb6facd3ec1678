"""Doing things later, many at once."""

from __future__ import annotations

import heapq
import itertools
import threading
import time
from collections.abc import Callable

#: Webhooks that may wait for the customer's answer at the same time.
HANDS = 64


class Schedule:
    """A clock that does due work, each in a thread of its own."""

    def __init__(self) -> None:
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._order = itertools.count()
        self._changed = threading.Condition()
        self._ended = False
        self._hands = threading.BoundedSemaphore(HANDS)
        self._clock = threading.Thread(target=self._run, name="sandbox-clock", daemon=True)
        self._clock.start()

    def after(self, seconds: float, work: Callable[[], None]) -> None:
        """Do `work` in `seconds`, or never when the sandbox ends before."""
        with self._changed:
            heapq.heappush(self._due, (time.monotonic() + seconds, next(self._order), work))
            self._changed.notify()

    def empty(self) -> None:
        """Forget what was planned."""
        with self._changed:
            self._due.clear()

    def close(self) -> None:
        """Plan and do no more; what is being done is not waited for."""
        with self._changed:
            self._ended = True
            self._changed.notify()
        self._clock.join()

    def _run(self) -> None:
        while not self._ended:
            with self._changed:
                wait = self._due[0][0] - time.monotonic() if self._due else None
                if wait is None or wait > 0:
                    self._changed.wait(wait)
                    continue
                work = heapq.heappop(self._due)[2]
            self._hands.acquire()
            # A daemon, unlike the threads of an executor: a customer who never answers must not keep us from ending.
            threading.Thread(target=self._do, args=(work,), name="sandbox-webhook", daemon=True).start()

    def _do(self, work: Callable[[], None]) -> None:
        try:
            work()
        finally:
            self._hands.release()
