"""Connections beside the host's, for what must not wait until slow pages of the host give theirs back."""

from __future__ import annotations

import copy
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cached_property

from sqlalchemy import Engine, event
from sqlalchemy.pool import QueuePool

from .pipeline import is_possible, pipelined

_reserved: ContextVar[bool] = ContextVar("firmtext_reserved", default=False)


@contextmanager
def reserved() -> Iterator[None]:
    """Transactions of ours in here have connections that no page of the host has taken."""
    before = _reserved.set(True)
    try:
        yield
    finally:
        _reserved.reset(before)


class Lines:
    """An engine's connections, in the ways in which we use them. Each is made once: to make one takes longer than a
    statement."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    @cached_property
    def reading(self) -> Engine:
        """For looks: on PostgreSQL each statement sees what is committed when it begins anyway, and a BEGIN and a
        ROLLBACK around one look take twice its time."""
        return self._isolated("AUTOCOMMIT")

    @cached_property
    def writing(self) -> Engine:
        """For transactions of ours. On PostgreSQL they run under READ COMMITTED, whatever the host's say."""
        return pipelined(self.engine) if is_possible(self.engine) else self._isolated("READ COMMITTED")

    def _isolated(self, level: str) -> Engine:
        engine = self.engine
        return engine.execution_options(isolation_level=level) if engine.dialect.name == "postgresql" else engine


class Reserve:
    """A twin of the host's engine: its address, options and the listeners it has by then; its pool is as large.

    It goes when the host's connections go (``dispose``, as after a fork), and is made anew when next needed.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._hosts: dict[Engine, Lines] = {}
        self._twins: dict[Engine, tuple[Lines, int]] = {}

    def lines(self, engine: Engine) -> Lines:
        """Those of ``engine`` itself or, where connections are reserved, of its twin.

        Other pools than a queue have no end, or have one connection that is the database (SQLite in memory).
        """
        with self._lock:
            if not _reserved.get() or not isinstance(engine.pool, QueuePool):
                return self._hosts.setdefault(engine, Lines(engine))
            if engine not in self._twins:
                self._twins[engine] = (Lines(_twin(engine)), os.getpid())
                if not event.contains(engine, "engine_disposed", self._forget):
                    event.listen(engine, "engine_disposed", self._forget)
            return self._twins[engine][0]

    def _forget(self, engine: Engine) -> None:
        with self._lock:
            twin, made_in = self._twins.pop(engine, (None, 0))
        # A socket that was inherited is the parent's.
        if twin is not None and made_in == os.getpid():
            twin.engine.pool.dispose()


def _twin(engine: Engine) -> Engine:
    """SQLAlchemy makes an engine's next pool so, too, when it is disposed: the listeners go with it."""
    twin = copy.copy(engine)
    twin.pool = engine.pool.recreate()
    return twin
