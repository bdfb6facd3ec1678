"""Sending a text, and what becomes of the words when it does not go."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import event, select
from sqlalchemy.exc import OperationalError

from flask_firmtext.current import firmtext
from flask_firmtext.messaging import consent
from flask_firmtext.store import keys
from flask_firmtext.store.models import Message
from flask_firmtext.store.transactions import own, reading
from flask_firmtext.web.furniture import size
from office import ROSA, STAFF, Office, Statements, fields, typed

NEW = "/texting/new?contact=rosa"
TEXTS = "/texting/texts"
HTMX = {"HX-Request": "true"}


def test_a_text_is_sent_and_its_conversation_shown(office: Office) -> None:
    staff = office.person()
    answer = staff.send(NEW, "Hello Rosa")
    assert answer.status_code == 303
    page = staff.get(answer.location)
    assert "Hello Rosa" in page.text
    assert "Sending…" in page.text


@pytest.mark.attack("A43")
def test_the_same_form_twice_sends_once(office: Office) -> None:
    staff = office.person()
    form = {**staff.composer(NEW), "text": "Hello"}
    first, second = staff.post(TEXTS, form), staff.post(TEXTS, form)
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.location == second.location
    assert office.texts() == 1


def test_a_click_under_a_conversation_asks_the_database_no_more_than_16_times(office: Office) -> None:
    staff = office.person()
    conversation = staff.send(NEW, "Hello Rosa").location
    staff.send(conversation, "The first one looks at the keys")
    form = {**staff.composer(conversation), "text": "And this"}
    with Statements(office.app) as statements:
        assert staff.post(TEXTS, form).status_code == 303
    assert len(statements.seen) <= 16


def test_while_the_host_is_asked_who_has_the_phone_no_connection_waits(office: Office) -> None:
    staff = office.person()
    form = {**staff.composer(NEW), "text": "Hello"}
    held: list[int] = []
    office.host.fault("Contacts.by_number", does=lambda: held.append(firmtext.reading_engine.pool.checkedout()))
    assert staff.post(TEXTS, form).status_code == 303
    assert set(held) == {0}


def test_back_and_other_words_are_not_lost_in_silence(office: Office) -> None:
    staff = office.person()
    form = staff.composer(NEW)
    staff.post(TEXTS, {**form, "text": "first"})
    again = staff.post(TEXTS, {**form, "text": "second"})
    assert again.status_code == 409
    assert typed(again.text) == "second"
    assert staff.post(TEXTS, {**fields(again.text), "text": "second"}).status_code == 303
    assert office.texts() == 2


def test_line_ends_of_a_form_do_not_make_a_repeat_another_text(office: Office) -> None:
    staff = office.person()
    form = {**staff.composer(NEW), "text": "one\r\ntwo"}
    assert [staff.post(TEXTS, form).status_code for _ in range(2)] == [303, 303]
    assert office.texts() == 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "Write a message first."),
        (" \n\t\u200b", "Write a message first."),
        ("x" * 3201, "at most 3,200 can be sent"),
        ("a\x07b", "Character 2 of this text cannot be sent"),
    ],
)
def test_a_text_that_cannot_be_sent_comes_back_with_the_reason(office: Office, text: str, words: str) -> None:
    answer = office.person().send(NEW, text)
    assert answer.status_code == 422
    assert words in answer.text
    assert typed(answer.text).strip() == text.strip()
    assert office.texts() == 0


def test_a_refused_text_comes_back_under_its_conversation(office: Office) -> None:
    office.sends("rosa", "Earlier words")
    answer = office.person().send(f"/texting/conversations/{office.conversation()}", " ")
    assert answer.status_code == 422
    assert "Earlier words" in answer.text


def test_who_opted_out_meanwhile_is_not_texted_and_the_words_stay(office: Office) -> None:
    office.sends()
    staff = office.person()
    form = staff.composer(f"/texting/conversations/{office.conversation()}")
    with own() as session:
        index = keys.index_of("harbor", ROSA)
        consent.lock_pair(session, "harbor", index)
        consent.opt_out(session, "harbor", index, consent.Said("client:STOP", "client"))
    answer = staff.post(TEXTS, {**form, "text": "One more thing"}, headers=HTMX)
    assert answer.status_code == 409
    assert "replied STOP" in answer.text
    assert typed(answer.text) == "One more thing"
    assert office.texts() == 1


@pytest.mark.attack("A25")
def test_without_a_token_of_the_page_nothing_is_sent_and_the_words_stay(office: Office) -> None:
    staff = office.person()
    form = {**staff.composer(NEW), "text": "Long thought"}
    answer = staff.post(TEXTS, {**form, "csrf_token": "stale"})
    assert answer.status_code == 400
    assert "The page was open too long; your text is kept." in answer.text
    assert typed(answer.text) == "Long thought"
    for script in ("counter.js", "drafts.js", "replies.js"):
        assert script in answer.text
    assert office.texts() == 0
    assert staff.post(TEXTS, {**fields(answer.text), "text": "Long thought"}).status_code == 303


def test_a_session_that_ended_while_somebody_wrote_costs_no_words(office: Office) -> None:
    staff = office.person()
    form = {**staff.composer(NEW), "text": "Long thought"}
    staff.client.delete_cookie("session")
    answer = staff.post(TEXTS, form)
    assert answer.status_code == 401
    assert "Sign in in another tab" in answer.text
    assert typed(answer.text) == "Long thought"
    # Pressed again before signing in: still kept.
    answer = staff.post(TEXTS, {**fields(answer.text), "text": "Long thought"})
    assert answer.status_code == 401
    assert typed(answer.text) == "Long thought"
    staff.get(f"/sign-in/{STAFF}")
    assert staff.post(TEXTS, {**fields(answer.text), "text": "Long thought"}).status_code == 303
    assert office.texts() == 1


def test_what_a_signed_out_composer_shows_tells_nothing_of_the_conversation(office: Office) -> None:
    office.sends("rosa", "privileged")
    staff = office.person()
    form = {**staff.composer(f"/texting/conversations/{office.conversation()}"), "text": "mine"}
    staff.client.delete_cookie("session")
    answer = staff.post(TEXTS, form)
    assert "privileged" not in answer.text
    assert "Rosa" not in answer.text


def test_a_database_that_is_away_costs_no_words(office: Office) -> None:
    staff = office.person()
    form = {**staff.composer(NEW), "text": "Long thought"}
    engine = office.app.extensions["firmtext"].engine

    def away(*_: Any) -> None:
        raise OperationalError("SELECT", {}, Exception("gone"))

    event.listen(engine, "before_cursor_execute", away)
    try:
        plain, part = staff.post(TEXTS, form), staff.post(TEXTS, form, headers=HTMX)
    finally:
        event.remove(engine, "before_cursor_execute", away)
    for answer in (plain, part):
        assert answer.status_code == 503
        assert "could not be stored" in answer.text
        assert typed(answer.text) == "Long thought"
    assert staff.post(TEXTS, {**fields(plain.text), "text": "Long thought"}).status_code == 303
    assert office.texts() == 1


@pytest.mark.parametrize("verb", ["Users.current", "Users.may", "Firms.get", "Contacts.get"])
def test_a_host_that_raises_costs_no_words(office: Office, verb: str) -> None:
    staff = office.person()
    form = {**staff.composer(NEW), "text": "Long thought"}
    office.host.fault(verb, raises=RuntimeError("canary"))
    answer = staff.post(TEXTS, form)
    office.host.mend()
    assert answer.status_code == 503
    assert typed(answer.text) == "Long thought"
    assert "canary" not in answer.text
    assert office.texts() == 0


def test_a_contact_of_another_firm_is_as_one_that_never_was(office: Office) -> None:
    uma = office.person("admin@summit.example")
    form = {**uma.composer("/texting/new?contact=paul"), "text": "Hello"}
    foreign, never = (uma.post(TEXTS, {**form, "contact": ref}) for ref in ("grace", "nobody"))
    assert (foreign.status_code, never.status_code) == (404, 404)

    def without_tokens(html: str) -> str:
        return re.sub(r'name="(csrf_token|contact)" value="[^"]*"', "", html)

    assert without_tokens(foreign.text) == without_tokens(never.text)
    assert typed(foreign.text) == "Hello"
    assert office.texts() == 0


@pytest.mark.attack("A12")
def test_a_number_of_somebody_else_is_not_texted(office: Office) -> None:
    staff = office.person()
    grace = staff.composer("/texting/new?contact=grace")
    form = {**staff.composer(NEW), "number": grace["number"], "text": "Hello"}
    answer = staff.post(TEXTS, form)
    assert answer.status_code == 422
    assert "no longer has this number" in answer.text
    assert office.texts() == 0


def test_who_may_not_send_does_not(office: Office) -> None:
    staff = office.person()
    form = {**staff.composer(NEW), "text": "Hello"}
    office.host.users.refuse(STAFF, "message.send")
    assert staff.post(TEXTS, form).status_code == 404
    assert office.texts() == 0


@pytest.mark.attack("A13")
def test_fields_that_are_not_the_forms_change_nothing(office: Office) -> None:
    staff = office.person()
    extra = {"firm": "summit", "user": "x", "state": "delivered", "direction": "in", "kind": "reminder"}
    staff.post(TEXTS, {**staff.composer(NEW), "text": "Hello", **extra})
    with reading() as session:
        row = session.scalars(select(Message)).one()
    assert (row.firm, row.author, row.state, row.direction, row.kind) == ("harbor", STAFF, "queued", "out", "staff")


@pytest.mark.attack("A25")
def test_a_text_cannot_be_sent_by_opening_an_address(office: Office) -> None:
    assert office.person().get(TEXTS).status_code == 405


def test_htmx_gets_an_empty_composer_with_a_fresh_token(office: Office) -> None:
    office.sends()
    staff = office.person()
    form = staff.composer(f"/texting/conversations/{office.conversation()}")
    answer = staff.post(TEXTS, {**form, "text": "Hello"}, headers=HTMX)
    assert answer.status_code == 200
    assert answer.headers["HX-Trigger"] == "firmtext:sent"
    assert typed(answer.text) == ""
    assert fields(answer.text)["token"] != form["token"]
    assert fields(answer.text)["conversation"] == form["conversation"]


def test_the_first_text_to_somebody_brings_the_conversation_in_place(office: Office) -> None:
    staff = office.person()
    answer = staff.post(TEXTS, {**staff.composer(NEW), "text": "Hello"}, headers=HTMX)
    assert answer.headers["HX-Retarget"] == answer.headers["HX-Reselect"] == ".ft-conversation"
    assert answer.headers["HX-Replace-Url"] == f"/texting/conversations/{office.conversation()}"
    assert "Hello" in answer.text
    assert "<title>Rosa Marsh" in answer.text


def test_from_new_the_page_becomes_the_conversations_also_when_there_was_one(office: Office) -> None:
    office.sends()
    staff, address = office.person(), f"/texting/conversations/{office.conversation()}"
    for current, reselect in ((f"http://localhost{NEW}", ".ft-conversation"), (f"http://localhost{address}", None)):
        headers = {**HTMX, "HX-Current-URL": current}
        answer = staff.post(TEXTS, {**staff.composer(NEW), "text": "Hello"}, headers=headers)
        assert answer.headers.get("HX-Reselect") == reselect
    assert staff.send(NEW, "Without scripts").location == address


def test_the_composer_says_that_files_cannot_be_attached_and_what_to_use(office: Office) -> None:
    page = office.person().get(NEW).text
    assert "files cannot be attached" in page
    assert 'type="file"' not in page


def test_an_empty_composer_counts_characters_and_no_texts(office: Office) -> None:
    page = office.person().get(NEW).text
    assert "data-ft-counter>0 of 3,200 characters</p>" in page
    assert size("a") == "1 of 3,200 characters · 1 text"


def test_no_address_of_ours_holds_a_number(office: Office) -> None:
    staff = office.person()
    page = staff.get(NEW).text + staff.get(staff.send(NEW, "Hello").location).text
    addresses = re.findall(r'(?:href|action|hx-\w+)="([^"]*)"', page)
    assert not [address for address in addresses if "3125550" in address]
