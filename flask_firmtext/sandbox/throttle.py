"""How many requests a second the carrier takes from one customer."""

from __future__ import annotations

import threading
import time


class Throttle:
    """A bucket that holds one second's worth of requests. Safe for threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._level: float | None = None
        self._since = time.monotonic()

    def allows(self, per_second: float) -> bool:
        """Take one request from the bucket; 0 a second is no limit."""
        if per_second == 0:
            return True
        with self._lock:
            now = time.monotonic()
            level = per_second if self._level is None else self._level + (now - self._since) * per_second
            self._level, self._since = min(per_second, level), now
            if self._level < 1:
                return False
            self._level -= 1
            return True
