"""Rights as the host gives and takes them: asked for many things at once, and again in the request that writes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest

from flask_firmtext.messaging import threads
from flask_firmtext.ports.values import Contact
from flask_firmtext.web import inbox
from house import words
from office import STAFF, Office

INBOX = "/texting/?show=all"


def rows(page: str) -> int:
    return page.count('id="ft-row-')


def hide(office: Office, monkeypatch: pytest.MonkeyPatch, hidden: set[str]) -> list[int]:
    """Let the host refuse some conversations, and answer for many at once; how many it was asked for each time."""
    asked: list[int] = []

    def may_each(user: Any, action: str, objects: Sequence[Any]) -> list[bool]:
        asked.append(len(objects))
        return [one.conversation not in hidden for one in objects]

    monkeypatch.setattr(office.host.users, "may_each", may_each)
    return asked


@pytest.mark.attack("A17")
def test_a17_a_page_of_the_table_is_full_whatever_may_not_be_seen(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = [str(one) for one in office.conversation_copies(threads.PAGE + 10)]
    asked = hide(office, monkeypatch, set(made[1:10:2]))
    page = office.person().get(INBOX).text
    assert rows(page) == threads.PAGE
    assert not [one for one in made[1:10:2] if one in page]
    assert "Older" in words(page)
    asked_for_rows = [number for number in asked if number > 1]
    assert len(asked_for_rows) <= 5


@pytest.mark.attack("A17")
def test_a17_there_is_no_next_page_of_what_may_not_be_seen(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    made = [str(one) for one in office.conversation_copies(threads.PAGE + 10)]
    hide(office, monkeypatch, set(made[threads.PAGE :]))
    page = office.person().get(INBOX).text
    assert rows(page) == threads.PAGE
    assert "Older" not in words(page)


@pytest.mark.attack("A17")
def test_a17_who_may_see_no_conversation_is_told_what_a_new_firm_is_told(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    nothing_yet = words(office.person().get("/texting/").text)
    made = [str(one) for one in office.conversation_copies(3)]
    hide(office, monkeypatch, set(made))
    assert "No text messages yet." in words(office.person().get("/texting/").text)
    assert "No text messages yet." in nothing_yet


def test_a_host_that_answers_for_too_few_is_no_answer(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.sends()
    monkeypatch.setattr(office.host.users, "may_each", lambda user, action, objects: [])
    assert office.person().get(INBOX).status_code == 503


def test_without_a_verb_for_many_each_is_asked_for(office: Office) -> None:
    office.conversation_copies(4)
    office.person().get(INBOX)
    before = len(office.host.calls)
    office.person().get(INBOX)
    assert office.host.calls[before:].count("Users.may") >= 8
    assert isinstance(inbox.readable(None), inbox.Readable)  # type: ignore[arg-type]


@pytest.mark.attack("A15")
def test_a15_what_is_withdrawn_while_a_page_is_open_is_refused_next(office: Office) -> None:
    office.sends(text="canary-a15")
    staff, thread = office.person(), office.conversation()
    poll = f"/texting/changes?since=-1&conversation={thread}"
    assert "canary-a15" in json.loads(staff.get(poll).text)["texts"]
    office.host.users.wall_off(STAFF, "rosa")
    answer = staff.get(poll)
    assert (answer.status_code, "canary-a15" in answer.text) == (404, False)
    assert "canary-a15" not in staff.get("/texting/changes?since=-1&table=1").text


@pytest.mark.attack("A43")
def test_a43_a_right_withdrawn_between_the_form_and_the_press_sends_nothing(office: Office) -> None:
    office.sends()
    staff = office.person()
    form = {**staff.composer(f"/texting/conversations/{office.conversation()}"), "text": "One more"}
    office.host.users.wall_off(STAFF, "rosa")
    assert staff.post("/texting/texts", form).status_code == 404
    assert office.texts() == 1


@pytest.mark.attack("A18")
def test_a18_a_search_that_finds_another_firms_contact_shows_nobody(office: Office) -> None:
    foreign = Contact("paul", "canary-paul", (), None)
    office.host.fault("Contacts.search", returns=[foreign])
    for address, form in (("/texting/", {"q": "pa"}), ("/texting/new", {"q": "pa"})):
        assert "canary-paul" not in office.person().post(address, form).text


@pytest.mark.attack("A18")
def test_a18_who_has_another_number_is_not_named_for_this_one(office: Office) -> None:
    office.sends()
    stranger = office.host.for_firm("harbor").contacts.get("sara")
    office.host.fault("Contacts.by_numbers", returns={"+13125550100": [stranger]})
    assert stranger.name not in office.person().get(INBOX).text
