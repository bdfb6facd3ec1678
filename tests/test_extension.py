"""Binding to an application: no I/O, every fault at once, and as often as somebody makes applications."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask_sqlalchemy import SQLAlchemy

from evidence import rows
from flask_firmtext import ConfigurationError, FirmText, signals
from flask_firmtext.current import firmtext as current
from flask_firmtext.store import transactions
from flask_firmtext.store.models import Message
from flask_firmtext.testing.example import harbor_and_summit
from flask_firmtext.testing.tables import create_tables
from hostapp import KEYS, create_app
from rows import accepted, verified_number

MEMORY = {"FIRMTEXT_GATEWAY": "flask_firmtext.testing:MemoryGateway"}


def host_app(**config: Any) -> tuple[Flask, SQLAlchemy]:
    app, db = Flask("practice"), SQLAlchemy()
    app.config.update({"SQLALCHEMY_DATABASE_URI": "sqlite://", "SECRET_KEY": "x", **KEYS, **config})
    db.init_app(app)
    return app, db


def faults(app: Flask, **arguments: Any) -> list[str]:
    with pytest.raises(ConfigurationError) as error:
        FirmText().init_app(app, **arguments)
    assert all(fault in str(error.value) for fault in error.value.faults)
    return error.value.faults


def test_nothing_is_connected_opened_or_asked_while_it_binds(
    monkeypatch: pytest.MonkeyPatch, database_url: str
) -> None:
    def forbidden(*_: Any, **__: Any) -> None:
        raise AssertionError("a connection was made while the extension was bound")

    sa.event.listen(sa.pool.Pool, "connect", forbidden)
    for name in ("connect", "connect_ex", "bind"):
        monkeypatch.setattr(socket.socket, name, forbidden)
    monkeypatch.setattr(socket, "getaddrinfo", forbidden)
    try:
        create_app({"SQLALCHEMY_DATABASE_URI": database_url, "FIRMTEXT_REDIS_URL": "redis://127.0.0.1:1/0", **KEYS})
        nowhere = "postgresql+psycopg://nobody@192.0.2.1/nothing"
        settings = {"FIRMTEXT_VONAGE_APPLICATION_ID": "a", "FIRMTEXT_VONAGE_PRIVATE_KEY": "/nowhere/key.pem"}
        create_app({"SQLALCHEMY_DATABASE_URI": nowhere, **settings, **KEYS})
    finally:
        sa.event.remove(sa.pool.Pool, "connect", forbidden)


def test_two_applications_in_one_process_know_nothing_of_each_other(
    new_app: Callable[..., Any], new_database: Callable[[str], str], database_url: str
) -> None:
    second_url = new_database(sa.make_url(database_url).get_backend_name())
    engine = sa.create_engine(second_url)
    create_tables(engine)
    engine.dispose()
    first, second = new_app(**MEMORY), new_app(**MEMORY, SQLALCHEMY_DATABASE_URI=second_url, FIRMTEXT_URL_PREFIX="/sms")
    with first.app_context():
        verified_number()
        accepted("in the first")
        gateway = current.gateway
    with second.app_context():
        assert rows(Message) == []
        verified_number()
        accepted("in the second")
        assert len(rows(Message)) == 1
        assert current.gateway is not gateway
        assert current.settings.url_prefix == "/sms"
    with first.app_context():
        assert len(rows(Message)) == 1
    assert first.extensions["firmtext"] is not second.extensions["firmtext"]


def test_one_extension_and_one_db_serve_many_applications_and_ring_once(database_url: str) -> None:
    db, firmtext, rung = SQLAlchemy(), FirmText(), []
    apps = []
    for _ in range(2):
        app = Flask("practice")
        app.config.update(SQLALCHEMY_DATABASE_URI=database_url, **KEYS, **MEMORY)
        db.init_app(app)
        firmtext.init_app(app, db=db, host=harbor_and_summit())
        app.extensions["firmtext"].ring = rung.append
        apps.append(app)
    for app in apps:
        with app.app_context():
            transactions.notes(db.session).rings.append("an id")
            db.session.execute(sa.text("SELECT 1"))
            db.session.commit()
            db.engine.dispose()
    assert rung == [["an id"], ["an id"]]


def test_binding_before_the_database_names_the_order() -> None:
    app, db = Flask("practice"), SQLAlchemy()
    app.config.update(KEYS)
    assert faults(app, db=db, host=harbor_and_summit()) == [
        "db is not bound to this application yet; call db.init_app(app) before firmtext.init_app."
    ]


def test_binding_twice_is_named() -> None:
    app, db = host_app()
    FirmText().init_app(app, db=db, host=harbor_and_summit())
    assert "already bound" in faults(app, db=db, host=harbor_and_summit())[0]


@pytest.mark.parametrize("host", [None, "harbor", object(), Flask])
def test_what_is_no_host_is_named(host: Any) -> None:
    app, db = host_app()
    assert "host must be a flask_firmtext.Host" in faults(app, db=db, host=host)[0]


def test_every_fault_of_the_settings_is_told_at_once_with_its_cure() -> None:
    secret = "aTzxl9oVbGn2X4yq8sQpUe0RkWcJ5dMfHh7tB3iN6vE="
    app, db = host_app(
        FIRMTEXT_ENCRYPTION_KEYS=secret,  # its id was forgotten
        FIRMTEXT_INDEX_KEY=secret[:20],
        FIRMTEXT_REDIS_URL="localhost:6379",
        FIRMTEXT_PUBLIC_URL="http://practice.example",
        FIRMTEXT_VONAGE_API_KEY="abcd",
        FIRMTEXT_VONAGE_APPLICATION_ID="11111111-2222-4333-8444-555555555555",
        FIRMTEXT_REDIS_URI="redis://:canary-secret@localhost",
        FIRMTEXT_REQUESTS_PER_SECOND="many",
    )
    found = faults(app, db=db, host=harbor_and_summit())
    names = (
        "FIRMTEXT_ENCRYPTION_KEYS must be `id:base64`",
        "FIRMTEXT_INDEX_KEY holds a key",
        "FIRMTEXT_REDIS_URL must begin with redis://",
        "FIRMTEXT_PUBLIC_URL must be a public https address",
        "FIRMTEXT_VONAGE_API_SECRET is missing",
        "FIRMTEXT_VONAGE_PRIVATE_KEY is missing",
        "FIRMTEXT_REDIS_URI is no setting: did you mean FIRMTEXT_REDIS_URL?",
        "FIRMTEXT_REQUESTS_PER_SECOND must be a number",
    )
    assert [name for name in names if not any(fault.startswith(name) for fault in found)] == []
    assert len(found) == len(names)
    assert not any(part in " ".join(found) for part in (secret[:16], "canary-secret"))
    assert "firmtext" not in app.extensions


def test_missing_keys_are_named_with_the_command_that_makes_them() -> None:
    app, db = Flask("practice"), SQLAlchemy()
    app.config.update(SQLALCHEMY_DATABASE_URI="sqlite://")
    db.init_app(app)
    found = faults(app, db=db, host=harbor_and_summit())
    assert [fault.split()[0] for fault in found] == ["FIRMTEXT_ENCRYPTION_KEYS", "FIRMTEXT_INDEX_KEY"]
    assert all("flask firmtext keys generate" in fault for fault in found)


def test_nothing_of_an_application_shows_a_secret() -> None:
    app, db = host_app(
        FIRMTEXT_REDIS_URL="redis://:canary-redis@localhost",
        FIRMTEXT_VONAGE_API_KEY="abcd",
        FIRMTEXT_VONAGE_API_SECRET="canary-api",
        FIRMTEXT_VONAGE_SIGNATURE_SECRETS="canary-signature",
        FIRMTEXT_VONAGE_APPLICATION_ID="x",
        FIRMTEXT_VONAGE_PRIVATE_KEY="-----BEGIN PRIVATE KEY-----\\ncanary-pem",
    )
    FirmText().init_app(app, db=db, host=harbor_and_summit())
    state = app.extensions["firmtext"]
    with app.app_context():
        shown = repr(state) + str(state.settings) + repr(current.gateway)
    assert "canary" not in shown
    assert KEYS["FIRMTEXT_INDEX_KEY"] not in shown
    assert KEYS["FIRMTEXT_ENCRYPTION_KEYS"].partition(":")[2] not in shown


@pytest.mark.parametrize("wanted", [True, False])
def test_sqlite_is_made_safe_unless_the_host_says_otherwise(new_database: Callable[[str], str], wanted: bool) -> None:
    app, db = host_app(SQLALCHEMY_DATABASE_URI=new_database("sqlite"), FIRMTEXT_SQLITE_PRAGMAS="1" if wanted else "0")
    FirmText().init_app(app, db=db, host=harbor_and_summit())
    with app.app_context():
        with db.engine.connect() as connection:
            found = [
                str(connection.exec_driver_sql(f"PRAGMA {name}").scalar())
                for name in ("journal_mode", "synchronous", "busy_timeout")
            ]
        db.engine.dispose()
    assert (found == ["wal", "2", "5000"]) == wanted


def imported(statement: str) -> set[str]:
    code = f"import sys; {statement}; print(*sys.modules)"
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parent / "support")}
    command = [sys.executable, "-c", code]
    output = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    return set(output.split())


def test_the_root_imports_neither_the_carrier_nor_the_queue_nor_the_admin() -> None:
    heavy = {"rq", "redis", "vonage", "vonage_messages", "vonage_http_client", "pydantic", "requests", "flask_admin",
             "alembic", "psycopg", "jsonschema", "phonenumbers", "email_validator"}  # fmt: skip
    assert imported("import flask_firmtext") & heavy == set()
    assert imported("from hostapp import create_app") & {"vonage", "pydantic"} == set()


COST = """
import resource
def spent():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
began = spent()
import flask, flask_sqlalchemy, sqlalchemy.dialects.postgresql, sqlalchemy.dialects.sqlite
before = spent()
import flask_firmtext
print((spent() - before) / (before - began))
"""


def test_importing_the_root_costs_less_than_flask_and_its_database_do() -> None:
    """A ratio of the processor's seconds in one process: a slow or busy machine changes both. A host has a dialect."""
    command = [sys.executable, "-c", COST]
    runs = [subprocess.run(command, capture_output=True, text=True, check=True).stdout for _ in range(3)]
    assert min(map(float, runs)) < 0.8


def test_the_alarm_of_one_application_is_not_heard_by_another(new_app: Callable[..., Any]) -> None:
    first, second = new_app(**MEMORY), new_app(**MEMORY)
    heard = []

    def hear(app: Flask, **values: Any) -> None:
        heard.append(app)

    with signals.alarm.connected_to(hear, sender=first):
        for app in (first, second):
            app.test_client().post("/texting/webhooks/inbound", data=b"{}")
    assert heard == [first]
