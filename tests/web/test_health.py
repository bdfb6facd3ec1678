"""What load balancers and alarms read."""

from __future__ import annotations

import contextlib
import json
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from evidence import counted, rows
from flask_firmtext.current import firmtext
from flask_firmtext.messaging import holds
from flask_firmtext.store import cells, keys
from flask_firmtext.store.models import Counter, Message
from flask_firmtext.store.states import HoldKind
from flask_firmtext.store.transactions import own
from flask_firmtext.worker import heartbeats
from rows import accepted, changed, verified_number

MEMORY = {"FIRMTEXT_GATEWAY": "flask_firmtext.testing:MemoryGateway"}
OTHER_KEK = "test1:Zm9yIHRlc3RzIG9ubHk6IGFub3RoZXIga2V5IC4uLi4="


def ready(app: Any) -> tuple[int, Any]:
    response = app.test_client().get("/texting/readyz")
    assert set(response.json) == {"status", "reasons"}
    assert response.json["status"] == ("ok" if response.status_code == 200 else "degraded")
    return response.status_code, response.json["reasons"]


def healthy(app: Any) -> tuple[int, Any]:
    response = app.test_client().get("/texting/healthz")
    return response.status_code, response.json


@contextlib.contextmanager
def away(app: Any) -> Iterator[None]:
    """The engine leads to a database that is not there."""
    engine = app.extensions["sqlalchemy"].engines[None]
    options = {"connect_args": {"connect_timeout": 1}} if engine.dialect.name == "postgresql" else {}
    url = engine.url.set(host="127.0.0.1", port=1, database="gone") if options else "sqlite:////nowhere/at/all.db"
    app.extensions["sqlalchemy"].engines[None] = sa.create_engine(url, **options)
    yield
    app.extensions["sqlalchemy"].engines[None] = engine


def test_healthz_is_ok_and_says_nothing_else(app: Any) -> None:
    assert healthy(app) == (200, {"status": "ok"})


def test_healthz_stays_200_without_worker_sweep_and_keys(app: Any, new_app: Callable[..., Any]) -> None:
    with own() as session:
        cells.seal(session, cells.place(Message, "body", uuid.uuid4(), "harbor"), "x", scope="x")
    wrong = new_app(**MEMORY, FIRMTEXT_ENCRYPTION_KEYS=OTHER_KEK, FIRMTEXT_REDIS_URL="redis://127.0.0.1:1/0")
    assert healthy(wrong) == (200, {"status": "ok"})
    assert ready(wrong) == (503, ["sweep", "worker", "redis", "keys"])


def test_healthz_is_503_while_the_database_is_away(app: Any) -> None:
    with away(app):
        assert healthy(app) == (503, {"status": "down"})
        assert ready(app) == (503, ["database"])
    assert healthy(app)[0] == 200


def test_healthz_is_503_while_the_database_can_be_read_only(app: Any) -> None:
    engine = app.extensions["sqlalchemy"].engines[None]

    def forbid(connection: Any, record: Any) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA query_only=1" if engine.dialect.name == "sqlite" else "SET transaction_read_only = on")
        cursor.close()

    if engine.dialect.name == "sqlite":
        engine.dispose()
        sa.event.listen(engine, "connect", forbid)
        assert healthy(app)[0] == 503
        return
    read_only = sa.create_engine(engine.url, connect_args={"options": "-c default_transaction_read_only=on"})
    app.extensions["sqlalchemy"].engines[None] = read_only
    assert healthy(app)[0] == 503
    read_only.dispose()
    app.extensions["sqlalchemy"].engines[None] = engine


def test_healthz_writes_one_row_that_does_not_multiply(app: Any) -> None:
    for _ in range(20):
        healthy(app)
    assert [row.name for row in rows(Counter)] == ["healthz"]
    assert counted("healthz") == 20


def test_healthz_is_cheap_and_holds_no_lock_afterwards(app: Any) -> None:
    healthy(app)
    started = time.monotonic()
    for _ in range(20):
        healthy(app)
    assert (time.monotonic() - started) / 20 < 0.1
    with firmtext.engine.connect() as other:
        other.exec_driver_sql("UPDATE firmtext_counter SET count = 0")
        other.rollback()


def test_readyz_names_nothing_when_all_is_well(app: Any) -> None:
    heartbeats.beat(heartbeats.SWEEP)
    assert ready(app) == (200, [])


def test_without_a_bell_no_worker_is_missed(app: Any) -> None:
    assert ready(app) == (503, ["sweep"])


@pytest.mark.fault("F16")
def test_readyz_hears_a_sweep_that_fell_silent(app: Any) -> None:
    heartbeats.beat(heartbeats.SWEEP)
    with own() as session:
        session.query(heartbeats.Heartbeat).update({"beat_at": firmtext.clock.now() - timedelta(seconds=61)})
    assert ready(app) == (503, ["sweep"])


@pytest.mark.fault("F76")
def test_who_died_with_a_clock_two_hours_ahead_does_not_hide_the_silence(app: Any) -> None:
    heartbeats.beat(heartbeats.SWEEP)
    with own() as session:
        session.query(heartbeats.Heartbeat).update({"beat_at": firmtext.clock.now() + timedelta(hours=2)})
    assert ready(app) == (503, ["sweep"])


def test_readyz_hears_a_silent_worker_and_a_live_one(new_app: Callable[..., Any], redis_url: str) -> None:
    app = new_app(**MEMORY, FIRMTEXT_REDIS_URL=redis_url)
    with app.app_context():
        heartbeats.beat(heartbeats.SWEEP)
        assert ready(app) == (503, ["worker"])
        for kind, reasons in ((heartbeats.SEND, ["worker"]), (heartbeats.MEDIA, [])):
            heartbeats.beat(kind)
            assert ready(app)[1] == reasons


def test_readyz_names_a_hold(app: Any) -> None:
    heartbeats.beat(heartbeats.SWEEP)
    with own() as session:
        holds.put(session, HoldKind.ACCOUNT, "default", "auth", by="worker")
    assert ready(app) == (503, ["holds"])


def test_readyz_names_a_text_that_has_been_due_for_over_two_minutes(app: Any) -> None:
    heartbeats.beat(heartbeats.SWEEP)
    verified_number()
    text = accepted("Hello")
    for seconds, reasons in ((100, []), (121, ["oldest_due"])):
        changed(text, not_before=firmtext.clock.now() - timedelta(seconds=seconds))
        assert ready(app)[1] == reasons


def test_readyz_names_migrations_that_are_pending(
    new_app: Callable[..., Any], new_database: Callable[[str], str], empty_database: str
) -> None:
    url = new_database(sa.make_url(empty_database).get_backend_name())
    app = new_app(**MEMORY, SQLALCHEMY_DATABASE_URI=url)
    assert ready(app) == (503, ["migrations"])


def test_readyz_writes_nothing(app: Any) -> None:
    before = rows(Counter)
    ready(app)
    assert rows(Counter) == before


@pytest.mark.attack("A42")
def test_neither_tells_figures_numbers_or_names(app: Any) -> None:
    verified_number()
    accepted("canary-1234")
    heartbeats.beat(heartbeats.SWEEP)
    said = json.dumps([healthy(app), ready(app)])
    assert not any(word in said for word in ("canary", "+1", "harbor", "0.1."))


@pytest.mark.parametrize("path", ["healthz", "readyz"])
def test_only_reading_is_possible(app: Any, path: str) -> None:
    assert app.test_client().post(f"/texting/{path}").status_code == 405


def test_they_move_with_the_prefix(new_app: Callable[..., Any], tmp_path: Path) -> None:
    app = new_app(**MEMORY, FIRMTEXT_URL_PREFIX="/sms/v2")
    assert app.test_client().get("/sms/v2/healthz").status_code == 200
    assert app.test_client().get("/texting/healthz").status_code == 404


def test_keys_that_are_right_are_no_reason(app: Any) -> None:
    with own() as session:
        cells.seal(session, cells.place(Message, "body", uuid.uuid4(), "harbor"), "x", scope=keys.GENERAL)
    assert ready(app)[1] == ["sweep"]
