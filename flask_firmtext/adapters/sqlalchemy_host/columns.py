"""A map's attributes as columns of a SELECT: whole rows are not loaded, so that nothing else is, one by one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Enum, String, TypeDecorator, cast, func, literal
from sqlalchemy.orm import QueryableAttribute

Values = dict[str, tuple[Any, ...]]


def expression(value: Any) -> ColumnElement[Any]:
    """A column, hybrid or expression as an SQL expression; a plain value as a literal."""
    if hasattr(value, "__clause_element__"):
        return value.__clause_element__()  # type: ignore[no-any-return]
    return value if isinstance(value, ColumnElement) else literal(value)


def listed(value: Any) -> Sequence[Any]:
    """One column or several as a list; none of None."""
    if value is None:
        return ()
    return value if isinstance(value, tuple | list) else (value,)


class Columns:
    """What is selected of a model, under the names that a map has for it."""

    def __init__(self, **attributes: Any) -> None:
        self._attributes = {name: listed(value) for name, value in attributes.items()}
        self.selected: list[Any] = []
        self._places: dict[str, slice] = {}
        for name, some in self._attributes.items():
            self._places[name] = slice(len(self.selected), len(self.selected) + len(some))
            self.selected += [_selectable(one).label(f"{name}_{n}") for n, one in enumerate(some)]

    def read(self, row: Sequence[Any]) -> Values:
        """What stands in a row of these columns, which come first in it, by name; of several columns all."""
        return {name: tuple(row[place]) for name, place in self._places.items()}

    @property
    def on_instances(self) -> bool:
        """Whether an instance of the model has all of it, so that the database need not be asked."""
        return all(_is_attribute(one) for some in self._attributes.values() for one in some)

    def of(self, instance: Any) -> Values:
        """The same of an instance of the model."""
        return {
            name: tuple(getattr(instance, one.key) if hasattr(one, "key") else one for one in some)
            for name, some in self._attributes.items()
        }


def first(values: tuple[Any, ...], otherwise: Any = None) -> Any:
    """What the only column holds, ``otherwise`` where there is none or it is empty."""
    return values[0] if values and values[0] not in (None, "") else otherwise


def joined(values: tuple[Any, ...]) -> str:
    """Words of several columns as one."""
    return " ".join(" ".join(str(value) for value in values if value is not None).split())


def words(attributes: Any) -> ColumnElement[str]:
    """The same in SQL, to search in and to sort by."""
    parts = [func.coalesce(as_text(expression(one)), "") for one in listed(attributes)]
    whole: ColumnElement[str] = parts[0]
    for part in parts[1:]:
        whole = whole + literal(" ", String) + part
    return func.trim(whole) if len(parts) > 1 else whole


def as_text(column: ColumnElement[Any]) -> ColumnElement[str]:
    """A column of numbers or of an enumeration as text; one of text as it is."""
    kind = column.type
    if isinstance(kind, String | TypeDecorator) and not isinstance(kind, Enum):
        return column
    return cast(column, String)


def _selectable(value: Any) -> Any:
    return value if isinstance(value, QueryableAttribute) else expression(value)


def _is_attribute(value: Any) -> bool:
    return isinstance(value, QueryableAttribute | bool | str)
