"""A reference is a key of the host's as text. One that cannot be a key is nobody's, and the database is not asked."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Enum, Integer, String, TypeDecorator, Uuid, false, type_coerce
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.types import TypeEngine

from .columns import expression

LONGEST = 255
_BIGGEST = 2**63


class Reference:
    """A column of keys, asked for with references."""

    def __init__(self, attribute: Any) -> None:
        self.attribute = attribute
        column = expression(attribute)
        self._read = reader(column.type) or _text
        # With the column's own type a number too large for it is an error of PostgreSQL's, which ends the transaction.
        self._column = type_coerce(column, BigInteger) if _plain(column.type, Integer) else column

    def key(self, ref: str) -> Any | None:
        """The key that ``ref`` is the text of, None when it is none."""
        try:
            key = self._read(ref)
        except Exception:  # a host's own type says in its own words that this is no key
            return None
        return key if key is not None and str(key) == ref else None

    def equals(self, ref: str) -> ColumnElement[bool]:
        """A condition on the row with this reference."""
        key = self.key(ref)
        return false() if key is None else self._column == key

    def among(self, refs: Iterable[str]) -> ColumnElement[bool]:
        """A condition on the rows with these references."""
        keys = [key for key in map(self.key, dict.fromkeys(refs)) if key is not None]
        return self._column.in_(keys) if keys else false()


def reader(kind: TypeEngine[Any]) -> Callable[[str], Any | None] | None:
    """How a text becomes a key of this type; None for a type that has no text of its own."""
    if isinstance(kind, TypeDecorator):
        return _decorated(kind)
    if isinstance(kind, Integer):
        return _whole_number
    if isinstance(kind, Uuid):
        return _uuid if kind.as_uuid else _uuid_text
    return _text if isinstance(kind, String) and not isinstance(kind, Enum) else None


def _plain(kind: TypeEngine[Any], wanted: type[TypeEngine[Any]]) -> bool:
    return isinstance(kind, wanted) and not isinstance(kind, TypeDecorator)


def _decorated(kind: TypeDecorator[Any]) -> Callable[[str], Any | None] | None:
    inner = reader(kind.impl_instance)

    def read(ref: str) -> Any | None:
        key = inner(ref) if inner else None
        kind.process_bind_param(key, DefaultDialect())
        return key

    return read if inner else None


def _whole_number(ref: str) -> int | None:
    number = int(ref) if re.fullmatch(r"-?[0-9]{1,19}", ref, re.ASCII) else None
    return number if number is not None and -_BIGGEST <= number < _BIGGEST else None


def _uuid(ref: str) -> uuid.UUID:
    return uuid.UUID(ref)


def _uuid_text(ref: str) -> str:
    return str(uuid.UUID(ref))


def _text(ref: str) -> str | None:
    ref.encode()  # a lone surrogate is no text for a database
    return ref if 0 < len(ref) <= LONGEST and "\x00" not in ref else None
