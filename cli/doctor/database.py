"""Whether the host's database can carry us."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from ...current import firmtext
from ..db import behind
from .finding import Finding, doubtful, fine, wrong

_DIALECTS = ("postgresql", "sqlite")


def database(engine: Engine) -> Iterator[Finding]:
    """Reachable, of a kind that we know, with transactions, migrated."""
    if engine.dialect.name not in _DIALECTS:
        yield wrong("database", f"It is {engine.dialect.name}.", "Use PostgreSQL, or SQLite for a small installation.")
        return
    try:
        with engine.connect() as connection:
            yield fine("database", f"{engine.dialect.name} answers.")
            yield from _transactions(connection)
    except SQLAlchemyError as error:
        said = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
        yield wrong("database", f"It does not answer: {said}", "Start it, or mend SQLALCHEMY_DATABASE_URI.")
        return
    yield from _migrated(engine)
    if not engine.hide_parameters:
        yield doubtful(
            "database.parameters",
            "Error messages of the database show the values of a statement.",
            'Add "hide_parameters": True to SQLALCHEMY_ENGINE_OPTIONS, before db.init_app.',
        )


def _transactions(connection: Connection) -> Iterator[Finding]:
    if _commits_by_itself(connection):
        yield wrong(
            "database.isolation",
            "The host's engine commits each statement by itself: two workers could send one text.",
            'Take isolation_level "AUTOCOMMIT" out of SQLALCHEMY_ENGINE_OPTIONS.',
        )


def _commits_by_itself(connection: Connection) -> bool:
    """The driver knows; the dialects tell the server's level. On SQLite a host may begin transactions itself."""
    driver = connection.connection.dbapi_connection
    if connection.dialect.name == "sqlite":
        return getattr(driver, "isolation_level", "") is None and not connection.engine.dispatch.begin
    return getattr(driver, "autocommit", False) is True


def journal() -> Iterator[Finding]:
    """SQLite's journal, which our settings choose: before they are complete it is nobody's."""
    engine = firmtext.db.engine
    if engine.dialect.name != "sqlite":
        return
    try:
        with engine.connect() as connection:
            mode = str(connection.exec_driver_sql("PRAGMA journal_mode").scalar()).lower()
    except SQLAlchemyError:
        return  # the database's own check tells it
    if mode not in ("wal", "memory"):
        yield wrong(
            "database.wal",
            f"SQLite keeps a {mode} journal, so a reader stops every writer.",
            "Set FIRMTEXT_SQLITE_PRAGMAS to 1 and keep the file on a local disk: WAL does not work on a network share.",
        )


def _migrated(engine: Engine) -> Iterator[Finding]:
    sentence = behind(engine)
    if sentence is None:
        yield fine("database.revision", "Up to date.")
        return
    seen, _, cure = sentence.partition(": ")
    yield wrong("database.revision", f"{seen}.", f"{cure[:1].upper()}{cure[1:]}")
