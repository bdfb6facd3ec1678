"""Our tables change through our own chain: one version table, one at a time, all or nothing."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, inspect
from sqlalchemy.exc import OperationalError

PREFIX = "firmtext_"
VERSION_TABLE = "firmtext_alembic_version"
PATIENCE = "400ms"
#: Between two tries those who waited come first (seconds).
PAUSE = 0.3
TRIES = 90


def include_object(obj: Any, name: str | None, type_: str, reflected: bool, compare_to: Any) -> bool:
    """For the host's autogenerate: ``firmtext_*`` tables are not its to drop."""
    return not (type_ == "table" and (name or "").startswith(PREFIX))


@contextmanager
def migrating(engine: Engine, **attributes: Any) -> Iterator[Config]:
    """An Alembic configuration on a connection that migrates alone.

    On PostgreSQL a session's lock is taken: behind a pooler in transaction mode it means nothing, so migrate on a
    direct connection.

    :raises RuntimeError: on SQLite, when the host's driver settings keep foreign keys from being switched off.
    """
    with engine.connect() as connection, _ALONE[engine.dialect.name](connection):
        config = _config()
        config.attributes.update(attributes, connection=connection)
        yield config


def take_tables(connection: Connection) -> None:
    """On PostgreSQL, take all our tables at once for the migrations that follow in this transaction.

    Taken one by one they would meet the processes that go on meanwhile, which hold some and want others: a deadlock. So
    nobody is kept waiting for longer than ``PATIENCE`` (PostgreSQL looks for deadlocks after a second), and it is tried
    again until nobody is in the way.

    :raises OperationalError: somebody was in the way each time, for about a minute.
    """
    names = [name for name in inspect(connection).get_table_names() if name.startswith(PREFIX)]
    held = ", ".join(name for name in names if name != VERSION_TABLE)
    for tries_left in range(TRIES if held else 0, 0, -1):
        try:
            with connection.begin_nested():
                connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{PATIENCE}'")
                connection.exec_driver_sql(f"LOCK TABLE {held} IN ACCESS EXCLUSIVE MODE")
                connection.exec_driver_sql("SET LOCAL lock_timeout TO DEFAULT")
        except OperationalError:
            if tries_left == 1:
                raise
            time.sleep(PAUSE)
        else:
            return


def head() -> str:
    """The newest revision that this code knows."""
    return str(ScriptDirectory.from_config(_config()).get_current_head())


def current(connection: Connection) -> str | None:
    """The revision that the database has, None before the first upgrade."""
    return MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE}).get_current_revision()


def known(revision: str) -> bool:
    """Whether this code has a revision; it does not when the database is newer than the code."""
    return revision in {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


@contextmanager
def _postgresql(connection: Connection) -> Iterator[None]:
    key = f"hashtext('{VERSION_TABLE}')"
    connection.exec_driver_sql(f"SELECT pg_advisory_lock({key})")
    connection.commit()
    try:
        yield
    finally:
        connection.rollback()
        connection.exec_driver_sql(f"SELECT pg_advisory_unlock({key})")
        connection.commit()


@contextmanager
def _sqlite(connection: Connection) -> Iterator[None]:
    """Batch mode drops and re-creates a table: with foreign keys on, the drop would cascade."""
    before = connection.exec_driver_sql("PRAGMA foreign_keys").scalar()
    connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
    if connection.exec_driver_sql("PRAGMA foreign_keys").scalar():
        raise RuntimeError(
            "SQLite keeps foreign keys on, because the host's engine has a transaction open at all times: "
            "migrate with an engine whose connections are not made with autocommit=False."
        )
    connection.commit()
    try:
        yield
    finally:
        connection.rollback()
        connection.exec_driver_sql(f"PRAGMA foreign_keys = {before}")
        connection.commit()


_ALONE: dict[str, Callable[[Connection], AbstractContextManager[None]]] = {
    "postgresql": _postgresql,
    "sqlite": _sqlite,
}
