"""The rows of a mapped model: each by its reference, and a firm's only."""

from __future__ import annotations

from typing import Any

from flask import has_request_context
from sqlalchemy import ColumnElement, and_, false, inspect, true

from .columns import expression
from .pages import Pages
from .references import Reference

#: What a :class:`Rows` is made of: any map of a model.
Map = Any


class Rows:
    """The rows of a model, as a map has them.

    :param only: the reference of the one firm of a host without a map of firms, whose all rows are.
    """

    def __init__(self, mapped: Map, only: str | None) -> None:
        self.model = mapped.model
        self.ref = Reference(primary_key(mapped.model) if mapped.ref is None else mapped.ref)
        self._where = getattr(mapped, "where", None)
        self._pages = Pages(mapped)
        self._only = only
        self._firm = None if only is not None else Reference(mapped.firm)

    @property
    def counted(self) -> ColumnElement[bool]:
        """The rows that a host means."""
        return true() if self._where is None else expression(self._where)

    def of(self, firm: str) -> ColumnElement[bool]:
        """Those of them that are this firm's."""
        if self._firm is not None:
            return and_(self._firm.equals(firm), self.counted)
        return self.counted if firm == self._only else false()

    def page(self, ref: str) -> str | None:
        """The address of a row's page. A worker has no request and shows nobody a link."""
        key = self.ref.key(ref)
        return self._pages.address(key) if key is not None and has_request_context() else None


def primary_key(model: type) -> Any:
    """The attribute of a model's primary key. :raises ValueError: it has several columns, or the model has none."""
    mapper: Any = inspect(model)
    (column,) = mapper.primary_key
    return getattr(model, mapper.get_property_by_column(column).key)
