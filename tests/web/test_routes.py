"""The table of addresses and the views behind it, held to each other; and that nothing is loaded before it is asked."""

from __future__ import annotations

import inspect
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask, abort
from werkzeug.utils import import_string

from flask_firmtext import deferred
from flask_firmtext.messaging.resolving import Decision
from flask_firmtext.web import routes
from flask_firmtext.web.routes import Route

SUPPORT = Path(__file__).parents[1] / "support"
PROGRAMS, ROUTES = routes.PROGRAMS, routes.EVERY
#: What stands in an address: ``<uuid:text_id>``.
PART = re.compile(r"<(?:[^:<>]+:)?(\w+)>")

each_route = pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{'/'.join(route.methods)} {route.address}")


@each_route
def test_a_route_leads_to_a_view_that_takes_what_stands_in_its_address(route: Route) -> None:
    found = import_string(f"{routes.PACKAGE}.{route.view}")
    module, _colon, name = route.view.partition(":")
    assert (found.__module__, found.__name__) == (f"{routes.PACKAGE}.{module}", name)
    inspect.signature(found).bind(**dict.fromkeys(PART.findall(route.address)))


@pytest.mark.parametrize("route", [route for route in ROUTES if route.stale], ids=lambda route: route.view)
def test_what_shows_a_form_again_takes_the_problem(route: Route) -> None:
    inspect.signature(import_string(f"{routes.PACKAGE}.{route.stale}")).bind("problem")
    assert "POST" in route.methods


def test_a_view_is_named_once_with_a_name_of_its_own() -> None:
    """Endpoints are called like functions, so two functions of one name would be one view."""
    views: dict[str, set[str]] = {}
    for route in ROUTES:
        views.setdefault(route.endpoint, set()).add(route.view)
    assert {name: found for name, found in views.items() if len(found) > 1} == {}


def test_what_may_be_said_of_a_text_in_doubt_stands_in_its_address() -> None:
    assert f"<any({', '.join(Decision)}):answer>" in routes.RESOLVE


def test_a_hosts_tools_know_views_by_their_own_names(app: Flask) -> None:
    """Flask-Limiter counts, Flask-WTF exempts and tracing tells by module and name."""
    view = app.view_functions["firmtext.conversation"]
    assert (view.__module__, view.__name__) == ("flask_firmtext.web.thread", "conversation")
    assert len({(one.__module__, one.__name__) for name, one in app.view_functions.items() if "firmtext." in name}) > 50


START = """
import sys
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from flask_firmtext import FirmText
from flask_firmtext.testing.example import harbor_and_summit
from hostapp import KEYS
"""
BOUND = """
app, db = Flask("host"), SQLAlchemy()
app.config.update(SECRET_KEY="only for tests", SQLALCHEMY_DATABASE_URI="sqlite://", **KEYS)
db.init_app(app)
FirmText().init_app(app, db=db, host=harbor_and_summit())
app.get("/")(lambda: "The practice system.")
assert app.test_client().get("/").text == "The practice system."
"""


def told(program: str) -> str:
    path = os.pathsep.join([str(SUPPORT), *filter(None, [os.environ.get("PYTHONPATH")])])
    command, environment = [sys.executable, "-c", program], os.environ | {"PYTHONPATH": path}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout


LOADED = "import json, sys; print(json.dumps([*sys.modules]))"
VIEWS = {f"{routes.PACKAGE}.{route.view.partition(':')[0]}" for route in ROUTES}
WORK = tuple(f"flask_firmtext.{room}." for room in ("messaging", "firm", "practice", "worker", "adapters", "cli"))


def test_an_import_loads_no_view_and_no_work() -> None:
    """What a text or a page of ours needs is loaded by it: commands, workers and migrations load no page either."""
    loaded = json.loads(told(f"import flask_firmtext; {LOADED}"))
    assert [name for name in loaded if name in VIEWS or name.startswith(WORK)] == []


def test_a_hosts_start_and_its_own_pages_load_no_view() -> None:
    loaded = json.loads(told(f"{START}{BOUND}{LOADED}"))
    assert "flask_firmtext.web.routes" in loaded
    assert [name for name in loaded if name in VIEWS] == []


def test_a_server_that_forks_loads_all_of_them_first() -> None:
    loaded = json.loads(told(f"{START}{BOUND}FirmText.load_views(); {LOADED}"))
    late = {"flask_firmtext.web.furniture", "flask_firmtext.web.api.desk", "flask_firmtext.messaging.receiving"}
    assert VIEWS | late <= {*loaded}


QUIETLY = """
import importlib
import blinker
from sqlalchemy import event
from flask_firmtext.store.base import Base
heard, tables = [], {*Base.metadata.tables}
event.listen = lambda target, name, *_, **__: heard.append((str(target), name))
blinker.Signal.connect = lambda signal, receiver, *_, **__: heard.append((str(signal), str(receiver)))
for name in VIEWS: importlib.import_module(name)
print(heard, {*Base.metadata.tables} - tables)
"""


def test_what_is_loaded_late_is_missed_by_nobody() -> None:
    """Who listens (the record's guard say) and what is mapped is there from the start, also where no page is shown."""
    assert told(f"{START}{BOUND}VIEWS = {VIEWS}{QUIETLY}") == "[] set()\n"


@pytest.mark.parametrize("route", PROGRAMS, ids=lambda route: route.view)
def test_a_program_comes_again_while_what_would_answer_it_cannot_be_loaded(
    new_app: Callable[..., Flask], route: Route, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """No memory, no descriptor, a release half installed: the carrier must not take a host's page for our promise."""
    app = new_app()
    app.register_error_handler(Exception, lambda error: "Something went wrong, and we have been told.")
    monkeypatch.setitem(sys.modules, f"{routes.PACKAGE}.{route.view.partition(':')[0]}", None)
    asked = app.test_client().open(f"/texting{route.address}", method=route.methods[0], json={"text": "divorce"})
    assert (asked.status_code, asked.text, asked.headers["Retry-After"]) == (503, "", "30")
    assert asked.headers["Cache-Control"] == "no-store"
    assert "ModuleNotFoundError at " in caplog.text
    assert "divorce" not in caplog.text
    assert "<frozen" not in caplog.text


def test_what_a_host_refuses_before_us_it_refuses(new_app: Callable[..., Flask]) -> None:
    """A page of the host's for it, with a 200 perhaps, is for people."""
    app = new_app()
    app.register_error_handler(403, lambda error: "Sign in first.")
    app.before_request(lambda: abort(403))
    assert app.test_client().post("/texting/webhooks/inbound").status_code == 403


def test_a_module_that_fails_is_run_once_and_says_what_it_lacks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "ft_lacking.py").write_text("import sys; sys.ft_runs.append(1); import ft_none")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "ft_runs", runs := [], raising=False)
    with pytest.raises(ModuleNotFoundError, match=r"^No module named 'ft_none'$"):
        deferred.function_of("ft_lacking:view")()
    assert runs == [1]


AT_ONCE = """
import threading
from flask_firmtext.web import routes
tried, faults, begin = [], [], threading.Barrier(len(routes.PAGES))
def press(address, method):
    begin.wait()
    try:
        tried.append(app.test_client().open(address, method=method).status_code)
    except BaseException as error:
        faults.append(repr(error))
threads = []
for route in routes.PAGES:
    address = route.address.replace("<any(arrived, lost, resend):answer>", "lost")
    while "<" in address:
        begins, _, rest = address.partition("<")
        address = begins + "0" * 8 + "-0000-4000-8000-" + "0" * 12 + rest.partition(">")[2]
    threads.append(threading.Thread(target=press, args=("/texting" + address, route.methods[0])))
app.config["WTF_CSRF_ENABLED"] = False
app.config["PROPAGATE_EXCEPTIONS"] = True
for thread in threads: thread.start()
for thread in threads: thread.join(60)
print(sorted(set(tried)), len(tried), faults)
"""


def test_the_first_requests_of_a_process_may_come_at_once() -> None:
    """Threads that load the same modules in different orders neither wait for each other for ever nor see halves."""
    assert told(f"{START}{BOUND}{AT_ONCE}") == f"[401] {len(routes.PAGES)} []\n"
