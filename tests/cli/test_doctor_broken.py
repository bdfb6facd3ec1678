"""Installations broken in one place each: the doctor says what it is and which line mends it, and no secret."""

from __future__ import annotations

import dataclasses
import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask, abort, redirect, request
from flask_firmtext.cli import firmtext as group
from flask_firmtext.cli.doctor import autogenerate, frame, patience
from flask_firmtext.cli.doctor.application import renamed
from flask_firmtext.cli.doctor.finding import Level, without_secrets
from flask_firmtext.cli.doctor.policy import refused
from flask_firmtext.migrations import include_object
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from jinja2 import ChoiceLoader, DictLoader
from werkzeug.exceptions import NotFound
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from flask_firmtext import ContactMap, Firm, SQLAlchemyHost, setting_names
from flask_firmtext.clock import ShiftedClock
from flask_firmtext.current import firmtext
from flask_firmtext.ports.values import User
from flask_firmtext.store.transactions import own
from hostapp import KEYS
from rows import switched_on
from serving import serving

MEMORY = {"FIRMTEXT_GATEWAY": "flask_firmtext.testing:MemoryGateway"}
SECRETS = {
    "FIRMTEXT_METRICS_TOKEN": "canary-token-0123456789-abcd",
    "FIRMTEXT_VONAGE_SIGNATURE_SECRETS": "canary-signature-secret",
    "SECRET_KEY": "canary-of-the-host",
}
SELF = "default-src 'self'"
FAILS = ("page", Level.ERROR)
HEADER = "Content-Security-Policy"

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "doctor.md"
#: Set when whoever hangs may go on.
ENDS = threading.Event()

Break = Callable[[Flask, pytest.MonkeyPatch], object]


def found(app: Flask, name: str) -> list[dict[str, str]]:
    said = app.test_cli_runner().invoke(group, ["doctor", "--json"]).stdout
    assert not any(secret in said for secret in (*SECRETS.values(), *KEYS.values()))
    return [one for one in json.loads(said) if one["id"] == name]


def on(app: Flask, monkeypatch: pytest.MonkeyPatch, port: str, verb: str, answer: Callable[..., object]) -> None:
    """The host's port of Harbor answers otherwise."""
    host = app.extensions["memory_host"]
    ports = {"users": host.users, "firms": host.firms}
    which = ports.get(port) or getattr(host.for_firm("harbor"), port)
    monkeypatch.setattr(type(which), verb, lambda self, *given, **named: answer(*given, **named))


def raising(*given: object) -> None:
    raise LookupError("canary-signature-secret: SELECT * FROM clients WHERE name = 'Rosa'")


def hanging(*given: object, **named: object) -> None:
    assert ENDS.wait(60)


@pytest.fixture(autouse=True)
def ends() -> Iterator[None]:
    ENDS.clear()
    yield
    ENDS.set()


def with_page_that_hangs(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    app.before_request(hanging)


def with_setting(name: str, value: object) -> Break:
    return lambda app, _: setattr(app.extensions["firmtext"].settings, name, value)


def with_clock(minutes: int) -> Break:
    return lambda app, _: setattr(app.extensions["firmtext"], "clock", ShiftedClock(timedelta(minutes=minutes)))


def sending(value: str) -> Break:
    def send(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
        @app.after_request
        def tell(response: Any) -> Any:
            response.headers[HEADER] = value
            return response

    return send


def failing(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    app.testing = False

    @app.before_request
    def fail() -> None:
        raise LookupError


def mounted(app: Flask, _: object) -> None:
    app.wsgi_app = DispatcherMiddleware(NotFound(), {"/practice": app.wsgi_app})  # type: ignore[method-assign]


def with_frame(source: str) -> Break:
    def give(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
        given = ChoiceLoader([DictLoader({"practice.html": source}), app.jinja_env.loader])
        monkeypatch.setattr(app.jinja_env, "loader", given)
        app.extensions["firmtext"].settings.base_template = "practice.html"

    return give


def second_firm_elsewhere(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    with own() as session:
        switched_on(session, "summit")
    zones = {"harbor": "America/Chicago", "summit": "Central"}
    on(app, monkeypatch, "firms", "get", lambda ref: Firm(ref, "A firm", zones[ref]))


LOST = SQLAlchemyHost(
    None, firm=Firm("harbor", "Harbor Law", "UTC"), contact=ContactMap(object, name="", numbers="", page="hom")
)

BROKEN: dict[str, tuple[Break, str, str, str]] = {
    "a frame that is not there": (
        lambda app, _: setattr(app.extensions["firmtext"].settings, "base_template", "nowhere.html"),
        *("frame", "There is no template nowhere.html", "FIRMTEXT_BASE_TEMPLATE"),
    ),
    "a frame without scripts": (
        with_frame("{% block title %}{% endblock %}{% block head %}{% endblock %}{% block content %}{% endblock %}"),
        *("frame", "has no block scripts", "{% block scripts %}{% endblock %}"),
    ),
    "a frame that is no template": (with_frame("{% block"), "frame", "line 1 is no template", "Mend that line"),
    "a page that fails": (failing, "page", "answers 500", "before_request"),
    "a page under a path that the settings do not know": (
        mounted,
        *("page", "There is no page of ours at http://localhost/texting/", "FIRMTEXT_PUBLIC_URL"),
    ),
    "a Flask-Migrate without our filter": (
        lambda app, _: Migrate(app, app.extensions["sqlalchemy"], "nowhere"),
        *("migrations", "Flask-Migrate would propose to drop our tables", "include_object=include_object"),
    ),
    "a policy that forbids scripts": (
        sending("default-src 'self'; script-src 'nonce-abc' 'strict-dynamic'"),
        *("policy", "running our scripts", "Take 'strict-dynamic' out, and put 'self' into script-src"),
    ),
    "a policy of elsewhere": (
        sending("default-src https://cdn.example"),
        "policy",
        "new texts",
        "'self' to default-src",
    ),
    "a host that raises": (
        lambda app, patch: on(app, patch, "contacts", "search", raising),
        *("host", "Contacts.search raised LookupError", "HostContract"),
    ),
    "a host that returns None": (
        lambda app, patch: on(app, patch, "contacts", "search", lambda text: None),
        *("host", "Contacts.search breaks its promise", "HostContract"),
    ),
    "a host that forgot the firm": (
        lambda app, patch: on(app, patch, "firms", "get", lambda ref: None),
        *("host", "Firms.get does not know harbor", "HostContract"),
    ),
    "a host that finds nobody by number": (
        lambda app, patch: on(app, patch, "contacts", "by_number", lambda number: []),
        *("host", "by_number does not find", "HostContract"),
    ),
    "another firm's administrator": (
        lambda app, patch: on(app, patch, "users", "administrators", lambda ref: [User("x", "X", "summit")]),
        *("host", "another firm's user", "HostContract"),
    ),
    "a host that hangs": (
        lambda app, patch: on(app, patch, "contacts", "search", hanging),
        *("host", "Contacts.search has not answered within", "time limit"),
    ),
    "a firm in a time zone that is none": (
        second_firm_elsewhere,
        *("host", "its zone is 'Central', which is no IANA time zone", "America/Chicago"),
    ),
    "a page of a map that is nowhere": (
        lambda app, patch: patch.setattr(app.extensions["memory_host"], "late_faults", LOST.late_faults),
        *("host", "ContactMap(page='hom'): no endpoint has this name; did you mean 'home'?", "docs/host.md"),
    ),
    "a sign-in check that hangs": (
        with_page_that_hangs,
        *("page", "A page of ours inside the host's has not answered within", "before_request"),
    ),
    "a carrier that hangs": (
        lambda app, patch: patch.setattr(type(app.extensions["firmtext"].gateway), "probe", hanging),
        *("carrier", "The carrier has not answered within", "FIRMTEXT_VONAGE_API_HOST"),
    ),
    "a clock three minutes ahead": (with_clock(3), "clock", "s ahead of the database's", "NTP"),
    "no signature secret": (
        with_setting("vonage_signature_secrets", ()),
        *("webhooks.secrets", "no webhook can be believed", "FIRMTEXT_VONAGE_SIGNATURE_SECRETS"),
    ),
    "no public address": (lambda app, _: None, "webhooks.address", "where to call", "FIRMTEXT_PUBLIC_URL"),
    "no worker and no sweep": (lambda app, _: None, "sweep", "No sweep has ever run", "flask firmtext worker"),
}


@pytest.mark.attack("A36")
@pytest.mark.parametrize("what", BROKEN)
def test_what_is_broken_is_told_with_what_mends_it(
    new_app: Callable[..., Flask], monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    broken, name, seen, cure = BROKEN[what]
    app = new_app(**MEMORY, **SECRETS)
    with app.app_context():
        with own() as session:
            switched_on(session, "harbor")
        broken(app, monkeypatch)
        monkeypatch.setattr(patience, "VERB", 0.5 if what == "a host that hangs" else patience.VERB)
        for check in {"page": ["policy"], "carrier": ["carrier"]}.get(name, []) if "hangs" in what else []:
            monkeypatch.setitem(patience.HUNG, check, patience.HUNG[check]._replace(seconds=0.5))
        told = [one for one in found(app, name) if seen in one["seen"] and cure in one["cure"]]
        assert [one["level"] for one in told] == ["error"], told
        assert row(what, told[0]) in PAGE.read_text(encoding="utf-8").splitlines()


def row(what: str, told: dict[str, str]) -> str:
    """As the table in docs/doctor.md has it, with the times that people wait and without a place in this file."""
    seen = told["seen"].replace("within 0.5 s", f"within {10 if told['id'] == 'host' else 30} s")
    seen = re.sub(r"\d+(?= s ahead)", "180", re.sub(r" at \S*test_doctor_broken.py:\d+", "", seen))
    return f"| {what} | `{told['id']}` | {seen} | {told['cure']} |"


def test_a_host_that_ends_the_process_ends_no_doctor(
    new_app: Callable[..., Flask], monkeypatch: pytest.MonkeyPatch
) -> None:
    app = new_app(**MEMORY, **SECRETS)
    with app.app_context():
        with own() as session:
            switched_on(session, "harbor")
        app.before_request(lambda: sys.exit(0))
        assert [one["level"] for one in found(app, "policy")] == ["error"]
        assert [one["level"] for one in found(app, "host")] == ["ok"], "the checks behind it are made"


@pytest.mark.slow
def test_a_host_that_hangs_for_ever_keeps_no_process_from_ending(tmp_path: Path) -> None:
    """In a process of its own: what hangs holds a connection of the pool and a thread, and both end with it."""
    support = Path(__file__).parents[1] / "support"
    (tmp_path / "hanging.py").write_text(
        "import threading\n"
        "from flask_firmtext.cli.doctor import patience\n"
        "from hostapp import create_app\n"
        "from flask_firmtext.current import firmtext\n"
        "patience.HUNG = {**patience.HUNG, 'policy': patience.HUNG['policy']._replace(seconds=1)}\n"
        "app = create_app()\n"
        "@app.before_request\n"
        "def hangs():\n"
        "    firmtext.db.session.connection()\n"
        "    threading.Event().wait()\n"
    )
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("FIRMTEXT_")},
        **{name: str(value) for name, value in {**KEYS, **SECRETS, **MEMORY}.items()},
        "FLASK_APP": "hanging:app",
        "SQLALCHEMY_DATABASE_URI": f"sqlite:///{tmp_path / 'x.db'}",
        "PYTHONPATH": os.pathsep.join([str(tmp_path), str(support), *sys.path]),
    }
    flask = [sys.executable, "-m", "flask", "firmtext"]
    subprocess.run([*flask, "db", "upgrade"], cwd=tmp_path, env=environment, check=True, timeout=60)
    told = subprocess.run(
        [*flask, "doctor", "--json"], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60
    )
    assert (told.returncode, told.stderr) == (1, "")
    (page,) = [one for one in json.loads(told.stdout) if one["id"] == "page"]
    assert "has not answered within 1 s" in page["seen"]


def test_a_whole_installation_has_none_of_it(new_app: Callable[..., Flask]) -> None:
    app = new_app(**MEMORY, **SECRETS)
    with app.app_context():
        with own() as session:
            switched_on(session, "harbor")
        for name in ("frame", "policy", "host"):
            assert [one["level"] for one in found(app, name)] == ["ok"], found(app, name)
        assert found(app, "page") == found(app, "metrics") == []
        assert not firmtext.db.session().in_transaction()


@pytest.mark.parametrize(
    ("policy", "forbidden"),
    [
        (SELF, set()),
        ("default-src *", set()),
        ("default-src https:", set()),
        ("default-src https://practice.example", set()),
        ("default-src *.example", set()),
        ("default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'", set()),
        (f"{SELF}; form-action 'none'", {"form-action"}),
        (f"{SELF}; connect-src https://api.example", {"connect-src"}),
        (f"{SELF}; script-src-elem 'nonce-1'", {"script-src-elem"}),
        (f"{SELF}; STYLE-SRC 'unsafe-inline'", {"style-src"}),
        ("", set()),
    ],
)
def test_a_policy_is_read_as_browsers_do(policy: str, forbidden: set[str]) -> None:
    assert {name for _, name in refused(policy, "https://practice.example")} == forbidden


def protected(app: Flask) -> None:
    """A host that sends whoever POSTs to its sign-in page."""

    @app.before_request
    def wall() -> Any:
        return redirect("/sign-in") if request.method == "POST" else None


@pytest.mark.parametrize(
    ("wall", "level", "words"), [(None, "ok", "comes to us"), (protected, "error", "leading elsewhere")]
)
def test_a_post_is_sent_the_carriers_way(
    new_app: Callable[..., Flask], public_url: str, wall: Callable[[Flask], None] | None, level: str, words: str
) -> None:
    app = new_app(**MEMORY, FIRMTEXT_PUBLIC_URL=public_url, FIRMTEXT_VONAGE_API_HOST="127.0.0.1:1")
    if wall:
        wall(app)
    with app.app_context(), serving(app, int(public_url.rpartition(":")[2])):
        (told,) = found(app, "webhooks.round_trip")
    assert (told["level"], words in told["seen"]) == (level, True), told


@pytest.mark.slow
def test_the_process_ends_though_a_verb_of_the_host_never_does(
    host_environment: dict[str, str], app: Flask, tmp_path: Path
) -> None:
    with own() as session:
        switched_on(session, "harbor")
    lines = (
        "import threading",
        "from hostapp import create_app as whole",
        "from flask_firmtext.cli.doctor import patience",
        "def create_app():",
        "    app = whole()",
        "    patience.VERB = 1.0",
        "    app.extensions['memory_host'].fault('Contacts.search', does=threading.Event().wait)",
        "    return app",
    )
    (tmp_path / "hangs.py").write_text("\n".join(lines))
    path = os.pathsep.join(map(str, (tmp_path, ROOT, ROOT / "tests" / "support")))
    env = {**host_environment, "PYTHONPATH": path}
    doctor = [sys.executable, "-m", "flask", "--app", "hangs", "firmtext", "doctor", "--json"]
    ended = subprocess.run(doctor, env=env, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    told = [one["seen"] for one in json.loads(ended.stdout) if one["id"] == "host"]
    assert (ended.returncode, told) == (
        1,
        ["The host's Contacts.search has not answered within 1 s; the rest of it was not asked."],
    )


def test_an_old_name_of_a_setting_is_told_and_its_secret_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    now = setting_names.Renamed("FIRMTEXT_METRICS_TOKEN", "0.2")
    monkeypatch.setitem(setting_names.RENAMED, "FIRMTEXT_FIGURES_TOKEN", now)
    monkeypatch.setenv("FIRMTEXT_FIGURES_TOKEN", SECRETS["FIRMTEXT_METRICS_TOKEN"])
    (told,) = renamed(os.environ)
    assert (told.level, "FIRMTEXT_METRICS_TOKEN since FirmText 0.2" in told.seen) == ("warning", True)
    quoted = dataclasses.replace(told, seen=f"{told.seen} It is {SECRETS['FIRMTEXT_METRICS_TOKEN']}.")
    assert without_secrets(quoted, {}).seen == f"{told.seen} It is …."


def in_front(app: Flask, _: object) -> None:
    """A server takes the path away and tells it as SCRIPT_NAME: nothing is mounted inside."""


def test_a_page_that_raises_in_debug_mode_is_no_fault_of_the_check(new_app: Callable[..., Flask]) -> None:
    app = new_app(**MEMORY)
    app.before_request(lambda: 1 / 0)
    with app.app_context():
        (told,) = frame.policy()
    assert (told.id, told.seen.startswith("A page of ours raises ZeroDivisionError at ")) == ("page", True)


@pytest.mark.parametrize("lies", [mounted, in_front])
@pytest.mark.parametrize(
    ("answers", "told"),
    [(None, [("policy", Level.OK)]), (500, [FAILS, ("policy", Level.OK)]), (404, [FAILS])],
)
def test_an_application_under_a_path_is_asked_there(
    new_app: Callable[..., Flask],
    monkeypatch: pytest.MonkeyPatch,
    lies: Break,
    answers: int | None,
    told: list[tuple[str, Level]],
) -> None:
    app = new_app(**MEMORY, FIRMTEXT_PUBLIC_URL="https://office.example/practice")
    sending(SELF)(app, monkeypatch)
    app.before_request(lambda: abort(answers) if answers else None)
    lies(app, monkeypatch)
    with app.app_context():
        assert [(one.id, one.level) for one in frame.policy()] == told


def without_drops(context: Any, revision: Any, directives: Any) -> None:
    directives[0].upgrade_ops.ops = [one for one in directives[0].upgrade_ops.ops if "firmtext" not in one.table_name]


@pytest.mark.parametrize(
    ("given", "levels"),
    [
        ({}, [Level.ERROR]),
        ({"include_schemas": True}, [Level.ERROR]),
        ({"include_object": include_object}, []),
        ({"include_object": lambda obj, name, *rest: name != "audit" and include_object(obj, name, *rest)}, []),
        ({"include_object": lambda obj, name, *rest: name != "firmtext_message"}, [Level.ERROR]),
        ({"include_object": lambda obj: False}, [Level.ERROR]),
        ({"include_name": lambda name, kind, parents: not (kind == "table" and name.startswith("firmtext_"))}, []),
        ({"process_revision_directives": without_drops}, []),
        ({"process_revision_directives": lambda context, revision, directives: None}, [Level.ERROR]),
    ],
)
def test_a_filter_of_migrations_is_judged_by_what_it_does(given: dict[str, Any], levels: list[Level]) -> None:
    assert judged(given) == levels


def judged(given: dict[str, Any], **config: Any) -> list[Level]:
    app, db = Flask("practice"), SQLAlchemy()
    app.config.update(SQLALCHEMY_DATABASE_URI="sqlite://", **config)
    db.init_app(app)
    app.extensions["firmtext"] = SimpleNamespace(db=db)
    Migrate(app, db, directory="nowhere", **given)
    with app.app_context():
        return [one.level for one in autogenerate.migrations()]


def outside(obj: Any, name: str, *rest: Any) -> bool:
    return obj.schema != "texting"


@pytest.mark.parametrize(
    ("given", "levels"),
    [
        ({}, []),
        ({"include_schemas": True}, [Level.ERROR]),
        ({"include_schemas": True, "include_object": include_object}, []),
        ({"include_schemas": True, "include_object": outside}, []),
        ({"include_schemas": True, "include_name": lambda name, kind, _: (kind, name) != ("schema", "texting")}, []),
        ({"include_schemas": True, "include_name": lambda name, kind, inside: kind != "nothing"}, [Level.ERROR]),
        ({"include_schemas": True, "process_revision_directives": without_drops}, []),
    ],
)  # fmt: skip
def test_tables_that_are_moved_to_a_schema_are_looked_for_there(given: dict[str, Any], levels: list[Level]) -> None:
    moved = {"execution_options": {"schema_translate_map": {None: "texting"}}}
    assert judged(given, SQLALCHEMY_ENGINE_OPTIONS=moved) == levels


def test_a_filter_in_the_hosts_own_env_counts(tmp_path: Path) -> None:
    app, db = Flask("practice"), SQLAlchemy()
    Migrate(app, db, directory=str(tmp_path))
    (tmp_path / "env.py").write_text("context.configure(include_object=ours)")
    with app.app_context():
        assert list(autogenerate.migrations()) == []
