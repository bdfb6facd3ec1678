"""What people read when a page cannot be shown."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from office import Office

PAGES = ["/texting/", "/texting/new", f"/texting/conversations/{uuid.UUID(int=7)}"]


@pytest.mark.parametrize("url", PAGES)
def test_nobody_signed_in_is_told_to_sign_in(office: Office, url: str) -> None:
    answer = office.person(None).get(url)
    assert answer.status_code == 401
    assert "Sign in, then open this page again." in answer.text


@pytest.mark.parametrize("url", PAGES)
def test_the_hosts_own_page_for_401_comes_first(office: Office, url: str) -> None:
    office.app.register_error_handler(401, lambda error: ("", 302, {"Location": "/login"}))
    assert office.person(None).get(url).location == "/login"


@pytest.mark.fault("F31")
@pytest.mark.parametrize("url", PAGES)
def test_a_database_that_is_away_is_503_with_what_to_do(office: Office, url: str) -> None:
    staff = office.person()

    def away(*_: Any) -> None:
        raise OperationalError("SELECT canary", {}, Exception("gone"))

    engine = office.app.extensions["firmtext"].engine
    event.listen(engine, "before_cursor_execute", away)
    try:
        answer = staff.get(url)
    finally:
        event.remove(engine, "before_cursor_execute", away)
    assert answer.status_code == 503
    assert "Try again in a minute." in answer.text
    assert "canary" not in answer.text


@pytest.mark.parametrize("url", PAGES)
@pytest.mark.parametrize("verb", ["Users.current", "Users.may", "Firms.get"])
def test_a_host_that_raises_shows_nothing_and_says_so(office: Office, url: str, verb: str) -> None:
    office.sends("rosa", "privileged")
    staff = office.person()
    office.host.fault(verb, raises=RuntimeError("canary"))
    if "conversations" in url:
        url = f"/texting/conversations/{office.conversation()}"
    answer = staff.get(url)
    assert answer.status_code == 503
    assert "privileged" not in answer.text
    assert "canary" not in answer.text


def test_a_problem_replaces_no_part_of_an_open_page(office: Office) -> None:
    answer = office.person().get(PAGES[2], headers={"HX-Request": "true"})
    assert answer.status_code == 404
    assert answer.headers["HX-Reswap"] == "none"


def test_a_frame_that_cannot_be_drawn_gives_way_to_our_own(office: Office) -> None:
    office.app.extensions["firmtext"].settings.base_template = "not/there.html"
    answer = office.person(None).get("/texting/")
    assert answer.status_code == 401
    assert '<body class="ft-frame">' in answer.text
