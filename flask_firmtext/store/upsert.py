"""INSERT … ON CONFLICT on both databases: a repeat is detected by the insert, never by a look first."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, cast

from sqlalchemy import ClauseElement, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, scoped_session

from .base import Base

INSERT: dict[str, Any] = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}

Sessions = Session | scoped_session[Any]


def insert_once(session: Sessions, model: type[Base], **values: Any) -> bool:
    """Insert a row unless one with the same key is there. Returns whether this one went in."""
    inserting = _once(model, session.get_bind().dialect.name)
    if any(isinstance(value, ClauseElement) for value in values.values()):
        return session.execute(inserting.values(**values)).first() is not None
    return session.connection().execute(inserting, values).first() is not None


@lru_cache(maxsize=256)
def _once(model: type[Base], dialect: str) -> Any:
    table = cast(Table, model.__table__)
    return INSERT[dialect](table).on_conflict_do_nothing().returning(*table.primary_key)


def insert_or_update(
    session: Sessions, model: type[Base], keys: list[str], values: dict[str, Any], changes: dict[str, Any]
) -> None:
    """Insert a row, or change the one that has the same ``keys``."""
    insert = INSERT[session.get_bind().dialect.name](model.__table__).values(**values)
    session.execute(insert.on_conflict_do_update(index_elements=keys, set_=changes))
