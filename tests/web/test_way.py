"""Which way a text goes: what the host is asked, which number sends, whose conversation it joins."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from flask_firmtext.clock import Clock
from flask_firmtext.messaging import accepting
from flask_firmtext.messaging.owners import Subject
from flask_firmtext.store.models import Conversation, Message, Number
from flask_firmtext.store.states import NumberState
from flask_firmtext.store.transactions import own, reading
from office import HARBOR, ROSA, Office, fields, typed

NEW = "/texting/new?contact=rosa"
TEXTS = "/texting/texts"
SECOND = "+18335550102"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def asked(office: Office, monkeypatch: pytest.MonkeyPatch) -> list[Subject]:
    """What the host is asked before a text is sent."""
    heard: list[Subject] = []
    _host_says(office, monkeypatch, lambda subject: heard.append(subject) or True)
    return heard


def _host_says(office: Office, monkeypatch: pytest.MonkeyPatch, says: Callable[[Subject], bool]) -> None:
    def may(user: Any, action: str, subject: Subject | None = None) -> bool:
        return says(subject) if action == "message.send" and subject else True

    monkeypatch.setattr(office.host.users, "may", may)


def second_number(office: Office, phone: str = ROSA) -> uuid.UUID:
    """Harbor gets another verified number, and a conversation between it and a phone; the conversation's id."""
    first = office.conversation(phone)
    with own() as session:
        main = session.scalars(select(Number).where(Number.e164 == HARBOR)).one()
        main.main = True
        now = Clock().now()
        extra = Number(firm="harbor", e164=SECOND, state=NumberState.VERIFIED, next_free_at=now, created_at=now)
        session.add(extra)
        session.flush()
        row = session.get_one(Conversation, first)
        row.number_id = extra.id
    return first


def where(text: str) -> tuple[uuid.UUID, str]:
    """The conversation and our number of the newest text."""
    with reading() as session:
        found = session.execute(
            select(Message.conversation_id, Number.e164)
            .join(Conversation, Conversation.id == Message.conversation_id)
            .join(Number, Number.id == Conversation.number_id)
            .order_by(Message.id.desc())
        ).first()
    assert found
    return found[0], found[1]


@pytest.mark.parametrize("number", ["", "key"])
def test_the_host_is_asked_about_the_conversation_that_is_written(
    office: Office, asked: list[Subject], number: str
) -> None:
    office.sends("rosa")
    staff = office.person()
    form = {**staff.composer(NEW), "text": "Hello again"}
    form["number"] = number and form["number"]
    asked.clear()
    assert staff.post(TEXTS, form).status_code == 303
    assert [subject.conversation for subject in asked] == [str(office.conversation())]


@pytest.mark.parametrize("number", ["", "key"])
def test_a_wall_around_a_shared_conversation_holds_whatever_the_form_says(
    office: Office, monkeypatch: pytest.MonkeyPatch, number: str
) -> None:
    office.sends("grace")
    staff = office.person()
    form = {**staff.composer("/texting/new?contact=henry"), "text": "Through the wall", "conversation": ""}
    form["number"] = number and form["number"]
    _host_says(office, monkeypatch, lambda subject: "grace" not in subject.contacts)
    answer = staff.post(TEXTS, form)
    assert answer.status_code == 404
    assert typed(answer.text) == "Through the wall"
    assert office.texts() == 1


def test_a_conversation_that_began_after_the_host_was_asked_is_asked_about(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    staff = office.person()
    form = {**staff.composer("/texting/new?contact=henry"), "text": "Through the wall"}

    def says(subject: Subject) -> bool:
        if subject.conversation is None:
            office.sends("grace", "Somebody else was faster")
        return "grace" not in subject.contacts

    _host_says(office, monkeypatch, says)
    assert staff.post(TEXTS, form).status_code == 404
    assert office.texts() == 1


def test_what_cannot_go_tells_nothing_about_a_contact_behind_a_wall(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    staff = office.person()
    form = {**staff.composer(NEW), "text": "Hello", "contact": "theo", "number": ""}
    _host_says(office, monkeypatch, lambda subject: "theo" not in subject.contacts)
    answer = staff.post(TEXTS, form)
    assert answer.status_code == 404
    assert "Theo" not in answer.text


def test_an_answer_leaves_from_the_number_of_its_conversation(office: Office) -> None:
    office.sends("rosa")
    conversation = second_number(office)
    staff = office.person()
    answer = staff.send(f"/texting/conversations/{conversation}", "From the second", headers=HTMX)
    assert where("From the second") == (conversation, SECOND)
    assert "HX-Retarget" not in answer.headers


def test_a_new_text_leaves_from_the_main_number_and_shows_its_conversation(office: Office) -> None:
    office.sends("rosa", "From the second")
    conversation = second_number(office)
    staff = office.person()
    assert "From the second" not in staff.get(NEW).text
    staff.send(NEW, "From the main one")
    found, number = where("From the main one")
    assert (found != conversation, number) == (True, HARBOR)
    page = staff.get(NEW).text
    assert "From the main one" in page
    assert "From the second" not in page


def test_the_main_number_answers_when_the_conversations_own_is_not_verified_any_more(office: Office) -> None:
    office.sends("rosa", "From the second")
    conversation = second_number(office)
    with own() as session:
        session.scalars(select(Number).where(Number.e164 == SECOND)).one().state = NumberState.REFUSED
    answer = office.person().send(f"/texting/conversations/{conversation}", "Still here", headers=HTMX)
    found, number = where("Still here")
    assert (found != conversation, number) == (True, HARBOR)
    assert answer.headers["HX-Replace-Url"].endswith(str(found))


@pytest.mark.parametrize("whose", ["grace", "summit", "nobody"])
def test_a_conversation_of_another_phone_or_firm_chooses_no_number(office: Office, whose: str) -> None:
    office.sends("rosa")
    office.sends("grace")
    second_number(office, "+13125550101")
    with own() as session:
        uma = office.host.users.all["admin@summit.example"]
        rosa = office.host.for_firm("summit").contacts.get("rosa-of-summit")
        accepting.accept(session, user=uma, contact=rosa, to=None, text="Hi", token="t")
    others = {
        "grace": str(office.conversation("+13125550101")),
        "summit": str(office.conversation(firm="summit")),
        "nobody": "no-uuid",
    }
    staff = office.person()
    form = {**staff.composer(NEW), "text": "Hello", "conversation": others[whose]}
    assert staff.post(TEXTS, form).status_code == 303
    assert where("Hello") == (office.conversation(), HARBOR)


@pytest.mark.parametrize("other", ["contact", "number"])
def test_the_same_words_to_somebody_else_are_no_repeat(office: Office, other: str) -> None:
    staff = office.person()
    form = {**staff.composer(NEW), "text": "See you at nine"}
    assert staff.post(TEXTS, form).status_code == 303
    address = "/texting/new?contact=grace"
    if other == "number":
        keys_ = staff.get(NEW).text.split('<option value="')
        address = f"{NEW}&number={keys_[2].split(chr(34))[0]}"
    elsewhere = staff.composer(address)
    again = staff.post(TEXTS, {**elsewhere, "token": form["token"], "text": "See you at nine"})
    assert again.status_code == 409
    assert typed(again.text) == "See you at nine"
    assert fields(again.text)["token"] != form["token"]
    assert office.texts() == 1
    assert staff.post(TEXTS, {**fields(again.text), "text": "See you at nine"}).status_code == 303
    assert office.texts() == 2
