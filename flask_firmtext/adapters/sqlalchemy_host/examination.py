"""A map is looked at before anything is asked with it: each fault is told with its cure, and no database is needed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, inspect, select
from sqlalchemy.exc import InvalidRequestError, NoInspectionAvailable
from sqlalchemy.orm import QueryableAttribute
from sqlalchemy.sql.util import find_tables

from .columns import expression, listed
from .matters import is_relationship
from .references import reader


class Examination:
    """What is wrong with one map. ``where`` is the word for it in ``SQLAlchemyHost(…)``."""

    def __init__(self, where: str, mapped: Any) -> None:
        self.where, self.mapped, self.model = where, mapped, mapped.model
        self.faults: list[str] = []
        self.mapper = _mapper(self.model)
        if self.mapper is None:
            self.say("model", f"{_name(self.model)} is no mapped class. Pass the class of a SQLAlchemy model first.")

    def say(self, field: str, fault: str) -> None:
        self.faults.append(f"SQLAlchemyHost({self.where}={type(self.mapped).__name__}(…)), {field}: {fault}")

    def key(self) -> None:
        """There is a reference: a primary key of one column, or ``ref``."""
        if self.mapper is None:
            return
        ref = self.mapped.ref
        if ref is not None:
            self.columns("ref", ref)
        elif len(self.mapper.primary_key) != 1:
            names = ", ".join(column.name for column in self.mapper.primary_key)
            self.say(
                "ref",
                f"the primary key of {_name(self.model)} has several columns ({names}). Pass a unique one as ref=.",
            )
            return
        self.kind("ref", self.mapper.primary_key[0] if ref is None else ref)

    def firm(self, *, several: bool) -> None:
        """Whose a row is, is said where there are several firms, and only there."""
        given = self.mapped.firm
        if several and given is None:
            self.say("firm", f"missing. Pass the column of {_name(self.model)} with the firm's key as firm=.")
        elif several:
            self.columns("firm", given)
            self.kind("firm", given)
        elif given is not None:
            self.say("firm", "this host has one firm for all. Leave it out, or pass SQLAlchemyHost(firm=FirmMap(…)).")

    def kind(self, field: str, attribute: Any) -> None:
        """A reference can be read back to a key of this type."""
        if _is_column(attribute) and reader(expression(attribute).type) is None:
            kind = expression(attribute).type
            self.say(field, f"{_name(attribute)} is of type {kind!r}. A reference is a whole number, a UUID or a text.")

    def columns(self, field: str, given: Any, *, needed: bool = True, plain: tuple[type, ...] = ()) -> None:
        """Every part of this is a column of the model, or a value of a ``plain`` type."""
        if given is None and not needed:
            return
        for one in listed(given) or (None,):
            if not isinstance(one, plain):
                self._column(field, one, self.mapper)

    def through(self, field: str, given: Any, to: type | None = None) -> Any | None:
        """The mapper to which this relationship leads; None where it is none."""
        if not is_relationship(given):
            self.say(field, f"{_name(given)} is no relationship. Pass one of {_name(self.model)}, as {_some(self)}.")
            return None
        self._belongs(field, given, self.mapper)
        target = _reached(given)
        if to is not None and target is not None and not target.isa(_mapper(to) or target):
            self.say(field, f"{_name(given)} leads to {_name(target.class_)}, not to {_name(to)}. Pass one that does.")
        return target

    def columns_of(self, mapper: Any | None, field: str, given: Any, *, plain: tuple[type, ...] = ()) -> None:
        """The same of another model, to which a relationship leads."""
        if given is not None and mapper is not None and not isinstance(given, plain):
            self._column(field, given, mapper)

    def _column(self, field: str, given: Any, mapper: Any | None) -> None:
        model = _name(mapper.class_) if mapper is not None else _name(self.model)
        if given is None:
            self.say(field, f"missing. Pass a column of {model}.")
        elif isinstance(given, str):
            self.say(field, f"{given!r} is a text. Pass the attribute itself: {model}.{given.replace(' ', '_')}.")
        elif is_relationship(given):
            self.say(field, f"{_name(given)} is a relationship. Pass a column of {model}, or an SQL expression.")
        elif isinstance(given, property) or not _is_column(given):
            self.say(
                field,
                f"{_name(given)} is nothing that a query can read. Pass columns, several as a tuple, a hybrid_property "
                "or an SQL expression.",
            )
        else:
            self._belongs(field, given, mapper)

    def _belongs(self, field: str, given: Any, mapper: Any | None) -> None:
        if mapper is None:
            return
        if isinstance(given, QueryableAttribute):
            own = getattr(given, "parent", None)
            strange = [] if own is None or mapper.isa(own) else [_name(own.class_)]
        else:
            strange = _strange_tables(given, mapper)
        if strange:
            model = _name(mapper.class_)
            self.say(
                field,
                f"{_name(given)} belongs to {', '.join(strange)}, not to {model}. Pass an attribute of {model}, or "
                "reach the other table with a column_property or a scalar subquery.",
            )


def _mapper(model: Any) -> Any | None:
    try:
        return inspect(model, raiseerr=False) if isinstance(model, type) else None
    except NoInspectionAvailable:
        return None


def _reached(relationship: Any) -> Any | None:
    try:
        return relationship.property.mapper
    except InvalidRequestError:  # it names a class that is not imported yet
        return None


def _is_column(given: Any) -> bool:
    return hasattr(given, "__clause_element__") or isinstance(given, ColumnElement)


def _strange_tables(given: Any, mapper: Any) -> list[str]:
    """What an expression is selected from beside the model's own tables."""
    origins: Iterable[Any] = select(given).get_final_froms()
    used = [table for origin in origins for table in find_tables(origin) or [origin]]
    own = set(mapper.tables)
    return sorted({getattr(table, "name", "a subquery") for table in used if table not in own})


def _some(examination: Examination) -> str:
    """Relationships that the model has, to choose from."""
    mapper = examination.mapper
    try:
        names = [f"{_name(examination.model)}.{one.key}" for one in mapper.relationships] if mapper is not None else []
    except InvalidRequestError:
        names = []
    return " or ".join(names[:4]) or "its tables have none yet"


def _name(thing: Any) -> str:
    """As a host would write it."""
    if isinstance(thing, QueryableAttribute):
        return f"{getattr(thing.class_, '__name__', thing.class_)}.{thing.key}"
    if isinstance(thing, type):
        return thing.__name__
    if isinstance(thing, property) and thing.fget is not None:
        return f"the property {thing.fget.__qualname__}"
    return f"“{thing}”" if isinstance(thing, ColumnElement) else repr(thing)
