"""Send later in a browser: by keyboard alone, on a laptop and on a phone, and kept up to date while it waits."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from accessibility import check
from flask_firmtext.current import firmtext
from flask_firmtext.messaging import scheduled_sending
from flask_firmtext.store.models import ScheduledText
from flask_firmtext.store.transactions import own
from office import Office


@pytest.fixture
def thread(staff: Any, site: str, office: Office) -> Any:
    """An open conversation with one text; its page."""
    office.sends("rosa", "Before")
    staff.goto(f"{site}/texting/conversations/{office.conversation()}")
    return staff


def due_now() -> None:
    """The time of what waits has come, and a sweep looks."""
    with own() as session:
        row = session.scalars(select(ScheduledText)).one()
        row.due_at = row.look_at = firmtext.clock.now()
        row_id = row.id
    scheduled_sending.send(row_id)


@pytest.mark.parametrize("width", [360, 1280])
def test_a_text_is_scheduled_changed_and_sent_by_keyboard_alone(thread: Any, width: int, office: Office) -> None:
    thread.set_viewport_size({"width": width, "height": 800})
    message = thread.get_by_label("Message", exact=True)
    message.fill("See you at ten")
    thread.get_by_role("button", name="Send later").focus()
    thread.keyboard.press("Enter")
    dialog = thread.get_by_role("dialog", name="Send later")
    expect(dialog.get_by_label("Date")).to_be_focused()
    expect(dialog.get_by_label("Text")).to_have_value("See you at ten")
    expect(dialog).to_contain_text("Central Time (America/Chicago)")
    check(thread, "send later")
    dialog.get_by_label("Date").fill("2020-01-01")
    dialog.get_by_label("Time").press("Enter")
    expect(dialog.get_by_text("That is over, or less than a minute away.")).to_be_visible()
    expect(dialog.get_by_label("Date")).to_be_focused()
    tomorrow = firmtext.clock.now().astimezone(ZoneInfo("America/Chicago")) + timedelta(days=1)
    dialog.get_by_label("Date").fill(tomorrow.date().isoformat())
    dialog.get_by_label("Time").press("Enter")
    planned = thread.get_by_role("log").get_by_role("article").filter(has_text="See you at ten")
    expect(planned).to_contain_text(re.compile(r"Scheduled for \w{3} 9:00 AM"))
    expect(message).to_be_empty()
    check(thread, "a scheduled text")
    planned.get_by_role("link", name="Edit").focus()
    thread.keyboard.press("Enter")
    dialog = thread.get_by_role("dialog", name="Change the scheduled text")
    dialog.get_by_label("Text").fill("See you at eleven")
    dialog.get_by_role("button", name="Save").press("Enter")
    planned = thread.get_by_role("article").filter(has_text="See you at eleven")
    expect(planned).to_contain_text("Scheduled for")
    assert thread.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    due_now()
    expect(planned).to_contain_text("Sending…")
    expect(thread.get_by_role("article")).to_have_count(2)


def test_cancelled_it_is_gone_and_what_was_typed_meanwhile_stays(thread: Any, site: str) -> None:
    message = thread.get_by_label("Message", exact=True)
    message.fill("Later")
    thread.get_by_role("button", name="Send later").click()
    thread.get_by_role("button", name="Schedule").click()
    planned = thread.get_by_role("article").filter(has_text="Later")
    expect(planned).to_be_visible()
    message.fill("Half a thought")
    planned.get_by_role("button", name="Cancel").click()
    expect(thread.get_by_role("status").filter(has_text="It will not be sent.")).to_be_visible()
    expect(thread.get_by_role("article")).to_have_count(1)
    expect(message).to_have_value("Half a thought")
    thread.goto(f"{site}/texting/scheduled")
    expect(thread.get_by_role("article")).to_contain_text("Somebody at your firm cancelled it.")
    check(thread, "scheduled texts")


def test_closed_the_dialogue_leaves_the_words_where_they_were(thread: Any) -> None:
    message = thread.get_by_label("Message", exact=True)
    message.fill("Later")
    button = thread.get_by_role("button", name="Send later")
    button.click()
    expect(thread.get_by_role("dialog")).to_be_visible()
    thread.keyboard.press("Escape")
    expect(button).to_be_focused()
    expect(message).to_have_value("Later")
