"""Where the benchmarks play: databases, Valkey, the carrier over HTTPS, web processes, all real and of this run."""

from __future__ import annotations

import contextlib
import itertools
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from carrier import Carrier
from flask_firmtext.sandbox import credentials
from flask_firmtext.testing.tables import create_tables
from hostapp import KEYS, create_app
from outbound import FAST
from servers import answers, free_port, postgresql, process, until, valkey

from . import SUPPORT

ROOT = SUPPORT.parents[1]
ENGINES = ("postgresql", "sqlite")


class Stage:
    """Servers of one run, started when first needed. What a benchmark makes here ends with its ``with``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.kept = ExitStack()
        self.names = itertools.count()
        self._server: str | None = None
        self._filled: dict[tuple[str, str], str] = {}

    def new_folder(self) -> Path:
        return Path(tempfile.mkdtemp(dir=self.folder))

    @property
    def server(self) -> str:
        """PostgreSQL as in production: the servers of the tests leave out fsync, this one must not."""
        if self._server is None:
            self._server = self.kept.enter_context(postgresql())
            for setting in ("fsync", "full_page_writes"):
                administer(self._server, f"ALTER SYSTEM SET {setting} = on")
            administer(self._server, "SELECT pg_reload_conf()")
        return self._server

    @contextlib.contextmanager
    def database(self, engine: str) -> Iterator[str]:
        """A database with our tables, dropped at the end."""
        if engine == "sqlite":
            folder = self.new_folder()
            url = f"sqlite:///{folder / 'firmtext.db'}"
            _create(url)
            yield url
            for file in folder.iterdir():
                file.unlink()
            return
        name = f"bench_{next(self.names)}"
        administer(self.server, f"CREATE DATABASE {name}")
        url = sa.make_url(self.server).set(database=name).render_as_string(False)
        try:
            _create(url)
            yield url
        finally:
            administer(self.server, f"DROP DATABASE {name} WITH (FORCE)")

    def kept_database(self, engine: str, name: str, fill: Callable[[str], None]) -> str:
        """A database that ``fill`` has filled, for whoever asks for that name in this run."""
        if (engine, name) not in self._filled:
            url = self.kept.enter_context(self.database(engine))
            fill(url)
            self._filled[engine, name] = url
        return self._filled[engine, name]

    @contextlib.contextmanager
    def carrier(self, public: str = "http://127.0.0.1:9", **options: Any) -> Iterator[Carrier]:
        """A sandbox that tells nothing of what becomes of the texts unless asked to, and has no limit of its own."""
        folder, port, tls = self.new_folder(), free_port(), free_port()
        command = [
            sys.executable, "-m", "flask_firmtext.sandbox", "--port", str(port), "--tls-port", str(tls),
            "--state-dir", str(folder), "--webhooks", f"{public}/texting/webhooks", "--speed", "1000000",
            "--end-with-parent", "--requests-per-second", "0",
        ]  # fmt: skip
        with process(command, env=os.environ, log=folder / "log", cwd=folder):
            until(lambda: answers(port) and answers(tls))
            hosts = dict.fromkeys(("FIRMTEXT_VONAGE_API_HOST", "FIRMTEXT_VONAGE_REST_HOST"), f"127.0.0.1:{tls}")
            carrier = Carrier(f"http://127.0.0.1:{port}", folder, credentials(folder) | hosts)
            if options:
                carrier.option(**options)
            yield carrier

    @contextlib.contextmanager
    def valkey(self) -> Iterator[str]:
        with valkey(f"bench-{next(self.names)}") as url:
            yield url

    @contextlib.contextmanager
    def web(self, application: str, settings: Mapping[str, str], *, port: int = 0, threads: int = 1) -> Iterator[int]:
        """One gunicorn worker (sync unless it has threads) with this application; its port."""
        port, folder = port or free_port(), self.new_folder()
        command = [
            sys.executable, "-m", "gunicorn", "--workers", "1", "--threads", str(threads), "--bind",
            f"127.0.0.1:{port}", "--log-level", "warning", "--no-control-socket", application,
        ]  # fmt: skip
        with process(command, env=environment(settings), log=folder / "log", cwd=folder):
            until(lambda: answers(port), seconds=30)
            yield port

    def close(self) -> None:
        self.kept.close()


def settings_of(url: str, carrier: Carrier | None = None, **more: str) -> dict[str, str]:
    """What a host needs, with a pace that stops nobody."""
    given = carrier.settings if carrier else {}
    return {
        "SQLALCHEMY_DATABASE_URI": url,
        **KEYS,
        **FAST,
        **given,
        "FIRMTEXT_TOLL_FREE_VERIFICATION": "assumed",
        **more,
    }


def environment(settings: Mapping[str, str]) -> dict[str, str]:
    """For processes of the host."""
    path = os.pathsep.join((str(SUPPORT), str(ROOT)))
    return {**os.environ, **settings, "FLASK_APP": str(SUPPORT / "hostapp.py"), "PYTHONPATH": path}


@contextlib.contextmanager
def host(settings: Mapping[str, str]) -> Iterator[Any]:
    """The host of the tests in this process, inside its context."""
    app = create_app(dict(settings))
    with app.app_context():
        yield app
        for engine in app.extensions["sqlalchemy"].engines.values():
            engine.dispose()


def administer(url: str, statement: str) -> None:
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)


def _create(url: str) -> None:
    engine = sa.create_engine(url)
    create_tables(engine)
    engine.dispose()
