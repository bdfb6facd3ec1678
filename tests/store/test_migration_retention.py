"""Migration 0016 with rows: what was erased is still a conversation without it, and one that was not is as it was."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.util.exc import CommandError

from revisions import run

NOW = "2031-05-03 10:00:00"
ID = "0190d5f0-0000-7000-8000-000000000001"


def test_down_and_up_again_with_rows(engine: sa.Engine) -> None:
    row = ID.replace("-", "") if engine.dialect.name == "sqlite" else ID
    given = {"id": row, "now": NOW, "bytes": b"x" * 16}
    with engine.begin() as connection:
        for statement in (
            (
                "INSERT INTO firmtext_number (id, firm, e164, country, state, next_free_at, created_at)"
                " VALUES (:id, 'harbor', '+18335550100', 'US', 'verified', :now, :now)"
            ),
            (
                "INSERT INTO firmtext_conversation (id, firm, number_id, phone_index, phone, epoch, turn, last_at,"
                " last_position, last_in_position, created_at, closed_at, erased_at)"
                " VALUES (:id, 'harbor', :id, :bytes, :bytes, 1, 0, :now, 0, 0, :now, :now, :now)"
            ),
            "INSERT INTO firmtext_retention (firm, days, turn) VALUES ('harbor', 365, 1)",
            (
                'INSERT INTO firmtext_erasure (id, firm, cause, shared, "by", begun_at, look_at, gone, "left")'
                " VALUES (:id, 'harbor', 'request', '[]', 'x', :now, :now, '{}', '{}')"
            ),
            (
                'INSERT INTO firmtext_erased (conversation_id, firm, erasure_id, "by", at)'
                " VALUES (:id, 'harbor', :id, 'x', :now)"
            ),
            (
                'INSERT INTO firmtext_legal_hold (id, firm, kind, object, why, since, "by")'
                " VALUES (:id, 'harbor', 'contact', 'rosa', :bytes, :now, 'x')"
            ),
            "INSERT INTO firmtext_legal_hold_contact (hold_id, contact, firm) VALUES (:id, 'rosa', 'harbor')",
        ):
            connection.execute(sa.text(statement), given)
    with pytest.raises(CommandError, match="Legal holds that stand would be lost: 1"):
        run(engine, command.downgrade, "0014")
    with engine.begin() as connection:
        assert connection.execute(sa.text("SELECT erased_at FROM firmtext_conversation")).scalars().all() != [None]
        connection.execute(sa.text("UPDATE firmtext_legal_hold SET lifted_at = :now"), {"now": NOW})
    run(engine, command.downgrade, "0014")
    tables = sa.inspect(engine).get_table_names()
    assert not {"firmtext_retention", "firmtext_erased", "firmtext_legal_hold"} & set(tables)
    with engine.connect() as connection:
        assert connection.execute(sa.text("SELECT firm FROM firmtext_conversation")).scalars().all() == ["harbor"]
    run(engine, command.upgrade, "head")
    with engine.connect() as connection:
        assert connection.execute(sa.text("SELECT erased_at FROM firmtext_conversation")).scalars().all() == [None]
