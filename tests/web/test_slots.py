"""What stands in a host's own pages."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from flask import render_template_string
from jinja2 import ChoiceLoader, DictLoader
from sqlalchemy import event, select
from sqlalchemy.exc import OperationalError

from flask_firmtext.store.models import Number
from flask_firmtext.store.states import NumberState
from flask_firmtext.store.transactions import own
from office import HARBOR, STAFF, Office, Statements

PAGE = """{% import "firmtext/slots.html" as slots with context %}
<nav>Communications {{ slots.unread_badge() }}</nav>{{ slots.communications() }}<footer>the rest</footer>"""


@pytest.fixture
def hosts(office: Office) -> Office:
    """The office with a page of the host that uses every slot."""
    office.app.add_url_rule("/hosts", "hosts", lambda: render_template_string(PAGE))
    office.app.add_url_rule("/alone", "alone", lambda: render_template_string(PAGE.replace(" with context", "")))
    return office


def test_the_main_tab_shows_the_table_under_its_subheading(hosts: Office) -> None:
    hosts.sends("rosa", "Hello Rosa")
    for url in ("/hosts", "/alone"):
        page = hosts.person().get(url).text
        assert '<h2 class="ft-title" id="ft-inbox-title">Text messages</h2>' in page
        assert "Hello Rosa" in page
        assert ">New</button>" in page
        assert page.count("live.js") == page.count("firmtext.css") == 1


def test_the_badge_counts_for_this_user_and_is_hidden_at_none(hosts: Office) -> None:
    hosts.sends()
    assert "data-ft-badge" in (page := hosts.person().get("/hosts").text)
    assert "hidden></span>" in page
    hosts.receives()
    page = hosts.person().get("/hosts").text
    assert "1 unread text" in page
    assert "hidden></span>" not in page


def test_the_badge_makes_no_session_and_the_table_no_new_one_each_time(hosts: Office) -> None:
    badge = PAGE.partition("{{ slots.communications() }}")[0] + "</nav>"
    hosts.app.add_url_rule("/badge", "badge", lambda: render_template_string(badge))
    staff = hosts.person()
    assert "Set-Cookie" not in staff.get("/badge").headers
    staff.get("/hosts")
    assert "Set-Cookie" not in staff.get("/hosts").headers


@pytest.mark.parametrize("page", ["/hosts", "/hosts?tab=texts&said=done"])
def test_without_scripts_who_marks_and_takes_it_back_stays_on_the_hosts_page(hosts: Office, page: str) -> None:
    hosts.sends()
    staff = hosts.person()
    html = staff.get(page).text
    marked = staff.post(f"/texting/conversations/{hosts.conversation()}/done", _marks(html), follow_redirects=True)
    assert marked.request.path == "/hosts"
    assert marked.request.args.get("tab") == ("texts" if "tab" in page else None)
    assert "Marked done." in marked.text
    undo = re.search(r'formaction="([^"]+)"[^>]*>Undo<', marked.text)
    assert undo
    back = staff.post(undo[1], _marks(marked.text), follow_redirects=True)
    assert back.request.path == "/hosts"
    assert "Open again." in back.text


@pytest.mark.parametrize(
    "page", ["//evil.example/", "https://evil.example/", "/\\evil.example", "evil", "/a b", "/\n/"]
)
def test_a_form_leads_to_no_other_site(hosts: Office, page: str) -> None:
    hosts.sends()
    staff = hosts.person()
    given = {**_marks(staff.get("/hosts").text), "page": page}
    answer = staff.post(f"/texting/conversations/{hosts.conversation()}/done", given)
    assert answer.location.startswith("/texting/?")


def _marks(html: str) -> dict[str, str]:
    """The hidden fields of the form that marks conversations."""
    form = re.search(r'<form id="ft-marks".*?</form>', html, re.DOTALL)
    assert form
    return {name: unescape(value) for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', form[0])}


def test_nobody_signed_in_sees_nothing(hosts: Office) -> None:
    page = hosts.person(None).get("/hosts").text
    assert "ft-" not in page
    assert "the rest" in page


def test_slots_cost_the_same_for_one_conversation_and_for_many(hosts: Office) -> None:
    hosts.sends()
    staff = hosts.person()
    staff.get("/hosts")
    with Statements(hosts.app) as one:
        staff.get("/hosts")
    hosts.conversation_copies(20)
    staff.get("/hosts")
    with Statements(hosts.app) as many:
        staff.get("/hosts")
    assert len(one.seen) == len(many.seen) <= 11


@pytest.mark.parametrize(
    "verb",
    ["Users.current", "Users.may", "Users.names", "Firms.get", "Contacts.by_numbers"],
)
def test_a_port_that_raises_does_not_break_the_hosts_page(hosts: Office, verb: str) -> None:
    hosts.sends()
    staff = hosts.person()
    hosts.host.fault(verb, raises=RuntimeError("canary"))
    answer = staff.get("/hosts")
    assert answer.status_code == 200
    assert "the rest" in answer.text
    assert "canary" not in answer.text


@pytest.mark.parametrize(
    "action", ["conversation.list", "conversation.read", "conversation.done", "message.send", "payment.insert"]
)
def test_a_host_that_stumbles_over_one_action_breaks_no_page(
    hosts: Office, monkeypatch: pytest.MonkeyPatch, action: str
) -> None:
    hosts.sends()
    may = hosts.host.users.may

    def stumbles(user: Any, asked: str, *of: Any) -> Any:
        if asked == action:
            raise KeyError(action)
        return may(user, asked, *of)

    monkeypatch.setattr(hosts.host.users, "may", stumbles)
    answer = hosts.person().get("/hosts")
    assert answer.status_code == 200
    assert "the rest" in answer.text


def test_a_database_that_is_away_does_not_break_the_hosts_page(hosts: Office) -> None:
    staff = hosts.person()
    engine = hosts.app.extensions["firmtext"].engine

    def away(*_: Any) -> None:
        raise OperationalError("SELECT", {}, Exception("gone"))

    event.listen(engine, "before_cursor_execute", away)
    try:
        answer = staff.get("/hosts")
    finally:
        event.remove(engine, "before_cursor_execute", away)
    assert answer.status_code == 200
    assert "Text messages cannot be shown at the moment" in answer.text
    assert "the rest" in answer.text


def test_a_firm_without_texting_reads_why(hosts: Office) -> None:
    with own() as session:
        session.scalars(select(Number).where(Number.e164 == HARBOR)).one().state = NumberState.SUBMITTED
    page = hosts.person().get("/hosts").text
    assert "still verifying" in page
    assert ">New</button>" not in page


def test_a_host_without_slots_has_the_badge_in_our_frame(office: Office) -> None:
    office.sends()
    office.receives()
    page = office.person().get("/texting/").text
    assert 'data-ft-count="1"' in page
    assert "badge.js" in page


def test_who_may_not_list_conversations_sees_no_slot(hosts: Office) -> None:
    hosts.host.users.refuse(STAFF, "conversation.list")
    assert "ft-" not in hosts.person().get("/hosts").text


@pytest.mark.parametrize(
    ("template", "words"), [("_inbox.html", "Text messages cannot be shown at the moment"), ("_badge.html", "the rest")]
)
def test_a_template_of_the_hosts_that_raises_does_not_break_its_page(hosts: Office, template: str, words: str) -> None:
    hosts.sends("rosa", "Hello Rosa")
    hosts.receives()
    broken = DictLoader({f"firmtext/{template}": "{{ firmtext_ui.style('firmtext.css') }}{{ 1 / 0 }}"})
    hosts.app.jinja_env.loader = ChoiceLoader([broken, hosts.app.jinja_env.loader])  # type: ignore[list-item]
    answer = hosts.person().get("/hosts")
    assert answer.status_code == 200
    assert words in answer.text
    assert "the rest" in answer.text
    assert answer.text.count("firmtext.css") == 1
