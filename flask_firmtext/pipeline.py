"""Fewer waits for PostgreSQL: what asks for no answer travels with the next statement that does.

psycopg waits for the answer to every statement, to BEGIN and to COMMIT; on a busy machine a text spends more time with
these waits than with all else. Here BEGIN, the statements that are marked :data:`UNANSWERED` and the next one go in one
trip, in the order in which they were executed. A failure of one of them comes out with the statement that travels
behind it, so mark none whose failure somebody tells apart from others, and none whose row count is asked for.

The driver leaves it to us to begin and to end these transactions; in whatever way one ends, its connection is then in
no transaction and in no pipeline, or it is given up.
"""

from __future__ import annotations

from contextlib import ExitStack, suppress
from typing import Any, cast

from sqlalchemy import Connection, Engine, event

#: For ``execution_options()`` of a statement.
UNANSWERED = "firmtext_unanswered"
LAST = "firmtext_last"
BEGIN = "BEGIN ISOLATION LEVEL READ COMMITTED"
COMMIT = "COMMIT"
PIPELINE = "firmtext_pipeline"


def is_possible(engine: Engine) -> bool:
    """Whether the driver has pipelines: psycopg with a libpq of 14 or later.

    Nor does a host that has something done when its transactions begin expect that they have not begun by then.
    """
    if engine.dialect.name != "postgresql" or engine.dialect.driver != "psycopg" or engine.dispatch.begin:
        return False
    return bool(cast(Any, engine.dialect.loaded_dbapi).Pipeline.is_supported())


def pipelined(engine: Engine) -> Engine:
    """``engine`` for transactions of ours."""
    ours = engine.execution_options(isolation_level="AUTOCOMMIT")
    event.listen(ours, "begin", _begin)
    event.listen(ours, "after_cursor_execute", _travel)
    event.listen(ours, "commit", _commit)
    event.listen(ours, "rollback", _roll_back)
    return ours


def _begin(connection: Connection) -> None:
    stack = ExitStack()
    connection.info[PIPELINE] = stack, stack.enter_context(_driver(connection).pipeline())
    try:
        connection.exec_driver_sql(BEGIN, execution_options={UNANSWERED: True})
    except BaseException:
        _roll_back(connection)
        raise


def _travel(connection: Connection, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
    options = context.execution_options
    if options.get(UNANSWERED) or PIPELINE not in connection.info:
        return
    if options.get(LAST):
        _leave(connection)
        return
    try:
        connection.info[PIPELINE][1].sync()
    except BaseException:
        # What failed keeps no company: whatever comes next, such as ROLLBACK TO SAVEPOINT, travels alone.
        with suppress(_errors(connection)):
            _leave(connection)
        raise


def _commit(connection: Connection) -> None:
    # As a statement, because its failure is one that SQLAlchemy has to translate.
    try:
        connection.exec_driver_sql(COMMIT, execution_options={LAST: True})
    except BaseException:
        # What failed may have travelled before the COMMIT, which was left out then.
        _roll_back(connection)
        raise


def _roll_back(connection: Connection) -> None:
    if connection.invalidated:  # the line is gone, and its pipeline with it
        return
    with suppress(_errors(connection)):  # the failure that we roll back for
        _leave(connection)
    driver = _driver(connection)
    try:
        driver.rollback()
        left = driver.info.pipeline_status
    except _errors(connection) as error:
        connection.invalidate(error)
    else:
        if left:
            connection.invalidate()


def _leave(connection: Connection) -> None:
    """Hear what has become of all that travels, in one trip, and have no pipeline any more."""
    stack, _pipeline = connection.info.pop(PIPELINE, (ExitStack(), None))
    try:
        stack.close()
    except _errors(connection) as error:
        # Also what was left out because something before it had failed is an error, and can hide that.
        first = error.__context__ if isinstance(error, _driver_errors(connection).PipelineAborted) else None
        raise first or error from None


def _driver(connection: Connection) -> Any:
    return connection.connection.driver_connection


def _driver_errors(connection: Connection) -> Any:
    return cast(Any, connection.dialect.loaded_dbapi).errors


def _errors(connection: Connection) -> type[Exception]:
    return cast(type[Exception], _driver_errors(connection).Error)
