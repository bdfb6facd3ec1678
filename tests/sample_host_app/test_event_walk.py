"""What people do with events, in a browser, by the visible names: from New event to the cancellation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect
from sqlalchemy import delete, select

from accessibility import check
from flask_firmtext.practice.calendar import telling
from flask_firmtext.store.models import Message
from flask_firmtext.store.states import State
from flask_firmtext.store.transactions import own

LONG = "Featherstonehaugh-Cholmondeley " * 10
DAY = "2041-05-06"

pytestmark = pytest.mark.usefixtures("no_quiet_hours")


@pytest.fixture
def staff(page: Any, site: str) -> Iterator[Any]:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    sign_in(page, site)
    yield page
    assert [words for words in said if "status of 422" not in words] == []


def sign_in(page: Any, site: str) -> None:
    page.goto(f"{site}/login")
    page.get_by_label("Email").fill("staff@harbor.example")
    page.get_by_label("Password").fill("demo")
    page.get_by_role("button", name="Sign in").click()


def works(practice: Any) -> None:
    """What the sweep does with what clients have to be told; everything arrives."""
    with practice.app_context():
        for one in telling.due():
            telling.tell(one)
        with own() as session:
            for row in session.scalars(select(Message).where(Message.state == State.QUEUED)):
                row.state = State.DELIVERED


def fills(page: Any, title: str, start: str = f"{DAY}T10:30", end: str = f"{DAY}T11:30") -> None:
    page.get_by_label("Title", exact=True).fill(title)
    page.get_by_label("Start", exact=True).fill(start)
    page.get_by_label("End", exact=True).fill(end)


@pytest.mark.parametrize("width", [1280, 360])
def test_an_event_is_made_changed_and_cancelled_and_the_client_is_told_each_time(
    practice: Any, staff: Any, site: str, width: int
) -> None:
    staff.set_viewport_size({"width": width, "height": 800})
    staff.emulate_media(color_scheme="dark" if width == 360 else "light")
    title = f"Deposition at {width}"
    staff.goto(f"{site}/calendar")
    staff.get_by_role("link", name="New event").click()
    fills(staff, title)
    staff.get_by_label("Place", exact=True).fill("Room 4B")
    staff.get_by_label("Notify via text Grace Lindqvist").check()
    check(staff, "the form of an event")
    staff.get_by_role("button", name="Save event").click()
    works(practice)
    staff.reload()
    status = staff.get_by_role("region", name="Notified by text")
    expect(status).to_contain_text("Grace Lindqvist")
    expect(status).to_contain_text(re.compile(r"Invitation\s+Delivered"))
    check(staff, "the page of an event")

    staff.get_by_role("link", name="Edit event").click()
    expect(staff.get_by_label("Notify via text Grace Lindqvist")).to_be_checked()
    fills(staff, title, f"{DAY}T14:00", f"{DAY}T15:00")
    staff.get_by_role("button", name="Save event").click()
    expect(status).to_contain_text(re.compile(r"Update\s+Goes at"))
    works(practice)
    staff.get_by_role("button", name="Send now").click()
    expect(status).to_contain_text("It goes out now.")
    works(practice)
    staff.reload()
    expect(status).to_contain_text(re.compile(r"Update\s+Delivered"))

    staff.get_by_role("button", name="Cancel event").click()
    works(practice)
    staff.reload()
    expect(status).to_contain_text(re.compile(r"Cancellation\s+Delivered"))
    status.get_by_role("link", name="Conversation").click()
    log = staff.get_by_role("log")
    for words in (f"new appointment. {title}", "2:00 PM (was Mon, May 6, 2041, 10:30 AM)", "is cancelled"):
        expect(log.get_by_text(words).last).to_be_visible()


def test_long_names_and_many_contacts_fit_a_phone(practice: Any, staff: Any, site: str) -> None:
    from sample_host_app.models import Contact, EventAttendee, db

    with practice.app_context():
        db.session.add_all(Contact(firm_ref="harbor", name=f"{LONG[:297]}{n}") for n in range(10, 60))
        db.session.commit()
    try:
        staff.set_viewport_size({"width": 360, "height": 740})
        staff.goto(f"{site}/calendar/new")
        fills(staff, LONG + "W" * 60)
        staff.get_by_role("checkbox", name=f"{LONG[:297]}10", exact=True).check()
        check(staff, "a form with many long names")
        staff.get_by_role("button", name="Save event").click()
        expect(staff.get_by_role("link", name=f"{LONG[:297]}10")).to_be_visible()
        check(staff, "an event with a long name")
        staff.goto(f"{site}/calendar")
        check(staff, "a calendar with a long name")
    finally:
        with practice.app_context():
            theirs = select(Contact.id).where(Contact.name.startswith(LONG[:30]))
            db.session.execute(delete(EventAttendee).where(EventAttendee.contact_id.in_(theirs)))
            db.session.execute(delete(Contact).where(Contact.name.startswith(LONG[:30])))
            db.session.commit()


def test_everything_goes_without_scripts_and_a_refusal_keeps_what_was_typed(browser: Any, site: str) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 740})
    context.set_default_timeout(10_000)
    page = context.new_page()
    sign_in(page, site)
    page.goto(f"{site}/matters/1")
    page.get_by_role("link", name="New event").click()
    expect(page.get_by_label("Matter", exact=True)).to_have_value("1")
    fills(page, "Call", end=f"{DAY}T09:00")
    page.get_by_label("Notify via text Maria Delgado").check()
    page.get_by_role("button", name="Save event").click()
    expect(page.get_by_text("End is before Start. Correct one of them.")).to_be_visible()
    expect(page.get_by_label("Notify via text Maria Delgado")).to_be_checked()
    page.get_by_label("End", exact=True).fill(f"{DAY}T11:00")
    page.get_by_role("button", name="Save event").click()
    page.get_by_role("link", name="Text attendees").click()
    page.get_by_label("Message").fill("See you on {date}, {contact}.")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_text("See you on Mon, May 6, 2041, Maria Delgado.")).to_be_visible()
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_text("One text is on its way.")).to_be_visible()
    context.close()


def test_a_field_goes_in_where_the_cursor_is(staff: Any, site: str) -> None:
    staff.set_viewport_size({"width": 360, "height": 740})
    staff.goto(f"{site}/calendar/new")
    fills(staff, "Signing")
    staff.get_by_label("Notify via text Grace Lindqvist").check()
    staff.get_by_role("button", name="Save event").click()
    staff.get_by_role("link", name="Text attendees").click()
    check(staff, "a text to attendees")
    message = staff.get_by_label("Message")
    message.fill("On please.")
    message.evaluate("field => field.setSelectionRange(3, 3)")
    staff.get_by_role("button", name="Insert {date}").click()
    expect(message).to_have_value("On {date}please.")
    expect(message).to_be_focused()
