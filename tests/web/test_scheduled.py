"""Send later on pages: without scripts, with every error, for who may and who may not."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta
from html import unescape
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from flask_firmtext.current import firmtext
from flask_firmtext.firm import texting
from flask_firmtext.messaging import scheduled_sending
from flask_firmtext.store.models import Draft, ScheduledText
from flask_firmtext.store.transactions import own, reading
from office import ADMIN, STAFF, Office, Person, Statements, typed

LATER, SCHEDULED = "/texting/later", "/texting/scheduled"
NEW = "/texting/new?contact=rosa"
CHICAGO = ZoneInfo("America/Chicago")


def when(**ahead: float) -> dict[str, str]:
    """Day and time on Harbor's wall, so far ahead."""
    at = firmtext.clock.now().astimezone(CHICAGO) + timedelta(**ahead)
    return {"day": at.date().isoformat(), "time": f"{at:%H:%M}"}


def schedules(person: Person, url: str, text: str = "See you at ten", **changes: str) -> Any:
    """Press Send later on a page, and Schedule."""
    form = {**person.composer(url), "text": text}
    asked = person.post(LATER, form)
    assert asked.status_code == 200
    offered = dict(re.findall(r'name="(day|time|zone)" value="([^"]+)"', asked.text))
    assert said(asked.text) == text
    return person.post(SCHEDULED, {**form, **offered, **changes})


def said(html: str) -> str:
    """What stands in the form's text field."""
    found = re.search(r'<textarea[^>]*name="text"[^>]*>\n(.*?)</textarea>', html, re.DOTALL)
    assert found
    return unescape(found.group(1))


def waiting() -> list[ScheduledText]:
    with reading() as session:
        return list(session.scalars(select(ScheduledText).order_by(ScheduledText.id)))


def thread(office: Office) -> str:
    return f"/texting/conversations/{office.conversation()}"


@pytest.fixture
def staff(office: Office) -> Person:
    office.sends()
    return office.person()


def test_a_text_for_later_stands_at_the_end_of_its_conversation(office: Office, staff: Person) -> None:
    answer = schedules(staff, thread(office))
    assert answer.status_code == 303
    page = staff.get(answer.location).text
    assert "It stands below the texts until it is sent." in page
    assert page.index("Hello") < page.index("See you at ten")
    assert re.search(r"Scheduled for \w{3} 9:00 AM</p>", page)
    assert "Sam Staff" in page[page.index('id="ft-scheduled"') :]
    assert typed(page) == ""
    assert office.texts() == 1


def test_a_first_text_for_later_is_listed_where_it_will_go(office: Office) -> None:
    staff = office.person()
    answer = schedules(staff, NEW)
    page = staff.get(answer.location).text
    assert "See you at ten" in page[page.index('id="ft-scheduled"') :]
    assert "See you at ten" in staff.get(SCHEDULED).text
    office.sends("rosa", by=ADMIN)
    assert "See you at ten" in staff.get(thread(office)).text


def test_pressed_twice_it_is_one(office: Office, staff: Person) -> None:
    form = {**staff.composer(thread(office)), "text": "Once", **when(days=1)}
    assert [staff.post(SCHEDULED, form).status_code for _ in range(2)] == [303, 303]
    assert len(waiting()) == 1
    other = staff.post(SCHEDULED, {**form, "text": "Twice"})
    assert (other.status_code, said(other.text)) == (409, "Twice")
    token = re.search(r'name="token" value="([^"]+)"', other.text)
    assert token
    assert staff.post(SCHEDULED, {**form, "text": "Twice", "token": token[1]}).status_code == 303
    assert len(waiting()) == 2


def test_the_draft_goes_with_it_and_does_not_come_back_by_a_late_saving(office: Office, staff: Person) -> None:
    form = {**staff.composer(thread(office)), "text": "See you at ten"}
    saving = {**form, "count": "1"}
    assert staff.post("/texting/drafts", saving).status_code == 200
    assert staff.post(SCHEDULED, {**form, **when(days=1)}).status_code == 303
    staff.post("/texting/drafts", {**saving, "count": "2"})
    with reading() as session:
        assert session.scalars(select(Draft)).all() == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"day": "", "time": "09:00"}, "Choose a day, or write it like this"),
        ({"day": "2031-05-07", "time": "soon"}, "Choose a time, or write it like this: 14:30"),
        ({"day": "2020-01-01", "time": "09:00"}, "That is over"),
        ({"day": "9999-01-01", "time": "09:00"}, "more than a year away"),
        ({"text": " "}, "Write a message first."),
        ({"text": "x" * 3201}, "at most 3,200 can be sent"),
    ],
)
def test_what_is_wrong_stands_at_its_field_and_the_words_stay(
    office: Office, staff: Person, changes: dict[str, str], words: str
) -> None:
    given = {**staff.composer(thread(office)), "text": "Keep <b>me</b>", **when(days=1), **changes}
    answer = staff.post(SCHEDULED, given)
    assert answer.status_code == 422
    assert words in unescape(answer.text)
    assert 'aria-invalid="true"' in answer.text
    assert said(answer.text) == given["text"]
    assert waiting() == []


def test_the_form_names_the_zone_and_the_days_that_can_be_chosen(office: Office, staff: Person) -> None:
    page = staff.post(LATER, {**staff.composer(thread(office)), "text": "x"}).text
    assert "Central Time (America/Chicago)" in page
    today = firmtext.clock.now().astimezone(CHICAGO).date()
    assert f'min="{today}" max="{today + timedelta(days=366)}"' in page


def test_a_stale_form_or_a_lost_session_keeps_the_words(office: Office, staff: Person) -> None:
    form = {**staff.composer(thread(office)), "text": "Keep me", **when(days=1), "zone": "America/Chicago"}
    stale = staff.post(SCHEDULED, {**form, "csrf_token": "stale"})
    assert (stale.status_code, said(stale.text)) == (400, "Keep me")
    staff.client.delete_cookie("session")
    gone = staff.post(SCHEDULED, form)
    assert (gone.status_code, said(gone.text)) == (401, "Keep me")
    assert "Central Time" in gone.text
    assert waiting() == []


def test_a_client_who_wants_no_texts_is_not_scheduled_for(office: Office, staff: Person) -> None:
    url = thread(office)
    form = {**staff.composer(url), "text": "Keep me", **when(days=1)}
    office.receives("STOP")
    answer = staff.post(SCHEDULED, form)
    assert (answer.status_code, said(answer.text)) == (409, "Keep me")
    assert "replied STOP" in answer.text


def test_a_database_that_is_away_keeps_the_words(
    office: Office, staff: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = {**staff.composer(thread(office)), "text": "Keep me", **when(days=1)}
    monkeypatch.setattr("flask_firmtext.messaging.scheduled.insert_once", _broken)
    answer = staff.post(SCHEDULED, form)
    assert (answer.status_code, said(answer.text)) == (503, "Keep me")


def _broken(*given: Any, **more: Any) -> None:
    raise RuntimeError("away")


def test_without_the_right_to_text_nothing_is_scheduled(office: Office, staff: Person) -> None:
    form = {**staff.composer(thread(office)), "text": "Words", **when(days=1)}
    office.host.users.refuse(STAFF, "message.send")
    assert [staff.post(url, form).status_code for url in (SCHEDULED, LATER)] == [404, 404]
    assert waiting() == []


def one(office: Office, person: Person, text: str = "See you at ten") -> uuid.UUID:
    schedules(person, thread(office), text)
    return waiting()[-1].id


def test_edited_it_has_other_words_and_another_time(office: Office, staff: Person) -> None:
    found = one(office, staff)
    url = f"{SCHEDULED}/{found}"
    page = staff.get(url).text
    assert said(page) == "See you at ten"
    assert 'value="09:00"' in page
    form = {"csrf_token": staff.composer(thread(office))["csrf_token"], "text": "At eleven", **when(days=3)}
    answer = staff.post(url, form)
    assert answer.status_code == 303
    page = staff.get(answer.location).text
    assert "At eleven" in page
    assert "See you at ten" not in page
    refused = staff.post(url, {**form, "time": ""})
    assert (refused.status_code, said(refused.text)) == (422, "At eleven")


def test_a_colleague_may_cancel_with_the_right_to_and_edit_in_their_own_name(office: Office, staff: Person) -> None:
    found = one(office, staff)
    admin = office.person(ADMIN)
    csrf = {"csrf_token": admin.composer(thread(office))["csrf_token"]}
    office.host.users.refuse(ADMIN, "message.cancel")
    assert "See you at ten" in admin.get(thread(office)).text
    assert f"{found}/cancel" not in admin.get(thread(office)).text
    assert admin.get(f"{SCHEDULED}/{found}").status_code == 404
    for action in ("", "/cancel", "/dismiss"):
        given = {**csrf, "text": "Mine", **when(days=1)}
        assert admin.post(f"{SCHEDULED}/{found}{action}", given).status_code == 404
    office.host.users._refused.clear()
    assert admin.post(f"{SCHEDULED}/{found}", {**csrf, "text": "Mine", **when(days=1)}).status_code == 303
    assert waiting()[0].author == ADMIN
    assert admin.post(f"{SCHEDULED}/{found}/cancel", csrf).status_code == 303
    assert waiting()[0].state == "cancelled"


def test_who_may_not_read_the_conversation_sees_nothing_of_it(office: Office, staff: Person) -> None:
    found = one(office, staff)
    admin = office.person(ADMIN)
    csrf = {"csrf_token": admin.composer(thread(office))["csrf_token"]}
    office.host.users.refuse(ADMIN, "conversation.read")
    assert "See you at ten" not in admin.get(SCHEDULED).text
    assert admin.get(f"{SCHEDULED}/{found}").status_code == 404
    assert admin.post(f"{SCHEDULED}/{found}/cancel", csrf).status_code == 404
    office.host.users.refuse(ADMIN, "conversation.list")
    assert admin.get(SCHEDULED).status_code == 404


def test_another_firms_is_as_if_it_were_not(office: Office, staff: Person) -> None:
    found = one(office, staff)
    summit = office.person("admin@summit.example")
    csrf = {"csrf_token": summit.composer("/texting/new?contact=paul")["csrf_token"]}
    assert "See you at ten" not in summit.get(SCHEDULED).text
    for text in (found, uuid.uuid4()):
        assert summit.get(f"{SCHEDULED}/{text}").status_code == 404
        for action in ("", "/cancel", "/dismiss"):
            given = {**csrf, "text": "Mine", **when(days=1)}
            assert summit.post(f"{SCHEDULED}/{text}{action}", given).status_code == 404
    assert (waiting()[0].state, waiting()[0].author) == ("waiting", STAFF)


def test_cancelled_it_leaves_the_conversation_and_its_words_stay_on_the_list(office: Office, staff: Person) -> None:
    found = one(office, staff)
    csrf = {"csrf_token": staff.composer(thread(office))["csrf_token"]}
    answer = staff.post(f"{SCHEDULED}/{found}/cancel", csrf)
    page = staff.get(answer.location).text
    assert "Cancelled. It will not be sent." in page
    assert "See you at ten" not in page
    listed = staff.get(SCHEDULED).text
    assert "See you at ten" in listed
    assert "Somebody at your firm cancelled it." in listed
    back = staff.post(f"{SCHEDULED}/{found}/dismiss", {**csrf, "from": "list"})
    assert back.location.startswith(SCHEDULED)
    assert "Nothing is scheduled." in staff.get(SCHEDULED).text
    assert waiting()[0].body is None


def test_what_turning_texting_off_cancels_says_so_until_it_is_put_away(office: Office, staff: Person) -> None:
    found = one(office, staff)
    csrf = {"csrf_token": staff.composer(thread(office))["csrf_token"]}
    with own() as session:
        texting.turn_off(session, "harbor", by=ADMIN)
    page = staff.get(thread(office)).text
    assert re.search(r">Cancelled</p>\s*<p class=\"ft-help\">Text messaging was turned off for your firm.", page)
    staff.post(f"{SCHEDULED}/{found}/dismiss", csrf)
    assert "See you at ten" not in staff.get(thread(office)).text


def test_what_is_already_being_sent_is_neither_changed_nor_cancelled(office: Office, staff: Person) -> None:
    found = one(office, staff)
    csrf = {"csrf_token": staff.composer(thread(office))["csrf_token"]}
    with own() as session:
        row = session.get_one(ScheduledText, found)
        row.due_at = row.look_at = firmtext.clock.now()
    scheduled_sending.send(found)
    assert office.texts() == 2
    answer = staff.post(f"{SCHEDULED}/{found}", {**csrf, "text": "At eleven", **when(days=1)})
    assert (answer.status_code, said(answer.text)) == (409, "At eleven")
    assert "already being sent" in answer.text
    answer = staff.post(f"{SCHEDULED}/{found}/cancel", csrf)
    assert "could not be cancelled" in staff.get(answer.location).text
    assert staff.get(f"{SCHEDULED}/{found}").status_code == 303


def test_what_somebody_cancelled_meanwhile_is_not_changed_and_the_words_stay(office: Office, staff: Person) -> None:
    found = one(office, staff)
    csrf = {"csrf_token": staff.composer(thread(office))["csrf_token"]}
    staff.post(f"{SCHEDULED}/{found}/cancel", csrf)
    answer = staff.post(f"{SCHEDULED}/{found}", {**csrf, "text": "At eleven", **when(days=1)})
    assert (answer.status_code, said(answer.text)) == (409, "At eleven")
    assert "It was cancelled meanwhile" in answer.text


def test_an_open_page_is_told(office: Office, staff: Person) -> None:
    url = f"/texting/changes?conversation={office.conversation()}&since="
    now = staff.get(url + "-1").json["now"]
    assert staff.get(f"{url}{now}").status_code == 204
    found = one(office, staff)
    fresh = staff.get(f"{url}{now}").json
    assert "See you at ten" in fresh["scheduled"]
    with own() as session:
        row = session.get_one(ScheduledText, found)
        row.due_at = row.look_at = firmtext.clock.now()
    scheduled_sending.send(found)
    later = staff.get(f"{url}{fresh['now']}").json
    assert (later["scheduled"].strip(), "See you at ten" in later["texts"]) == ("", True)


def test_the_list_costs_the_same_with_many(office: Office, staff: Person) -> None:
    one(office, staff)
    with Statements(office.app) as few:
        staff.get(SCHEDULED)
    for n in range(5):
        one(office, staff, f"Text {n}")
    with Statements(office.app) as many:
        page = staff.get(SCHEDULED).text
    assert page.count("<article") == 6
    assert len(many.seen) == len(few.seen)
    assert "Rosa Marsh" in page


def test_the_list_turns_pages(office: Office, staff: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flask_firmtext.web.planned.MOST", 2)
    for n in range(5):
        one(office, staff, f"Text {n}")
    url, seen = SCHEDULED, []
    while url:
        page = staff.get(url).text
        seen += re.findall(r"Text \d", page)
        following = re.search(r'rel="next" href="([^"]+)"', page)
        url = unescape(following[1]) if following else ""
    assert seen == [f"Text {n}" for n in range(5)]
    assert staff.get(f"{SCHEDULED}?after=x").status_code == 200


def test_the_table_leads_to_the_list(office: Office, staff: Person) -> None:
    assert f'href="{SCHEDULED}"' in staff.get("/texting/").text


def test_in_the_dialogue_a_part_comes_back_and_the_page_goes_on(office: Office, staff: Person) -> None:
    part = {"HX-Request": "true"}
    form = {**staff.composer(thread(office)), "text": "See you", **when(days=1)}
    asked = staff.post(LATER, form, headers=part)
    assert asked.text.lstrip().startswith('<div class="ft-dialog-body" data-ft-dialog-body>')
    done = staff.post(SCHEDULED, form, headers=part)
    assert f'data-ft-goes="{thread(office)}?said=scheduled"' in done.text
