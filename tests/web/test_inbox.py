"""The table of text messages."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from sqlalchemy import select

from flask_firmtext.firm import provisioning
from flask_firmtext.messaging import holds, threads
from flask_firmtext.ports.values import Availability
from flask_firmtext.store.models import Message, Number
from flask_firmtext.store.states import HoldKind, NumberState, State
from flask_firmtext.store.transactions import own
from office import ADMIN, HARBOR, ROSA, SUMMIT, Office, Person, Statements
from rows import switched_on


def rows(html: str) -> list[str]:
    return re.findall(r'<tr id="ft-row.*?</tr>', html, re.DOTALL)


def test_an_empty_table_says_what_to_do(office: Office) -> None:
    page = office.person().get("/texting/").text
    assert "No text messages yet" in page
    assert "Send text message" in page


def test_a_row_tells_who_what_when_and_what_became_of_it(office: Office) -> None:
    office.becomes(office.sends("rosa", "See you on Thursday"), State.FAILED, reason="unreachable_number")
    row = rows(office.person().get("/texting/").text)[0]
    for words in ("Rosa Marsh", "(312) 555-0100", "See you on Thursday", ">You<", "just now", ">View<"):
        assert words in row
    assert "Not delivered: Unreachable number" in row


def test_the_newest_conversation_stands_first(office: Office) -> None:
    office.sends("rosa", "first")
    office.sends("grace", "second")
    office.receives("third", ROSA)
    assert ["third" in row for row in rows(office.person().get("/texting/").text)] == [True, False]


def test_a_shared_number_shows_everybody_who_has_it(office: Office) -> None:
    office.sends("grace", "Hello")
    row = rows(office.person().get("/texting/").text)[0]
    assert "Grace Moss" in row
    assert "Henry Moss" in row


def test_the_badge_of_a_row_counts_what_this_user_has_not_read(office: Office) -> None:
    office.sends()
    office.receives("one")
    office.receives("two")
    office.person(ADMIN).get(f"/texting/conversations/{office.conversation()}")
    assert "2 unread texts" in rows(office.person().get("/texting/").text)[0]
    assert "unread text" not in rows(office.person(ADMIN).get("/texting/").text)[0]


def test_older_conversations_follow_page_by_page_and_none_is_left_out(office: Office) -> None:
    first = office.conversation_copies(threads.PAGE + 3)
    staff = office.person()
    page = staff.get("/texting/").text
    older = re.search(r'href="([^"]+)">Older<', page)
    assert older
    rest = staff.get(older.group(1)).text
    seen = rows(page) + rows(rest)
    assert len(rows(page)) == threads.PAGE
    assert len({re.search('id="([^"]+)"', row)[1] for row in seen}) == len(first)  # type: ignore[index]
    assert ">Older<" not in rest
    assert ">Newest<" in rest


def test_a_cursor_that_somebody_changed_leads_nowhere(office: Office) -> None:
    assert office.person().get("/texting/?before=WyJoYXJib3IiXQ.forged").status_code == 404


def test_a_cursor_of_another_firm_leads_nowhere(office: Office) -> None:
    office.conversation_copies(threads.PAGE + 1)
    older = re.search(r'href="([^"]+)">Older<', office.person().get("/texting/").text)
    assert older
    assert office.person("admin@summit.example").get(older.group(1)).status_code == 404


def test_a_page_takes_the_same_number_of_queries_for_one_conversation_and_for_many(office: Office) -> None:
    office.sends()
    staff = office.person()
    staff.get("/texting/")
    with Statements(office.app) as one:
        staff.get("/texting/")
    office.conversation_copies(20)
    staff.get("/texting/")
    with Statements(office.app) as many:
        staff.get("/texting/")
    assert len(one.seen) == len(many.seen) <= 8


def test_a_text_that_cannot_be_read_hides_no_other(office: Office) -> None:
    broken = office.sends("rosa", "lost")
    office.sends("grace", "found")
    with own() as session:
        row = session.get_one(Message, broken)
        row.body = row.body[:-1] + bytes([row.body[-1] ^ 1])
    page = office.person().get("/texting/").text
    assert "This text cannot be read" in page
    assert "found" in page


def test_names_that_the_host_cannot_tell_become_numbers(office: Office) -> None:
    office.sends()
    office.host.fault("Contacts.by_numbers", raises=RuntimeError("down"))
    page = office.person().get("/texting/").text
    assert "Names are not available" in page
    assert "(312) 555-0100" in page


def test_a_number_that_moved_to_somebody_else_does_not_show_the_new_owner(office: Office) -> None:
    office.sends("rosa", "between us")
    office.host.remove_contact("harbor", "rosa")
    office.host.add_contact("harbor", "New Owner", ROSA)
    assert "New Owner" not in office.person().get("/texting/").text
    page = office.person().get(f"/texting/conversations/{office.conversation()}").text
    assert "New Owner" not in page
    assert "has left the contact" in page


def test_what_the_host_does_not_let_a_user_read_is_not_in_the_table(office: Office) -> None:
    office.sends()
    office.host.users.refuse("staff@harbor.example", "conversation.read")
    assert rows(office.person().get("/texting/").text) == []


def test_another_firms_conversations_are_not_in_the_table(office: Office) -> None:
    office.sends("rosa", "of harbor")
    assert "of harbor" not in office.person("admin@summit.example").get("/texting/").text


SETTINGS = '<a href="/texting/settings">Settings &gt; Text Messaging</a>.'
NOT_ON = f"Text messaging is not turned on for your firm. An administrator turns it on in {SETTINGS}"
NO_NUMBER = f"Your firm has no number to text from. An administrator gets one in {SETTINGS}"
PLAN = "Text messaging comes with the plans Essentials, Advanced and Complete."
WITHOUT = [
    (Availability(True), NOT_ON),
    (Availability(False, PLAN), PLAN),
    (Availability(False), "Text messaging is not available to your firm."),
]


def prairie(office: Office, availability: Availability) -> Person:
    """Somebody at a firm without texting."""
    office.host.add_firm("prairie", "Prairie Legal", availability=availability)
    office.host.add_contact("prairie", "Wilma Field", "+13125550140", ref="wilma")
    office.host.add_user("prairie", "Pat", ref="pat")
    return office.person("pat")


@pytest.mark.parametrize(("availability", "reason"), WITHOUT)
@pytest.mark.parametrize("path", ["/texting/", "/texting/new", "/texting/new?contact=wilma"])
def test_without_texting_a_page_says_why_once_and_offers_nothing(
    office: Office, availability: Availability, reason: str, path: str
) -> None:
    page = prairie(office, availability).get(path).text
    assert page.count(reason) == 1
    for offer in ("<em>New</em>", "<button", "<input", "Send text message", "What you send", "find a contact"):
        assert offer not in page


def test_a_poll_brings_the_reason_and_the_button_when_texting_is_turned_off_and_on(office: Office) -> None:
    pat = prairie(office, Availability(True))
    changes = "/texting/changes?since=-1&table=1"
    fresh = pat.get(changes).json
    assert NOT_ON in fresh["table"]
    assert "<em>New</em>" not in fresh["table"]
    assert fresh["begin"] == ""
    with own() as session:
        switched_on(session, "prairie")
        provisioning.adopt(session, firm="prairie", number="+18335550144").state = NumberState.VERIFIED
    fresh = pat.get(changes).json
    assert NOT_ON not in fresh["table"]
    assert "<em>New</em>" in fresh["table"]
    assert "Send text message</a>" in fresh["begin"]


def test_texts_of_a_firm_whose_texting_ended_are_still_there_to_read(office: Office) -> None:
    office.sends("rosa", "Kept")
    with own() as session:
        session.scalars(select(Number).where(Number.e164 == HARBOR)).one().state = NumberState.RELEASED
    page = office.person().get("/texting/").text
    assert "Kept" in rows(page)[0]
    assert page.count(NO_NUMBER) == 1
    assert "Send text message</a>" not in page
    chosen = office.person().get("/texting/new?contact=rosa").text
    assert "Kept" in chosen
    assert chosen.count(NO_NUMBER) == 1
    assert "<textarea" not in chosen


def test_a_contact_without_number_at_a_firm_without_texting_is_not_said_to_need_one(office: Office) -> None:
    pat = prairie(office, Availability(True))
    office.host.add_contact("prairie", "Nell Field", ref="nell")
    page = pat.get("/texting/new?contact=nell").text
    assert page.count(NOT_ON) == 1
    assert "Add one to the contact" not in page


def test_times_are_the_firms(office: Office) -> None:
    message = office.sends()
    with own() as session:
        row = session.get_one(Message, message)
        row.shown_at = row.shown_at.replace(year=2020, month=7, day=4, hour=23, minute=30)
    assert 'title="Jul 4, 2020, 6:30 PM"' in office.person().get("/texting/").text
    office.host.firms.all["harbor"] = replace(office.host.firms.all["harbor"], country="CA")
    page = office.person().get("/texting/").text
    assert 'title="Jul 4, 2020, 6:30 p.m."' in page
    assert 'lang="en-CA"' in page


def test_what_holds_the_firms_texts_back_is_said_once_with_what_to_do(office: Office) -> None:
    with own() as session:
        holds.put(session, HoldKind.FIRM, "harbor", "operator", by="test")
        holds.put(session, HoldKind.NUMBER, SUMMIT, "number", by="test")
    office.sends()
    office.sends("grace")
    page = office.person().get("/texting/").text
    assert page.count("<strong>Waiting: an operator stopped sending.</strong>") == 1
    assert "go out when the hold is lifted" in page
    assert "does not accept the firm" not in page
    assert "an operator stopped" not in office.person("admin@summit.example").get("/texting/").text


def test_nothing_is_said_of_holds_while_none_stands(office: Office) -> None:
    office.sends()
    assert "Waiting:" not in office.person().get("/texting/").text


def test_a_firm_whose_zone_nobody_knows_has_its_pages_in_utc(office: Office) -> None:
    office.sends("rosa", "Hello")
    for zone in (None, "Mars/Base", "", 5, "/etc/passwd"):
        firm = office.host.firms.all["harbor"]
        office.host.firms.all["harbor"] = replace(firm, zone=zone)
        staff = office.person()
        assert staff.get("/texting/").status_code == 200
        page = staff.get(f"/texting/conversations/{office.conversation()}")
        assert re.search(r"\d:\d\d [AP]M UTC</time>", page.text)
        admin = office.person(ADMIN)
        for query in ("", "?flt0_0=2026-01-01"):
            assert admin.get(f"/admin/firmtext/messages/{query}").status_code == 200
