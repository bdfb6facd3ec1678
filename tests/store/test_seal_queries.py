"""What a sweep asks each minute, and a page each time, is answered by indexes, however long the record is."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from flask_firmtext.current import firmtext
from flask_firmtext.store import audit, record_queries, seal_queries
from flask_firmtext.store.models import Audit
from flask_firmtext.store.transactions import own
from recorded import FIRM, clock_at, links, put_back, recorded, sealed

Ask = Callable[[Session], Any]


def minutes(ago: float) -> Any:
    return firmtext.clock.now() - timedelta(minutes=ago)


ASKED: dict[str, Ask] = {
    "which firms": lambda session: seal_queries.firms(session, minutes(12), minutes(2)),
    "which firms have a chain": seal_queries.chained,
    "the end": lambda session: seal_queries.last(session, FIRM),
    "the newest sealed row": lambda session: seal_queries.sealed_until(session, FIRM),
    "a seal that was there": lambda session: seal_queries.hash_at(session, FIRM, 1),
    "what is not sealed": lambda session: [*seal_queries.unsealed(session, FIRM, minutes(12), minutes(2))],
    "a page further on": lambda session: seal_queries.page_of(session, FIRM, (minutes(9), uuid.uuid4()), size=10),
    "the rows of a seal": lambda session: seal_queries.rows(session, FIRM, [uuid.uuid4() for _ in range(1000)]),
    "the next seals": lambda session: seal_queries.chain(session, FIRM, 0, 9, limit=10),
    "whose a row is": lambda session: record_queries.about(
        session,
        FIRM,
        [(model.__tablename__, str(uuid.uuid4())) for model, _ in record_queries.ROWS for _ in range(1000)],
    ),
}


@pytest.mark.parametrize("asked", ASKED)
def test_an_index_answers(app: Any, asked: str) -> None:
    recorded(3, ago=200)
    sealed()
    with Session(firmtext.engine) as session:
        if session.get_bind().dialect.name == "postgresql":
            session.execute(sa.text("SET LOCAL enable_seqscan = off"))  # there are few rows here
        plans = explained(session, ASKED[asked])
    assert "ix_" in plans or "pk_" in plans or "autoindex" in plans
    assert "Seq Scan" not in plans
    assert "SCAN firmtext_audit\n" not in plans, plans
    if asked in ("the rows of a seal", "whose a row is"):
        assert "(firm=" not in plans, "SQLite would look through all rows of the firm"


def explained(session: Session, ask: Ask) -> str:
    seen: list[tuple[str, Any]] = []

    def note(connection: Any, cursor: Any, statement: str, parameters: Any, *rest: Any) -> None:
        seen.append((statement, parameters))

    engine = session.get_bind()
    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        ask(session)
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)
    word = "EXPLAIN" if engine.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN"
    raw = session.connection().connection.cursor()
    plans = ""
    for statement, parameters in seen:
        raw.execute(f"{word} {statement}", parameters)
        plans += "\n".join(str(row[-1]) for row in raw.fetchall()) + "\n"
    return plans


def test_a_transaction_that_is_open_for_long_is_late_and_neither_lost_nor_tampering(app: Any) -> None:
    """Real ones, on the engine where one does not keep the others from writing."""
    if firmtext.engine.dialect.name == "sqlite":
        pytest.skip("one writes at a time: nothing can be sealed meanwhile")
    clock_at(app)
    recorded(1, ago=200)
    with own() as slow:
        with put_back(minutes(5)):
            audit.record(slow, "hold.put", ("firmtext_hold", "7"), firm=FIRM, actor="worker")
        other = threading.Thread(target=lambda: in_context(app, sealed))
        other.start()
        other.join()
        assert [link.count for link in links()] == [1]
    sealed()
    assert [link.count for link in links()] == [1, 1]
    with own() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Audit)) == 2


def in_context(app: Any, call: Callable[[], Any]) -> None:
    with app.app_context():
        call()
