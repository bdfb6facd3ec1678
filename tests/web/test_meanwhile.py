"""Nobody answers twice: a newer text is told before an answer goes out."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from sqlalchemy import update

from flask_firmtext.store.models import Message
from flask_firmtext.store.transactions import own
from office import ADMIN, STAFF, Office, fields, typed
from racing import race

TEXTS = "/texting/texts"
NEW = "/texting/new?contact=rosa"
HTMX = {"HX-Request": "true"}


def automatic(office: Office) -> None:
    message = office.sends("rosa", "Reminder")
    with own() as session:
        session.execute(update(Message).where(Message.id == message).values(author=None))


NEWS: dict[str, Any] = {
    "A newer text has come in.": lambda office: office.receives("Wait"),
    "Ada Admin has answered meanwhile.": lambda office: office.sends("rosa", "I did it", by=ADMIN),
    "An automatic text has gone out meanwhile.": automatic,
}


@pytest.mark.parametrize("html", [{}, HTMX], ids=["page", "part"])
@pytest.mark.parametrize("words", NEWS)
def test_a_newer_text_is_told_with_the_words_kept_and_a_second_press_sends(
    office: Office, words: str, html: dict[str, str]
) -> None:
    office.sends()
    staff = office.person()
    form = staff.composer(f"/texting/conversations/{office.conversation()}")
    NEWS[words](office)
    refused = staff.post(TEXTS, {**form, "text": "On my way"}, headers=html)
    assert refused.status_code == 409
    assert words in refused.text
    assert typed(refused.text) == "On my way"
    assert "Send anyway" in refused.text
    assert office.texts() == 2
    again = staff.post(TEXTS, {**fields(refused.text), "text": "On my way"}, headers=html)
    assert again.status_code in (200, 303)
    assert office.texts() == 3


def test_ones_own_text_from_another_tab_is_no_news(office: Office) -> None:
    office.sends()
    staff = office.person()
    form = staff.composer(f"/texting/conversations/{office.conversation()}")
    office.sends("rosa", "From the other tab")
    assert staff.post(TEXTS, {**form, "text": "And this"}).status_code == 303


def test_a_first_text_to_somebody_whom_a_colleague_has_just_texted(office: Office) -> None:
    staff = office.person()
    form = staff.composer(NEW)
    office.sends("rosa", "Hello from Ada", by=ADMIN)
    refused = staff.post(TEXTS, {**form, "text": "Hello from Sam"})
    assert refused.status_code == 409
    assert "Ada Admin has answered meanwhile." in refused.text
    assert "Hello from Ada" in refused.text
    assert staff.post(TEXTS, {**fields(refused.text), "text": "Hello from Sam"}).status_code == 303


def test_to_a_first_text_that_was_overtaken_the_conversation_comes_in_place_of_the_empty_page(office: Office) -> None:
    staff = office.person()
    form = staff.composer(NEW)
    office.sends("rosa", "Hello from Ada", by=ADMIN)
    refused = staff.post(TEXTS, {**form, "text": "Hello from Sam"}, headers=HTMX)
    assert refused.status_code == 409
    assert refused.headers["HX-Retarget"] == ".ft-conversation"
    assert refused.headers["HX-Replace-Url"].endswith(str(office.conversation()))
    assert "Hello from Ada" in refused.text
    assert typed(refused.text) == "Hello from Sam"
    again = {**fields(refused.text), "text": "Hello from Sam"}
    assert (again["conversation"], again["token"]) == (str(office.conversation()), form["token"])
    assert staff.post(TEXTS, again, headers=HTMX).status_code == 200
    assert office.texts() == 2


def test_the_same_form_again_is_the_same_text_whatever_came_since(office: Office) -> None:
    office.sends()
    staff = office.person()
    form = {**staff.composer(f"/texting/conversations/{office.conversation()}"), "text": "Once"}
    assert staff.post(TEXTS, form).status_code == 303
    office.receives("Thanks")
    assert staff.post(TEXTS, form).status_code == 303
    assert office.texts() == 3


def test_of_two_people_who_press_send_at_once_one_is_told(office: Office) -> None:
    office.sends()
    url = f"/texting/conversations/{office.conversation()}"
    people = [office.person(user) for user in (STAFF, ADMIN)]
    forms = [{**person.composer(url), "text": f"Answer {n}"} for n, person in enumerate(people)]
    presses = [partial(person.post, TEXTS, form) for person, form in zip(people, forms, strict=True)]
    assert {one.status_code for one in race(office.app, *presses)} == {303, 409}
    assert office.texts() == 2


def test_a_host_that_cannot_name_the_colleague_costs_the_name_only(office: Office) -> None:
    office.sends()
    staff = office.person()
    form = staff.composer(f"/texting/conversations/{office.conversation()}")
    office.sends("rosa", "I did it", by=ADMIN)
    office.host.fault("Users.names", raises=RuntimeError("away"))
    refused = staff.post(TEXTS, {**form, "text": "On my way"}, headers=HTMX)
    assert "A colleague has answered meanwhile." in refused.text


def test_a_form_that_names_no_position_is_taken(office: Office) -> None:
    office.sends()
    staff = office.person()
    form = staff.composer(f"/texting/conversations/{office.conversation()}")
    office.receives("Wait")
    assert staff.post(TEXTS, {**form, "seen": "", "text": "Now"}).status_code == 303
