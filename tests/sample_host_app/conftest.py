"""The sample practice system as a host developer would test it, on SQLite and on PostgreSQL."""

from __future__ import annotations

import importlib.util
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from flask_firmtext.testing import create_tables
from hostapp import KEYS
from serving import serving

ROOT = Path(__file__).resolve().parents[2]


def _import_sample_host_app() -> None:
    """The package is not installed, and the project's folder is not on the path: ``import cli`` must fail here."""
    folder = ROOT / "sample_host_app"
    spec = importlib.util.spec_from_file_location(
        "sample_host_app", folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    assert spec
    assert spec.loader
    sys.modules[spec.name] = module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)


_import_sample_host_app()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "practice_database" in metafunc.fixturenames:
        chosen = metafunc.config.getoption("--db")
        engines = ("sqlite", "postgresql") if chosen == "both" else (chosen,)
        metafunc.parametrize("practice_database", engines, indirect=True, scope="module")


@pytest.fixture(scope="module")
def practice_database(request: pytest.FixtureRequest, new_database: Callable[[str], str]) -> str:
    """A database of this module's own, in which the practice system's tables are, too."""
    return new_database(request.param)


@pytest.fixture(scope="module")
def practice(practice_database: str) -> Iterator[Any]:
    """The seeded practice system, with a carrier that nobody answers for."""
    from sample_host_app import create_app

    app = create_app(
        {
            **KEYS,
            "TESTING": True,
            "SECRET_KEY": "only for tests",
            "SQLALCHEMY_DATABASE_URI": practice_database,
            "FIRMTEXT_VONAGE_API_HOST": "127.0.0.1:9",
            "FIRMTEXT_VONAGE_REST_HOST": "127.0.0.1:9",
            "FIRMTEXT_VONAGE_API_KEY": "abcd1234",
            "FIRMTEXT_VONAGE_API_SECRET": "not a secret",
            "FIRMTEXT_TOLL_FREE_VERIFICATION": "assumed",
        }
    )
    with app.app_context():
        create_tables(app.extensions["sqlalchemy"].engine)
    result = app.test_cli_runner().invoke(args=["seed"])
    assert result.exit_code == 0, result.output
    assert "carrier cannot be asked" in result.output
    yield app
    with app.app_context():
        for engine in app.extensions["sqlalchemy"].engines.values():
            engine.dispose()


@pytest.fixture
def site(practice: Any) -> Iterator[str]:
    """The address under which it is served."""
    with serving(practice) as served:
        yield served


@pytest.fixture
def no_quiet_hours(practice: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Automatic texts go at any hour."""
    monkeypatch.setitem(vars(practice.extensions["firmtext"].settings), "quiet_hours", None)


@pytest.fixture
def context(practice: Any) -> Iterator[Any]:
    """An application context of the practice system; what a test wrote is rolled back."""
    with practice.app_context():
        yield practice
        practice.extensions["sqlalchemy"].session.rollback()


@pytest.fixture
def visitor(practice: Any) -> Any:
    """A browser in which nobody is signed in."""
    return practice.test_client()


@pytest.fixture
def signed_in(practice: Any) -> Callable[[str], Any]:
    """``signed_in("staff@harbor.example")`` is that user's browser."""

    def sign_in(email: str, password: str = "demo") -> Any:
        client = practice.test_client()
        form = client.get("/login").text
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', form)
        assert token
        data = {"email": email, "password": password, "csrf_token": token[1]}
        assert client.post("/login", data=data).status_code == 303
        return client

    return sign_in


@pytest.fixture
def statements(practice: Any) -> Iterator[list[str]]:
    """What is asked of the database while the test runs."""
    asked: list[str] = []
    with practice.app_context():
        engine = practice.extensions["sqlalchemy"].engine

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        asked.append(statement)

    with ExitStack() as stack:
        event.listen(engine, "before_cursor_execute", note)
        stack.callback(event.remove, engine, "before_cursor_execute", note)
        yield asked
