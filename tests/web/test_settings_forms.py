"""Your details and event reminders: what an administrator changes, and what is taken for neither."""

from __future__ import annotations

from datetime import time
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from flask_firmtext.errors import KeyUnavailable
from flask_firmtext.firm import explaining
from flask_firmtext.store import cells
from flask_firmtext.store.models import Audit, Texting
from flask_firmtext.store.transactions import own, reading
from house import ADMIN, SETTINGS, House, field, on, token, words

DETAILS = f"{SETTINGS}/details"


@pytest.fixture
def house(app: Any) -> House:
    made = House(app)
    on(made)
    return made


def test_details_are_changed_and_stand_in_every_text_from_then_on(house: House) -> None:
    admin = house.person(ADMIN)
    form = admin.get(DETAILS).text
    assert 'value="office@harbor.example"' in field(form, "email")
    assert 'value="(312) 555-0190"' in field(form, "phone")
    answer = admin.sends("details", {"email": "new@harbor.example", "phone": "312-555-0191"}, at=DETAILS)
    assert answer.location == f"{SETTINGS}?said=details"
    page = words(admin.get(answer.location).text)
    assert "Your details are saved." in page
    assert "office@harbor.example" not in page
    assert page.count("new@harbor.example") >= 4
    assert page.count("(312) 555-0191") >= 4


def test_one_of_the_two_is_enough(house: House) -> None:
    admin = house.person(ADMIN)
    assert admin.sends("details", {"email": "", "phone": "(312) 555-0190"}, at=DETAILS).status_code == 303
    assert house.status().details.email is None
    assert "Alternative email None" in words(admin.get(SETTINGS).text)


@pytest.mark.parametrize(("name", "other"), [("email", "phone"), ("phone", "email")])
def test_edit_leads_to_the_field_beside_which_it_stands(house: House, name: str, other: str) -> None:
    form = house.person(ADMIN).get(f"{DETAILS}?field={name}").text
    assert "autofocus" in field(form, name)
    assert "autofocus" not in field(form, other)


def test_details_that_are_none_come_back_with_the_reason_and_change_nothing(house: House) -> None:
    answer = house.person(ADMIN).sends("details", {"email": "here@", "phone": "(833) 555-0100"}, at=DETAILS)
    assert answer.status_code == 422
    assert 'value="here@"' in field(answer.text, "email")
    assert 'value="(833) 555-0100"' in field(answer.text, "phone")
    assert "autofocus" in field(answer.text, "email")
    assert "autofocus" not in field(answer.text, "phone")
    assert "This is a number for texts" in words(answer.text)
    assert house.status().details.email == "office@harbor.example"


def test_whether_clients_are_told_how_to_send_a_file_is_chosen_and_recorded(house: House) -> None:
    admin = house.person(ADMIN)
    box = 'id="ft-explains" type="checkbox" name="explains" value="on"'
    assert f"{box} autocomplete" in admin.get(SETTINGS).text
    assert admin.sends("refusals", {"explains": "on"}).location == f"{SETTINGS}?said=refusals"
    assert f"{box} checked" in admin.get(SETTINGS).text
    assert house.status().texting.explains_refusals
    assert "Saved: what clients are told" in words(admin.get(f"{SETTINGS}?said=refusals").text)
    admin.sends("refusals", {})
    assert not house.status().texting.explains_refusals
    with reading() as session:
        rows = session.query(Audit).filter_by(action="texting.refusals").order_by(Audit.at).all()
    assert [(row.actor, row.became) for row in rows] == [(ADMIN, "on"), (ADMIN, "off")]


def test_staff_read_what_was_chosen_and_cannot_choose(house: House) -> None:
    staff = house.person()
    assert "The client is told nothing; answer them yourself." in words(staff.get(SETTINGS).text)
    assert staff.post(f"{SETTINGS}/refusals", {"csrf_token": token(staff.get("/texting/new").text)}).status_code == 404
    assert not house.status().texting.explains_refusals


def test_a_choice_that_cannot_be_stored_or_came_too_late_is_kept_in_the_form(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise OperationalError("canary", {}, Exception("gone"))

    admin = house.person(ADMIN)
    late = admin.post(f"{SETTINGS}/refusals", {"explains": "on"})
    monkeypatch.setattr(explaining, "change", fail)
    for answer, code in ((late, 400), (admin.sends("refusals", {"explains": "on"}), 503)):
        assert answer.status_code == code
        assert 'value="on" checked' in answer.text
    assert not house.status().texting.explains_refusals


@pytest.mark.parametrize("trouble", ["keys", "database"])
def test_what_cannot_be_stored_is_kept_in_the_form(
    house: House, trouble: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    error = KeyUnavailable("no key") if trouble == "keys" else OperationalError("canary", {}, Exception("gone"))

    def fail(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr(cells, "seal", fail)
    answer = house.person(ADMIN).sends("details", {"email": "new@harbor.example", "phone": ""}, at=DETAILS)
    assert answer.status_code == 503
    assert "It could not be saved; what you typed is kept here." in words(answer.text)
    assert 'value="new@harbor.example"' in field(answer.text, "email")
    assert "canary" not in answer.text + caplog.text
    monkeypatch.undo()
    again = {"csrf_token": token(answer.text), "email": "new@harbor.example", "phone": ""}
    assert house.person(ADMIN).sends("details", again, at=DETAILS).status_code == 400  # another session's token
    assert house.status().details.email == "office@harbor.example"


def test_a_database_that_is_away_is_503_with_what_to_do(house: House) -> None:
    admin = house.person(ADMIN)
    admin.get(SETTINGS)
    engine = house.app.extensions["firmtext"].engine

    def away(*_: Any) -> None:
        raise OperationalError("SELECT canary", {}, Exception("gone"))

    event.listen(engine, "before_cursor_execute", away)
    try:
        answer = admin.get(SETTINGS)
    finally:
        event.remove(engine, "before_cursor_execute", away)
    assert answer.status_code == 503
    assert "Try again in a minute." in answer.text
    assert "canary" not in answer.text


@pytest.mark.parametrize("post", ["details", "reminders", "turn-on"])
def test_a_page_that_was_open_too_long_keeps_what_was_typed(house: House, post: str) -> None:
    form = {"email": "new@harbor.example", "phone": "", "days": "14", "at": "07:30"}
    answer = house.person(ADMIN).post(f"{SETTINGS}/{post}", form)
    assert answer.status_code == 400
    if post != "turn-on":
        assert "what you typed is kept here" in words(answer.text)
        assert ('value="14"' if post == "reminders" else 'value="new@harbor.example"') in answer.text
        assert token(answer.text)
    staff = house.person().post(f"{SETTINGS}/{post}", form)
    assert staff.status_code == 400
    assert "kept here" not in staff.text


def test_details_that_cannot_be_read_are_asked_for_again(house: House) -> None:
    with own() as session:
        row = session.get_one(Texting, "harbor")
        assert row.email
        row.email = row.email[:-1] + bytes([row.email[-1] ^ 1])
        row.phone = None
    page = words(house.person(ADMIN).get(SETTINGS).text)
    assert "Neither is there. Add one" in page
    assert "(833) 555-0100" in page


def test_a_firm_that_never_turned_texting_on_has_no_details_to_edit(app: Any, house: House) -> None:
    with own() as session:
        session.delete(session.get_one(Texting, "harbor"))
    admin = house.person(ADMIN)
    assert admin.get(DETAILS).status_code == 404
    for post in ("details", "reminders"):
        assert admin.sends(post, {"email": "a@b.example", "days": "1", "at": "09:00"}).status_code == 404


@pytest.mark.parametrize(
    ("days", "at", "stored", "said"),
    [
        ("1", "09:00", [1], "a reminder 1 day before the event, at 9:00 AM in the event's time zone."),
        ("7, 1", "17:30", [7, 1], "a reminder 7 days and 1 day before the event, at 5:30 PM"),
        ("1 3;7", "00:00", [7, 3, 1], "7 days, 3 days and 1 day before the event, at 12:00 AM"),
        ("0", "08:00", [0], "a reminder on its day, at 8:00 AM"),
        ("0 2", "08:00", [2, 0], "2 days before the event and on its day, at 8:00 AM"),
        (" ", "08:00", [], "Clients get no reminders."),
    ],
)
def test_reminders_are_saved_and_told_in_a_sentence(
    house: House, days: str, at: str, stored: list[int], said: str
) -> None:
    admin = house.person(ADMIN)
    answer = admin.sends("reminders", {"days": days, "at": at})
    assert answer.location == f"{SETTINGS}?said=reminders"
    page = admin.get(answer.location).text
    assert said in words(page)
    assert "Event reminders are saved." in words(page)
    assert f'value="{", ".join(map(str, stored))}"' in field(page, "days")
    assert f'value="{at}"' in field(page, "at")
    with reading() as session:
        row = session.get_one(Texting, "harbor")
        assert (row.reminder_days, row.reminder_time) == (stored, time.fromisoformat(at))


@pytest.mark.parametrize(
    ("days", "at", "faulty", "said"),
    [
        ("soon", "09:00", "days", "Write days as numbers"),
        ("-1", "09:00", "days", "Write days as numbers"),
        ("1.5", "09:00", "days", "Write days as numbers"),
        ("61", "09:00", "days", "at most 60 days"),
        ("1 2 3 4 5 6", "09:00", "days", "Choose at most 5"),
        ("9" * 100_000, "09:00", "days", "Write days as numbers"),
        ("1", "", "at", "Write a time of day"),
        ("1", "noon", "at", "Write a time of day"),
        ("1", "25:00", "at", "Write a time of day"),
        ('"><script>', "09:00", "days", "Write days as numbers"),
    ],
)
def test_reminders_that_are_none_come_back_with_the_reason(
    house: House, days: str, at: str, faulty: str, said: str
) -> None:
    answer = house.person(ADMIN).sends("reminders", {"days": days, "at": at})
    assert answer.status_code == 422
    assert said in words(answer.text)
    tag = field(answer.text, faulty)
    assert f'aria-describedby="ft-{faulty}-fault ft-{faulty}-hint"' in tag
    assert "autofocus" in tag
    assert '"><script>' not in answer.text
    with reading() as session:
        assert session.get_one(Texting, "harbor").reminder_days == [1]
