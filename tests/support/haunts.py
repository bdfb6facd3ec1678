"""Everywhere where words may be left that somebody said: tables, files, keys, logs, what was said to Redis."""

from __future__ import annotations

import base64
import contextlib
import logging
import re
import threading
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import redis
import sqlalchemy as sa

from flask_firmtext.current import firmtext
from flask_firmtext.store.base import Base
from sealed import contents
from servers import FOLDER

#: Said to Redis at the end, so that everything before it was heard.
LAST = b"heard to the end"
#: A line of a log, and what moves a terminal's cursor or turns its writing round.
FORGED = "\r\nCRITICAL:root:forged \x1b[2J\x9b1m\u202e\u2028"
#: The development server's own, by which it tells answers apart.
COLOUR = re.compile(r"\x1b\[\d*m")
#: Who writes into an application's log on our behalf.
OURS = ("flask_firmtext", "hostapp", "werkzeug")


def disguises(canary: str) -> set[bytes]:
    """The ways in which a canary may lie about."""
    raw = canary.encode()
    coded = {base64.b64encode(b" " * shift + raw)[4:-4] for shift in range(3)}
    return {raw, raw.hex().encode(), canary.encode("utf-16-le"), canary[::-1].encode()} | {
        c for c in coded if len(c) > 7
    }


@dataclass
class Search:
    """Looks for canaries, each with its disguises, everywhere where something may have been left."""

    canaries: Mapping[str, set[bytes]]
    redis_url: str
    folders: list[Path]
    logs: list[Path]
    caplog: pytest.LogCaptureFixture
    monitored: list[bytes] = field(default_factory=list)
    #: In how many places it has looked.
    looked: int = 0

    def sung(self, content: bytes | str) -> list[str]:
        """Which canaries are heard in there."""
        raw = content.encode() if isinstance(content, str) else content
        return [canary for canary, forms in self.canaries.items() if any(form in raw for form in forms)]

    def found(self, where: str = "") -> list[tuple[str, list[str]]]:
        """What was heard, and in which of the places whose name has ``where`` in it."""
        heard = []
        self.looked = 0
        for place, content in self.places():
            self.looked += 1
            if where in place and (canaries := self.sung(content)):
                heard.append((place, canaries))
        return heard

    def places(self) -> Iterator[tuple[str, bytes]]:
        yield from self.tables()
        yield from self.keys()
        yield from self.database_files()
        yield "what was said to Redis", b"\n".join(self.monitored)
        yield "the log of this process", self.said()
        for log in self.logs:
            yield f"the log {log.name}", log.read_bytes()
        for folder in self.folders:
            for file in filter(Path.is_file, folder.rglob("*")):
                yield f"the file {file}", file.read_bytes() + file.name.encode()

    def records(self) -> list[logging.LogRecord]:
        """Every record of this process, but those of what the test itself asks of the sandbox."""
        return [record for record in self.caplog.records if "/_sandbox/" not in record.getMessage()]

    def said(self) -> bytes:
        """The records, with their arguments, and their traces as a log shows them."""
        form = logging.Formatter("%(levelname)s %(name)s %(message)s")
        return "\n".join(f"{form.format(record)} {record.__dict__!r}" for record in self.records()).encode()

    def forged(self) -> list[str]:
        """Records of ours that are more than one line, or move a terminal's cursor."""
        ours = (COLOUR.sub("", record.getMessage()) for record in self.records() if record.name.startswith(OURS))
        return [message for message in ours if not message.isprintable()]

    def tables(self) -> Iterator[tuple[str, bytes]]:
        with firmtext.engine.connect() as connection:
            for name, table in Base.metadata.tables.items():
                for row in connection.execute(sa.select(table)).mappings():
                    for column, value in row.items():
                        raw = bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
                        yield f"{name}.{column}", raw

    def keys(self) -> Iterator[tuple[str, bytes]]:
        with redis.Redis.from_url(self.redis_url) as client:
            for key in client.scan_iter(count=1000):
                yield f"the key {key!r}", key + (client.dump(key) or b"") + self._read(client, key)
            client.save()
            snapshot = Path(client.config_get("dir")["dir"]) / client.config_get("dbfilename")["dbfilename"]
        yield "the snapshot of Redis", snapshot.read_bytes()

    def _read(self, client: Any, key: bytes) -> bytes:
        kind = client.type(key)
        read = {b"string": client.get, b"hash": client.hgetall, b"set": client.smembers}
        return repr(read[kind](key)).encode() if kind in read else b""

    def database_files(self) -> Iterator[tuple[str, bytes]]:
        url = firmtext.engine.url
        if url.get_backend_name() == "sqlite":
            assert url.database is not None
            files = list(Path(url.database).parent.glob(Path(url.database).name + "*"))
            assert any(file.name.endswith("-wal") for file in files)
        else:
            with firmtext.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.exec_driver_sql("CHECKPOINT")
                folder = Path(connection.exec_driver_sql("SHOW data_directory").scalar_one())
            if not folder.is_relative_to(FOLDER):
                return  # a server that was given: its files are not ours to read
            files = [file for file in folder.rglob("*") if file.is_file()]
            assert any("pg_wal" in str(file) for file in files)
        for file in files:
            with contextlib.suppress(FileNotFoundError):
                yield f"the database's file {file.name}", file.read_bytes()


@contextlib.contextmanager
def monitored(url: str, into: list[bytes]) -> Iterator[None]:
    """Hear every command that Redis gets."""
    client = redis.Redis.from_url(url, socket_timeout=None)
    with client.monitor() as monitor:

        def listen() -> None:
            while not into or LAST not in into[-1]:
                into.append(monitor.connection.read_response(disable_decoding=True))

        thread = threading.Thread(target=listen, daemon=True)
        thread.start()
        yield
        client.echo(LAST)
        thread.join(20)
        assert not thread.is_alive()
    client.close()


@contextlib.contextmanager
def statements_logged() -> Iterator[None]:
    """PostgreSQL writes every statement and its values into its log, as for whoever looks for a slow one."""
    if firmtext.engine.dialect.name != "postgresql":
        yield
        return
    name = firmtext.engine.url.database
    settings = {"log_statement": "'all'", "log_parameter_max_length_on_error": "-1", "log_temp_files": "0"}
    with firmtext.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for setting, value in settings.items():
            connection.exec_driver_sql(f'ALTER DATABASE "{name}" SET {setting} = {value}')
        for engine in {firmtext.engine, *firmtext.db.engines.values()}:
            engine.dispose()
        yield
        for setting in settings:
            connection.exec_driver_sql(f'ALTER DATABASE "{name}" RESET {setting}')


@contextlib.contextmanager
def breaking() -> Iterator[None]:
    """The database refuses every text, and says which."""
    create, drop = {
        "sqlite": (
            "CREATE TRIGGER broken BEFORE INSERT ON firmtext_message BEGIN SELECT RAISE(ABORT, 'broken'); END",
            "DROP TRIGGER broken",
        ),
        "postgresql": (
            "ALTER TABLE firmtext_message ADD CONSTRAINT broken CHECK (position < 0) NOT VALID",
            "ALTER TABLE firmtext_message DROP CONSTRAINT broken",
        ),
    }[firmtext.engine.dialect.name]
    with firmtext.engine.begin() as connection:
        connection.exec_driver_sql(create)
    yield
    with firmtext.engine.begin() as connection:
        connection.exec_driver_sql(drop)


def heard_in(songs: Collection[str], firm: str = "harbor") -> set[str]:
    """The protected columns of a firm in which one of these words stands, once it is read with the keys."""
    held = ((name.partition(" ")[0], words) for name, words in contents(firm).items())
    texts = ((name, words.decode("latin-1") if isinstance(words, bytes) else str(words)) for name, words in held)
    return {name for name, words in texts if any(song in words for song in songs)}
