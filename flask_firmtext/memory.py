"""What a process remembers for a while, shared by its threads."""

from __future__ import annotations

import threading
from typing import Generic, TypeVar

from cachetools import TTLCache

K = TypeVar("K")
V = TypeVar("V")


class Memory(Generic[K, V]):
    """Values kept for ``seconds``, at most ``most`` of them. Neither shown nor pickled: keys are among them."""

    def __init__(self, seconds: float, most: int = 10_000) -> None:
        self._kept: TTLCache[K, V] = TTLCache(most, seconds)
        self._lock = threading.Lock()

    def get(self, name: K) -> V | None:
        with self._lock:
            return self._kept.get(name)

    def put(self, name: K, value: V) -> None:
        with self._lock:
            self._kept[name] = value

    def first(self, name: K, value: V) -> bool:
        """Keep ``value`` unless something is kept under ``name``. Returns whether nothing was."""
        with self._lock:
            if name in self._kept:
                return False
            self._kept[name] = value
            return True

    def forget(self) -> None:
        """Begin anew: what is kept may not be so any more."""
        with self._lock:
            self._kept.clear()

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def __reduce__(self) -> str:
        raise TypeError("what a process remembers is not pickled")
