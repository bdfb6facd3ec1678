"""What time it is, for everyone: the database's clock where rows are compared, the process's where budgets are kept."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, DateTime, Float, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator


class UTCDateTime(TypeDecorator[datetime]):
    """An aware moment in UTC. PostgreSQL keeps the zone; SQLite keeps naive text that means UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone: pass an aware datetime")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class database_now(FunctionElement[datetime]):  # noqa: N801 - reads as the SQL function that it is
    """The database's clock plus some seconds: real time, not PostgreSQL's start of the transaction."""

    type = UTCDateTime()
    inherit_cache = True


@compiles(database_now)
def _postgresql(element: database_now, compiler: SQLCompiler, **kw: Any) -> str:
    return f"(clock_timestamp() + make_interval(secs => {compiler.process(element.clauses, **kw)}))"


@compiles(database_now, "sqlite")
def _sqlite(element: database_now, compiler: SQLCompiler, **kw: Any) -> str:
    seconds = compiler.process(element.clauses, **kw)
    return f"(strftime('%Y-%m-%d %H:%M:%f', 'now', {seconds} || ' seconds') || '000')"


class Clock:
    """The production clock."""

    def now(self) -> datetime:
        """The process's idea of now, aware, UTC."""
        return datetime.now(UTC)

    def key(self) -> Hashable:
        """Clocks with the same key say the same in SQL, so that a statement built with one serves the other."""
        return None

    def sql(self, offset: timedelta = timedelta(0)) -> ColumnElement[datetime]:
        """Now plus ``offset``, judged by the database."""
        return database_now(bindparam(None, offset.total_seconds(), type_=Float()))


class ShiftedClock(Clock):
    """A clock that is ahead or behind and goes on: for ``sweep --once --as-of TIME``."""

    def __init__(self, shift: timedelta) -> None:
        self.shift = shift

    def now(self) -> datetime:
        return super().now() + self.shift

    def key(self) -> Hashable:
        return self.shift

    def sql(self, offset: timedelta = timedelta(0)) -> ColumnElement[datetime]:
        return super().sql(offset + self.shift)


class FixedClock(Clock):
    """A clock that stands where it was put: for tests."""

    def __init__(self, at: datetime) -> None:
        self.at = at.astimezone(UTC)

    def now(self) -> datetime:
        return self.at

    def key(self) -> Hashable:
        return self.at

    def move(self, by: timedelta) -> None:
        self.at += by

    def sql(self, offset: timedelta = timedelta(0)) -> ColumnElement[datetime]:
        return bindparam(None, self.at + offset, type_=UTCDateTime())
