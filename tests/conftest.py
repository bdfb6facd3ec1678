"""Fixtures: real servers, an empty database, the host of the tests. They are nouns."""

from __future__ import annotations

import itertools
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from economy import Compiled, Engines, empty, leave_what_stays_to_itself, remember_builders_of_addresses
from servers import (
    FOLDER,
    answers,
    folder_of_this_run_ends,
    forget_dead_runs,
    free_port,
    postgresql,
    process,
    quick_folder,
    until,
    valkey,
)
from serving import serving

ROOT = Path(__file__).parent.parent
SUPPORT = Path(__file__).parent / "support"
#: A browser that talks to nobody but the page's server, and does nothing else.
ALONE = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update", "--disable-extensions"),
]
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
#: Tests of pages, commands and whole processes, whose verbs are tested on both engines in their own room; and of verbs
#: that write one row for which nobody else waits.
WORDS = ("calls", "registration", "replies", "saved_replies", "templates", "verification")
TALK = (
    "alarms",
    "answers",
    "auto_replies",
    "doing",
    "drafts",
    "hearing",
    "holds",
    "letters",
    "pace",
    "reading",
    "recipients",
)
WORK = ("answers", "calendar_model", "events", "hurrying", "payments", "reminders", "time_entries")
ON_SQLITE = (
    *("browser/", "cli/", "sample_host_app/", "web/", "test_canary", "test_examples", "test_language", "test_listings"),
    *("store/test_cells", "store/test_protected"),
    *("faults/test_crash_points", "messaging/test_orders", "messaging/test_sending_model"),
    *(f"firm/test_{name}" for name in WORDS),
    *(f"messaging/test_{name}" for name in TALK),
    *(f"practice/test_{name}" for name in WORK),
)
#: Processes that are killed, and steps that wait for each other: on the engine of production.
ON_POSTGRESQL = (
    *("worker/", "firm/test_orders", "messaging/test_media", "messaging/test_scheduled", "practice/test_filing"),
    *("messaging/test_reindexing", "store/test_rotating", "web/test_webhooks_served"),
    *(f"faults/test_{name}_faults" for name in ("calendar", "media", "provisioning", "worker")),
)
#: Of what is looked at in several ways.
LOOKS = {(360, "light")}
#: What processes of tests note outside the database goes where this run's files go.
STATE = {"FIRMTEXT_STATE_DIR": str(FOLDER / "state")}
CI = bool(os.environ.get("CI"))
GIVEN_REDIS = os.environ.get("FIRMTEXT_REDIS_URL")
GIVEN_DATABASE = os.environ.get("TEST_DATABASE_URL")

for name in [*os.environ]:
    if name.startswith(("FIRMTEXT_", "FLASK_", "SQLALCHEMY_")):
        del os.environ[name]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--db",
        choices=("sqlite", "postgresql", "both"),
        default="both",
        help="on which engine tests run",
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "database_url" in metafunc.fixturenames:
        chosen = metafunc.config.getoption("--db")
        engines = ("sqlite", "postgresql") if chosen == "both" else (chosen,)
        metafunc.parametrize("database_url", engines, indirect=True, scope="session")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What is slow by its processes and pages runs on one engine and in one look; `make test-all` runs the others."""
    for item in items:
        given = item.callspec.params if hasattr(item, "callspec") else {}
        engine = given.get("database_url") or given.get("practice_database")
        where = item.path.relative_to(ROOT / "tests").as_posix()
        on_one = (
            where.startswith(ON_SQLITE) and "web/test_webhooks" not in where
            if engine == "postgresql"
            else where.startswith(ON_POSTGRESQL)
        )
        look = (given.get("width"), given.get("scheme", "light"))
        if (engine and on_one) or (look[0] and look not in LOOKS) or _is_strangers_other_engine(given):
            item.add_marker(pytest.mark.slow)


def _is_strangers_other_engine(given: Mapping[str, Any]) -> bool:
    """A stranger's application has one engine that it was written for; it is tried on the other, too, more seldom."""
    if not given.keys() >= {"engine_of_stranger", "stranger"}:
        return False
    return bool(given["engine_of_stranger"] != given["stranger"].engine)


def pytest_collection_finish() -> None:
    leave_what_stays_to_itself()


def pytest_configure(config: pytest.Config) -> None:
    remember_builders_of_addresses()
    if not hasattr(config, "workerinput"):
        forget_dead_runs()
        FOLDER.mkdir(exist_ok=True)


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        folder_of_this_run_ends()


@pytest.fixture(scope="session")
def worker_name(request: pytest.FixtureRequest) -> str:
    """Which worker of pytest-xdist this is; ``main`` without."""
    return str(getattr(request.config, "workerinput", {}).get("workerid", "main"))


@pytest.fixture(scope="session")
def new_database(worker_name: str) -> Iterator[Callable[[str], str]]:
    """``new_database("postgresql")`` makes an empty database and returns its URL; it is dropped at the end.

    PostgreSQL is that of ``TEST_DATABASE_URL``, or an embedded one that starts when it is first needed.
    """
    with ExitStack() as stack:
        server: list[str] = [GIVEN_DATABASE] if GIVEN_DATABASE else []
        names = itertools.count()

        def make(engine: str) -> str:
            if engine == "sqlite":
                return f"sqlite:///{quick_folder() / f'{worker_name}-{next(names)}.db'}"
            if not server:
                server.append(stack.enter_context(postgresql()))
            name = f"firmtext_{os.getpid()}_{worker_name}_{next(names)}"
            _administer(server[0], f'CREATE DATABASE "{name}"')
            stack.callback(_administer, server[0], f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            return sa.make_url(server[0]).set(database=name).render_as_string(False)

        yield make


def _administer(url: str, statement: str) -> None:
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)


@pytest.fixture(scope="session")
def engines() -> Engines:
    """What applications on one database have in common."""
    return Engines()


@pytest.fixture(scope="session")
def database_url(request: pytest.FixtureRequest, new_database: Callable[[str], str], engines: Engines) -> str:
    """A migrated database; every test that leads here runs on SQLite and on PostgreSQL."""
    from flask_firmtext.testing.tables import create_tables

    url = new_database(request.param)
    create_tables(engines.add(url))
    return url


@pytest.fixture
def empty_database(database_url: str) -> str:
    """The same database with no row in our tables."""
    from flask_firmtext.store.models import Firm

    empty(database_url, Firm.metadata.sorted_tables[::-1])
    return database_url


@pytest.fixture(scope="session")
def redis_server(worker_name: str) -> Iterator[str]:
    """The URL of a Valkey of this worker's own: embedded, or ``FIRMTEXT_REDIS_URL`` (a database number a worker)."""
    if GIVEN_REDIS is not None:
        if not GIVEN_REDIS:
            pytest.skip("FIRMTEXT_REDIS_URL is set but empty: no bell is wanted")
        number = int(worker_name.removeprefix("gw")) if worker_name != "main" else 0
        yield f"{GIVEN_REDIS.rstrip('/')}/{number}" if GIVEN_REDIS.count("/") < 3 else GIVEN_REDIS
        return
    with valkey(worker_name) as url:
        yield url


@pytest.fixture
def redis_url(redis_server: str) -> str:
    """The same server, emptied."""
    import redis

    with redis.Redis.from_url(redis_server) as client:
        client.flushdb()
    return redis_server


@pytest.fixture(scope="session")
def public_url() -> str:
    """Where the host of this worker is served when a test serves it; the sandbox sends its webhooks there."""
    return f"http://127.0.0.1:{free_port()}"


@pytest.fixture(scope="session")
def sandbox_process(public_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A sandbox carrier as a process of its own, over HTTPS."""
    from carrier import Carrier
    from flask_firmtext.sandbox import credentials

    state = tmp_path_factory.mktemp("sandbox")
    port, tls_port = free_port(), free_port()
    arguments = [
        sys.executable, "-m", "flask_firmtext.sandbox", "--port", str(port), "--tls-port", str(tls_port),
        "--state-dir", state, "--webhooks", f"{public_url}/texting/webhooks",
        "--speed", "0", "--retry-speed", "0.05", "--end-with-parent",
    ]  # fmt: skip
    with process(arguments, env=os.environ, log=state / "log", cwd=state) as running:
        until(lambda: running.poll() is not None or (answers(port) and answers(tls_port)))
        assert running.poll() is None, (state / "log").read_text()
        hosts = dict.fromkeys(("FIRMTEXT_VONAGE_API_HOST", "FIRMTEXT_VONAGE_REST_HOST"), f"127.0.0.1:{tls_port}")
        yield Carrier(f"http://127.0.0.1:{port}", state, credentials(state) | hosts)


@pytest.fixture
def sandbox(sandbox_process: Any) -> Any:
    """The sandbox with an empty ledger and no faults (``support/carrier.py``)."""
    sandbox_process.reset()
    return sandbox_process


@pytest.fixture(scope="session")
def bytecode() -> Compiled:
    """Templates that are compiled already."""
    return Compiled(FOLDER / "templates")


@pytest.fixture
def new_app(empty_database: str, bytecode: Compiled, engines: Engines) -> Iterator[Callable[..., Any]]:
    """``new_app(**config)`` makes another application of the host on the emptied database."""
    from hostapp import KEYS, create_app

    with ExitStack() as made:

        def make(**config: Any) -> Any:
            app = create_app({"TESTING": True, "SQLALCHEMY_DATABASE_URI": empty_database, **STATE, **KEYS, **config})
            app.jinja_env.bytecode_cache = bytecode
            engines.lend(app)
            made.callback(_dispose, app)
            _watch(app)
            return app

        yield make


def _watch(app: Any) -> None:
    """No statement of ours alters what was recorded, whichever test sees it."""
    with app.app_context():
        for engine in (app.extensions["sqlalchemy"].engines[None], app.extensions["firmtext"].engine):
            sa.event.listen(engine, "before_cursor_execute", _refuse_altering)


def _refuse_altering(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
    if statement.startswith(("UPDATE firmtext_audit", "DELETE FROM firmtext_audit")):
        assert connection.info.get("tampering"), f"what was recorded is altered: {statement}"


def _dispose(app: Any) -> None:
    with app.app_context():
        for engine in app.extensions["sqlalchemy"].engines.values():
            engine.dispose()


@pytest.fixture
def app(new_app: Callable[..., Any]) -> Iterator[Any]:
    """The host on MemoryGateway, without a bell, inside its application context."""
    made = new_app(FIRMTEXT_GATEWAY="flask_firmtext.testing:MemoryGateway")
    with made.app_context():
        yield made


@pytest.fixture
def carrier_settings(sandbox: Any, redis_url: str, public_url: str) -> dict[str, str]:
    """The settings with which a host uses the sandbox, the bell included."""
    return {
        **sandbox.settings,
        "FIRMTEXT_REDIS_URL": redis_url,
        "FIRMTEXT_PUBLIC_URL": public_url,
        "FIRMTEXT_TOLL_FREE_VERIFICATION": "assumed",
    }


@pytest.fixture
def carrier_app(new_app: Callable[..., Any], carrier_settings: dict[str, str]) -> Iterator[Any]:
    """The host on the sandbox, with a bell, inside its application context."""
    made = new_app(**carrier_settings)
    with made.app_context():
        yield made


@pytest.fixture
def host(app: Any) -> Any:
    """The MemoryHost behind ``app``."""
    return app.extensions["memory_host"]


@pytest.fixture
def firm(host: Any) -> Any:
    """Harbor Law, as the host knows it."""
    return host.firms.get("harbor")


@pytest.fixture
def staff(host: Any) -> Any:
    """Sam, who works at Harbor Law and is signed in (in this thread)."""
    host.users.sign_in("staff@harbor.example")
    return host.users.current()


@pytest.fixture
def cli(app: Any) -> Callable[..., Any]:
    """``cli("messages", "failed")`` runs a command of ours in ``app``; its result has exit_code, stdout and stderr."""

    from flask_firmtext.cli import firmtext

    def run(*arguments: str, **more: Any) -> Any:
        return app.test_cli_runner().invoke(firmtext, arguments, **more)

    return run


@pytest.fixture
def number(app: Any) -> Any:
    """Harbor's number, verified."""
    from rows import verified_number

    return verified_number()


@pytest.fixture
def host_environment(empty_database: str, carrier_settings: dict[str, str]) -> dict[str, str]:
    """The environment in which a process of the host runs: same database, Valkey and sandbox."""
    from hostapp import KEYS

    return {
        **os.environ,
        **KEYS,
        **STATE,
        **carrier_settings,
        "SQLALCHEMY_DATABASE_URI": empty_database,
        "FLASK_APP": str(SUPPORT / "hostapp.py"),
        "PYTHONUNBUFFERED": "1",
    }


@pytest.fixture
def worker(host_environment: dict[str, str], tmp_path: Path) -> Iterator[Any]:
    """``flask firmtext worker``, running; its log is ``worker.log`` in ``tmp_path``."""
    arguments = [sys.executable, "-m", "flask", "firmtext", "worker"]
    with process(arguments, env=host_environment, log=tmp_path / "worker.log", cwd=tmp_path) as running:
        yield running


@pytest.fixture
def served(carrier_app: Any, public_url: str) -> Iterator[str]:
    """The address under which ``carrier_app`` is served, by threads of this process."""
    port = int(public_url.rpartition(":")[2])
    with serving(carrier_app, port) as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium, the one on the PATH."""
    from playwright.sync_api import sync_playwright

    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        if CI:
            pytest.fail("no browser: `make browser` installs Debian's chromium")
        pytest.skip("no browser: `make browser` installs Debian's chromium")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found, args=ALONE)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    """A page in a browser context of its own."""
    context = browser.new_context()
    context.set_default_timeout(10_000)
    yield context.new_page()
    context.close()
