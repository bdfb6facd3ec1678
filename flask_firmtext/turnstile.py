"""Lets so many pass within a while for each name. Counted in this process's memory; safe for threads."""

from __future__ import annotations

import threading
import time
from collections import deque

MINUTE = 60.0
#: Of so many names we remember something at a time.
ADDRESSES = 10_000


class Turnstile:
    def __init__(self, most: int, seconds: float = MINUTE) -> None:
        self._most, self._seconds = most, seconds
        self._passed: dict[str, deque[float]] = {}
        self._lock = threading.Lock()

    def passes(self, name: str, times: int = 1) -> bool:
        """Whether it has passed less often lately. Who is turned away is not counted.

        More ``times`` at once than are allowed pass where nobody has passed lately: they are one decision.
        """
        now = time.monotonic()
        with self._lock:
            if len(self._passed) >= ADDRESSES and name not in self._passed:
                self._forget(now - self._seconds)
            passed = self._of(name, now)
            if passed and len(passed) + times > self._most:
                return False
            passed.extend([now] * times)
            return True

    def give_back(self, name: str, times: int = 1) -> None:
        """What passed just now was turned away elsewhere: it does not count."""
        with self._lock:
            passed = self._passed.get(name, deque())
            for _ in range(min(times, len(passed))):
                passed.pop()

    def lately(self, name: str) -> int:
        """How often it has passed lately."""
        with self._lock:
            return len(self._of(name, time.monotonic()))

    def wait(self, name: str) -> float:
        """In how many seconds the first of those who passed lately counts no more."""
        with self._lock:
            passed = self._of(name, time.monotonic())
            return passed[0] + self._seconds - time.monotonic() if passed else 0.0

    def _of(self, name: str, now: float) -> deque[float]:
        passed = self._passed.setdefault(name, deque())
        while passed and passed[0] <= now - self._seconds:
            passed.popleft()
        return passed

    def _forget(self, before: float) -> None:
        self._passed = {name: passed for name, passed in self._passed.items() if passed and passed[-1] > before}
        if len(self._passed) >= ADDRESSES:
            self._passed.clear()
