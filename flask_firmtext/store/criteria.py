"""Whether a statement asks for one firm's rows: read off its own structure, once for each statement.

A tenant's table counts as asked for by firm where its ``firm`` is compared with a value, or where a key ties it to one
that is: the text of a conversation of the firm is the firm's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import Column, Table
from sqlalchemy.engine.default import StrCompileDialect
from sqlalchemy.sql import operators
from sqlalchemy.sql.dml import DMLWhereBase, Insert
from sqlalchemy.sql.elements import BinaryExpression, BooleanClauseList, ClauseElement, ColumnElement, Grouping
from sqlalchemy.sql.selectable import Alias, CompoundSelect, FromClause, Join, Select, SelectBase

from . import models
from .base import Base

#: What belongs to no firm, and why.
SHARED = {
    models.KeyCheck.__tablename__: "proofs of the configured keys",
    models.Account.__tablename__: "the pace of the account at the carrier, which all firms share",
    models.Hold.__tablename__: "one on that account is every firm's; that of a number or firm names it in ``object``",
    models.SearchMark.__tablename__: "marks made under a key of the firm's own, beside a number that its text has",
    models.Heartbeat.__tablename__: "signs of life of processes",
    models.Counter.__tablename__: "counts for operators",
}
#: Columns that hold an id without a foreign key: the other row may go, or come later.
POINTING = {
    "message_id": "firmtext_message.id",
    "retry_of": "firmtext_message.id",
    "answers": "firmtext_message.id",
    "asked_by": "firmtext_message.id",
    "conversation_id": "firmtext_conversation.id",
    "current_attempt": "firmtext_attempt.id",
    "quarantine_id": "firmtext_quarantine.id",
    "file_id": "firmtext_file.id",
}
#: The number of a firm in E.164 is a key as its id is.
KEYS = {"firmtext_number.e164"}

_DIALECT: Any = StrCompileDialect()
Leaf = FromClause
Known = frozenset[int]
#: Whether a value given for this column says whose the rows are.
Names = Callable[[Column[Any]], bool]


def tenants() -> Mapping[str, Table]:
    """Every table whose rows are some firm's, by name."""
    return {name: table for name, table in Base.metadata.tables.items() if name not in SHARED}


def of_any_firm(statement: ClauseElement) -> tuple[str, ...]:
    """The tenants' tables of which this statement asks for rows without naming a firm."""
    return _names(_loose(statement, (), _by_firm))


def of_any_row(statement: ClauseElement) -> tuple[str, ...]:
    """Those of which it asks for rows without naming a firm or a row."""
    return _names(_loose(statement, (), _by_key))


def _by_firm(column: Column[Any]) -> bool:
    return column.name == "firm"


def _by_key(column: Column[Any]) -> bool:
    return _by_firm(column) or _points_at(column) is not None


def _names(leaves: Iterable[Leaf]) -> tuple[str, ...]:
    return tuple(sorted({str(_element(leaf).name) for leaf in leaves}))


def _loose(statement: ClauseElement, around: tuple[Leaf, ...], names: Names) -> Iterator[Leaf]:
    """``around`` are the tables of the statements that this one stands in: it may be tied to them."""
    if isinstance(statement, CompoundSelect):
        for part in statement.selects:
            yield from _loose(part, around, names)
        return
    leaves, terms = _parts(statement, around)
    beside = (*around, *(leaf for leaf in leaves if not _is_tenants(leaf)))
    known = _anchored(terms, frozenset(map(hash, beside)), names)
    yield from (leaf for leaf in leaves if hash(leaf) not in known)
    for inner in _inner([statement], first=True):
        in_from = any(inner is _element(leaf) for leaf in leaves)
        yield from _loose(inner, () if in_from else (*around, *leaves), names)


def _parts(statement: ClauseElement, around: tuple[Leaf, ...]) -> tuple[list[Leaf], list[ColumnElement[Any]]]:
    """The tables that it reads or changes itself, and what must hold for their rows."""
    outer = set(map(hash, around))
    if isinstance(statement, DMLWhereBase):
        changed = [statement.table, *getattr(statement, "_extra_froms", ())]
        return changed, list(statement._where_criteria)
    if not isinstance(statement, Select):
        return [], []
    leaves: list[Leaf] = []
    terms = list(statement._where_criteria)
    # Not statement.get_final_froms(), which compiles the statement as if it stood alone.
    state: Any = statement._compile_state_factory(statement, _DIALECT.statement_compiler(_DIALECT, None))
    for one in state._get_display_froms():
        _take_apart(one, leaves, terms)
    return [leaf for leaf in leaves if hash(leaf) not in outer], terms


def _take_apart(one: FromClause, leaves: list[Leaf], terms: list[ColumnElement[Any]]) -> None:
    if isinstance(one, Join):
        _take_apart(one.left, leaves, terms)
        _take_apart(one.right, leaves, terms)
        if one.onclause is not None:
            terms.append(one.onclause)
    else:
        leaves.append(one)


def _anchored(terms: list[ColumnElement[Any]], known: Known, names: Names) -> Known:
    """What belongs to a firm that is named, given what is known to: as long as one thing follows from another."""
    while True:
        more = known.union(*(_follows(term, known, names) for term in terms))
        if more == known:
            return known
        known = more


def _follows(term: Any, known: Known, names: Names) -> Known:
    if isinstance(term, Grouping):
        return _follows(term.element, known, names)
    if isinstance(term, BooleanClauseList):
        parts = [_follows(part, known, names) for part in term.clauses]
        return known.union(*parts) if term.operator is operators.and_ else known | frozenset.intersection(*parts)
    if isinstance(term, BinaryExpression) and term.operator in (operators.eq, operators.in_op, operators.is_):
        return known | _tied(term.left, term.right, known, names) | _tied(term.right, term.left, known, names)
    return known


def _tied(mine: ClauseElement, other: ClauseElement, known: Known, names: Names) -> Known:
    """The table of ``mine`` where this comparison makes its rows a known firm's."""
    mine = _bare(mine)
    if not isinstance(mine, Column) or mine.table is None:
        return frozenset()
    leaf, key = frozenset({hash(mine.table)}), _points_at(mine)
    theirs = _bare(other)
    if isinstance(theirs, Column):
        linked = key is not None and key in (_points_at(theirs), *_derived(theirs, key))
        tied = (linked or mine.name == theirs.name == "firm") and hash(theirs.table) in known
    elif _columns(other):  # computed from a column of who knows what
        tied = False
    else:
        chosen = next(_inner([other]), None) is not None  # by a statement that is judged on its own
        tied = names(mine) or (chosen and key is not None)
    return leaf if tied else frozenset()


def _points_at(column: Column[Any]) -> str | None:
    """The key that a column holds: that of its own row, or of the one it hangs on."""
    for foreign in column.foreign_keys:
        return foreign.target_fullname
    table = _element(column.table)
    name = f"{getattr(table, 'name', '')}.{column.name}"
    return name if column.primary_key or name in KEYS else POINTING.get(column.name)


def _derived(column: Any, key: str) -> tuple[str, ...]:
    """A column of a subquery holds what its statement chose: that was judged on its own."""
    return () if isinstance(_element(column.table), Table) else (key,)


def _is_tenants(leaf: Leaf) -> bool:
    table = _element(leaf)
    return isinstance(table, Table) and table.metadata is Base.metadata and table.name not in SHARED


def _element(leaf: Any) -> Any:
    """What stands behind an alias."""
    while isinstance(leaf, Alias):
        leaf = leaf.element
    return getattr(leaf, "element", leaf)


def _bare(column: Any) -> Any:
    """A column without brackets, and without the empty string that is put behind it to pass over its index."""
    while isinstance(column, Grouping):
        column = column.element
    plain = isinstance(column, BinaryExpression) and column.operator is operators.concat_op
    return column.left if plain and getattr(column.right, "value", None) == "" else column


def _columns(clause: ClauseElement) -> bool:
    """Whether a column stands in this clause, outside statements of its own."""
    return not isinstance(clause, SelectBase) and (
        isinstance(clause, Column) or any(_columns(child) for child in clause.get_children())
    )


def _inner(clauses: Iterable[ClauseElement], *, first: bool = False) -> Iterator[ClauseElement]:
    """The nearest statements inside these clauses."""
    for clause in clauses:
        if isinstance(clause, SelectBase | DMLWhereBase | Insert) and not first:
            yield clause
        else:
            yield from _inner(clause.get_children())
