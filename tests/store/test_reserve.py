"""A webhook's connections are its own, and like the host's in everything else."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from flask_firmtext.current import firmtext
from flask_firmtext.reserve import reserved
from flask_firmtext.store.counters import count
from flask_firmtext.store.transactions import own, reading
from outbound import counted


def test_only_what_is_reserved_has_connections_of_its_own(app: Any) -> None:
    host = firmtext.db.engine
    assert firmtext.engine is host
    with reserved():
        twin = firmtext.engine
        assert twin.pool is not host.pool
        assert firmtext.engine is twin, "one for all"
        assert (twin.url, twin.dialect, twin.hide_parameters) == (host.url, host.dialect, host.hide_parameters)
        with own() as session:
            count(session, "here")
    assert firmtext.engine is host
    assert counted("here") == 1


@pytest.mark.parametrize("first", ["a page", "a webhook"])
def test_looks_have_the_connections_of_where_they_are_taken_whoever_was_first(app: Any, first: str) -> None:
    host = firmtext.db.engine
    with reserved():
        twin = firmtext.engine
        if first == "a webhook":
            with reading() as session:
                session.execute(sa.select(1))
    with reading() as session:
        assert session.get_bind().engine.pool is host.pool
    with reserved(), reading() as session:
        assert session.get_bind().engine.pool is twin.pool


def test_the_hosts_listeners_hear_of_its_connections_and_statements(app: Any) -> None:
    heard: list[str] = []
    sa.event.listen(firmtext.db.engine, "connect", lambda *_: heard.append("connect"))
    sa.event.listen(firmtext.db.engine, "before_cursor_execute", lambda *given: heard.append(given[2]))
    with reserved(), firmtext.engine.connect() as connection:
        connection.exec_driver_sql("SELECT 1")
        if firmtext.db.engine.dialect.name == "sqlite":
            assert connection.exec_driver_sql("PRAGMA synchronous").scalar_one() == 2
    assert heard[0] == "connect"
    assert "SELECT 1" in heard


def test_it_goes_with_the_hosts_connections_and_a_child_leaves_its_parents_alone(app: Any) -> None:
    with reserved():
        twin = firmtext.engine
        with twin.connect():
            pass
        firmtext.db.engine.dispose()
        assert twin.pool.checkedin() == 0, "closed"  # type: ignore[attr-defined]
        again = firmtext.engine
        assert again is not twin
        with again.connect():
            pass
        child = os.fork()
        if not child:
            firmtext.db.engine.dispose(close=False)
            os._exit(0 if firmtext.engine is not again else 1)
        assert os.waitpid(child, 0)[1] == 0
        with again.connect() as connection:
            assert connection.exec_driver_sql("SELECT 1").scalar_one() == 1


def test_a_pool_without_an_end_needs_none(new_app: Callable[..., Any]) -> None:
    for config in (
        {"SQLALCHEMY_ENGINE_OPTIONS": {"poolclass": NullPool}},
        {"SQLALCHEMY_DATABASE_URI": "sqlite://"},
    ):
        app = new_app(FIRMTEXT_GATEWAY="flask_firmtext.testing:MemoryGateway", **config)
        with app.app_context(), reserved():
            assert firmtext.engine is firmtext.db.engine
