"""Events of the practice system: a form that loses nothing, and texting that is told in the same transaction."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator
from html import unescape
from typing import Any

import pytest
from sqlalchemy import delete, select

from flask_firmtext.ports.values import Answer
from flask_firmtext.practice.calendar import telling
from flask_firmtext.store.models import CalendarEvent, Invitation, Notice, Reminder

STAFF = "staff@harbor.example"
FORM = {"title": "Deposition", "start": "2041-05-06T10:30", "end": "2041-05-06T11:30", "place": "Room 4B"}


@pytest.fixture
def staff(practice: Any, signed_in: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Somebody of Harbor Law; what they make is gone afterwards."""
    from sample_host_app.models import Event, EventAttendee, EventResponse, db

    monkeypatch.setitem(vars(practice.extensions["firmtext"].settings), "quiet_hours", None)
    with practice.app_context():
        _forget(db)
        last = db.session.scalars(select(Event.id).order_by(Event.id.desc())).first()
    yield signed_in(STAFF)
    with practice.app_context():
        for kind in (EventResponse, EventAttendee):
            db.session.execute(delete(kind).where(kind.event_id > last))
        db.session.execute(delete(Event).where(Event.id > last))
        _forget(db)


def _forget(db: Any) -> None:
    """No event was ever told."""
    for kind in (Notice, Reminder, Invitation, CalendarEvent):
        db.session.execute(delete(kind))
    db.session.commit()


def ref(practice: Any, name: str) -> str:
    from sample_host_app.models import Contact, db

    with practice.app_context():
        return str(db.session.scalars(select(Contact.id).filter_by(name=name)).one())


def sends(client: Any, path: str, form: dict[str, Any] | None = None, **more: Any) -> Any:
    """Open a page and send its form; a page without one lends its token."""
    page = client.get(path if path.endswith(("new", "edit")) else path.rpartition("/")[0]).text
    hidden = {name: unescape(re.search(rf'name="{name}" value="([^"]*)"', page)[1]) for name in ("csrf_token",)}
    token = re.search(r'name="token" value="([^"]+)"', page)
    shown = re.findall(r'name="notify_via_text_shown" value="([^"]+)"', page)
    data = {**hidden, "token": token[1] if token else "", "notify_via_text_shown": shown, **(form or {}), **more}
    return client.post(path, data=data)


def made(client: Any, **more: Any) -> str:
    """The page of an event that was just made."""
    answer = sends(client, "/calendar/new", {**FORM, **more})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"])


def invited(practice: Any) -> dict[str, bool]:
    with practice.app_context():
        rows = practice.extensions["sqlalchemy"].session.scalars(select(Invitation))
        return {row.contact: row.wanted for row in rows}


def test_an_event_is_saved_with_its_attendees_and_told_of_who_is_ticked(practice: Any, staff: Any) -> None:
    maria, zoe = ref(practice, "Maria Delgado"), ref(practice, "Zoë Brontë-Lévesque")
    page = made(staff, attendee=[maria, zoe], notify_via_text=[maria])
    text = staff.get(page).text
    for words in ("Deposition", "Room 4B", "10:30 AM – 11:30 AM", "Maria Delgado", "Zoë Brontë-Lévesque"):
        assert words in text
    assert invited(practice) == {maria: True}
    with practice.app_context():
        (due,) = telling.due()
        assert telling.tell(due) is not None
    assert "Sending…" in staff.get(page).text
    assert "1 invited by text" in staff.get("/calendar").text


def test_whoever_is_only_to_be_notified_is_invited_too(practice: Any, staff: Any) -> None:
    maria = ref(practice, "Maria Delgado")
    page = made(staff, notify_via_text=[maria])
    assert "Maria Delgado" in staff.get(page).text.split('id="attendees"')[1]
    assert invited(practice) == {maria: True}


def test_whoever_is_taken_off_the_attendees_is_not_notified_any_more(practice: Any, staff: Any) -> None:
    maria = ref(practice, "Maria Delgado")
    page = made(staff, attendee=[maria], notify_via_text=[maria])
    assert sends(staff, f"{page}/edit", {**FORM, "notify_via_text": [maria]}).status_code == 303
    assert "Nobody is invited." in staff.get(page).text
    assert invited(practice) == {maria: False}


def test_the_form_of_an_event_shows_who_is_invited(practice: Any, staff: Any) -> None:
    maria = ref(practice, "Maria Delgado")
    page = made(staff, attendee=[maria], notify_via_text=[maria])
    form = staff.get(f"{page}/edit").text
    for name in ("attendee", "notify_via_text"):
        assert re.search(rf'name="{name}" value="{maria}" checked', form), name
    assert form.count(" checked") == 2


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"title": " "}, "Write a title."),
        ({"title": "x" * 501}, "Title has more than 500 characters"),
        ({"start": ""}, "Choose a day and time for Start."),
        ({"start": "soon"}, "Start is no day and time."),
        ({"end": "2041-05-06T10:00"}, "End is before Start."),
        ({"start": "9999-01-01T10:00", "end": "9999-01-01T11:00"}, "must be in a year from 1970 to 2999"),
        ({"start": "2041-03-10T02:30", "end": "2041-03-10T04:00"}, "never show 2:30 AM"),
    ],
)
def test_what_cannot_be_is_said_and_everything_typed_stays(
    practice: Any, staff: Any, change: dict[str, str], words: str
) -> None:
    maria = ref(practice, "Maria Delgado")
    answer = sends(staff, "/calendar/new", {**FORM, "notify_via_text": [maria], **change})
    assert answer.status_code == 422
    assert words in answer.text
    assert 'value="Room 4B"' in answer.text
    assert re.search(rf'name="notify_via_text" value="{maria}" checked', answer.text)
    assert invited(practice) == {}


def test_an_hour_that_clocks_show_twice_is_the_first(practice: Any, staff: Any) -> None:
    page = made(staff, start="2041-11-03T01:30", end="2041-11-03T03:00")
    with practice.app_context():
        event = practice.extensions["firmtext"].host.for_firm("harbor").calendar.event(page.rpartition("/")[2])
        assert event.start.isoformat() == "2041-11-03T01:30:00-04:00"


def test_a_form_that_is_sent_twice_makes_one_event(practice: Any, staff: Any) -> None:
    from sample_host_app.models import Event, db

    sent = {"token": "the same", **FORM}
    first, second = sends(staff, "/calendar/new", sent), sends(staff, "/calendar/new", sent)
    assert first.headers["Location"] == second.headers["Location"]
    with practice.app_context():
        assert len(db.session.scalars(select(Event).filter_by(title="Deposition")).all()) == 1


def test_texting_that_fails_saves_no_event_and_keeps_what_was_typed(
    practice: Any, staff: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sample_host_app.models import Event, db

    def fails(*_: Any, **__: Any) -> None:
        raise RuntimeError("canary")

    monkeypatch.setattr("sample_host_app.texting.firmtext.event_saved", fails)
    answer = sends(staff, "/calendar/new", FORM)
    assert answer.status_code == 503
    assert "what you typed is kept here" in answer.text
    assert 'value="Deposition"' in answer.text
    with practice.app_context():
        assert db.session.scalars(select(Event).filter_by(title="Deposition")).all() == []


def test_texting_that_fails_cancels_no_event(staff: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: Any, **__: Any) -> None:
        raise RuntimeError("canary")

    page = made(staff)
    monkeypatch.setattr("sample_host_app.texting.firmtext.event_cancelled", fails)
    assert sends(staff, f"{page}/cancel").status_code == 303
    text = staff.get(page).text
    assert "It could not be saved." in text
    assert "Cancelled" not in text


def test_a_form_without_our_slot_leaves_the_list_as_it_is(practice: Any, staff: Any) -> None:
    maria = ref(practice, "Maria Delgado")
    page = made(staff, attendee=[maria], notify_via_text=[maria])
    sends(staff, f"{page}/edit", {**FORM, "attendee": [maria]}, notify_via_text_shown=[])
    assert invited(practice) == {maria: True}


def test_an_event_is_cancelled_deleted_and_comes_back(practice: Any, staff: Any) -> None:
    maria = ref(practice, "Maria Delgado")
    page = made(staff, attendee=[maria], notify_via_text=[maria])
    calendar = practice.extensions["firmtext"].host.for_firm("harbor").calendar

    def state() -> tuple[str, bool]:
        with practice.app_context():
            row = practice.extensions["sqlalchemy"].session.scalars(select(CalendarEvent)).one()
            return str(row.state), calendar.event(row.event) is not None

    for press, words, then in (
        ("cancel", "Cancelled", ("cancelled", False)),
        ("restore", "takes place again", ("planned", True)),
        ("delete", "Deleted", ("cancelled", False)),
        ("restore", "takes place again", ("planned", True)),
    ):
        assert sends(staff, f"{page}/{press}").status_code == 303
        assert words in staff.get(page).text
        assert state() == then
    assert "Deposition" in staff.get("/calendar").text


@pytest.mark.parametrize(
    ("change", "stands"),
    [
        ({"place": "Room 5", "end": "2041-05-06T12:00"}, True),
        ({"start": "2041-05-06T11:00"}, False),
        ({"all_day": "1"}, False),
    ],
)
def test_an_answer_counts_for_the_time_that_it_was_given_to(
    practice: Any, staff: Any, change: dict[str, str], stands: bool
) -> None:
    maria = ref(practice, "Maria Delgado")
    page = made(staff, attendee=[maria])
    answered(practice, page, maria)
    assert sends(staff, f"{page}/edit", {**FORM, "attendee": [maria], **change}).status_code == 303
    assert ("Confirmed" in staff.get(page).text) is stands


def test_nobody_has_answered_an_event_that_was_brought_back(practice: Any, staff: Any) -> None:
    maria = ref(practice, "Maria Delgado")
    page = made(staff, attendee=[maria])
    answered(practice, page, maria)
    sends(staff, f"{page}/cancel")
    sends(staff, f"{page}/restore")
    assert "Confirmed" not in staff.get(page).text


def answered(practice: Any, page: str, contact: str) -> None:
    """They can come."""
    from sample_host_app.models import db

    event = page.rpartition("/")[2]
    with practice.app_context():
        calendar = practice.extensions["firmtext"].host.for_firm("harbor").calendar
        calendar.respond(event, contact, Answer.CONFIRMED, token=uuid.uuid4().hex)
        db.session.commit()


def test_an_event_that_was_cancelled_meanwhile_is_not_changed_and_the_form_says_so(staff: Any) -> None:
    page = made(staff)
    edit = staff.get(f"{page}/edit").text
    sends(staff, f"{page}/cancel")
    token = unescape(re.search(r'name="csrf_token" value="([^"]*)"', edit)[1])
    answer = staff.post(f"{page}/edit", data={**FORM, "csrf_token": token, "place": "Room 9"})
    assert answer.status_code == 422
    assert "Restore it on its page" in answer.text
    assert 'value="Room 9"' in answer.text
    assert "Room 9" not in staff.get(page).text
    assert staff.get(f"{page}/edit").headers["Location"] == page


def test_a_deleted_event_stands_in_no_list(staff: Any) -> None:
    page = made(staff)
    sends(staff, f"{page}/delete")
    assert "Deposition" not in staff.get("/calendar").text


def test_another_firms_contact_cannot_be_invited(practice: Any, staff: Any) -> None:
    page = made(staff, attendee=[ref(practice, "Earl Swenson")], notify_via_text=[ref(practice, "Earl Swenson")])
    assert "Swenson" not in staff.get(page).text
    assert invited(practice) == {}


@pytest.mark.parametrize("what", ["edit", "cancel", "delete", "restore"])
def test_another_firms_event_cannot_be_touched(staff: Any, signed_in: Callable[[str], Any], what: str) -> None:
    page = made(staff)
    other = signed_in("staff@prairie.example")
    token = re.search(r'name="csrf_token" value="([^"]+)"', other.get("/calendar/new").text)
    assert token
    assert other.post(f"{page}/{what}", data={"csrf_token": token[1], **FORM}).status_code == 404
    assert "Deposition" in staff.get("/calendar").text


def test_an_event_of_whole_days_is_told_as_such(practice: Any, staff: Any) -> None:
    page = made(staff, all_day="1", start="2041-03-10T02:30", end="2041-03-11T01:00")
    assert "Sun, Mar 10, 2041 – Mon, Mar 11, 2041" in staff.get(page).text
    with practice.app_context():
        event = practice.extensions["firmtext"].host.for_firm("harbor").calendar.event(page.rpartition("/")[2])
    assert (event.all_day, event.start.isoformat(), event.end.date().isoformat()) == (
        True, "2041-03-10T00:00:00", "2041-03-11",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({}, "10:30 AM – Tue, May 7, 2041, 9:00 AM"),
        ({"all_day": "1"}, "All day to Tue, May 7, 2041"),
    ],
)
def test_the_calendar_says_when_an_event_of_several_days_ends(staff: Any, more: dict[str, str], words: str) -> None:
    made(staff, end="2041-05-07T09:00", **more)
    assert f'<span class="hours">{words}</span>' in staff.get("/calendar").text


def test_the_calendar_asks_the_same_for_one_event_and_for_many(
    practice: Any, staff: Any, statements: list[str]
) -> None:
    maria = ref(practice, "Maria Delgado")
    made(staff, notify_via_text=[maria])
    staff.get("/calendar")
    statements.clear()
    staff.get("/calendar")
    one = len(statements)
    for n in range(8):
        made(staff, title=f"Call {n}", notify_via_text=[maria])
    staff.get("/calendar")
    statements.clear()
    assert staff.get("/calendar").text.count("1 invited by text") == 9
    assert len(statements) == one


def test_no_form_of_an_event_asks_for_each_contact(practice: Any, staff: Any, statements: list[str]) -> None:
    from sample_host_app.models import Contact, db

    staff.get("/calendar/new")
    statements.clear()
    staff.get("/calendar/new")
    few = len(statements)
    with practice.app_context():
        db.session.add_all(Contact(firm_ref="harbor", name=f"Zzz {n} {'long name ' * 28}") for n in range(40))
        db.session.commit()
    statements.clear()
    page = staff.get("/calendar/new").text
    many = len(statements)
    with practice.app_context():
        db.session.execute(delete(Contact).where(Contact.name.startswith("Zzz")))
        db.session.commit()
    assert page.count("no phone number") > 40
    assert many == few
