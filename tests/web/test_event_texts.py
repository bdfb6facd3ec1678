"""One text for each of several attendees: fields filled in, sent once, and who cannot be texted is named."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import unescape
from typing import Any

import pytest
from flask import render_template_string
from sqlalchemy import select

from diary import DAY, Diary
from flask_firmtext.ports.host import Ports
from flask_firmtext.store import cells
from flask_firmtext.store.models import Message
from flask_firmtext.store.states import Direction, Kind
from flask_firmtext.store.transactions import reading
from office import STAFF, Person

PAGE = "/texting/events/text?event=hearing&contact=rosa&contact=grace"
SLOT = (
    '{% import "firmtext/slots.html" as slots with context %}{{ slots.text_attendees("hearing", contacts=["rosa"]) }}'
)


@pytest.fixture
def diary(app: Any) -> Diary:
    diary = Diary(app)
    diary.host.add_event(
        "harbor", "Hearing", diary.clock.now() + 30 * DAY, ref="hearing", place="Room 4B", zone="America/Chicago"
    )
    app.add_url_rule("/slot", "slot", lambda: render_template_string(SLOT))
    return diary


@pytest.fixture
def staff(diary: Diary) -> Person:
    return diary.office.person()


def form(html: str) -> dict[str, Any]:
    """What a browser would send of the page's form."""
    body = html.split('<form class="ft-form"')[1].split("</form>", maxsplit=1)[0]
    hidden = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', body)
    contacts = [value for name, value in hidden if name == "contact"]
    ticked = re.findall(r'name="to" value="([^"]+)" checked', body)
    typed = re.search(r"<textarea[^>]*>\n(.*?)</textarea>", body, re.DOTALL)
    assert typed
    return {**dict(hidden), "contact": contacts, "to": ticked, "text": unescape(typed[1])}


def sends(staff: Person, text: str, *, do: str = "send", at: str = PAGE, **more: Any) -> Any:
    return staff.post("/texting/events/text", {**form(staff.get(at).text), "text": text, "do": do, **more})


def texts() -> list[str]:
    with reading() as session:
        rows = session.scalars(
            select(Message)
            .where(Message.kind == Kind.STAFF, Message.direction == Direction.OUT)
            .order_by(Message.created_at)
        )
        return [cells.unseal(session, cells.place(Message, "body", row.id, row.firm), row.body) for row in rows]


def words(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html.rsplit("<main", maxsplit=1)[-1])).split())


def test_each_gets_the_text_in_words_of_their_language(diary: Diary, staff: Person) -> None:
    answer = sends(staff, "Dear {contact}: {title}, {date}, {time}, {place}. Bring {{ID}.")
    assert answer.status_code == 422  # {ID} is no field
    assert texts() == []
    answer = sends(staff, "Dear {contact}: {title}, {date}, {time}, {place}.")
    assert answer.status_code == 303
    assert texts() == [
        "Dear Rosa Marsh: Hearing, Wed, Jul 2, 12:00 PM, Room 4B.",
        "Dear Grace Moss: Hearing, mer. 2 juill., 12 h 00, Room 4B.",
    ]
    assert "2 texts are on their way." in words(staff.get(answer.headers["Location"]).text)


def test_a_preview_sends_nothing(diary: Diary, staff: Person) -> None:
    page = sends(staff, "Bring {title}", do="preview")
    assert "Preview Rosa Marsh 1 text Bring Hearing Grace Moss 1 text Bring Hearing" in words(page.text)
    assert form(page.text)["text"] == "Bring {title}"
    assert texts() == []


def test_a_form_that_is_sent_twice_sends_once_and_other_words_are_another_text(diary: Diary, staff: Person) -> None:
    sent = {**form(staff.get(PAGE).text), "to": ["rosa"], "do": "send"}
    for text in ("Hello", "Hello", "Hello again"):
        assert staff.post("/texting/events/text", {**sent, "text": text}).status_code == 303
    assert texts() == ["Hello", "Hello again"]


def test_who_cannot_be_texted_is_named_and_the_others_get_theirs(
    diary: Diary, staff: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = {**form(staff.get(PAGE).text), "text": "Hello", "do": "send"}
    rosa = diary.host.for_firm("harbor").contacts.get("rosa")
    diary.office.receives("STOP", rosa.numbers[0].e164)
    monkeypatch.setattr("flask_firmtext.web.event_texts.textable.refusals", lambda *_: {})  # it came a moment later
    answer = staff.post("/texting/events/text", opened)
    assert answer.status_code == 422
    page = words(answer.text)
    assert re.search(r"Not sent to: Rosa Marsh .*STOP", page)
    assert "Sent to Grace Moss." in page
    again = form(answer.text)
    assert (again["to"], again["text"], again["token"]) == (["rosa"], "Hello", opened["token"])
    assert texts() == ["Hello"]


def test_who_opted_out_cannot_be_chosen(diary: Diary, staff: Person) -> None:
    diary.office.sends()
    diary.office.receives("STOP")
    page = staff.get(PAGE).text
    assert "Cannot be texted: opted out" in page
    assert form(page)["to"] == ["grace"]
    assert sends(staff, "Hello", to=["rosa"]).status_code == 422
    assert texts() == ["Hello"]  # the one before


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (" ", "Write a message first."),
        ("{plaec}", "There is no field {plaec}. There are {title}, {date}, {time}, {place}, {contact}."),
        ("\x07", "cannot be sent"),
        ("x" * 20_000, "at most"),
    ],
)
def test_what_cannot_be_sent_is_said_and_stays(diary: Diary, staff: Person, text: str, sentence: str) -> None:
    answer = sends(staff, text)
    assert answer.status_code == 422
    assert sentence in unescape(answer.text)
    assert form(answer.text)["to"] == ["rosa", "grace"]
    assert texts() == []


def test_a_field_that_the_event_has_nothing_for_is_not_offered_and_refused(diary: Diary, staff: Person) -> None:
    diary.host.add_event("harbor", "Hearing", diary.clock.now() + 30 * DAY, ref="hearing")
    assert "{place}" not in staff.get(PAGE).text
    assert "Take it out of the text." in sends(staff, "At {place}").text


def test_nobody_chosen_is_said_where_they_are_chosen(diary: Diary, staff: Person) -> None:
    page = sends(staff, "Hello", to=[]).text
    assert "Choose at least one attendee." in page
    assert re.findall(r"<(\w+)[^>]* autofocus", page) == ["input"]
    assert "aria-invalid" not in page


def test_what_is_wrong_with_the_words_is_said_there(diary: Diary, staff: Person) -> None:
    page = sends(staff, " ", to=[]).text
    assert re.findall(r"<(\w+)[^>]* autofocus", page) == ["textarea"]


def test_a_preview_is_what_one_sees_first(diary: Diary, staff: Person) -> None:
    page = sends(staff, "Hello", do="preview").text
    assert re.findall(r"<(\w+)[^>]* autofocus", page) == ["h2"]


def test_a_stale_form_comes_back_with_what_was_typed(diary: Diary, staff: Person) -> None:
    answer = sends(staff, "Hello", csrf_token="stale")
    assert answer.status_code == 400
    assert form(answer.text)["text"] == "Hello"


def test_those_who_are_notified_by_text_are_offered_without_being_named(diary: Diary, staff: Person) -> None:
    assert staff.get("/texting/events/text?event=hearing").status_code == 404
    diary.saves(diary.clock.now() + 30 * DAY, invite=["sara"])
    assert form(staff.get("/texting/events/text?event=hearing").text)["contact"] == ["sara"]


@pytest.mark.parametrize(
    "address",
    [
        "event=deposition&contact=rosa",
        "event=nothing&contact=rosa",
        "event=hearing&contact=paul",
        "event=hearing&contact=nobody",
        "contact=rosa",
    ],
)
def test_another_firms_event_or_contact_is_nothing(diary: Diary, staff: Person, address: str) -> None:
    assert staff.get(f"/texting/events/text?{address}").status_code == 404


def test_who_may_not_text_a_contact_is_not_offered_it(
    diary: Diary, staff: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    may = diary.host.users.may

    def not_rosa(user: Any, action: str, of: Any = None) -> Any:
        return "rosa" not in getattr(of, "contacts", ()) and may(user, action, of)

    monkeypatch.setattr(diary.host.users, "may", not_rosa)
    assert form(staff.get(PAGE).text)["contact"] == ["grace"]
    diary.host.users.refuse(STAFF, "message.send")
    assert staff.get(PAGE).status_code == 404
    assert "Text attendees" not in staff.get("/slot").text


def test_a_host_that_does_not_answer_loses_nothing(diary: Diary, staff: Person) -> None:
    opened = {**form(staff.get(PAGE).text), "text": "Hello", "do": "send"}
    diary.host.fault("Contacts.by_number", raises=OSError("canary"))
    answer = staff.post("/texting/events/text", opened)
    assert answer.status_code == 422
    assert words(answer.text).count("Not stored. Press Send again in a minute.") == 2
    diary.host.mend()
    assert staff.post("/texting/events/text", {**form(answer.text), "do": "send"}).status_code == 303
    assert texts() == ["Hello", "Hello"]


def test_a_host_without_calendar_has_no_page(diary: Diary, staff: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = diary.host.for_firm

    def without(ref: str) -> Ports:
        return Ports(whole(ref).contacts)

    monkeypatch.setattr(diary.host, "for_firm", without)
    assert staff.get(PAGE).status_code == 404


def test_the_slot_leads_there(diary: Diary, staff: Person) -> None:
    found: Sequence[str] = re.findall(r'href="([^"]+)">Text attendees', staff.get("/slot").text)
    assert [unescape(one) for one in found] == ["/texting/events/text?event=hearing&contact=rosa"]
    assert staff.get(unescape(found[0])).status_code == 200
