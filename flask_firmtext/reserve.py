"""Connections beside the host's, for what must not wait until slow pages of the host give theirs back."""

from __future__ import annotations

import copy
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, event
from sqlalchemy.pool import QueuePool

_reserved: ContextVar[bool] = ContextVar("firmtext_reserved", default=False)


@contextmanager
def reserved() -> Iterator[None]:
    """Transactions of ours in here have connections that no page of the host has taken."""
    before = _reserved.set(True)
    try:
        yield
    finally:
        _reserved.reset(before)


class Reserve:
    """A twin of the host's engine: its address, options and the listeners it has by then; its pool is as large.

    It goes when the host's connections go (``dispose``, as after a fork), and is made anew when next needed.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._twins: WeakKeyDictionary[Engine, tuple[Engine, int]] = WeakKeyDictionary()

    def beside(self, engine: Engine) -> Engine:
        """``engine`` itself or, where connections are reserved, its twin.

        Other pools than a queue have no end, or have one connection that is the database (SQLite in memory).
        """
        if not _reserved.get() or not isinstance(engine.pool, QueuePool):
            return engine
        with self._lock:
            if engine not in self._twins:
                self._twins[engine] = (_twin(engine), os.getpid())
                if not event.contains(engine, "engine_disposed", self._forget):
                    event.listen(engine, "engine_disposed", self._forget)
            return self._twins[engine][0]

    def _forget(self, engine: Engine) -> None:
        with self._lock:
            twin, made_in = self._twins.pop(engine, (None, 0))
        # A socket that was inherited is the parent's.
        if twin is not None and made_in == os.getpid():
            twin.pool.dispose()


def _twin(engine: Engine) -> Engine:
    """SQLAlchemy makes an engine's next pool so, too, when it is disposed: the listeners go with it."""
    twin = copy.copy(engine)
    twin.pool = engine.pool.recreate()
    return twin
