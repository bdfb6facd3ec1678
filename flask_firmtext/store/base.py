"""The declarative base of our tables: own metadata, own naming convention, nothing shared with the host's."""

from __future__ import annotations

import uuid

from sqlalchemy import Index, MetaData, String, text
from sqlalchemy.orm import DeclarativeBase
from uuid_utils.compat import uuid7

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


#: A reference of the host's: opaque to us.
Reference = String(255)
#: One of our own words: a state, a kind, a code.
Word = String(32)


class Base(DeclarativeBase):
    """Every ``firmtext_*`` table."""

    metadata = MetaData(naming_convention=NAMING)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {getattr(self, 'id', '')}>"


def new_id() -> uuid.UUID:
    """A UUIDv7: made before encryption, because it is part of the associated data, and sorted by time."""
    return uuid7()


def partial(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    """An index of the rows for which ``where`` holds. SQLite uses it for a query that says so in the same words."""
    return Index(name, *columns, unique=unique, postgresql_where=text(where), sqlite_where=text(where))
