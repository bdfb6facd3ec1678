"""Every route as nobody, as another firm, as staff, and behind a wall; a route that is not in the table fails."""

from __future__ import annotations

import re
import sys
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from flask import render_template_string, url_for
from werkzeug.test import TestResponse

from administering import failed_order, held_number, kept, number_of
from matrix import CANARY, EVERYBODYS, Row, digest, harbors, table
from office import ADMIN, STAFF, Office, Person, Statements

UMA = "admin@summit.example"
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


@pytest.fixture
def ids(office: Office) -> dict[str, str]:
    made = harbors(office)
    made |= {"kept": str(kept(words=f"{CANARY} stranger")), "number": str(number_of())}
    failed_order("summit")
    return made | {"order": str(failed_order()), "hold": str(held_number())}


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


class Tries:
    """Tries routes, counts them, and notes what is answered otherwise than the table says."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.number = 0
        self.wrong: list[str] = []

    def ask(self, person: Person, row: Row, ids: dict[str, str]) -> TestResponse:
        self.number += 1
        names = row.filled(ids)
        with self.office.app.test_request_context():
            rule = next(self.office.app.url_map.iter_rules(row.endpoint))
            parts = {name for one in self.office.app.url_map.iter_rules(row.endpoint) for name in one.arguments}
            in_path = {name: names.pop(name) for name in list(names) if name in parts and name != "message_id"}
            if "message_id" in parts and "message_id" in names:
                in_path["message_id"] = names.pop("message_id")
            given = {**in_path, **(names if row.method == "GET" else {})}
            address = url_for(row.endpoint, **{**_defaults(rule), **given})
        get = row.method == "GET"
        answer = person.get(address) if get else person.post(address, {**names, **token(person, row)})
        assert answer.data is not None
        answer.close()
        return answer

    def must(self, row: Row, who: str, code: int | None, answer: TestResponse) -> None:
        if code is not None and answer.status_code != code:
            self.wrong.append(f"{row.method} {row.endpoint} {row.names} as {who}: {answer.status_code}, not {code}")
        if who != "own" and (CANARY in answer.text or (who != "behind a wall" and EVERYBODYS in answer.text)):
            self.wrong.append(f"{row.method} {row.endpoint} {row.names} shows {who} what is Harbor's")


def _defaults(rule: Any) -> dict[str, Any]:
    return {"message_id": None} if "message_id" in (rule.defaults or {}) else {}


def signed_in(office: Office, user: str | None) -> Person:
    """With the tokens of both kinds of forms, as far as there are some."""
    person = office.person(user)
    person.tokens = {}  # type: ignore[attr-defined]
    for kind, page in (("ours", "/texting/settings/notifications"), ("admin", "/admin/firmtext/orders/")):
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', person.get(page).text)
        if found:
            person.tokens[kind] = found[1]  # type: ignore[attr-defined]
    assert "ours" in person.tokens or not user  # type: ignore[attr-defined]
    assert "admin" in person.tokens or user not in (UMA, ADMIN)  # type: ignore[attr-defined]
    return person


def token(person: Person, row: Row) -> dict[str, str]:
    kind = "admin" if row.endpoint.endswith("action_view") else "ours"
    found = person.tokens.get(kind)  # type: ignore[attr-defined]
    return {"csrf_token": found} if found else {}


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
    # Their own choice; and a payment link of an account is no client's.
    assert changed <= {"firmtext_user_choice", "firmtext_payment_link", "firmtext_audit"}
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
