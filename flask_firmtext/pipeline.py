"""Fewer waits for PostgreSQL: what asks for no answer travels with the next statement that does.

psycopg waits for the answer to every statement, to BEGIN and to COMMIT; on a busy machine a text spends more time with
these waits than with all else. Here BEGIN, the statements that are marked :data:`UNANSWERED` and the next one go in one
trip, in the order in which they were executed. A failure of one of them comes out with the statement that travels
behind it, so mark none whose failure somebody tells apart from others, and none whose row count is asked for.
"""

from __future__ import annotations

from contextlib import ExitStack, suppress
from typing import Any, cast

from sqlalchemy import Connection, Engine, event

#: For ``execution_options()`` of a statement.
UNANSWERED = "firmtext_unanswered"
BEGIN = "BEGIN ISOLATION LEVEL READ COMMITTED"
COMMIT = "COMMIT"
PIPELINE = "firmtext_pipeline"


def is_possible(engine: Engine) -> bool:
    """Whether the driver has pipelines: psycopg with a libpq of 14 or later."""
    if engine.dialect.name != "postgresql" or engine.dialect.driver != "psycopg":
        return False
    return bool(cast(Any, engine.dialect.loaded_dbapi).Pipeline.is_supported())


def pipelined(engine: Engine) -> Engine:
    """``engine`` for transactions of ours: the driver leaves it to us to begin and to end them."""
    ours = engine.execution_options(isolation_level="AUTOCOMMIT")
    event.listen(ours, "begin", _begin)
    event.listen(ours, "after_cursor_execute", _travel)
    event.listen(ours, "commit", _commit)
    event.listen(ours, "rollback", _leave)
    return ours


def _begin(connection: Connection) -> None:
    stack, driver = ExitStack(), cast(Any, connection.connection.driver_connection)
    connection.info[PIPELINE] = stack, stack.enter_context(driver.pipeline())
    connection.exec_driver_sql(BEGIN, execution_options={UNANSWERED: True})


def _travel(connection: Connection, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
    if context.execution_options.get(UNANSWERED):
        return
    stack, pipeline = connection.info[PIPELINE]
    if statement == COMMIT:
        stack.close()
    else:
        pipeline.sync()


def _commit(connection: Connection) -> None:
    # As a statement, because its failure is one that SQLAlchemy has to translate.
    try:
        connection.exec_driver_sql(COMMIT)
    except BaseException:
        # What failed may have travelled before the COMMIT, which was left out then.
        _leave(connection)
        if not connection.invalidated:
            with suppress(_errors(connection)):
                cast(Any, connection.connection.driver_connection).rollback()
        raise


def _leave(connection: Connection) -> None:
    if connection.invalidated:  # the line is gone, and its pipeline with it
        return
    stack, _pipeline = connection.info[PIPELINE]
    with suppress(_errors(connection)):  # the failure that we roll back for
        stack.close()


def _errors(connection: Connection) -> type[Exception]:
    return cast(type[Exception], cast(Any, connection.dialect.loaded_dbapi).Error)
