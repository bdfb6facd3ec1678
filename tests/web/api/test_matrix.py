"""Every operation as nobody, without its scope, as another firm, behind a wall, and as who may; one that is not in the
table fails. A11, A17, A42 for programs."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from flask_firmtext.web.api import catalogue
from matrix import CANARY, EVERYBODYS, digest, harbors
from office import ADMIN, Office
from programs import UMA, Program, problem, token
from registering import WHOLE

#: Operation, what is asked, with which body, what another firm, who is behind a wall and the administrator get.
ROWS: tuple[tuple[str, str, Any, int, int, int], ...] = (
    ("list_conversations", "/conversations", None, 200, 200, 200),
    ("list_conversations", "/conversations?contact={contact}", None, 404, 200, 200),
    ("list_conversations", "/conversations?matter={matter}", None, 200, 200, 200),
    ("show_conversation", "/conversations/{conversation}", None, 404, 404, 200),
    ("list_texts_of_conversation", "/conversations/{conversation}/texts", None, 404, 404, 200),
    ("finish_conversation", "/conversations/{conversation}/done", None, 404, 404, 200),
    ("reopen_conversation", "/conversations/{conversation}/open", None, 404, 404, 200),
    ("read_conversation", "/conversations/{conversation}/read", {"position": 9}, 404, 404, 204),
    ("leave_conversation_unread", "/conversations/{conversation}/unread", None, 404, 404, 200),
    ("list_texts", "/texts?state=failed", None, 200, 200, 200),
    ("send_text", "/texts", {"contact": "{contact}", "text": "x"}, 404, 404, 201),
    ("show_text", "/texts/{failed}", None, 404, 404, 200),
    ("retry_text", "/texts/{failed}/retry", None, 404, 404, 422),
    ("send_text_to_new_number", "/texts/{failed}/new-number", {"number": "+13125550177"}, 404, 404, 422),
    ("cancel_text", "/texts/{failed}/cancel", None, 404, 404, 200),
    ("resolve_text", "/texts/{unknown}/resolve", {"answer": "lost", "why": "She said so"}, 404, 404, 200),
    ("list_scheduled_texts", "/scheduled-texts", None, 200, 200, 200),
    (
        "schedule_text",
        "/scheduled-texts",
        {"contact": "{contact}", "text": "x", "send_at": "{day}T15:00:00Z"},
        404,
        404,
        201,
    ),
    ("show_scheduled_text", "/scheduled-texts/{later}", None, 404, 404, 200),
    ("change_scheduled_text", "/scheduled-texts/{later}", {"text": "y"}, 404, 404, 200),
    ("send_scheduled_text_now", "/scheduled-texts/{later}/send-now", None, 404, 404, 200),
    ("cancel_scheduled_text", "/scheduled-texts/{later}/cancel", None, 404, 404, 200),
    ("dismiss_scheduled_text", "/scheduled-texts/{later}/dismiss", None, 404, 404, 200),
    ("find_contacts", "/contacts?q=Marsh", None, 200, 200, 200),
    ("show_contact", "/contacts/{contact}", None, 404, 404, 200),
    ("show_consent", "/conversations/{conversation}/consent", None, 404, 404, 200),
    ("decide_consent", "/conversations/{conversation}/consent", {"opt_out": False, "text": "{said}"}, 404, 404, 200),
    ("note_opt_out", "/conversations/{quiet}/opt-out", {"way": "phone"}, 404, 404, 200),
    ("download_file", "/files/{file}", None, 404, 404, 200),
    ("fetch_file_again", "/files/{lost}/fetch", None, 404, 404, 200),
    ("file_file", "/files/{file}/filings", {"matter": "{matter}"}, 404, 404, 200),
    ("file_all", "/conversations/{conversation}/filings", {"matter": "{matter}"}, 404, 404, 200),
    ("file_again", "/filings/{filing}/retry", None, 404, 404, 200),
    ("search_texts", "/searches", {"words": "deposit"}, 201, 201, 201),
    ("search_texts", "/searches", {"words": "deposit", "contact": "{contact}"}, 404, 404, 201),
    ("show_hits", "/searches/{search}", None, 404, 200, 200),
    ("list_replies", "/saved-replies", None, 200, 200, 200),
    ("add_reply", "/saved-replies", {"name": "n", "text": "t"}, 201, 201, 201),
    ("show_reply", "/saved-replies/{reply}", None, 404, 200, 200),
    ("change_reply", "/saved-replies/{reply}", {"name": "n", "text": "t"}, 404, 200, 200),
    ("delete_reply", "/saved-replies/{reply}", None, 404, 204, 204),
    ("list_templates", "/templates", None, 200, 200, 200),
    (
        "add_time",
        "/conversations/{conversation}/time-entries",
        {"matter": "{matter}", "minutes": 6, "day": "2026-01-05"},
        404,
        404,
        201,
    ),
    ("make_payment_link", "/payment-links", {"bill": "{bill}", "account": "{account}"}, 422, 404, 201),
    ("list_invitations", "/events/{event}/invitations", None, 404, 404, 200),
    ("send_invitation_now", "/invitations/{invitation}/send-now", None, 404, 404, 200),
    ("send_invitation_again", "/invitations/{invitation}/retry", None, 404, 404, 200),
    ("show_settings", "/settings", None, 200, 200, 200),
    ("change_settings", "/settings", {"reminder_days": [1]}, 200, 200, 200),
    ("turn_on", "/settings/turn-on", None, 409, 409, 409),
    ("list_numbers", "/numbers", None, 200, 200, 200),
    ("show_stats", "/stats", None, 200, 200, 200),
    ("show_registration", "/registration", None, 200, 200, 200),
    ("save_registration", "/registration", {"values": WHOLE}, 200, 200, 200),
    ("export_registration", "/registration/export", None, 409, 200, 200),
    ("show_retention", "/retention", None, 200, 200, 200),
    ("set_retention", "/retention", {"days": 400}, 200, 200, 200),
    ("list_legal_holds", "/legal-holds", None, 200, 200, 200),
    ("put_legal_hold", "/legal-holds", {"kind": "matter", "object": "{matter}", "why": "suit"}, 404, 404, 201),
    ("lift_legal_hold", "/legal-holds/{legal}/lift", {"why": "over"}, 404, 404, 200),
    ("show_erasure_plan", "/contacts/{contact}/erasure-plan", None, 404, 404, 200),
    ("list_erasures", "/erasures", None, 200, 200, 200),
    ("show_erasure", "/erasures/{contact}", None, 404, 404, 404),
    ("list_webhooks", "/webhooks", None, 200, 200, 200),
    ("add_webhook", "/webhooks", {"url": "https://hooks.example/", "kinds": ["text.failed"]}, 201, 201, 201),
    ("show_webhook", "/webhooks/{endpoint}", None, 404, 200, 200),
    ("change_webhook", "/webhooks/{endpoint}", {"url": "https://a.example/", "kinds": ["text.failed"]}, 404, 200, 200),
    ("replace_webhook_secret", "/webhooks/{endpoint}/secret", None, 404, 200, 200),
    ("end_old_webhook_secret", "/webhooks/{endpoint}/old-secret", None, 404, 204, 204),
    ("test_webhook", "/webhooks/{endpoint}/test", None, 404, 201, 201),
    ("list_deliveries", "/webhooks/{endpoint}/deliveries", None, 404, 200, 200),
    ("retry_delivery", "/webhooks/{endpoint}/deliveries/{event_id}/retry", None, 404, 200, 200),
    ("retry_webhook", "/webhooks/{endpoint}/retry", {"since": "2026-01-01T00:00:00Z"}, 404, 200, 200),
    ("turn_webhook_off", "/webhooks/{endpoint}/turn-off", None, 404, 200, 200),
    ("turn_webhook_on", "/webhooks/{endpoint}/turn-on", None, 404, 200, 200),
    ("remove_webhook", "/webhooks/{endpoint}", None, 404, 204, 204),
    ("list_record", "/record", None, 200, 200, 200),
    ("list_quarantine", "/quarantine", None, 200, 200, 200),
    ("turn_off", "/settings/turn-off", None, 200, 200, 200),
    ("erase_contact", "/erasures", {"contact": "{contact}", "why": "She asked"}, 404, 404, 409),
)


@pytest.fixture
def ids(office: Office) -> dict[str, str]:
    return harbors(office)


class Tries:
    def __init__(self, office: Office) -> None:
        self.office = office
        self.wrong: list[str] = []

    def ask(self, text: str | None, row: tuple[str, str, Any, int, int, int], ids: dict[str, str]) -> Any:
        one = catalogue.named(row[0])
        body = {name: fill(value, ids) for name, value in row[2].items()} if row[2] is not None else None
        return Program(self.office.app, text).ask(one.method, fill(row[1], ids), body, key=uuid.uuid4().hex)

    def must(self, row: tuple[str, str, Any, int, int, int], who: str, code: int, answer: Any) -> None:
        if answer.status_code != code:
            self.wrong.append(f"{row[0]} {row[1]} as {who}: {answer.status_code}, not {code}: {answer.text[:200]}")
        if answer.status_code >= 400:
            problem(answer)
        if who != "own" and (CANARY in answer.text or (who == "another firm" and EVERYBODYS in answer.text)):
            self.wrong.append(f"{row[0]} {row[1]} shows {who} what is Harbor's")


def fill(value: Any, ids: dict[str, str]) -> Any:
    return value.format(**ids) if isinstance(value, str) else value


def test_every_operation_is_in_the_matrix() -> None:
    assert {row[0] for row in ROWS} == {one.name for one in catalogue.every()}


@pytest.mark.attack("A11", "A42")
def test_a11_a42_nobody_another_firm_and_a_token_without_the_scope_get_nothing(
    office: Office, ids: dict[str, str]
) -> None:
    tries, scopes = Tries(office), {one.name: one.scope for one in catalogue.every()}
    every = {one.scope for one in catalogue.every()}
    without = {scope: token(*(every - {scope})) for scope in every}
    uma, nobodys = token(firm="summit", by=UMA), {name: nobodys_like(value) for name, value in ids.items()}
    before = digest()
    for row in ROWS:
        tries.must(row, "nobody", 401, tries.ask(None, row, ids))
        tries.must(row, "without the scope", 403, tries.ask(without[scopes[row[0]]], row, ids))
        if "{" not in f"{row[1]}{row[2]}":
            continue
        answers = [tries.ask(uma, row, known) for known in (ids, nobodys)]
        tries.must(row, "another firm", row[3], answers[0])
        if answers[0].data != answers[1].data and row[3] >= 400:
            tries.wrong.append(f"{row[0]} tells what exists: {[one.text for one in answers]}")
    assert not tries.wrong, "\n" + "\n".join(tries.wrong)
    changed = {name for name, rows in digest().items() if rows != before[name]}
    assert changed <= {"firmtext_token"}, "the time of last use"


def nobodys_like(value: str) -> str:
    try:
        return str(uuid.uuid5(uuid.UUID(value), "nobody's"))
    except ValueError:
        return value if value[:2] == "20" else value[::-1]


@pytest.mark.attack("A17")
def test_a17_who_is_behind_a_wall_gets_what_the_matrix_says(office: Office, ids: dict[str, str]) -> None:
    tries, text = Tries(office), token()
    office.host.users.wall_off(ADMIN, "rosa", "grace", "lease", "hearing")
    for row in ROWS:
        tries.must(row, "behind a wall", row[4], tries.ask(text, row, ids))
    assert not tries.wrong, "\n" + "\n".join(tries.wrong)


def test_each_row_of_the_matrix_leads_somewhere(office: Office, ids: dict[str, str]) -> None:
    tries, text = Tries(office), token()
    for row in ROWS:
        tries.must(row, "own", row[5], tries.ask(text, row, ids))
    assert not tries.wrong, "\n" + "\n".join(tries.wrong)
