"""A page of each filter costs the same with ten thousand conversations, near the top and far down, on both engines."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import insert

from flask_firmtext.store import inbox_pages
from flask_firmtext.store.inbox_pages import View
from flask_firmtext.store.models import Author, Conversation, Failure, Number, ReadMark
from flask_firmtext.testing.tables import create_tables

NOW = datetime.now(UTC)
FIRM, USER = "harbor", "staff"
CONVERSATIONS = 10_000
PAGE = 26
#: So many rows of a table may be looked at: a page, and for each its conversation. Unread ones are looked for.
MOST = {View.UNREAD: 2 * inbox_pages.LOOKED_AT}
SORT = "USE TEMP B-TREE FOR ORDER BY"
TABLES = ("firmtext_conversation", "firmtext_author", "firmtext_failure", "firmtext_read_mark")


def named(n: int) -> uuid.UUID:
    return uuid.UUID(int=n + 1)


def at(n: int) -> datetime:
    return NOW - timedelta(minutes=n)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def many(request: pytest.FixtureRequest, new_database: Callable[[str], str]) -> Iterator[sa.Connection]:
    chosen = request.config.getoption("--db")
    if chosen not in ("both", request.param):
        pytest.skip(f"--db {chosen}")
    engine = sa.create_engine(new_database(request.param))
    create_tables(engine)
    with engine.begin() as connection:
        fill(connection)
    with engine.connect() as connection:
        if request.param == "postgresql":
            connection.exec_driver_sql("ANALYZE")
        yield connection
    engine.dispose()


def fill(connection: sa.Connection) -> None:
    """Of a hundred conversations most are done, and the last that are open, wait or failed lie far down."""
    number = uuid.UUID(int=0)
    connection.execute(insert(Number), {"id": number, "firm": FIRM, "e164": "+18335550100", "state": "verified",
                                        "main": True, "created_at": NOW, "next_free_at": NOW})  # fmt: skip
    every = range(CONVERSATIONS)
    connection.execute(insert(Conversation), [conversation(n, number) for n in every])
    wrote = [{"conversation_id": named(n), "author": f"o{n % 9}" if n % 50 else USER, "last_at": at(n)} for n in every]
    connection.execute(insert(Author).values(firm=FIRM), wrote)
    failed = [{"conversation_id": named(n), "firm": FIRM, "position": 7, "at": at(n)} for n in every[::40]]
    connection.execute(insert(Failure), failed)
    mark = {"user": USER, "firm": FIRM, "position": 9, "read_at": NOW}
    connection.execute(insert(ReadMark), [{"conversation_id": named(n), **mark} for n in every])


def conversation(n: int, number: uuid.UUID) -> dict[str, Any]:
    is_open = n % 20 == 0
    return {"id": named(n), "firm": FIRM, "number_id": number, "phone_index": n.to_bytes(16, "big"), "phone": b"x",
            "last_at": at(n), "created_at": at(n), "last_position": 9, "last_in_position": 9, "last_out_position": 7,
            "waiting_since": at(n), "done_at": None if is_open else at(n)}  # fmt: skip


@pytest.mark.parametrize("deep", [None, 7_000], ids=["top", "deep"])
@pytest.mark.parametrize("view", list(View))
def test_a_page_is_read_along_an_index(many: sa.Connection, view: View, deep: int | None) -> None:
    older_than = None if deep is None else (at(deep), named(deep))
    query = inbox_pages.chosen(view, FIRM, USER, older_than, PAGE)
    assert view is View.UNREAD or len(many.execute(query).all()) == PAGE
    looked, scans = COSTS[many.dialect.name](many, query)
    # The few hundred that are looked at for unread ones are sorted once more.
    assert not scans or (view is View.UNREAD and scans == [SORT])
    assert looked <= MOST.get(view, 3 * PAGE)


def on_postgresql(connection: sa.Connection, query: Any) -> tuple[float, list[str]]:
    statement, parameters = sent(connection, query)
    explained = connection.exec_driver_sql(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", parameters).scalar_one()
    nodes = [node for node in parts(explained[0]["Plan"]) if node.get("Relation Name") in TABLES]
    looked = sum((node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"] for node in nodes)
    return looked, [node["Relation Name"] for node in nodes if node["Node Type"] == "Seq Scan"]


def parts(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", ()):
        yield from parts(part)


def on_sqlite(connection: sa.Connection, query: Any) -> tuple[float, list[str]]:
    """The steps of its machine, some forty for a row."""
    statement, parameters = sent(connection, query)
    plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)]
    steps: list[None] = []
    driver: Any = connection.connection.driver_connection
    driver.set_progress_handler(lambda: steps.append(None), 40)
    connection.exec_driver_sql(statement, parameters).all()
    driver.set_progress_handler(None, 0)
    scans = [line for line in plan if line.startswith("SCAN firmtext_") and "USING" not in line]
    return len(steps), scans + [line for line in plan if line == SORT]


def sent(connection: sa.Connection, query: Any) -> tuple[str, Any]:
    seen: list[tuple[str, Any]] = []

    def note(conn: Any, cursor: Any, statement: str, parameters: Any, *rest: Any) -> None:
        seen.append((statement, parameters))

    sa.event.listen(connection.engine, "before_cursor_execute", note)
    connection.execute(query).all()
    sa.event.remove(connection.engine, "before_cursor_execute", note)
    return seen[0]


COSTS = {"postgresql": on_postgresql, "sqlite": on_sqlite}
