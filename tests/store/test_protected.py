"""One table says what is protected: no column of bytes is left out of it."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from sqlalchemy import LargeBinary, select, update

from flask_firmtext.store.base import Base
from flask_firmtext.store.protected import CELLS, EVERYTHING, EXCEPTIONS, Protected
from flask_firmtext.store.transactions import own, reading
from rows import verified_number
from sealed import a_row, contents, fill, forget_keys, unreadable


def test_every_column_of_bytes_is_protected_or_an_exception_with_a_reason() -> None:
    columns = {
        f"{table.name}.{column.name}"
        for table in Base.metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, LargeBinary)
    }
    named = [one.name for one in EVERYTHING]
    assert columns == {*named, *EXCEPTIONS}
    assert len(named) + len(EXCEPTIONS) == len(columns)
    assert all(EXCEPTIONS.values())


def test_every_protected_row_says_whose_firm_it_is() -> None:
    assert [one.name for one in EVERYTHING if "firm" not in one.table.c] == []


@pytest.fixture
def full(app: Any) -> dict[str, Any]:
    verified_number()
    fill()
    found = contents()
    assert unreadable(found) == set()
    assert {name.partition(" ")[0] for name in found} == {one.name for one in EVERYTHING}
    return found


def cell_of(one: Protected, row: Any) -> bytes:
    with reading() as session:
        return bytes(session.scalars(select(one.cell).where(one.primary == row)).one())


def overwrite(one: Protected, row: Any, cell: bytes) -> None:
    with own() as session:
        session.execute(update(one.table).where(one.primary == row).values({one.column: cell}))
    forget_keys()


def flipped(cell: bytes, place: int) -> bytes:
    changed = bytearray(cell)
    changed[place] ^= 1
    return bytes(changed)


def lost_after(full: dict[str, Any], one: Protected, cell: bytes) -> set[str]:
    """What cannot be read once this stands in a row of this column; everything else must be as it was."""
    row = a_row(one)
    was = cell_of(one, row)
    overwrite(one, row, cell)
    now = contents()
    overwrite(one, row, was)
    lost = unreadable(now)
    assert {name: now[name] for name in now if name not in lost} == {name: full[name] for name in now.keys() - lost}
    assert all(one.table.name in str(now[name]) for name in lost)
    return {name.partition(" ")[0] for name in lost if len(lost) == 1}


@pytest.mark.attack("A33")
def test_a33_a_flipped_bit_makes_one_cell_unreadable_and_no_other(full: dict[str, Any]) -> None:
    for one in EVERYTHING:
        cell = cell_of(one, a_row(one))
        for place in (0, 4, 12, len(cell) - 1):  # format, key, nonce or file, tag or salt
            assert lost_after(full, one, flipped(cell, place)) == {one.name}, place


@pytest.mark.attack("A33")
def test_a33_a_cell_of_another_row_or_column_does_not_open(full: dict[str, Any]) -> None:
    for one, other in itertools.product(CELLS, (CELLS[0], CELLS[-1])):
        if one is not other:
            assert lost_after(full, one, cell_of(other, a_row(other))) == {one.name}, other.name


@pytest.mark.attack("A33")
def test_a33_a_row_that_was_given_to_another_firm_does_not_open(full: dict[str, Any]) -> None:
    verified_number("summit", "+18335550101")
    for one in EVERYTHING:
        if one.primary.name == "firm":  # its id is the firm's: it cannot be moved without becoming another row
            continue
        row = a_row(one)
        with own() as session:
            session.execute(update(one.table).where(one.primary == row).values(firm="summit"))
        lost = {name.partition(" ")[0] for name in unreadable(contents("summit") | contents())}
        with own() as session:
            session.execute(update(one.table).where(one.primary == row).values(firm="harbor"))
        assert one.name in lost
    assert unreadable(contents()) == set()
