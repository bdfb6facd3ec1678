"""Hosts of many kinds: nothing of theirs suffers from us, and we work beside whatever they have."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask, request
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect
from sqlalchemy.orm import Mapped, mapped_column

from evidence import rows
from flask_firmtext import FirmText
from flask_firmtext.current import firmtext
from flask_firmtext.messaging import accepting, receiving
from flask_firmtext.store import counters
from flask_firmtext.store.base import Base
from flask_firmtext.store.models import Counter, Message
from flask_firmtext.store.transactions import own
from flask_firmtext.testing.example import harbor_and_summit
from flask_firmtext.testing.tables import create_tables
from hostapp import KEYS
from rows import STAFF, accepted, verified_number

ROSA, HARBOR = "+13125550100", "+18335550100"

MakeHost = Callable[..., tuple[Flask, SQLAlchemy]]


@pytest.fixture
def make_host(empty_database: str) -> Iterator[MakeHost]:
    """``make_host(db, engine=…, before=…, after=…)``: a host of its own kind; ``before`` and ``after`` get the app."""
    made: list[tuple[Flask, SQLAlchemy]] = []

    def make(
        db: SQLAlchemy | None = None, *, before: Any = None, after: Any = None, url: str = empty_database, **engine: Any
    ) -> tuple[Flask, SQLAlchemy]:
        app, db = Flask("practice"), db or SQLAlchemy()
        app.config.update(
            SECRET_KEY="x",
            SQLALCHEMY_DATABASE_URI=url,
            SQLALCHEMY_ENGINE_OPTIONS=engine,
            FIRMTEXT_GATEWAY="flask_firmtext.testing:MemoryGateway",
            **KEYS,
        )
        host = harbor_and_summit()
        for extension in filter(None, (before, db.init_app)):
            extension(app)
        FirmText().init_app(app, db=db, host=host)
        app.extensions["memory_host"] = host
        if after:
            after(app)
        made.append((app, db))
        return app, db

    yield make
    for app, db in made:
        with app.app_context():
            db.engine.dispose()


def inbound(app: Flask, text: str = "Hello") -> int:
    """Post a client's signed text; returns the answer's code."""
    request = firmtext.gateway.webhooks.text(ROSA, HARBOR, text)  # type: ignore[attr-defined]
    return app.test_client().post("/texting/webhooks/inbound", data=request.body, headers=request.headers).status_code


def works(app: Flask) -> None:
    """A text goes out of a person's hands in the host's own session, and an answer comes in."""
    verified_number()
    contact = firmtext.host.for_firm("harbor").contacts.get("rosa")
    assert contact is not None
    for n in range(2):
        accepting.accept(
            firmtext.db.session, user=STAFF, contact=contact, to=None, text=f"text {n}", token=uuid.uuid4().hex
        )
        firmtext.db.session.commit()
    assert [inbound(app) for _ in range(2)] == [200, 200]
    assert app.test_client().get("/texting/healthz").status_code == 200
    assert len(rows(Message)) == 4


def test_a_host_whose_tables_lie_in_a_schema(make_host: MakeHost, empty_database: str) -> None:
    if empty_database.startswith("sqlite"):
        pytest.skip("SQLite has no schemas")
    db = SQLAlchemy(metadata=sa.MetaData(schema="practice"))

    class Matter(db.Model):  # type: ignore[name-defined,misc]
        id: Mapped[int] = mapped_column(primary_key=True)

    app, _ = make_host(db)
    with app.app_context():
        db.session.execute(sa.text("DROP SCHEMA IF EXISTS practice CASCADE"))
        db.session.execute(sa.text("CREATE SCHEMA practice"))
        db.session.commit()
        db.create_all()
        db.session.add(Matter(id=1))
        works(app)
        assert db.session.get(Matter, 1) is not None
        db.session.remove()
        db.drop_all()


def test_a_host_that_drops_and_creates_all_its_tables_leaves_ours_alone(make_host: MakeHost) -> None:
    db = SQLAlchemy()

    class Matter(db.Model):  # type: ignore[name-defined,misc]
        id: Mapped[int] = mapped_column(primary_key=True)

    app, _ = make_host(db)
    with app.app_context():
        db.create_all()
        works(app)
        db.session.remove()
        db.drop_all()
        db.create_all()
        assert len(rows(Message)) == 4
        assert not set(db.metadata.tables) & set(Base.metadata.tables)
        db.drop_all()


@pytest.mark.parametrize("level", ["SERIALIZABLE", "REPEATABLE READ", "READ UNCOMMITTED"])
def test_a_host_with_its_own_isolation(make_host: MakeHost, empty_database: str, level: str) -> None:
    if level == "REPEATABLE READ" and empty_database.startswith("sqlite"):
        pytest.skip("SQLite has no such level")
    app, _ = make_host(isolation_level=level)
    with app.app_context():
        works(app)


def test_a_host_that_commits_each_statement_does_not_break_our_transactions(make_host: MakeHost) -> None:
    app, _ = make_host(isolation_level="AUTOCOMMIT")
    with app.app_context():
        with own() as session:
            counters.count(session, "undone")
            session.rollback()
        assert rows(Counter) == []
        works(app)


def test_a_sqlite_host_that_begins_its_transactions_itself(make_host: MakeHost, empty_database: str) -> None:
    """The recipe in SQLAlchemy's documentation for savepoints that work."""
    if not empty_database.startswith("sqlite"):
        pytest.skip("a recipe for SQLite")
    app, db = make_host()
    with app.app_context():

        @sa.event.listens_for(db.engine, "connect")
        def leave_it_to_us(connection: Any, record: Any) -> None:
            connection.isolation_level = None

        @sa.event.listens_for(db.engine, "begin")
        def begin(connection: Any) -> None:
            connection.exec_driver_sql("BEGIN")

        with own() as session:
            counters.count(session, "undone")
            session.rollback()
        assert rows(Counter) == []
        works(app)


def test_a_sqlite_host_in_memory(make_host: MakeHost) -> None:
    app, db = make_host(url="sqlite://")
    with app.app_context():
        assert isinstance(db.engine.pool, sa.StaticPool)
        create_tables(db.engine)
        works(app)


def test_a_host_with_foreign_keys_on(make_host: MakeHost, empty_database: str) -> None:
    if not empty_database.startswith("sqlite"):
        pytest.skip("PostgreSQL always has them on")
    app, db = make_host()
    with app.app_context():
        sa.event.listen(db.engine, "connect", lambda raw, _: raw.execute("PRAGMA foreign_keys = ON"))
        works(app)


def protected(app: Flask) -> None:
    CSRFProtect(app)

    @app.post("/matters")
    def matters() -> str:
        return "made"


@pytest.mark.parametrize("order", ["before", "after"])
def test_a_host_that_protects_its_forms_lets_webhooks_pass_and_keeps_its_own_check(
    make_host: MakeHost, order: str
) -> None:
    app, _ = make_host(**{order: protected})
    with app.app_context():
        works(app)
        client = app.test_client()
        app.extensions["memory_host"].users.sign_in("admin@harbor.example")
        assert client.post("/matters").status_code == 400
        ours = [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("firmtext.")]
        posts = [rule for rule in ours if "POST" in (rule.methods or ()) and not rule.arguments]
        assert posts
        for rule in posts:
            response = client.post(rule.rule, data={"text": "forged"})
            assert response.status_code == 400, rule
        unsigned = client.post("/texting/webhooks/inbound", data=b"{}")
        assert unsigned.status_code == 401


def test_our_forms_are_checked_in_a_host_that_checks_none(make_host: MakeHost) -> None:
    app, _ = make_host()
    with app.app_context():
        app.extensions["memory_host"].users.sign_in("admin@harbor.example")
        ours = [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("firmtext.")]
        posts = [rule for rule in ours if "POST" in (rule.methods or ()) and not rule.arguments]
        assert posts
        assert {app.test_client().post(rule.rule).status_code for rule in posts} == {400}


def test_a_host_that_signs_everybody_in_first_still_gets_webhooks(make_host: MakeHost) -> None:
    """A host's own gate is the host's: ours are found by their blueprint's name."""

    def gate(app: Flask) -> None:
        @app.before_request
        def sign_in() -> Any:
            if request.blueprint not in ("firmtext_webhooks", "firmtext_health", "firmtext_metrics", "firmtext_api"):
                return "please sign in", 403
            return None

    app, _ = make_host(before=gate)
    with app.app_context():
        works(app)


def test_a_host_mounted_under_a_path_is_reached_there(make_host: MakeHost) -> None:
    app, _ = make_host()
    with app.app_context():
        verified_number()
        accepted("Hello")
        said = firmtext.gateway.webhooks.text(ROSA, HARBOR, "Hello")  # type: ignore[attr-defined]
        answer = app.test_client().post(
            "/texting/webhooks/inbound",
            data=said.body,
            headers=said.headers,
            environ_overrides={"SCRIPT_NAME": "/app"},
        )
        assert answer.status_code == 200


def test_the_hosts_session_is_not_touched_by_a_webhook(make_host: MakeHost) -> None:
    app, db = make_host()
    with app.app_context():
        works(app)
        db.session.remove()
        receiving.receive(firmtext.gateway.webhooks.text(ROSA, HARBOR, "Hello"), "inbound")  # type: ignore[attr-defined]
        assert not db.session.registry.has()


def test_a_webhook_does_not_commit_what_the_host_has_begun(make_host: MakeHost, empty_database: str) -> None:
    if empty_database.startswith("sqlite"):
        pytest.skip("SQLite has one writer")
    app, db = make_host()
    with app.app_context():
        works(app)
        counters.count(db.session, "the host's own")
        receiving.receive(firmtext.gateway.webhooks.text(ROSA, HARBOR, "Hello"), "inbound")  # type: ignore[attr-defined]
        db.session.rollback()
        assert "the host's own" not in {row.name for row in rows(Counter)}
