"""Who checks that a form is from our own page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect

from flask_firmtext import FirmText
from flask_firmtext.testing import harbor_and_summit
from hostapp import KEYS
from office import STAFF, Office, typed


@pytest.fixture(params=["before", "after", "never"])
def office(request: pytest.FixtureRequest, empty_database: str) -> Any:
    """A host that protects its forms itself: bound to the app before us, after us, or not at all."""
    app = Flask("protected")
    app.config.from_mapping(KEYS, SECRET_KEY="only for tests", SQLALCHEMY_DATABASE_URI=empty_database, TESTING=True)
    db, host, protect = SQLAlchemy(), harbor_and_summit(), CSRFProtect()
    db.init_app(app)
    steps: dict[str, Callable[[], None]] = {
        "before": lambda: protect.init_app(app),
        "ours": lambda: FirmText().init_app(app, db=db, host=host),
        "after": lambda: protect.init_app(app),
    }
    for name, step in steps.items():
        if name in ("ours", request.param):
            step()
    app.extensions["memory_host"] = host

    @app.get("/sign-in/<user>")
    def sign_in(user: str) -> str:
        from flask import session

        session["user"] = user
        return ""

    @app.errorhandler(400)
    def bad(error: Exception) -> tuple[str, int]:
        return "the host's own page", 400

    with app.app_context():
        yield Office(app)
        for engine in db.engines.values():
            engine.dispose()


def test_a_form_of_ours_is_taken(office: Office) -> None:
    assert office.person().send("/texting/new?contact=rosa", "Hello").status_code == 303


@pytest.mark.attack("A25")
def test_a_forged_form_is_refused_by_us_with_the_words_kept(office: Office) -> None:
    staff = office.person()
    form = {**staff.composer("/texting/new?contact=rosa"), "text": "Hello", "csrf_token": ""}
    answer = staff.post("/texting/texts", form)
    assert answer.status_code == 400
    assert typed(answer.text) == "Hello"
    assert office.texts() == 0


def test_the_token_may_come_in_a_header(office: Office) -> None:
    staff = office.person()
    form = {**staff.composer("/texting/new?contact=rosa"), "text": "Hello"}
    header = {"X-CSRFToken": form.pop("csrf_token")}
    assert staff.post("/texting/texts", form, headers=header).status_code == 303


def test_webhooks_need_no_token(office: Office) -> None:
    for kind in ("inbound", "answer"):
        assert office.person(None).post(f"/texting/webhooks/{kind}", {}).status_code == 401


@pytest.mark.attack("A25")
def test_a_token_of_another_session_is_refused(office: Office) -> None:
    mine = office.person().composer("/texting/new?contact=rosa")
    theirs = office.person(STAFF)
    theirs.get("/texting/new?contact=rosa")
    assert theirs.post("/texting/texts", {**mine, "text": "Hello"}).status_code == 400
    assert office.texts() == 0
