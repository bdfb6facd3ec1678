"""The strangers' applications, each with its tables and rows in a database of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from flask_firmtext.testing import create_tables
from hostapp import KEYS
from strangers import STRANGERS, Stranger


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "stranger" in metafunc.fixturenames:
        metafunc.parametrize("stranger", STRANGERS, ids=lambda one: one.package, scope="module")
    if "engine_of_stranger" in metafunc.fixturenames:
        chosen = metafunc.config.getoption("--db")
        engines = ("sqlite", "postgresql") if chosen == "both" else (chosen,)
        metafunc.parametrize("engine_of_stranger", engines, scope="module")


@pytest.fixture(scope="module")
def make_practice(new_database: Callable[[str], str]) -> Iterator[Callable[..., Any]]:
    """``make_practice(stranger, engine, **settings)`` is its application on an empty database, seeded."""
    made = []

    def make(stranger: Stranger, engine: str, **settings: Any) -> Any:
        given = {"TESTING": True, "SECRET_KEY": "only for tests", "SQLALCHEMY_DATABASE_URI": new_database(engine)}
        carrier = {"FIRMTEXT_GATEWAY": "flask_firmtext.testing:MemoryGateway", "FIRMTEXT_QUIET_HOURS": "off"}
        public = f"https://practice.example{stranger.root}"
        assumed = {"FIRMTEXT_TOLL_FREE_VERIFICATION": "assumed", "FIRMTEXT_PUBLIC_URL": public}
        app = stranger.create_app({**given, **KEYS, **carrier, **assumed, **settings})
        made.append(app)
        with app.app_context():
            create_tables(app.extensions["sqlalchemy"].engine)
            stranger.seed()
        return app

    yield make
    for app in made:
        with app.app_context():
            for engine in app.extensions["sqlalchemy"].engines.values():
                engine.dispose()
