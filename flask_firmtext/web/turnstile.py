"""Lets so many requests a minute pass for each address. Counted in this process's memory; safe for threads."""

from __future__ import annotations

import threading
import time
from collections import deque

MINUTE = 60.0
#: Of so many addresses we remember something at a time.
ADDRESSES = 10_000


class Turnstile:
    def __init__(self, a_minute: int) -> None:
        self._a_minute = a_minute
        self._passed: dict[str, deque[float]] = {}
        self._lock = threading.Lock()

    def passes(self, address: str) -> bool:
        """Whether this address has passed less often within the last minute. Who is turned away is not counted."""
        now = time.monotonic()
        with self._lock:
            if len(self._passed) >= ADDRESSES and address not in self._passed:
                self._forget(now - MINUTE)
            passed = self._passed.setdefault(address, deque())
            while passed and passed[0] <= now - MINUTE:
                passed.popleft()
            if len(passed) >= self._a_minute:
                return False
            passed.append(now)
            return True

    def _forget(self, before: float) -> None:
        self._passed = {address: passed for address, passed in self._passed.items() if passed and passed[-1] > before}
        if len(self._passed) >= ADDRESSES:
            self._passed.clear()
