"""A database that is away for a while."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa


@contextlib.contextmanager
def away(app: Any) -> Iterator[None]:
    """The database refuses connections, as a restarting one does."""
    engine = app.extensions["sqlalchemy"].engines[None]
    engine.dispose()
    url = engine.url
    if url.get_backend_name() == "sqlite":
        path = Path(url.database)
        hidden = path.with_name("hidden")
        path.rename(hidden)
        path.mkdir()
        yield
        path.rmdir()
        hidden.rename(path)
        return
    admin = sa.create_engine(url.set(database="postgres"), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with admin.connect() as connection:
        connection.exec_driver_sql(f'ALTER DATABASE "{url.database}" ALLOW_CONNECTIONS false')
        connection.exec_driver_sql(
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{url.database}'"
        )
        yield
        connection.exec_driver_sql(f'ALTER DATABASE "{url.database}" ALLOW_CONNECTIONS true')
