"""INSERT … ON CONFLICT on both databases: a repeat is detected by the insert, never by a look first."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, scoped_session

from .base import Base

INSERT: dict[str, Any] = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}

Sessions = Session | scoped_session[Any]


def insert_once(session: Sessions, model: type[Base], **values: Any) -> bool:
    """Insert a row unless one with the same key is there. Returns whether this one went in."""
    table = cast(Table, model.__table__)
    insert = INSERT[session.get_bind().dialect.name](table).values(**values).on_conflict_do_nothing()
    return session.execute(insert.returning(*table.primary_key)).first() is not None


def insert_or_update(
    session: Sessions, model: type[Base], keys: list[str], values: dict[str, Any], changes: dict[str, Any]
) -> None:
    """Insert a row, or change the one that has the same ``keys``."""
    insert = INSERT[session.get_bind().dialect.name](model.__table__).values(**values)
    session.execute(insert.on_conflict_do_update(index_elements=keys, set_=changes))
