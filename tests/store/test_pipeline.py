"""What asks for no answer travels with the next statement; what fails comes out, and nothing of it stays."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext, suppress
from typing import Any

import pytest
import sqlalchemy as sa
from flask import current_app
from psycopg import Pipeline
from psycopg.errors import DivisionByZero, PipelineAborted
from sqlalchemy.exc import DBAPIError, OperationalError

from cut_lines import cutting
from flask_firmtext.current import firmtext
from flask_firmtext.pipeline import UNANSWERED
from flask_firmtext.reserve import reserved
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


def test_the_failure_that_comes_out_is_the_first_not_what_was_left_out_because_of_it(
    carrier_app: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ends = Pipeline.__exit__

    def in_two_pieces(pipeline: Pipeline, *raised: Any) -> None:
        """So it is when the answers come in two pieces."""
        ends(pipeline, *raised)
        try:
            raise DivisionByZero("division by zero")
        finally:
            raise PipelineAborted("pipeline aborted")

    monkeypatch.setattr(Pipeline, "__exit__", in_two_pieces)
    with pytest.raises(DBAPIError, match="division by zero"):
        execute(counted("one"))


def idle(engine: sa.Engine) -> bool:
    """Whether the next one to take a connection finds it as new."""
    with engine.connect() as connection:
        info = driver(connection).info
        return (info.transaction_status, info.pipeline_status, driver(connection).autocommit) == (0, 0, False)


def driver(connection: sa.Connection) -> Any:
    return connection.connection.driver_connection


@pytest.fixture
def bare(new_app: Callable[..., Any]) -> Iterator[sa.Engine]:
    """One connection, and neither SQLAlchemy nor its pool rolls back what we have left in it."""
    options = {"pool_size": 1, "max_overflow": 0, "pool_reset_on_return": None, "skip_autocommit_rollback": True}
    app = new_app(
        FIRMTEXT_GATEWAY="flask_firmtext.testing:MemoryGateway",
        SQLALCHEMY_ENGINE_OPTIONS={**options, "hide_parameters": True},
    )
    with app.app_context():
        yield firmtext.engine


def in_the_middle() -> None:
    raise ZeroDivisionError


@pytest.mark.parametrize(
    "failing",
    [
        ["late"],
        ["late", "broken"],
        ["broken"],
        ["late", "broken, unanswered"],
        ["broken, unanswered", "late", "asks"],
        ["late", "cut"],
        ["late", "cut", "asks"],
    ],
    ids=" and ".join,
)
@pytest.mark.parametrize("ends", ["raises", "commits", "rolls back"])
def test_whatever_fails_the_connection_comes_back_as_it_was(bare: sa.Engine, failing: list[str], ends: str) -> None:
    statements = {
        "late": lambda: counted("one"),
        "broken": lambda: BROKEN,
        "broken, unanswered": lambda: BROKEN.execution_options(**LATER),
        "asks": lambda: sa.text("SELECT 1"),
        "cut": lambda: CUT,
    }
    with suppress(DBAPIError, ZeroDivisionError), own() as session:
        for name in failing:
            session.connection().execute(statements[name]())
        if ends == "raises":
            in_the_middle()
        if ends == "rolls back":
            session.rollback()
    assert idle(bare)
    assert names() == (["one"] if (failing, ends) == (["late"], "commits") else [])
    execute(counted("after"))
    assert "after" in names()


def test_a_savepoint_is_rolled_back_alone(carrier_app: Any) -> None:
    with own() as session:
        session.connection().execute(counted("before"))
        with suppress(DBAPIError), session.begin_nested():
            session.connection().execute(counted("inside"))
            session.connection().execute(BROKEN)
        session.connection().execute(counted("behind"))
        with session.begin_nested():
            session.connection().execute(counted("kept"))
    assert names() == ["before", "behind", "kept"]


def test_what_fails_without_an_answer_in_a_savepoint_is_never_committed(carrier_app: Any) -> None:
    with suppress(DBAPIError), own() as session:
        session.connection().execute(counted("before"))
        with suppress(DBAPIError), session.begin_nested():
            session.connection().execute(BROKEN.execution_options(**LATER))
            session.connection().execute(counted("inside"))
        session.connection().execute(counted("behind"))
    assert "inside" not in names()
    assert names() in ([], ["before", "behind"])


def test_a_transaction_in_a_transaction_has_a_line_of_its_own(carrier_app: Any) -> None:
    with suppress(ZeroDivisionError), own() as outer:
        outer.connection().execute(counted("outer"))
        with own() as inner:
            inner.connection().execute(counted("inner"))
            assert driver(inner.connection()) is not driver(outer.connection())
        in_the_middle()
    assert names() == ["inner"]


def test_threads_have_lines_of_their_own(carrier_app: Any) -> None:
    app = current_app._get_current_object()  # type: ignore[attr-defined]

    def one(n: int) -> None:
        with app.app_context():
            execute(counted(f"{n:02}"), sa.text("SELECT 1"))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(one, range(20)))
    assert names() == [f"{n:02}" for n in range(20)]


def test_a_host_that_writes_into_every_statement_is_no_obstacle(bare: sa.Engine) -> None:
    def commented(connection: Any, cursor: Any, statement: str, parameters: Any, *_: Any) -> Any:
        return f"{statement} /* a route */", parameters

    sa.event.listen(bare, "before_cursor_execute", commented, retval=True)
    execute(counted("one"))
    assert idle(bare)
    assert names() == ["one"]


def test_what_a_host_does_at_the_beginning_of_a_transaction_is_done_in_it(bare: sa.Engine, waits: list[str]) -> None:
    @sa.event.listens_for(bare, "begin")
    def of_one_firm(connection: sa.Connection) -> None:
        connection.exec_driver_sql("SET LOCAL search_path = public, pg_catalog")

    with own() as session:
        session.connection().execute(counted("one"))
        assert session.connection().scalar(sa.text("SHOW search_path")) == "public, pg_catalog"
        assert session.connection().scalar(sa.text("SHOW transaction_isolation")) == "read committed"
    assert waits == []
    assert idle(bare)


def test_a_line_that_was_cut_before_it_was_taken_is_an_operational_error(bare: sa.Engine) -> None:
    with bare.connect() as connection:
        end = f"SELECT pg_terminate_backend({driver(connection).info.backend_pid}, 5000)"
    other = sa.create_engine(bare.url, poolclass=sa.NullPool)
    with other.connect() as connection:
        assert connection.scalar(sa.text(end))
    with pytest.raises(OperationalError) as lost:
        execute(counted("one"))
    assert lost.value.connection_invalidated
    execute(counted("after"))
    assert names() == ["after"]


@pytest.mark.parametrize("passes", [True, False], ids=["behind the commit", "before the commit"])
def test_a_commit_whose_answer_is_lost_is_an_operational_error(
    new_app: Callable[..., Any], database_url: str, passes: bool
) -> None:
    with cutting(database_url, b"COMMIT\0", passes=passes) as (url, cut):
        app = new_app(FIRMTEXT_GATEWAY="flask_firmtext.testing:MemoryGateway", SQLALCHEMY_DATABASE_URI=url)
        with app.app_context():
            execute(counted("before"))
            cut.set()
            with pytest.raises(OperationalError) as lost:
                execute(counted("one"), sa.text("SELECT 1"), counted("two"))
            assert lost.value.connection_invalidated
            assert names() == (["before", "one", "two"] if passes else ["before"])
            assert idle(firmtext.engine)


@pytest.mark.parametrize("way", ["host's", "twin's"])
def test_webhooks_transactions_have_connections_of_their_own(carrier_app: Any, way: str) -> None:
    host = firmtext.db.engine
    with reserved() if way == "twin's" else nullcontext(), own() as session:
        engine = firmtext.engine
        assert (engine is host) == (way == "host's")
        assert session.get_bind().engine.pool is engine.pool
        assert firmtext.writing_engine is firmtext.writing_engine, "made once"


def test_a_driver_without_pipelines_writes_under_read_committed(
    bare: sa.Engine, monkeypatch: pytest.MonkeyPatch, waits: list[str]
) -> None:
    monkeypatch.setattr(Pipeline, "is_supported", lambda: False)
    with own() as session:
        session.connection().execute(counted("one"))
        assert session.connection().scalar(sa.text("SHOW transaction_isolation")) == "read committed"
    assert (names(), waits) == (["one"], [])
