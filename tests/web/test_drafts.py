"""Drafts as pages save them and show them again."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, select

from flask_firmtext.messaging import drafts
from flask_firmtext.ports.values import Availability, Firm
from flask_firmtext.store.models import Draft
from flask_firmtext.store.transactions import reading
from office import ADMIN, STAFF, Office, Person, fields, typed

NEW = "/texting/new?contact=rosa"
SAVE = "/texting/drafts"
TEXTS = "/texting/texts"


def save(person: Person, form: dict[str, str], text: str, count: int = 1) -> Any:
    return person.post(SAVE, {**form, "text": text, "count": str(count)})


def count() -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(Draft)) or 0


def test_a_draft_is_there_after_a_reload_for_who_wrote_it_and_for_nobody_else(office: Office) -> None:
    office.sends()
    url = f"/texting/conversations/{office.conversation()}"
    staff = office.person()
    answer = save(staff, staff.composer(url), "Half a thought")
    assert (answer.status_code, answer.json["other"]) == (200, None)
    assert typed(staff.get(url).text) == "Half a thought"
    assert typed(office.person(ADMIN).get(url).text) == ""


def test_a_draft_to_somebody_who_was_never_texted_goes_on_in_the_conversation(office: Office) -> None:
    staff = office.person()
    save(staff, staff.composer(NEW), "Dear Rosa")
    assert typed(staff.get(NEW).text) == "Dear Rosa"
    assert typed(staff.get("/texting/new?contact=grace").text) == ""
    office.receives("Hello?")
    office.sends("rosa", by=ADMIN)
    assert typed(staff.get(f"/texting/conversations/{office.conversation()}").text) == "Dear Rosa"


def test_accepting_the_text_deletes_its_draft(office: Office) -> None:
    staff = office.person()
    form = staff.composer(NEW)
    save(staff, form, "Dear Rosa, the hear")
    answer = staff.post(TEXTS, {**form, "text": "Dear Rosa, the hearing is on Tuesday"})
    assert answer.status_code == 303
    assert count() == 0
    assert typed(staff.get(answer.location).text) == ""


def test_a_refused_text_keeps_its_draft(office: Office) -> None:
    staff = office.person()
    form = staff.composer(NEW)
    save(staff, form, "Dear Rosa")
    assert staff.post(TEXTS, {**form, "text": "x" * 3201}).status_code == 422
    assert count() == 1


def test_the_draft_keeps_the_token_so_that_a_text_whose_answer_was_lost_goes_out_once(office: Office) -> None:
    staff = office.person()
    form = staff.composer(NEW)
    save(staff, form, "Dear Rosa")
    again = staff.composer(NEW)
    assert again["token"] == form["token"]
    answers = [staff.post(TEXTS, {**one, "text": "Dear Rosa"}) for one in (form, again)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert office.texts() == 1


def test_another_tab_is_told_and_nothing_is_overwritten(office: Office) -> None:
    staff = office.person()
    one, other = staff.composer(NEW), staff.composer(NEW)
    save(staff, one, "A long thought")
    answer = save(staff, other, "Hi")
    assert (answer.status_code, answer.json["other"]) == (409, "A long thought")
    assert typed(staff.get(NEW).text) == "A long thought"


def test_who_is_signed_out_or_comes_back_with_another_session_is_told_how_to_go_on(office: Office) -> None:
    staff = office.person()
    form = staff.composer(NEW)
    staff.client.delete_cookie("session")
    assert save(staff, form, "Words").status_code == 401
    staff.get(f"/sign-in/{STAFF}")
    stale = save(staff, {**form, "csrf_token": "stale"}, "Words")
    assert stale.status_code == 400
    assert save(staff, {**form, "csrf_token": stale.json["csrf"]}, "Words").status_code == 200
    assert typed(staff.get(NEW).text) == "Words"


@pytest.mark.parametrize(
    "changes",
    [
        {"contact": "nobody"},
        {"contact": "paul"},
        {"number": ""},
        {"number": "zz"},
        {"number": "00" * 16},
        {"conversation": "x"},
        {"conversation": str(uuid.uuid4())},
        {"token": ""},
        {"token": "x" * 65},
        {"writer": ""},
    ],
)
def test_what_no_page_of_ours_sends_is_kept_nowhere(office: Office, changes: dict[str, str]) -> None:
    staff = office.person()
    assert save(staff, {**staff.composer(NEW), **changes}, "Words").status_code == 404
    assert count() == 0


def test_without_the_right_to_text_nothing_is_kept(office: Office) -> None:
    office.sends()
    staff = office.person()
    forms = [staff.composer(NEW), staff.composer(f"/texting/conversations/{office.conversation()}")]
    office.host.users.refuse(STAFF, "message.send")
    assert [save(staff, form, "Words").status_code for form in forms] == [404, 404]
    assert count() == 0


@pytest.mark.parametrize(("length", "code"), [(20_000, 200), (drafts.LONGEST + 1, 413)])
def test_a_very_long_one_is_kept_and_a_book_is_not(office: Office, length: int, code: int) -> None:
    staff = office.person()
    assert save(staff, staff.composer(NEW), "x" * length).status_code == code


@pytest.mark.parametrize("number", ["-1", "", "99999999999999999999", "x"])
def test_an_odd_count_breaks_nothing(office: Office, number: str) -> None:
    staff = office.person()
    answer = staff.post(SAVE, {**staff.composer(NEW), "text": "Words", "count": number})
    assert answer.status_code == 200


def test_words_of_a_conversation_that_can_no_longer_be_answered_are_shown_to_be_copied(office: Office) -> None:
    office.sends()
    staff, url = office.person(), f"/texting/conversations/{office.conversation()}"
    save(staff, staff.composer(url), "Do not <b>lose</b> me")
    office.host.remove_contact("harbor", "rosa")
    html = staff.get(url).text
    assert 'class="ft-composer"' not in html
    assert "Do not &lt;b&gt;lose&lt;/b&gt; me" in html
    office.host.add_contact("harbor", "Rosa Marsh", "+13125550100", ref="rosa")
    office.host.firms.all["harbor"] = unavailable(office)
    assert "Do not &lt;b&gt;lose&lt;/b&gt; me" in staff.get(url).text


def unavailable(office: Office) -> Firm:
    return replace(office.host.firms.all["harbor"], availability=Availability(False, "Not in your plan."))


def test_the_form_that_comes_back_is_the_same_writer(office: Office) -> None:
    staff = office.person()
    form = staff.composer(NEW)
    refused = staff.post(TEXTS, {**form, "text": " "})
    assert fields(refused.text)["writer"] == form["writer"]
