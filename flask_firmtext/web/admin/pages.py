"""Pages of a long list, each beginning after a row that the address names."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from flask import request
from sqlalchemy import literal, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Query
from sqlalchemy.types import TypeEngine

from ...clock import UTCDateTime
from ...messaging import full_pages

Order = Sequence[InstrumentedAttribute[Any]]

ARGUMENT = "before"
BETWEEN = "~"


class Page(list[Any]):
    """The lines of a page; ``older`` begins the next one, None on the last."""

    def __init__(self, lines: Iterable[Any], older: str | None) -> None:
        super().__init__(lines)
        self.older = older


def read(
    query: Query[Any], order: Order, size: int, seen: Callable[[Sequence[Any]], Sequence[Any]]
) -> tuple[Sequence[Any], str | None]:
    """The rows of the page that is asked for, the newest first, and where the next one begins.

    It is full, whatever of the rows may not be ``seen``.
    """

    def look(after: Sequence[Any] | None, many: int) -> Sequence[Any]:
        return behind(query, order, after, many).all()

    def place(row: Any) -> list[Any]:
        return [literal(getattr(row, column.key), column.type) for column in order]

    found, older = full_pages.read(look, seen, place, size, asked(order))
    return found, None if older is None else BETWEEN.join(_written(one.value) for one in older)


def behind(query: Query[Any], order: Order, after: Sequence[Any] | None, many: int) -> Query[Any]:
    """So many rows behind the one of which these values are."""
    if after is not None:
        query = query.filter(tuple_(*order) < tuple_(*after))
    return query.order_by(*(column.desc() for column in order)).limit(many)


def identity(written: str) -> uuid.UUID | None:
    """An id as it stands in an address; None, which is nobody's, when it is none."""
    try:
        return uuid.UUID(written)
    except ValueError:
        return None


def _written(value: Any) -> str:
    # With a Z: the plus of an offset is a space in an address.
    return f"{value:%Y-%m-%dT%H:%M:%S.%fZ}" if isinstance(value, datetime) else str(value)


def asked(order: Order) -> list[Any] | None:
    """The values in the address; None, which is the first page, when they are not what we write."""
    parts = request.args.get(ARGUMENT, "").split(BETWEEN)
    if len(parts) != len(order):
        return None
    try:
        return [literal(_value(column.type, part), column.type) for column, part in zip(order, parts, strict=True)]
    except (ValueError, OverflowError):
        return None


def _value(kind: TypeEngine[Any], written: str) -> Any:
    return datetime.fromisoformat(written).astimezone(UTC) if isinstance(kind, UTCDateTime) else uuid.UUID(written)
