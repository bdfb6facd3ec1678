"""What asks for no answer travels with the next statement; what fails comes out, and nothing of it stays."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from psycopg import Pipeline
from sqlalchemy.exc import DBAPIError, OperationalError

from flask_firmtext.current import firmtext
from flask_firmtext.pipeline import UNANSWERED
from flask_firmtext.store.models import Counter
from flask_firmtext.store.transactions import own

LATER = {UNANSWERED: True}
#: Fails when it is executed, not when it is read.
BROKEN = sa.text("INSERT INTO firmtext_counter (name, count) VALUES ('one', 1 / (SELECT 0))")
CUT = sa.text("SELECT pg_terminate_backend(pg_backend_pid())").execution_options(**LATER)


@pytest.fixture(autouse=True)
def only_postgresql(database_url: str) -> None:
    if not database_url.startswith("postgresql"):
        pytest.skip("SQLite is in this process: there are no trips")


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was waited for, before the end."""
    found: list[str] = []
    sync = Pipeline.sync

    def noted(pipeline: Pipeline) -> None:
        found.append("an answer")
        sync(pipeline)

    monkeypatch.setattr(Pipeline, "sync", noted)
    return found


def counted(name: str) -> Any:
    return sa.insert(Counter).values(name=name, count=1, last_at=firmtext.clock.now()).execution_options(**LATER)


def execute(*statements: Any) -> None:
    with own() as session:
        for statement in statements:
            session.connection().execute(statement)


def names() -> list[str]:
    with firmtext.engine.connect() as connection:
        return list(connection.scalars(sa.select(Counter.name).order_by(Counter.name)))


def test_statements_without_an_answer_share_a_trip(carrier_app: Any, waits: list[str]) -> None:
    with own() as session:
        session.connection().execute(counted("one"))
        session.connection().execute(counted("two"))
        assert session.connection().scalar(sa.select(sa.func.count()).select_from(Counter)) == 2
        assert len(waits) == 1
        session.connection().execute(counted("three"))
    assert len(waits) == 1
    assert names() == ["one", "three", "two"]


def test_a_failure_without_an_answer_comes_out_with_the_commit(carrier_app: Any) -> None:
    with pytest.raises(DBAPIError, match="division by zero"):
        execute(counted("one"), BROKEN.execution_options(**LATER))
    assert names() == []
    execute(counted("after"))
    assert names() == ["after"]


def test_what_is_rolled_back_can_go_on_in_a_new_transaction(carrier_app: Any) -> None:
    with own() as session:
        session.connection().execute(counted("one"))
        session.rollback()
        session.connection().execute(counted("two"))
        assert session.connection().scalar(sa.text("SHOW transaction_isolation")) == "read committed"
    assert names() == ["two"]


def test_the_hosts_own_transactions_are_left_alone(carrier_app: Any) -> None:
    with own() as session:
        session.connection().execute(counted("ours"))
    with firmtext.engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        assert (driver.autocommit, driver.pgconn.pipeline_status) == (False, 0)
        connection.execute(counted("theirs"))
        connection.rollback()
    assert names() == ["ours"]


@pytest.mark.parametrize("asks", [True, False])
def test_a_line_that_is_cut_is_one_error_and_the_next_transaction_has_a_new_line(carrier_app: Any, asks: bool) -> None:
    with pytest.raises(OperationalError):
        execute(counted("one"), CUT, counted("two"), *([sa.text("SELECT 1")] if asks else []))
    execute(counted("after"))
    assert names() == ["after"]
