"""What the carrier said of a number stands before the next text to it (B19), and nowhere else."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from flask_firmtext.messaging import reachability
from flask_firmtext.ports.values import Contact, PhoneNumber
from flask_firmtext.store.states import State
from office import ROSA, Office, Person, Statements

UNREACHABLE = {"reason": "unreachable_number"}
GENERAL = "it cannot reach this number"
CHANGES = "/texting/changes?since=-1&conversation="


def failed(office: Office, contact: str = "rosa", **more: Any) -> None:
    office.becomes(office.sends(contact, to=more.pop("to", None)), State.FAILED, **{**UNREACHABLE, **more})


def before_the_field(page: str) -> str:
    """What stands between the texts and the field in which one writes."""
    found = re.search(r'<div id="ft-hold".*?<textarea', page, re.DOTALL)
    assert found, "nothing can be written on the page"
    return found.group()


def page(person: Person, contact: str = "rosa") -> str:
    return before_the_field(person.get(f"/texting/new?contact={contact}").text)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (None, GENERAL),
        ("nobody knows", GENERAL),
        ("absent", "this number is not in service"),
        ("landline", "cannot receive texts; it may be a landline"),
    ],
)
def test_the_carriers_words_stand_before_the_field_with_their_day_and_what_to_do(
    office: Office, code: str | None, words: str
) -> None:
    failed(office, code=code)
    said = page(office.person())
    assert words in said
    assert re.search(r"The carrier said on \w+ \d+ that", said)
    assert "client" in said
    assert words in before_the_field(office.person().get(f"/texting/conversations/{office.conversation()}").text)


def test_every_word_about_a_number_has_its_sentence() -> None:
    for words in reachability.WARNINGS.values():
        assert words.meaning.format(day="May 3").endswith(".")
        assert words.next_step.endswith(".")


def test_a_later_text_that_arrived_takes_it_back_and_a_later_failure_brings_it_again(office: Office) -> None:
    failed(office)
    office.becomes(office.sends(), State.DELIVERED)
    staff = office.person()
    assert GENERAL not in page(staff)
    failed(office)
    assert GENERAL in page(staff)


def test_what_says_nothing_of_the_number_takes_nothing_back(office: Office) -> None:
    failed(office)
    for state, reason in (
        (State.FAILED, "temporary_error"),
        (State.FAILED, "rejected_by_carrier"),
        (State.SUBMITTED, None),
        (State.UNKNOWN, None),
        (State.CANCELLED, None),
    ):
        office.becomes(office.sends(), state, reason=reason)
    assert GENERAL in page(office.person())


def test_a_report_that_comes_days_late_does_not_outweigh_a_later_text(office: Office) -> None:
    early = office.sends()
    office.becomes(office.sends(), State.DELIVERED)
    office.becomes(early, State.FAILED, **UNREACHABLE, state_at=datetime.now(UTC) + timedelta(days=3))
    assert GENERAL not in page(office.person())


@pytest.mark.parametrize("reason", ["temporary_error", "rejected_by_carrier", "unknown_error", "carrier_error"])
def test_other_failures_say_nothing_of_the_number(office: Office, reason: str) -> None:
    office.becomes(office.sends(), State.FAILED, reason=reason)
    assert "The carrier said" not in page(office.person())


def test_an_open_page_gets_it_live_and_loses_it_live(office: Office) -> None:
    message = office.sends()
    staff = office.person()
    url = f"{CHANGES}{office.conversation()}"
    assert GENERAL not in staff.get(url).get_json()["hold"]
    office.becomes(message, State.FAILED, **UNREACHABLE)
    assert GENERAL in staff.get(url).get_json()["hold"]
    office.becomes(office.sends(), State.DELIVERED)
    assert GENERAL not in staff.get(url).get_json()["hold"]


def search(person: Person, text: str) -> str:
    token = re.search(r'name="csrf_token" value="([^"]+)"', person.get("/texting/new").text)
    assert token
    answer = person.post("/texting/new", {"q": text, "csrf_token": token[1]}, headers={"HX-Request": "true"})
    return str(answer.text)


def test_the_picker_says_so_beside_the_number(office: Office) -> None:
    failed(office, code="absent")
    staff = office.person()
    found = search(staff, "")
    assert re.search(r"Rosa Marsh</bdi> <small><span[^>]*>\(312\) 555-0100</span>[^/]*not in service", found)
    assert found.count("not in service") == 1


def test_another_number_of_the_contact_is_not_warned_of(office: Office) -> None:
    failed(office, code="absent", to="+13125550110")
    staff = office.person()
    assert "The carrier said" not in page(staff)
    assert "not in service" not in search(staff, "Rosa")


def test_another_firms_words_are_not_ours(office: Office) -> None:
    message = office.sends("rosa-of-summit", by="staff@summit.example")
    office.becomes(message, State.FAILED, **UNREACHABLE)
    office.sends("rosa")
    assert "The carrier said" not in page(office.person())
    assert "could not be reached" not in search(office.person(), "Rosa")


def test_the_new_owner_of_a_number_is_not_told_of_the_old_ones_texts(office: Office) -> None:
    failed(office, code="absent")
    office.host.put_contact("harbor", Contact("rosa", "Rosa Marsh", (PhoneNumber("+13125550188"),), "+13125550188"))
    office.host.add_contact("harbor", "New Owner", ROSA, ref="newo")
    staff = office.person()
    assert "The carrier said" not in page(staff, "newo")
    assert "not in service" not in search(staff, "New")


def test_who_shares_the_number_reads_it_too(office: Office) -> None:
    failed(office, "grace", code="absent")
    assert "not in service" in page(office.person(), "henry")


def test_a_list_of_contacts_costs_one_question_more(office: Office) -> None:
    failed(office)
    staff = office.person()
    search(staff, "")
    with Statements(office.app) as one:
        search(staff, "Rosa")
    with Statements(office.app) as many:
        search(staff, "")
    assert len(one.seen) == len(many.seen)
