"""What is asked every second or every hour costs the same with many files, on both engines."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, insert

from flask_firmtext.current import firmtext
from flask_firmtext.messaging import media, media_claims
from flask_firmtext.store import files
from flask_firmtext.store.base import new_id
from flask_firmtext.store.models import Attachment, File
from flask_firmtext.store.transactions import own

NOW = datetime.now(UTC)
MANY = 4_000
WHOLE = {"sqlite": "SCAN firmtext_attachment", "postgresql": "Seq Scan on firmtext_attachment"}


@pytest.fixture
def many(app: Any) -> None:
    """Four files that are to be fetched, four that nothing refers to, and thousands of others."""
    attachments = [attachment(n) for n in range(MANY)]
    with own() as session:
        session.execute(insert(Attachment), attachments)
        session.execute(insert(File), [file(row["file_id"] or new_id()) for row in attachments])
    if firmtext.engine.dialect.name == "postgresql":
        with firmtext.engine.begin() as connection:
            connection.exec_driver_sql("ANALYZE firmtext_attachment, firmtext_file")


def attachment(n: int) -> dict[str, Any]:
    wanted = n % 1000 == 7
    return {"id": new_id(), "firm": "harbor", "n": 1, "state": "wanted" if wanted else "stored", "kind": "image",
            "url": b"x" * 200, "name": b"x" * 60, "not_before": NOW - timedelta(hours=1), "created_at": NOW,
            "state_at": NOW, "planned_at": NOW, "file_id": None if wanted else new_id()}  # fmt: skip


def file(file_id: Any) -> dict[str, Any]:
    return {"id": file_id, "firm": "harbor", "head": b"x" * 57, "created_at": NOW,
            "complete_at": NOW - timedelta(days=1), "size": 0}  # fmt: skip


def plans(step: Callable[[], Any]) -> list[str]:
    """How what ``step`` asks of our files is carried out."""
    asked: list[tuple[str, Any]] = []

    def note(connection: Any, cursor: Any, statement: str, parameters: Any, *rest: Any) -> None:
        if "firmtext_attachment" in statement and not statement.startswith("INSERT"):
            asked.append((statement, parameters))

    event.listen(firmtext.engine, "before_cursor_execute", note)
    step()
    event.remove(firmtext.engine, "before_cursor_execute", note)
    how = "EXPLAIN " if firmtext.engine.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN "
    with firmtext.engine.connect() as connection:
        found = [connection.exec_driver_sql(how + statement, parameters).all() for statement, parameters in asked]
    return [" ".join(str(cell) for row in plan for cell in row) for plan in found]


def test_what_is_due_is_found_by_its_index(many: None) -> None:
    [plan] = plans(lambda: media.due(10))
    assert "ix_firmtext_attachment_wanted" in plan
    assert len(media.due(10)) == 4


def test_a_claim_is_found_by_its_key(many: None) -> None:
    [one, *_] = media.due(10)
    found = plans(lambda: media_claims.claim(one))
    assert found
    assert not any(WHOLE[firmtext.engine.dialect.name] in plan for plan in found), found


def test_files_that_nothing_refers_to_are_found_with_the_index_of_what_does(many: None) -> None:
    swept: list[int] = []
    [plan] = plans(lambda: swept.append(files.sweep_orphans()))
    assert swept == [4]
    assert "ix_firmtext_attachment_file_id" in plan or "Hash" in plan, plan
