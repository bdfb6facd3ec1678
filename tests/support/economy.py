"""What is equal in every application of the tests is made once a process: making it costs more than most tests do."""

from __future__ import annotations

import gc
import sqlite3
from collections.abc import Callable
from contextlib import closing
from functools import wraps
from pathlib import Path
from types import CodeType
from typing import Any

import psycopg
import sqlalchemy as sa
from flask import Flask
from jinja2 import FileSystemBytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule

#: After so many container objects it looks again at what lives longer: some 25 applications are garbage by then.
YOUNG = (5_000, 10, 4)
#: More statements than ours are.
STATEMENTS = 3_000
#: What an engine of the host of the tests is made with.
ORDINARY = {"hide_parameters": True}


def leave_what_stays_to_itself() -> None:
    """The collector need not look at modules and tests again and again: they stay, and are most of all objects."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*YOUNG)


class Compiled(FileSystemBytecodeCache):
    """Templates as they were compiled for the first application, here or in another process of this run."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        super().__init__(str(folder))
        self._known: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._known.get((bucket.key, bucket.checksum))
        if bucket.code is None:
            super().load_bytecode(bucket)
            self._remember(bucket)

    def dump_bytecode(self, bucket: Bucket) -> None:
        super().dump_bytecode(bucket)
        self._remember(bucket)

    def _remember(self, bucket: Bucket) -> None:
        if bucket.code is not None:
            self._known[bucket.key, bucket.checksum] = bucket.code


class Engines:
    """The engine of each database that applications share; theirs have its dialect and the statements it compiled.

    Pools, connections, listeners and options stay each application's own.
    """

    def __init__(self) -> None:
        self._first: dict[str, sa.Engine] = {}

    def add(self, url: str) -> sa.Engine:
        """One that has been connected: its dialect knows the server."""
        engine = sa.create_engine(url, poolclass=sa.NullPool, query_cache_size=STATEMENTS)
        engine.connect().close()
        return self._first.setdefault(url, engine)

    def lend(self, app: Flask) -> None:
        first = self._first.get(app.config["SQLALCHEMY_DATABASE_URI"])
        if first is None or app.config["SQLALCHEMY_ENGINE_OPTIONS"] != ORDINARY:
            return
        with app.app_context():
            engine = app.extensions["sqlalchemy"].engines[None]
        engine.dialect = engine.pool._dialect = first.dialect
        engine._compiled_cache = first._compiled_cache


def empty(url: str, tables: list[sa.Table]) -> None:
    """Delete every row, in one trip: PostgreSQL's TRUNCATE takes longer than most tests."""
    deletions = ";".join(f'DELETE FROM "{table.name}"' for table in tables)
    address = sa.make_url(url)
    if address.get_backend_name() == "sqlite":
        with closing(sqlite3.connect(str(address.database))) as file:
            file.executescript(f"BEGIN;{deletions};COMMIT")
    else:
        plain = address.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(plain) as connection:
            connection.execute(deletions)  # type: ignore[call-overload]


def remember_builders_of_addresses() -> None:
    """A rule of Werkzeug's compiles two functions, of nothing but its own words where it has no defaults."""
    compiling: Callable[..., Any] = Rule._compile_builder
    if hasattr(compiling, "__wrapped__"):
        return
    known: LRUCache[Any, Callable[..., Any]] = LRUCache(5_000)

    @wraps(compiling)
    def compiled(rule: Rule, append_unknown: bool = True) -> Callable[..., Any]:
        if rule.defaults:
            return compiling(rule, append_unknown)
        words = (append_unknown, rule.rule, *rule._trace)
        if words not in known:
            known[words] = compiling(rule, append_unknown)
        return known[words]

    Rule._compile_builder = compiled  # type: ignore[method-assign]
