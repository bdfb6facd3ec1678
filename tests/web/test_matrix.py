"""Every route as nobody, as another firm, as staff, and behind a wall; a route that is not in the table fails."""

from __future__ import annotations

import re
import sys
import uuid
from collections.abc import Iterator

import pytest
from flask import render_template_string
from werkzeug.test import TestResponse

from matrix import CANARY, digest, table
from office import ADMIN, STAFF, Office, Statements
from tries import UMA, Tries, rows_of_every_kind, signed_in

READ_ONLY = {"HEAD", "OPTIONS"}
#: What is made for each request, or stands for what was asked.
VOLATILE = re.compile(r'value="[\w.~-]{30,}"|content="[\w.-]{60,}"|ft-[\w-]{36}')
#: Each slot as a host puts it into a page.
SLOTS = {
    "bill_link_menu": "slots.bill_link_menu(bill)",
    "communications": "slots.communications() ~ slots.communications(contact) ~ slots.communications(matter=matter)",
    "event_mark": "slots.event_mark(event)",
    "event_status": "slots.event_status(event)",
    "notification_settings": "slots.notification_settings()",
    "notify_via_text": "slots.notify_via_text([contact], event=event)",
    "payment_link_button": "slots.payment_link_button(account)",
    "settings_link": "slots.settings_link()",
    "text_attendees": "slots.text_attendees(event, contacts=[contact])",
    "unread_badge": "slots.unread_badge()",
}
ROWS = list(table())
EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "SAMEORIGIN",
    "Cache-Control": "no-store",
}
#: What opening a page notes: that it was read, and by whom.
NOTED = {"firmtext_read_mark", "firmtext_audit", "firmtext_firm"}


@pytest.fixture
def ids(office: Office) -> dict[str, str]:
    return rows_of_every_kind(office)


@pytest.fixture
def nobodys(ids: dict[str, str]) -> dict[str, str]:
    """The same names with ids that do not exist, as long as the true ones."""
    return {name: _like(name, value) for name, value in ids.items()}


def _like(name: str, value: str) -> str:
    if name in ("key", "day"):
        return value
    try:
        return str(uuid.uuid5(uuid.UUID(value), "nobody's"))
    except ValueError:
        return value[::-1]


def told(capsys: pytest.CaptureFixture[str], words: str) -> None:
    with capsys.disabled():
        sys.stdout.write(f" [{words}] ")


def plain(answer: TestResponse, ids: dict[str, str]) -> str:
    text = f"{answer.headers.get('Location', '')} {answer.text}"
    for name, value in ids.items():
        text = re.sub(rf"(?<![\w-]){re.escape(value)}(?![\w-])", name, text)
    return VOLATILE.sub("", text)


def test_every_route_is_in_the_matrix(office: Office) -> None:
    there = {
        (method, rule.endpoint)
        for rule in office.app.url_map.iter_rules()
        for method in (rule.methods or set()) - READ_ONLY
    }
    assert {(row.method, row.endpoint) for row in ROWS} == there


@pytest.mark.attack("A11", "A42")
def test_a11_a42_another_firm_and_nobody_get_nothing_at_any_route(
    office: Office, ids: dict[str, str], nobodys: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    tries, uma, nobody = Tries(office), signed_in(office, UMA), signed_in(office, None)
    before = digest()
    for row in ROWS:
        tries.must(row, "nobody", row.nobody, tries.ask(nobody, row, ids))
        if not row.with_ids:
            tries.must(row, "another firm", row.foreign, tries.ask(uma, row, ids))
            continue
        asked = []
        for known in (ids, nobodys):
            with Statements(office.app) as statements:
                answer = tries.ask(uma, row, known)
            tries.must(row, "another firm", row.foreign, answer)
            asked.append((answer.status_code, plain(answer, known), len(statements.seen)))
        if asked[0] != asked[1]:
            short = [(code, len(text), number) for code, text, number in asked]
            tries.wrong.append(f"{row.method} {row.endpoint} {row.names} tells what exists: {short}")
    assert not tries.wrong, "\n" + "\n".join(tries.wrong)
    assert digest() == before
    told(capsys, f"{tries.number} tries at {len(ROWS)} rows as nobody and as another firm")


@pytest.mark.attack("A17")
def test_a17_staff_and_who_is_behind_a_wall_get_what_the_matrix_says(
    office: Office, ids: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    tries, sam = Tries(office), signed_in(office, STAFF)
    for row in ROWS:
        if row.staff is not None:
            tries.must(row, "staff", row.staff, tries.ask(sam, row, ids))
    office.host.users.wall_off(STAFF, "rosa", "grace", "lease", "hearing")
    before = digest()
    for row in ROWS:
        tries.must(row, "behind a wall", row.walled, tries.ask(sam, row, ids))
    changed = {name for name, rows in digest().items() if rows != before[name]}
    assert not tries.wrong, "\n" + "\n".join(tries.wrong)
    # Their own choice and search; and a payment link of an account is no client's.
    assert changed <= {"firmtext_user_choice", "firmtext_search", "firmtext_payment_link", "firmtext_audit"}
    told(capsys, f"{tries.number} tries as staff, and behind a wall")


@pytest.mark.slow
def test_each_row_of_the_matrix_leads_somewhere(office: Office, ids: dict[str, str]) -> None:
    tries, ada = Tries(office), signed_in(office, ADMIN)
    for row in ROWS:
        tries.must(row, "own", row.own, tries.ask(ada, row, ids))
    assert not tries.wrong, "\n" + "\n".join(tries.wrong)


def slots(office: Office) -> Iterator[str]:
    with office.app.app_context():
        source, _name, _fresh = office.app.jinja_env.loader.get_source(office.app.jinja_env, "firmtext/slots.html")  # type: ignore[union-attr]
    yield from re.findall(r"macro (\w+)\(", source)


@pytest.mark.attack("A11")
def test_a11_a_slot_shows_another_firm_and_who_is_behind_a_wall_nothing(
    office: Office, ids: dict[str, str], nobodys: dict[str, str]
) -> None:
    assert set(slots(office)) == SLOTS.keys()
    head = '{% import "firmtext/slots.html" as slots with context %}'
    given: dict[str, str] = {}
    for name, call in SLOTS.items():
        page = f"{head}{{{{ {call} }}}}"
        office.app.add_url_rule(f"/{name}", name, lambda page=page: render_template_string(page, **given))
    office.host.users.wall_off(STAFF, "rosa", "grace", "lease", "hearing")
    for name in SLOTS:
        shown = []
        for known in (ids, nobodys):
            given.clear()
            given.update(known)
            for user in (UMA, STAFF, None):
                answer = office.person(user).get(f"/{name}")
                assert answer.status_code == 200
                assert CANARY not in answer.text
                if user == UMA:
                    shown.append(plain(answer, known))
        assert shown[0] == shown[1], name


@pytest.mark.attack("A25")
def test_a25_nothing_is_changed_by_a_form_of_another_site(
    office: Office, ids: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    """As the administrator to whom all is allowed, without the page's token: a form, a script's, JSON as text."""
    tries, ada = Tries(office), office.person(ADMIN)
    ada.tokens = {}  # type: ignore[attr-defined]
    before = digest()
    for row in ROWS:
        if row.method == "POST":
            code = 401 if row.endpoint.startswith("firmtext_webhooks.") else 400
            tries.must(row, "own", code, tries.ask(ada, row, ids))
            for more in ({"headers": {"HX-Request": "true"}}, {"content_type": "text/plain"}):
                tries.must(row, "own", code, tries.ask(ada, row, ids, **more))
    assert not tries.wrong, "\n" + "\n".join(tries.wrong)
    # The words come back under their conversation, which is opened for that as by a link.
    assert {name for name, rows in digest().items() if rows != before[name]} <= NOTED
    told(capsys, f"{tries.number} forms without a token")


@pytest.mark.attack("A25", "A26")
def test_a26_no_answer_can_be_framed_kept_or_lent_and_no_address_changes_anything_by_being_opened(
    office: Office, ids: dict[str, str]
) -> None:
    tries, ada, nobody = Tries(office), signed_in(office, ADMIN), signed_in(office, None)
    before = digest()
    for row in ROWS:
        if not row.endpoint.startswith("firmtext") or row.endpoint == "firmtext.static":
            continue
        for person in (ada, nobody) if row.method == "GET" else (nobody,):
            headers = tries.ask(person, row, ids, headers={"Origin": "https://elsewhere.example"}).headers
            for name, value in EVERYWHERE.items():
                if value not in headers.get(name, ""):
                    tries.wrong.append(f"{row.method} {row.endpoint} has {name}: {headers.get(name)}")
            policy = headers.get("Content-Security-Policy", "")
            if row.endpoint.startswith("firmtext.") and ("default-src" not in policy or "unsafe" in policy):
                tries.wrong.append(f"{row.method} {row.endpoint} has the policy {policy!r}")
            lent = [name for name, _value in headers if name.lower().startswith("access-control")]
            if lent or any(not one.startswith("session=") for one in headers.getlist("Set-Cookie")):
                tries.wrong.append(f"{row.method} {row.endpoint} lends {lent} or sets a cookie")
    assert not tries.wrong, "\n" + "\n".join(sorted(set(tries.wrong)))
    assert {name for name, rows in digest().items() if rows != before[name]} <= NOTED
