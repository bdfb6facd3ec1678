"""What applications of the tests share changes nothing that one of them does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from werkzeug.routing import Map, Rule

import economy


def test_they_share_what_a_dialect_knows_and_no_connection_listener_or_option(new_app: Callable[..., Any]) -> None:
    heard: list[str] = []
    apps = [new_app(FIRMTEXT_GATEWAY="flask_firmtext.testing:MemoryGateway") for _ in range(2)]
    first, second = (_engine(app) for app in apps)
    assert first.dialect is second.dialect
    assert (first.pool is second.pool, first is second) == (False, False)
    sa.event.listen(first, "connect", lambda *_: heard.append("connect"))
    sa.event.listen(first, "before_cursor_execute", lambda *given: heard.append(given[2]))
    with second.connect() as connection:
        connection.exec_driver_sql("SELECT 1")
    assert heard == []
    with first.connect() as connection:
        connection.exec_driver_sql("SELECT 2")
    assert heard[0] == "connect"
    assert heard[-1] == "SELECT 2"


def test_who_has_other_options_has_a_dialect_of_its_own(new_app: Callable[..., Any]) -> None:
    plain, odd = (_engine(new_app(**more)) for more in ({}, {"SQLALCHEMY_ENGINE_OPTIONS": {"paramstyle": "named"}}))
    assert plain.dialect is not odd.dialect
    assert plain._compiled_cache is not odd._compiled_cache


@pytest.mark.parametrize("rule", ["/", "/texts/<uuid:text>", "/<path:file>", "/a//b/<int(min=3):n>", "/é <x>"])
def test_remembered_builders_are_those_of_their_rule(rule: str) -> None:
    first, second = (Rule(rule, endpoint="it", defaults=None, merge_slashes=merged) for merged in (True, False))
    Map([first]), Map([second])
    assert (first._build.__func__ is second._build.__func__) == (first._trace == second._trace)
    given = {name: "5" if name in ("n", "x", "file") else "0" * 32 for name in first.arguments}
    assert first._build(**given) == first._compile_builder.__wrapped__(first, False)(first, **given)
    assert first._build_unknown(**given, q="1") == first._compile_builder.__wrapped__(first)(first, **given, q="1")


def test_an_emptied_database_has_no_row(new_app: Callable[..., Any], database_url: str) -> None:
    from flask_firmtext.store.models import Firm
    from flask_firmtext.store.transactions import own
    from rows import switched_on

    tables = Firm.metadata.sorted_tables[::-1]
    with new_app(FIRMTEXT_GATEWAY="flask_firmtext.testing:MemoryGateway").app_context() as context:
        with own() as session:
            switched_on(session, "harbor")
        count = sa.select(*(sa.select(sa.func.count()).select_from(table).scalar_subquery() for table in tables))
        with _engine(context.app).connect() as connection:
            assert sum(connection.execute(count).one()) > 0
        economy.empty(database_url, tables)
        with _engine(context.app).connect() as connection:
            assert sum(connection.execute(count).one()) == 0


def _engine(app: Any) -> sa.Engine:
    with app.app_context():
        return app.extensions["sqlalchemy"].engine
