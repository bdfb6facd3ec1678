"""Where a contact's numbers stand: in columns beside its name, or in a table of their own."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from sqlalchemy import ColumnElement, inspect, or_, select

from ...ports.values import PhoneNumber
from . import maps, written
from .columns import as_text, expression
from .rows import Rows


class Written(NamedTuple):
    """A number as it stands there, its label, and whether texts are wanted on it."""

    number: Any
    label: str = ""
    texting: bool = False


class Place(Protocol):
    """Where numbers stand."""

    @property
    def selected(self) -> Sequence[Any]:
        """Columns of the contact's own row."""

    def having(self, numbers: Collection[str], country: str) -> ColumnElement[bool]:
        """A condition on contacts with one of these numbers (E.164)."""

    def containing(self, digits: Iterable[str]) -> ColumnElement[bool]:
        """A condition on contacts with a number that has these in it."""

    def of(self, session: Any, rows: Mapping[str, Sequence[Any]]) -> Mapping[str, Sequence[Written]]:
        """The numbers of contacts by reference, from the ``selected`` of their rows or with one query for all."""


class Known(NamedTuple):
    """The numbers of a contact in E.164."""

    numbers: tuple[PhoneNumber, ...]
    texting: str | None


def known(found: Iterable[Written], country: str) -> Known:
    """What was found as FirmText's values, each number once; what cannot be read is left out."""
    numbers: dict[str, PhoneNumber] = {}
    texting = None
    for one in found:
        e164 = written.read(one.number, country)
        if e164 is not None:
            numbers.setdefault(e164, PhoneNumber(e164, one.label))
            texting = e164 if one.texting and texting is None else texting
    return Known(tuple(numbers.values()), texting)


class InColumns:
    """Numbers in columns of the contact, the preferred first."""

    def __init__(self, mapped: Any) -> None:
        by_label = mapped if isinstance(mapped, Mapping) else {_label(one): one for one in _listed(mapped)}
        self._labels = list(by_label)
        self._columns = list(by_label.values())
        self.selected = [expression(_column(one)).label(f"number_{n}") for n, one in enumerate(self._columns)]

    def having(self, numbers: Collection[str], country: str) -> ColumnElement[bool]:
        return or_(*(_equal(one, numbers, country) for one in self._columns))

    def containing(self, digits: Iterable[str]) -> ColumnElement[bool]:
        return or_(*(_contains(one, digits) for one in self._columns))

    def of(self, session: Any, rows: Mapping[str, Sequence[Any]]) -> Mapping[str, Sequence[Written]]:
        return {ref: list(map(Written, row, self._labels)) for ref, row in rows.items()}


class InATable:
    """Numbers in rows of their own."""

    selected: Sequence[Any] = ()

    def __init__(self, mapped: maps.Numbers, contacts: Rows) -> None:
        self._mapped, self._contacts = mapped, contacts
        label = mapped.label if mapped.label is not None else ""
        texting = mapped.texting if mapped.texting is not None else False
        asked = [contacts.ref.attribute, _column(mapped.number), expression(label), expression(texting)]
        order = mapped.through.property.order_by or inspect(mapped.through.property.mapper).primary_key
        self._all = select(*asked).select_from(contacts.model).join(mapped.through).order_by(*order)

    def having(self, numbers: Collection[str], country: str) -> ColumnElement[bool]:
        return self._any(_equal(self._mapped.number, numbers, country))

    def containing(self, digits: Iterable[str]) -> ColumnElement[bool]:
        return self._any(_contains(self._mapped.number, digits))

    def of(self, session: Any, rows: Mapping[str, Sequence[Any]]) -> Mapping[str, Sequence[Written]]:
        found: dict[str, list[Written]] = {ref: [] for ref in rows}
        if found:
            for ref, number, label, texting in session.execute(self._all.where(self._contacts.ref.among(found))):
                found[str(ref)].append(Written(number, str(label or ""), bool(texting)))
        return found

    def _any(self, condition: ColumnElement[bool]) -> ColumnElement[bool]:
        there: ColumnElement[bool] = self._mapped.through.any(condition)
        return there


def place(mapped: Any, contacts: Rows) -> Place:
    """Where the numbers of a map stand."""
    return InATable(mapped, contacts) if isinstance(mapped, maps.Numbers) else InColumns(mapped)


def _equal(mapped: Any, numbers: Collection[str], country: str) -> ColumnElement[bool]:
    """In any way of writing. An index on the very function helps, or one on a column of nothing but E.164."""
    if isinstance(mapped, maps.E164):
        exact: ColumnElement[bool] = expression(mapped.column).in_(numbers)
        return exact
    ways = {way for number in numbers for way in written.forms(number, country)}
    return written.digits(as_text(expression(mapped))).in_(sorted(ways))


def _contains(mapped: Any, digits: Iterable[str]) -> ColumnElement[bool]:
    column = expression(_column(mapped))
    if not isinstance(mapped, maps.E164):
        column = written.digits(as_text(column))
    return or_(*(column.contains(one, autoescape=True) for one in sorted(digits)))


def _column(mapped: Any) -> Any:
    return mapped.column if isinstance(mapped, maps.E164) else mapped


def _listed(mapped: Any) -> Sequence[Any]:
    return mapped if isinstance(mapped, tuple | list) else (mapped,)


def _label(mapped: Any) -> str:
    return str(getattr(_column(mapped), "key", None) or "").replace("_", " ")
