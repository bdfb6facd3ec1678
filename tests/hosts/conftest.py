"""The strangers' applications, each with its tables and rows in a database of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

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
        app = stranger.practice(new_database(engine), TESTING=True, **settings)
        made.append(app)
        return app

    yield make
    for app in made:
        with app.app_context():
            for engine in app.extensions["sqlalchemy"].engines.values():
                engine.dispose()
