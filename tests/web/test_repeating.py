"""A failed text in its thread: why, what helps, and trying it again once, for whom the host lets."""

from __future__ import annotations

import re
import uuid
from dataclasses import replace
from html import unescape
from typing import Any

import pytest
from sqlalchemy import select

from flask_firmtext.messaging import consent
from flask_firmtext.ports.gateway import Reason
from flask_firmtext.ports.values import PhoneNumber
from flask_firmtext.store import keys
from flask_firmtext.store.models import Message
from flask_firmtext.store.states import State
from flask_firmtext.store.transactions import own, reading
from office import ADMIN, STAFF, Office, Person
from outbound import message, state, words

NEW = "+13125550177"


def failed(office: Office, code: str | None = "busy", reason: str = Reason.TEMPORARY_ERROR, **more: Any) -> uuid.UUID:
    text = office.sends()
    office.becomes(text, State.FAILED, reason=reason, code=code, **more)
    return text


def unknown(office: Office) -> uuid.UUID:
    text = office.sends()
    office.becomes(text, State.UNKNOWN)
    return text


def address(text: uuid.UUID, what: str) -> str:
    return f"/texting/conversations/{message(text).conversation_id}/texts/{text}/{what}"


def foot(html: str, text: uuid.UUID) -> str:
    """What stands under a text, without its tags."""
    article = re.search(rf'<article[^>]* id="ft-text-{text}".*?</article>', html, re.DOTALL)
    assert article
    under = article.group().split('<div class="ft-foot">')[1]
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", under))).strip()


def thread(person: Person, text: uuid.UUID) -> str:
    return person.get(f"/texting/conversations/{message(text).conversation_id}").text


def token(person: Person) -> str:
    """What every form of this person's pages carries; empty for who is signed out."""
    shown = (person.get(f"/texting/new?contact={contact}").text for contact in ("rosa", "paul"))
    found = (re.search(r'name="csrf_token" value="([^"]+)"', html) for html in shown)
    return next((one.group(1) for one in found if one), "")


def press(person: Person, text: uuid.UUID, what: str = "again", **form: str) -> Any:
    return person.post(address(text, what), {"csrf_token": token(person), **form})


def told(person: Person, answer: Any) -> str:
    """What the page says that follows."""
    assert answer.status_code == 303
    page = person.get(answer.location.split("#")[0]).text
    found = re.search(r'<p class="ft-told" role="status">(.*?)</p>', page)
    assert found
    return unescape(found.group(1))


def repeats(text: uuid.UUID) -> list[uuid.UUID]:
    with reading() as session:
        return list(session.scalars(select(Message.id).where(Message.retry_of == text)))


def test_a_failed_text_says_why_what_it_means_and_what_to_do_and_can_be_tried_again(office: Office) -> None:
    text, staff = failed(office), office.person()
    page = thread(staff, text)
    said = foot(page, text)
    assert said.startswith("Not delivered: Temporary error")
    assert "The phone was off or out of coverage, or the network was busy. Send it again later." in said
    assert re.search(r"<button[^>]*>Try again</button>", page)
    answer = press(staff, text)
    (new,) = repeats(text)
    assert answer.location.endswith(f"said=again#ft-text-{new}")
    assert told(staff, answer) == "The text is being sent again."
    assert (words(new), message(new).author) == ("Hello", STAFF)


def test_both_texts_say_that_they_belong_together(office: Office) -> None:
    text, staff = failed(office), office.person()
    press(staff, text)
    (new,) = repeats(text)
    page = thread(staff, text)
    assert "Sent again as a new text" in foot(page, text)
    assert "Try again" not in foot(page, text)
    assert "Repeats an earlier text" in foot(page, new)
    assert f'href="#ft-text-{new}"' in page
    assert f'href="#ft-text-{text}"' in page


def test_an_open_page_gets_both_live(office: Office) -> None:
    text, staff = failed(office), office.person()
    now = re.search(r'data-ft-now="(\d+)"', thread(staff, text))
    assert now
    press(office.person(ADMIN), text)
    parts = staff.get(f"/texting/changes?since={now.group(1)}&conversation={office.conversation()}").get_json()
    (new,) = repeats(text)
    assert "Sent again as a new text" in foot(parts["texts"], text)
    assert "Repeats an earlier text" in foot(parts["texts"], new)


def test_a_second_press_and_another_tab_send_nothing_twice_and_say_so(office: Office) -> None:
    text, staff = failed(office), office.person()
    press(staff, text)
    (new,) = repeats(text)
    for person in (staff, office.person(ADMIN)):
        answer = press(person, text)
        assert told(person, answer) == "This text has been sent again already."
        assert answer.location.endswith(f"#ft-text-{new}")
    assert repeats(text) == [new]


def stops() -> None:
    index = keys.index_of("harbor", "+13125550100")
    with own() as session:
        consent.lock_pair(session, "harbor", index)
        consent.opt_out(session, "harbor", index, consent.Said("client:STOP", "client"))


def test_who_presses_after_a_stop_is_told_so(office: Office) -> None:
    text, staff = failed(office), office.person()
    stops()
    assert "Try again" not in foot(thread(staff, text), text)
    assert told(staff, press(staff, text)).startswith("The client wants no texts from your firm")
    assert repeats(text) == []


@pytest.mark.parametrize(
    ("code", "reason"),
    [("spam", Reason.REJECTED_BY_CARRIER), ("request", Reason.CARRIER_ERROR), ("segments", Reason.UNKNOWN_ERROR)],
)
def test_where_it_does_not_help_it_is_not_offered_and_a_made_up_press_does_nothing(
    code: str, reason: str, office: Office
) -> None:
    text, staff = failed(office, code, reason), office.person()
    assert "Try again" not in foot(thread(staff, text), text)
    assert told(staff, press(staff, text))
    assert repeats(text) == []


def test_what_only_the_operator_can_mend_says_that_the_operator_was_told(office: Office) -> None:
    text = failed(office, "request", Reason.CARRIER_ERROR)
    said = foot(thread(office.person(), text), text)
    assert said.startswith("Not delivered: Carrier error")
    assert "The operator was told." in said
    assert "Tell whoever operates this system" not in said


def test_who_may_not_is_offered_nothing_and_gets_404(office: Office) -> None:
    text, other = failed(office), unknown(office)
    for action in ("message.retry", "message.resolve"):
        office.host.users.refuse(STAFF, action)
    staff = office.person()
    page = thread(staff, text)
    assert "Try again" not in foot(page, text)
    assert "It arrived" not in foot(page, other)
    assert press(staff, text).status_code == 404
    for what in ("arrived", "lost", "resend"):
        assert staff.get(address(other, what)).status_code == 404
        assert press(staff, other, what, why="x").status_code == 404
    assert (repeats(text), state(other)) == ([], "unknown")


def test_another_firms_text_is_not_there(office: Office) -> None:
    text, other = failed(office), unknown(office)
    office.sends("paul", by="staff@summit.example")
    stranger = office.person("staff@summit.example")
    paul = office.conversation("+16465550120", "summit")
    for one, what in ((text, "again"), (text, "new-number"), (other, "arrived"), (other, "lost"), (other, "resend")):
        assert press(stranger, one, what, why="x").status_code == 404
        assert (
            stranger.post(
                f"/texting/conversations/{paul}/texts/{one}/{what}", {"why": "x", "csrf_token": token(stranger)}
            ).status_code
            == 404
        )
        assert office.person(None).post(address(one, what), {"why": "x"}).status_code == 401
    assert (repeats(text), repeats(other), state(other)) == ([], [], "unknown")


def test_a_text_under_the_address_of_another_conversation_is_not_there(office: Office) -> None:
    text, other, staff = failed(office), unknown(office), office.person()
    office.sends("grace")
    elsewhere = office.conversation("+13125550101")
    for one, what in ((text, "again"), (text, "new-number"), (other, "lost")):
        form = {"why": "x", "csrf_token": token(staff)}
        assert staff.post(f"/texting/conversations/{elsewhere}/texts/{one}/{what}", form).status_code == 404
    assert (repeats(text), state(other)) == ([], "unknown")


def test_an_unknown_text_is_explained_and_a_person_decides(office: Office) -> None:
    text, staff = unknown(office), office.person()
    said = foot(thread(staff, text), text)
    assert said.startswith("Not sure it was sent")
    assert "may have arrived" in said
    assert "nothing is sent again by itself" in said
    assert [one in said for one in ("It arrived", "It did not arrive", "Send again")] == [True] * 3
    form = staff.get(address(text, "arrived")).text
    assert "How do you know?" in form
    assert "Hello" in form
    answer = press(staff, text, "arrived", why="She <b>answered</b>")
    assert told(staff, answer) == "What you said stands beside the text."
    said = foot(thread(staff, text), text)
    assert said.startswith("Sent ")
    assert "Sam Staff: it arrived," in said
    assert "She <b>answered</b>" in said
    assert "It did not arrive" not in said


def test_what_did_not_arrive_can_be_tried_again(office: Office) -> None:
    text, staff = unknown(office), office.person()
    press(staff, text, "lost", why="He says so")
    said = foot(thread(staff, text), text)
    assert "Sam Staff: it did not arrive," in said
    assert "Somebody at the firm knows that the client did not get it." in said
    assert "Try again" in said
    press(staff, text)
    assert len(repeats(text)) == 1


def test_sending_an_unknown_text_again_warns_first_and_is_done_once(office: Office) -> None:
    text, staff = unknown(office), office.person()
    assert "the client may get it twice" in staff.get(address(text, "resend")).text
    press(staff, text, "resend", why="It is urgent")
    (new,) = repeats(text)
    again = press(office.person(ADMIN), text, "resend", why="Urgent")
    assert told(staff, again).startswith("This text is no longer in doubt")
    assert repeats(text) == [new]
    said = foot(thread(staff, text), text)
    assert "Sam Staff: send it again," in said
    assert "Try again" not in said


def test_a_decision_without_a_reason_comes_back_and_one_too_long_keeps_its_words(office: Office) -> None:
    text, staff = unknown(office), office.person()
    empty = press(staff, text, "lost", why="  ")
    assert (empty.status_code, "Say in a few words how you know" in empty.text) == (422, True)
    long = press(staff, text, "lost", why="word " * 200)
    assert (long.status_code, "word word" in long.text, "at most 500 characters" in long.text) == (422, True, True)
    assert state(text) == "unknown"


def test_who_comes_after_the_report_is_told_so(office: Office) -> None:
    text, staff = unknown(office), office.person()
    office.becomes(text, State.DELIVERED)
    for answer in (staff.get(address(text, "lost")), press(staff, text, "lost", why="x")):
        assert told(staff, answer).startswith("This text is no longer in doubt")
    assert state(text) == "delivered"


def moves(office: Office, number: str = NEW, **more: Any) -> None:
    contact = office.host.for_firm("harbor").contacts.get("rosa")
    known = (PhoneNumber(number),)
    office.host.put_contact("harbor", replace(contact, numbers=known, texting_number=number, **more))


def test_an_unreachable_number_is_corrected_in_the_host_and_the_text_goes_to_the_new_one(office: Office) -> None:
    rosa = office.host.for_firm("harbor").contacts.get("rosa")
    office.host.put_contact("harbor", replace(rosa, url="/contacts/rosa"))
    text, staff = failed(office, "absent", Reason.UNREACHABLE_NUMBER), office.person()
    page = thread(staff, text)
    assert "Correct the number of Rosa" in foot(page, text)
    assert '<a class="ft-small" href="/contacts/rosa">' in page
    moves(office)
    page = thread(staff, text)
    assert "Send to the new number" in foot(page, text)
    assert "(312) 555-0177" in foot(page, text)
    key = re.search(r'name="number" value="([0-9a-f]+)"', page)
    assert key
    answer = press(staff, text, "new-number", number=key.group(1))
    (new,) = repeats(text)
    assert str(office.conversation(NEW)) in answer.location
    assert told(staff, answer) == "The text is being sent to the new number."
    link = re.search(rf'href="([^"]*)#ft-text-{new}"', thread(staff, text))
    assert link
    assert link.group(1) == f"/texting/conversations/{office.conversation(NEW)}?before={message(new).position + 1}"
    assert told(staff, press(staff, text, "new-number", number=key.group(1))).startswith("This text has been sent")
    assert repeats(text) == [new]


def test_a_number_that_has_changed_once_more_is_not_texted_unseen(office: Office) -> None:
    text, staff = failed(office, "absent", Reason.UNREACHABLE_NUMBER), office.person()
    moves(office)
    moves(office, "+13125550178")
    key = keys.index_of("harbor", NEW).hex()
    assert told(staff, press(staff, text, "new-number", number=key)).startswith("The contact's number has changed once")
    assert repeats(text) == []


def test_a_host_that_cannot_say_costs_a_button_and_no_page(office: Office) -> None:
    text, staff = failed(office, "absent", Reason.UNREACHABLE_NUMBER), office.person()
    moves(office)
    office.host.fault("Contacts.by_refs", raises=RuntimeError("away"))
    assert foot(thread(staff, text), text).startswith("Not delivered: Unreachable number")


def test_many_failed_texts_ask_the_host_as_often_as_one(office: Office) -> None:
    text, staff = failed(office, "absent", Reason.UNREACHABLE_NUMBER), office.person()
    failed(office)
    unknown(office)
    moves(office)
    thread(staff, text)
    del office.host.calls[:]
    thread(staff, text)
    once = len(office.host.calls)
    for _ in range(3):
        moves(office, "+13125550100")
        failed(office, "absent", Reason.UNREACHABLE_NUMBER)
        failed(office)
        unknown(office)
    moves(office)
    del office.host.calls[:]
    thread(staff, text)
    assert len(office.host.calls) == once


def test_a_form_without_its_token_does_nothing_and_keeps_the_words(office: Office) -> None:
    text, other, staff = failed(office), unknown(office), office.person()
    assert staff.post(address(text, "again"), {}).status_code == 400
    kept = staff.post(address(other, "lost"), {"why": "He says so"})
    assert (kept.status_code, "He says so" in kept.text) == (400, True)
    assert (repeats(text), state(other)) == ([], "unknown")
