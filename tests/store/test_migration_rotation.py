"""Migration 0013 with rows: keys of strangers' files are called what they are, and a moved file leaves no stub."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from alembic import command

from revisions import run

NOW = "2031-05-03 10:00:00"


def rows(engine: sa.Engine, statement: str) -> list[Any]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(sa.text(statement)).all()]


def test_down_and_up_again_with_rows(engine: sa.Engine) -> None:
    file, other = uuid.uuid4(), uuid.uuid4()
    before = engine.dialect.name == "sqlite"
    as_id: Callable[[uuid.UUID], Any] = (lambda one: one.hex) if before else (lambda one: one)
    with engine.begin() as connection:
        for name, state in (("a" * 16, "active"), ("b" * 16, "replaced"), ("c" * 16, "retired")):
            connection.execute(
                sa.text(
                    "INSERT INTO firmtext_key (id, parent, firm, scope, state, wrapped, created_at) "
                    "VALUES (:id, 'kek', 'harbor', :scope, :state, :wrapped, :now)"
                ),
                {"id": name, "scope": name, "state": state, "wrapped": b"x", "now": NOW},
            )
        for one, to in ((file, None), (other, as_id(file))):
            connection.execute(
                sa.text(
                    "INSERT INTO firmtext_file (id, firm, head, created_at, moved_to) "
                    "VALUES (:id, 'harbor', :head, :now, :to)"
                ),
                {"id": as_id(one), "head": b"x", "now": NOW, "to": to},
            )
            connection.execute(
                sa.text("INSERT INTO firmtext_file_piece (file_id, n, data) VALUES (:id, 0, :data)"),
                {"id": as_id(one), "data": b"x"},
            )
    run(engine, command.downgrade, "0012")
    assert rows(engine, "SELECT state FROM firmtext_key ORDER BY id") == [("active",), ("retired",), ("retired",)]
    assert [str(uuid.UUID(str(one))) for (one,) in rows(engine, "SELECT id FROM firmtext_file")] == [str(file)]
    assert len(rows(engine, "SELECT n FROM firmtext_file_piece")) == 1
    run(engine, command.upgrade, "head")
    assert rows(engine, "SELECT state FROM firmtext_key ORDER BY id") == [("active",), ("replaced",), ("replaced",)]
    assert rows(engine, "SELECT moved_to FROM firmtext_file") == [(None,)]
