"""How each user is told of new texts."""

from __future__ import annotations

import re

import pytest
from flask import render_template_string
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from office import ADMIN, STAFF, Office, Person

PAGE = """{% import "firmtext/slots.html" as slots %}
<nav>{{ slots.unread_badge() }}</nav>{{ slots.notification_settings() }}<footer>the rest</footer>"""
URL = "/texting/settings/notifications"


@pytest.fixture
def hosts(office: Office) -> Office:
    """The office with the host's own page of notifications."""
    office.app.add_url_rule("/hosts", "hosts", lambda: render_template_string(PAGE))
    return office


def choose(person: Person, page: str, *on: str, **more: str) -> object:
    html = person.get(page).text
    token = re.search(r'name="csrf_token" value="([^"]+)"', html)
    back = re.search(r'name="back" value="([^"]*)"', html)
    assert token
    assert back
    data = {"csrf_token": token[1], "back": back[1], **dict.fromkeys(on, "on"), **more}
    return person.post(URL, data)


def checked(html: str) -> list[str]:
    return re.findall(r'type="checkbox" name="(\w+)" value="on" checked', html)


def test_everybody_begins_with_badge_and_keys_and_without_the_browsers(hosts: Office) -> None:
    for page in (URL, "/hosts"):
        assert checked(hosts.person().get(page).text) == ["badge", "keys"]


def test_a_choice_is_kept_for_this_user_alone_and_said_where_it_was_made(hosts: Office) -> None:
    staff = hosts.person()
    for page in (URL, "/hosts"):
        answer = choose(staff, page, "browser")
        assert (answer.status_code, answer.location) == (303, f"{page}?firmtext=saved")
        assert "Saved." in staff.get(answer.location).text
        assert checked(staff.get(page).text) == ["browser"]
        assert checked(hosts.person(ADMIN).get(page).text) == ["badge", "keys"]
        choose(staff, page, "badge", "keys")


@pytest.mark.parametrize("back", ["//evil.example", "https://evil.example", "/\\evil.example", "/\n/evil.example", "x"])
def test_nobody_is_led_elsewhere_afterwards(hosts: Office, back: str) -> None:
    assert choose(hosts.person(), URL, back=back).location == f"{URL}?firmtext=saved"


def test_who_wants_no_badge_has_none_and_is_told_by_the_browser_all_the_same(hosts: Office) -> None:
    hosts.sends()
    hosts.receives("Secret")
    staff = hosts.person()
    choose(staff, URL, "browser")
    nav = staff.get("/hosts").text.partition("</nav>")[0]
    assert "data-ft-badge" not in nav
    assert 'data-ft-notify="New text message" data-ft-firm="Harbor Law" hidden' in nav
    assert "Rosa" not in nav
    choose(staff, URL)
    assert "ft-" not in staff.get("/hosts").text.partition("</nav>")[0]


def test_keys_that_are_off_are_not_in_the_table(hosts: Office) -> None:
    hosts.sends()
    staff = hosts.person()
    assert "data-ft-keys" in staff.get("/texting/").text
    choose(staff, URL, "badge")
    assert "data-ft-keys" not in staff.get("/texting/").text


def test_who_may_not_list_conversations_has_nothing_to_choose(hosts: Office) -> None:
    hosts.host.users.refuse(STAFF, "conversation.list")
    assert "ft-" not in hosts.person().get("/hosts").text
    assert hosts.person().get(URL).status_code == 404
    assert hosts.person(None).get(URL).status_code == 401


def test_a_choice_without_its_token_is_none(hosts: Office) -> None:
    staff = hosts.person()
    assert staff.post(URL, {"browser": "on"}).status_code == 400
    assert checked(staff.get(URL).text) == ["badge", "keys"]


def test_a_database_that_is_away_leaves_the_hosts_page_as_it_is_and_a_choice_unsaid(hosts: Office) -> None:
    staff = hosts.person()
    engine = hosts.app.extensions["firmtext"].engine
    html = staff.get(URL).text
    token = re.search(r'name="csrf_token" value="([^"]+)"', html)
    assert token

    def away(*_: object) -> None:
        raise OperationalError("SELECT", {}, Exception("gone"))

    event.listen(engine, "before_cursor_execute", away)
    try:
        page = staff.get("/hosts")
        answer = staff.post(URL, {"csrf_token": token[1], "browser": "on"})
    finally:
        event.remove(engine, "before_cursor_execute", away)
    assert page.status_code == 200
    assert "These settings cannot be shown" in page.text
    assert "the rest" in page.text
    assert answer.status_code == 503
    assert "It could not be saved" in answer.text
    assert checked(answer.text) == ["browser"]
    assert checked(staff.get(URL).text) == ["badge", "keys"]
