"""What a host answers that its contract does not allow: told as such, and it costs nobody words or pages."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from flask_firmtext.errors import HostContractError
from flask_firmtext.messaging import accepting, consent
from flask_firmtext.ports import promises
from flask_firmtext.ports.values import Contact, Firm, PhoneNumber, User
from flask_firmtext.store import keys
from flask_firmtext.store.transactions import own
from office import ROSA, Office, fields, typed

NEW = "/texting/new?contact=rosa"
TEXTS = "/texting/texts"
HTMX = {"HX-Request": "true"}
CANARY = "canary-7b1c"
WITHOUT_NUMBERS = Contact("rosa", CANARY, None)  # type: ignore[arg-type]

MALFORMED: list[tuple[str, Any]] = [
    ("Users.current", CANARY),
    ("Users.current", User(None, CANARY, "harbor")),  # type: ignore[arg-type]
    ("Firms.get", {"name": CANARY}),
    ("Firms.get", Firm("harbor", None, "UTC")),  # type: ignore[arg-type]
    ("Contacts.get", WITHOUT_NUMBERS),
    ("Contacts.get", Contact("rosa", CANARY, (CANARY,))),  # type: ignore[arg-type]
    ("Contacts.by_number", None),
    ("Contacts.by_number", [WITHOUT_NUMBERS]),
]


@pytest.mark.parametrize(("verb", "answer"), MALFORMED)
@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "htmx"])
def test_a_malformed_answer_of_the_host_costs_no_words(
    office: Office, caplog: pytest.LogCaptureFixture, verb: str, answer: Any, headers: dict[str, str]
) -> None:
    staff = office.person()
    form = {**staff.composer(NEW), "text": "Long thought"}
    office.host.fault(verb, returns=answer)
    with caplog.at_level(logging.WARNING, "flask_firmtext"):
        sent = staff.post(TEXTS, form, headers=headers)
    office.host.mend()
    assert sent.status_code == 503
    assert typed(sent.text) == "Long thought"
    assert CANARY not in sent.text + caplog.text
    assert f"{verb}() must return" in caplog.text
    assert office.texts() == 0
    assert staff.post(TEXTS, {**fields(sent.text), "text": "Long thought"}).status_code == 303


@pytest.mark.parametrize(("verb", "answer"), [case for case in MALFORMED if case[0] != "Contacts.by_number"])
def test_a_page_that_needs_a_malformed_answer_is_not_available(office: Office, verb: str, answer: Any) -> None:
    staff = office.person()
    office.host.fault(verb, returns=answer)
    page = staff.get(NEW)
    assert page.status_code == 503
    assert CANARY not in page.text


@pytest.mark.parametrize(
    ("verb", "answer"),
    [
        ("Contacts.by_numbers", None),
        ("Contacts.by_numbers", {"+13125550100": [WITHOUT_NUMBERS]}),
        ("Contacts.by_numbers", {"+13125550100": WITHOUT_NUMBERS}),
        ("Matters.of_contact", None),
        ("Matters.of_contact", [CANARY]),
        ("Users.names", None),
        ("Users.names", {"staff@harbor.example": None}),
    ],
)
def test_a_conversation_is_shown_without_what_the_host_says_wrongly(office: Office, verb: str, answer: Any) -> None:
    office.sends("rosa", "Earlier words")
    staff = office.person()
    office.host.fault(verb, returns=answer)
    for url in (f"/texting/conversations/{office.conversation()}", "/texting/", "/texting/changes?since=-1&table=1"):
        page = staff.get(url)
        assert page.status_code == 200
        assert CANARY not in page.text
    assert "Earlier words" in staff.get("/texting/").text


def test_a_search_that_finds_nonsense_is_not_available(office: Office) -> None:
    staff = office.person()
    token = fields(staff.get(NEW).text)["csrf_token"]
    office.host.fault("Contacts.search", returns=[WITHOUT_NUMBERS])
    assert staff.post("/texting/new", {"q": "rosa", "csrf_token": token}).status_code == 503


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "htmx"])
def test_a_fault_of_our_own_costs_no_words_and_tells_only_its_type_and_place(
    office: Office, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, headers: dict[str, str]
) -> None:
    staff = office.person()
    form = {**staff.composer(NEW), "text": "Long thought"}

    def broken(text: str) -> str:
        raise KeyError(CANARY)

    with monkeypatch.context() as patched:
        patched.setattr(accepting, "check", broken)
        answer = staff.post(TEXTS, form, headers=headers)
    assert answer.status_code == 503
    assert typed(answer.text) == "Long thought"
    assert "KeyError at " in caplog.text
    assert "test_host_answers.py:" in caplog.text
    assert CANARY not in answer.text + caplog.text
    assert staff.post(TEXTS, {**fields(answer.text), "text": "Long thought"}).status_code == 303
    assert office.texts() == 1


def test_a_text_that_is_stored_and_cannot_be_shown_is_not_called_unsent(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    staff = office.person()
    form = {**staff.composer(NEW), "text": "Stored"}
    monkeypatch.setattr("flask_firmtext.web.composer.opened", lambda *_, **__: 1 / 0)
    answer = staff.post(TEXTS, form, headers=HTMX)
    assert answer.status_code == 200
    assert answer.headers["HX-Redirect"] == f"/texting/conversations/{office.conversation()}"


def test_the_hosts_zone_is_not_asked_for_while_a_text_is_being_written(office: Office) -> None:
    staff = office.person()
    form = {**staff.composer(NEW), "text": "Hello"}
    with own() as session:
        index = keys.index_of("harbor", ROSA)
        consent.lock_pair(session, "harbor", index)
        consent.opt_out(session, "harbor", index, consent.Said("client:STOP", "client"))
    office.host.calls.clear()
    assert staff.post(TEXTS, form, headers=HTMX).status_code == 409
    assert office.host.calls.count("Firms.get") == 1


def test_a_broken_promise_names_port_verb_and_what_was_expected() -> None:
    with pytest.raises(HostContractError, match=r"^Contacts\.get\(\) must return a Contact or None") as caught:
        promises.contact("get", WITHOUT_NUMBERS)
    assert (caught.value.port, caught.value.verb) == ("Contacts", "get")
    assert CANARY not in str(caught.value)
    kept = Contact("rosa", "Rosa", (PhoneNumber("+13125550100"),))
    assert promises.contact("get", kept) is kept
    assert promises.contact("get", None) is None
