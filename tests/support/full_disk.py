"""A database that is really full: SQLite that may not grow by another page."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event


@contextmanager
def full(engine: Engine, *, left: int) -> Iterator[None]:
    """The database may grow by so many bytes and no more."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM")  # what earlier rows have left would hold the file
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        size = connection.exec_driver_sql("PRAGMA page_size").scalar_one()

    def limit(raw: Any, record: Any) -> None:
        raw.execute(f"PRAGMA max_page_count = {pages + left // size}").fetchone()

    engine.dispose()  # the limit is a connection's
    event.listen(engine, "connect", limit)
    try:
        yield
    finally:
        event.remove(engine, "connect", limit)
        engine.dispose()
