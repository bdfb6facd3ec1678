"""The slots of a host's event form, lists and event page, and what is pressed there."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from flask import render_template_string, request
from sqlalchemy import select, update
from werkzeug.datastructures import MultiDict

from diary import DAY, HOUR, MINUTE, Diary
from flask_firmtext import FirmText
from flask_firmtext.messaging import consent
from flask_firmtext.messaging.consent import Said
from flask_firmtext.store import keys
from flask_firmtext.store.models import Audit, Invitation, Message, Number
from flask_firmtext.store.states import NumberState, State
from flask_firmtext.store.transactions import own, reading
from office import ROSA, STAFF, Person, Statements
from rows import never_turned_on

FIELD = r'name="(\w+)" value="([^"]*)"'
SLOTS = '{% import "firmtext/slots.html" as slots with context %}'
PEOPLE = ["rosa", "grace", "theo", "ines", "sara"]
PAGES = {
    "/form": "{{ slots.notify_via_text(people, event=event) }}",
    "/rows": "{% for one in people %}{{ slots.notify_via_text([one], event=event, among=people) }}{% endfor %}",
    "/event": "{{ slots.event_status(event) }}{{ slots.text_attendees(event) }}",
    "/list": "{% for one in events %}<p>{{ one }} {{ slots.event_mark(one, among=events) }}</p>{% endfor %}",
}


@pytest.fixture
def diary(app: Any) -> Diary:
    """A firm with pages of the host's that hold our slots."""
    diary = Diary(app)
    for path, words in PAGES.items():
        app.add_url_rule(path, path, _page(words))
    return diary


def _page(words: str) -> Any:
    def page() -> str:
        event = request.args.get("event", "hearing")
        people = request.args.getlist("person") or PEOPLE
        events = request.args.getlist("of") or ["hearing", "call", "nothing"]
        return render_template_string(f"{SLOTS}<main>{words}</main>the rest", event=event, people=people, events=events)

    return page


@pytest.fixture
def staff(diary: Diary) -> Person:
    return diary.office.person()


def words(html: str) -> str:
    """What a page says, without markup."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def box(html: str, contact: str) -> str:
    """A contact's checkbox."""
    found = re.search(rf'<input type="checkbox" name="notify_via_text" value="{contact}"[^>]*>', html)
    return found[0] if found else ""


def press(staff: Person, action: str, *, at: str = "/event") -> Any:
    """Press the first such button on a page."""
    page = staff.get(at).text
    form = re.search(rf'<form method="post" action="([^"]+/{action})">(.*?)</form>', page, re.DOTALL)
    assert form, f"there is no {action} on the page"
    return staff.post(form[1], {name: unescape(value) for name, value in re.findall(FIELD, form[2])})


def future(diary: Diary, days: int = 30) -> datetime:
    return diary.clock.now() + timedelta(days=days)


def opts_out(phone: str = ROSA) -> None:
    with own() as session:
        index = keys.index_of("harbor", phone)
        consent.lock_pair(session, "harbor", index)
        consent.opt_out(session, "harbor", index, Said("staff:phone", STAFF))


# Notify via text


@pytest.mark.parametrize("path", ["/form", "/rows"])
def test_who_can_be_texted_has_a_box_and_who_cannot_a_reason(diary: Diary, staff: Person, path: str) -> None:
    opts_out("+13125550101")
    diary.saves(future(diary))
    page = staff.get(path).text
    assert " checked" in box(page, "rosa")
    assert box(page, "sara").endswith('value="sara">')
    for contact, why in (("grace", "opted out"), ("theo", "no phone number"), ("ines", "no number that can be texted")):
        assert " disabled" in box(page, contact)
        assert f"Cannot be texted: {why}" in page
    assert page.count("Notify via text") == len(PEOPLE)
    assert 'Notify via text<span class="ft-sr"> Rosa Marsh</span>' in page


def test_who_is_invited_and_cannot_be_texted_any_more_can_still_be_taken_off(diary: Diary, staff: Person) -> None:
    diary.saves(future(diary))
    opts_out()
    assert box(staff.get("/form").text, "rosa").count(" checked") == 1
    assert " disabled" not in box(staff.get("/form").text, "rosa")
    assert "Cannot be texted: opted out" in staff.get("/form").text


def test_a_form_says_whom_to_notify_and_a_page_without_the_slot_says_nothing(diary: Diary, staff: Person) -> None:
    shown = re.findall(r'name="(notify_via_text_shown)" value="([^"]+)"', staff.get("/form").text)
    assert [contact for _, contact in shown] == PEOPLE
    assert FirmText.invited(MultiDict([*shown, ("notify_via_text", "rosa")])) == ["rosa"]
    assert FirmText.invited(MultiDict(shown)) == []
    assert FirmText.invited(MultiDict([("notify_via_text", "rosa")])) == ["rosa"]
    assert FirmText.invited(MultiDict()) is None


def test_nothing_is_offered_without_texting_or_the_right_to_text(diary: Diary, staff: Person) -> None:
    diary.host.users.refuse(STAFF, "message.send")
    assert "Notify" not in staff.get("/form").text
    assert "Notify" not in diary.office.person(None).get("/form").text
    never_turned_on()
    assert "Notify" not in diary.office.person("admin@harbor.example").get("/form").text


def test_a_firm_that_cannot_send_yet_reads_why_once(diary: Diary, staff: Person) -> None:
    diary.saves(future(diary))
    with own() as session:
        session.execute(update(Number).values(state=NumberState.SUBMITTED))
    page = staff.get("/rows").text
    assert page.count("still verifying") == 1
    assert " disabled" in box(page, "sara")
    assert " disabled" not in box(page, "rosa")


def test_another_firms_contact_and_event_show_nothing(diary: Diary, staff: Person) -> None:
    diary.saves(future(diary), ref="theirs", firm="summit", invite=["paul"])
    assert box(staff.get("/form?person=paul&event=theirs").text, "paul") == ""
    for path in ("/event?event=theirs", "/list?of=theirs"):
        assert "ft-event" not in staff.get(path).text
        assert "ft-mark" not in staff.get(path).text


def test_an_invitation_that_a_user_may_not_touch_stays_on_the_list(
    diary: Diary, staff: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    diary.saves(future(diary))
    may = diary.host.users.may

    def not_rosa(user: Any, action: str, of: Any = None) -> Any:
        return "rosa" not in getattr(of, "contacts", ()) and may(user, action, of)

    monkeypatch.setattr(diary.host.users, "may", not_rosa)
    page = staff.get("/form").text
    assert "Rosa" not in page
    assert '<input type="hidden" name="notify_via_text" value="rosa">' in page
    assert "Rosa" not in staff.get("/event").text
    assert "ft-mark" not in staff.get("/list").text


@pytest.mark.parametrize("path", ["/form", "/rows", "/event", "/list"])
def test_a_slot_costs_the_same_for_one_contact_and_for_many(diary: Diary, staff: Person, path: str) -> None:
    def cost() -> int:
        staff.get(path)
        with Statements(diary.office.app) as watched:
            assert "the rest" in staff.get(path).text
        return len(watched.seen)

    diary.saves(future(diary), invite=["rosa"])
    diary.works()
    one = cost()
    people = [diary.host.add_contact("harbor", f"Person {n}", f"+1312555015{n}").ref for n in range(8)]
    diary.saves(future(diary), invite=["rosa", *people])
    diary.saves(future(diary), ref="call", invite=people)
    for _ in range(3):
        diary.works()
    PEOPLE.extend(people)
    try:
        assert cost() <= one + 1  # the key of the other conversations is looked up at most once more
    finally:
        del PEOPLE[-len(people) :]


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("verb", ["Users.current", "Users.may", "Firms.get", "Contacts.by_refs", "Calendar.event"])
def test_a_port_that_raises_does_not_break_the_hosts_page(diary: Diary, staff: Person, path: str, verb: str) -> None:
    diary.saves(future(diary))
    diary.host.fault(verb, raises=RuntimeError("canary"))
    answer = staff.get(path)
    assert answer.status_code == 200
    assert "the rest" in answer.text
    assert "canary" not in answer.text


# The event's page


def test_an_invitation_is_followed_from_making_to_delivery(diary: Diary, staff: Person) -> None:
    diary.saves(future(diary))
    assert "Rosa Marsh Invitation Sending…" in words(staff.get("/event").text)
    diary.works()
    assert "Invitation Sending…" in words(staff.get("/event").text)
    diary.sent()
    page = words(staff.get("/event").text)
    assert "Rosa Marsh No answer Invitation Delivered" in page
    assert "Reminder Will be sent" in page
    assert "Conversation" in page


def test_an_answer_stands_beside_the_name_and_one_for_an_earlier_time_is_said_to_be(
    diary: Diary, staff: Person
) -> None:
    diary.saves(future(diary))
    diary.works()
    diary.sent()
    with own() as session:
        at = diary.clock.now()
        session.execute(update(Invitation).values(answer="confirmed", answer_sequence=1, answered_at=at, answers=1))
    assert "Rosa Marsh Confirmed Jun 2, 12:00 PM" in words(staff.get("/event").text)
    assert "hearing Confirmed" in words(staff.get("/list").text)
    diary.saves(future(diary, 31))
    assert "Confirmed the earlier time" in words(staff.get("/event").text)
    assert "hearing 1 invited by text" in words(staff.get("/list").text)


def test_a_change_waits_in_sight_and_goes_when_somebody_presses(diary: Diary, staff: Person) -> None:
    diary.saves(future(diary))
    diary.works()
    diary.sent()
    diary.saves(future(diary, 31))
    diary.works()
    assert diary.purposes() == ["created"]
    assert "Update Goes at 12:01 PM" in words(staff.get("/event").text)
    answer = press(staff, "now")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/event?firmtext=sent")
    assert "It goes out now." in staff.get(answer.headers["Location"]).text
    diary.works()
    assert diary.purposes() == ["created", "updated"]
    assert "Send now" not in staff.get("/event").text
    with reading() as session:
        assert "event.hurry" in set(session.scalars(select(Audit.action)))


def test_what_waits_for_the_morning_says_so_and_goes_when_somebody_presses(diary: Diary, staff: Person) -> None:
    diary.clock.move(10 * HOUR)  # 22:00 in Chicago
    diary.saves(future(diary))
    diary.works()
    page = words(staff.get("/event").text)
    assert "Waiting: quiet hours until 8:00 AM, client's time" in page
    press(staff, "now")
    assert "Waiting" not in words(staff.get("/event").text)
    with reading() as session:
        row = session.scalars(select(Message)).one()
        assert (row.quiet_zone, row.not_before) == (None, diary.clock.now())


def test_a_press_leads_back_to_a_page_whose_address_has_a_query(diary: Diary, staff: Person) -> None:
    diary.saves(future(diary))
    diary.works()
    diary.sent()
    diary.saves(future(diary, 31))
    answer = press(staff, "now", at="/event?event=hearing&firmtext=nothing")
    assert answer.headers["Location"] == "/event?event=hearing&firmtext=sent"
    assert "It goes out now." in staff.get(answer.headers["Location"]).text


def test_pressing_when_nothing_waits_says_so(diary: Diary, staff: Person) -> None:
    diary.saves(future(diary))
    diary.works()
    diary.sent()
    diary.saves(future(diary, 31))
    page = staff.get("/event").text
    form = re.search(r'action="([^"]+/now)">(.*?)</form>', page, re.DOTALL)
    assert form
    diary.works(2 * MINUTE)
    data = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form[2]))
    assert staff.post(form[1], data).headers["Location"] == "/event?firmtext=nothing"
    data["back"] = "https://evil.example/"
    assert staff.post(form[1], data).headers["Location"] == "/?firmtext=nothing"


def test_what_was_not_sent_is_told_with_its_reason_and_can_be_tried_again(diary: Diary, staff: Person) -> None:
    diary.saves(future(diary), invite=["theo"])
    diary.works()
    assert "Invitation Not sent: no phone number" in words(staff.get("/event").text)
    assert "hearing Not delivered" in words(staff.get("/list").text)
    theo = diary.host.for_firm("harbor").contacts.get("theo")
    diary.host.remove_contact("harbor", "theo")
    diary.host.add_contact("harbor", theo.name, "+13125550166", ref="theo")
    assert press(staff, "again").headers["Location"] == "/event?firmtext=again"
    diary.works()
    assert diary.purposes() == ["created"]


def test_who_opted_out_is_not_tried_again(diary: Diary, staff: Person) -> None:
    opts_out()
    diary.saves(future(diary))
    diary.works()
    page = words(staff.get("/event").text)
    assert "Invitation Not sent: opted out" in page
    assert "Try again" not in page


def test_who_opts_out_while_a_text_waits_is_said_to_have_got_none(diary: Diary, staff: Person) -> None:
    diary.clock.move(10 * HOUR)  # 22:00 in Chicago
    diary.saves(future(diary))
    diary.works()
    opts_out()
    page = words(staff.get("/event").text)
    assert "Invitation Not sent: opted out" in page
    assert "Try again" not in page
    assert "hearing Not delivered" in words(staff.get("/list").text)


def test_what_was_withdrawn_because_texting_was_off_is_seen_and_can_be_tried_again(diary: Diary, staff: Person) -> None:
    diary.saves(future(diary))
    diary.works()
    diary.office.becomes(diary.message("created"), State.CANCELLED)
    assert "Invitation Cancelled" in words(staff.get("/event").text)
    press(staff, "again")
    diary.works()
    assert diary.purposes() == ["created"]


def test_what_was_withdrawn_because_the_event_changed_is_not_shown(diary: Diary, staff: Person) -> None:
    at = future(diary)
    diary.saves(at)
    diary.works()
    diary.sent()
    diary.clock.move(10 * HOUR)  # 22:00 in Chicago
    for moved in (DAY, 0 * DAY):
        diary.saves(at + moved)
        diary.works(2 * MINUTE)
    page = words(staff.get("/event").text)
    assert "Invitation Delivered" in page
    assert "Cancelled" not in page


def test_who_was_invited_to_what_is_over_got_no_text_and_the_page_says_why(diary: Diary, staff: Person) -> None:
    diary.saves(future(diary, -3))
    diary.works()
    assert "Rosa Marsh Invitation Not sent: the event had begun" in words(staff.get("/event").text)


def test_nothing_is_promised_to_who_opted_out_meanwhile(diary: Diary, staff: Person) -> None:
    diary.saves(future(diary))
    diary.works()
    diary.sent()
    diary.saves(future(diary), place="Elsewhere", invite=None)
    before = words(staff.get("/event").text)
    assert "Update Goes at" in before
    assert "Reminder Will be sent" in before
    opts_out()
    page = words(staff.get("/event").text)
    assert "Update Will not be sent: opted out" in page
    assert "Reminder Will not be sent: opted out" in page
    assert "Send now" not in page


def test_a_text_that_waits_for_a_decision_about_a_request_says_so(diary: Diary, staff: Person) -> None:
    diary.saves(future(diary))
    diary.works()
    assert "Invitation Sending" in words(staff.get("/event").text)
    diary.office.receives("please stop texting me")
    assert "Invitation Waiting: asks for no more texts" in words(staff.get("/event").text)


def test_what_waits_for_a_decision_about_a_request_says_so(diary: Diary, staff: Person) -> None:
    diary.saves(future(diary))
    diary.works()
    diary.sent()
    diary.saves(future(diary), place="Elsewhere", invite=None)
    diary.office.receives("please stop texting me")
    for _look in range(2):
        page = words(staff.get("/event").text)
        assert "Update Waiting: asks for no more texts, and nobody has decided yet" in page
        assert "Reminder Waiting: asks for no more texts, and nobody has decided yet" in page
        assert "Send now" not in page
        diary.works(2 * MINUTE)


def test_a_text_that_failed_says_why_and_is_made_anew(diary: Diary, staff: Person) -> None:
    diary.saves(future(diary))
    diary.works()
    diary.office.becomes(diary.message("created"), State.FAILED, reason="temporary_error")
    page = words(staff.get("/event").text)
    assert "Not delivered: Temporary error" in page
    assert "The phone was off" in page
    press(staff, "again")
    diary.works()
    assert diary.purposes() == ["created", "created"]


def test_a_reminder_is_seen_before_and_after_it_goes(diary: Diary, staff: Person) -> None:
    diary.saves(future(diary, 3))
    diary.works()
    diary.sent()
    assert "Reminder Will be sent" in words(staff.get("/event").text)
    diary.passes(3 * DAY - HOUR)
    diary.sent()
    assert "Reminder Delivered" in words(staff.get("/event").text)


def test_a_cancelled_event_shows_its_cancellation_and_no_mark(diary: Diary, staff: Person) -> None:
    diary.saves(future(diary))
    diary.works()
    diary.sent()
    diary.cancels()
    diary.works()
    diary.sent()
    page = words(staff.get("/event").text)
    assert "Cancellation Delivered" in page
    assert "No answer" not in page
    assert "Reminder" not in page
    assert "ft-mark" not in staff.get("/list").text


def test_nobody_presses_for_another_firm_or_without_the_right(diary: Diary, staff: Person) -> None:
    diary.saves(future(diary))
    diary.works()
    diary.sent()
    diary.saves(future(diary, 31))
    page = staff.get("/event").text
    form = re.search(r'action="([^"]+/now)">(.*?)</form>', page, re.DOTALL)
    assert form
    stranger = diary.office.person("staff@summit.example")
    theirs = re.search(r'name="csrf_token" value="([^"]+)"', stranger.get("/texting/settings/notifications").text)
    assert theirs
    assert stranger.post(form[1], {"csrf_token": theirs[1]}).status_code == 404
    assert staff.post(f"/texting/events/invitations/{uuid.uuid4()}/now", {}).status_code == 400
    diary.host.users.refuse(STAFF, "message.send")
    assert staff.post(form[1], dict(re.findall(r'name="(\w+)" value="([^"]*)"', form[2]))).status_code == 404
    with reading() as session:
        assert session.scalars(select(Invitation.notice_at)).one() > diary.clock.now()


def test_a_list_says_what_matters_most(diary: Diary, staff: Person) -> None:
    diary.saves(future(diary), invite=["rosa", "grace", "sara", "theo"])
    for _ in range(3):
        diary.works()
    diary.sent()
    for contact, answer in (("rosa", "confirmed"), ("grace", "declined")):
        with own() as session:
            one = update(Invitation).where(Invitation.contact == contact)
            session.execute(one.values(answer=answer, answer_sequence=1, answered_at=datetime.now(UTC)))
    assert "hearing 1 declined 1 not delivered 1 of 4 confirmed" in words(staff.get("/list").text)
