"""Reading a conversation: days, its end, what somebody reads further up, and two people in it at once."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from flask_firmtext.messaging import thread as threads
from flask_firmtext.store.models import Message
from flask_firmtext.store.transactions import own
from office import ADMIN, Office
from servers import until

LIVE = 2500  # milliseconds
#: The text that somebody who has scrolled up has before them.
READING = """() => {
  const log = document.getElementById("ft-log"), middle = log.getBoundingClientRect().top + log.clientHeight / 2;
  window.reading = [...log.querySelectorAll("article")].find((text) => text.getBoundingClientRect().bottom > middle);
}"""


def moved(message: uuid.UUID, days: float) -> None:
    """Let a text have come so many days ago."""
    with own() as session:
        session.get_one(Message, message).shown_at = datetime.now(UTC) - timedelta(days=days)


def opens(page: Any, site: str, office: Office) -> Any:
    page.goto(f"{site}/texting/conversations/{office.conversation()}")
    return page.get_by_role("log")


def message(page: Any) -> Any:
    return page.get_by_label("Message", exact=True)


def marks(page: Any) -> list[str]:
    return [mark.strip() for mark in page.locator(".ft-day").all_inner_texts()]


@pytest.fixture
def ada(browser: Any, site: str, office: Office) -> Iterator[Any]:
    """A page of a colleague, in a browser of her own."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{site}/sign-in/{ADMIN}")
    yield page
    context.close()


def test_a_line_stands_above_each_day_and_a_live_text_begins_its_own(staff: Any, site: str, office: Office) -> None:
    moved(office.sends("rosa", "Long ago"), 400)
    moved(office.sends("rosa", "Last night"), 1)
    opens(staff, site, office)
    assert marks(staff)[1:] == ["Yesterday"]
    assert len(marks(staff)) == 2
    for n in (1, 2):
        office.receives(f"Answer {n}")
        expect(staff.get_by_role("article")).to_have_count(2 + n, timeout=LIVE)
    assert marks(staff)[1:] == ["Yesterday", "Today"]


def test_earlier_texts_of_the_same_day_double_no_line(staff: Any, site: str, office: Office) -> None:
    office.sends("rosa", "x")
    office.text_copies(threads.PAGE + 20)
    log = opens(staff, site, office)
    assert marks(staff) == ["Today"]
    log.get_by_role("link", name="Earlier texts").click()
    expect(log.get_by_role("article")).to_have_count(threads.PAGE + 20)
    until(lambda: staff.evaluate("0") or marks(staff) == ["Today"])
    first = staff.evaluate("document.querySelector('#ft-texts').firstElementChild.className")
    assert first == "ft-day"


def test_who_reads_further_up_stays_there_and_is_told(staff: Any, site: str, office: Office) -> None:
    office.sends("rosa", "line\n" * 6)
    office.text_copies(30)
    log = opens(staff, site, office)
    newest = staff.get_by_role("button", name="Newest", exact=True)
    expect(log.get_by_role("article").last).to_be_in_viewport()
    expect(newest).to_be_hidden()
    log.evaluate("node => { node.scrollTop = -900 }")
    expect(newest).to_be_visible()
    staff.evaluate(READING)
    before = staff.evaluate("window.reading.getBoundingClientRect().top")
    office.receives("News\n" * 5)
    below = staff.get_by_role("button", name="New text below", exact=True)
    expect(below).to_be_visible(timeout=LIVE)
    assert staff.evaluate("window.reading.getBoundingClientRect().top") == pytest.approx(before, abs=1)
    below.click()
    expect(log.get_by_role("article").last).to_be_in_viewport()
    expect(below).to_be_hidden()
    office.receives("And more")
    expect(log.get_by_role("article").last).to_contain_text("And more", timeout=LIVE)
    expect(log.get_by_role("article").last).to_be_in_viewport()


def test_what_somebody_sends_is_in_sight_wherever_they_read(staff: Any, site: str, office: Office) -> None:
    office.sends("rosa", "line\n" * 6)
    office.text_copies(30)
    log = opens(staff, site, office)
    log.evaluate("node => { node.scrollTop = -900 }")
    message(staff).fill("Down here")
    message(staff).press("Control+Enter")
    expect(log.get_by_role("article").last).to_contain_text("Down here", timeout=LIVE)
    expect(log.get_by_role("article").last).to_be_in_viewport()


def test_two_people_see_each_others_texts_and_nobody_answers_twice(
    staff: Any, ada: Any, site: str, office: Office, complaints: list[str]
) -> None:
    office.sends("rosa", "Hello")
    office.receives("Can I come at ten?")
    logs = [opens(page, site, office) for page in (staff, ada)]
    message(staff).fill("Yes, ten is")
    message(ada).fill("Ten is fine")
    ada.get_by_role("button", name="Send", exact=True).click()
    expect(logs[0].get_by_role("article").last).to_contain_text("Ten is fine", timeout=LIVE)
    told = staff.locator("[data-ft-meanwhile]")
    expect(told).to_have_text("Ada Admin has answered meanwhile.")
    message(staff).press("Control+Enter")
    expect(staff.get_by_role("alert")).to_contain_text("press Send anyway")
    expect(message(staff)).to_have_value("Yes, ten is")
    assert office.texts() == 3
    staff.get_by_role("button", name="Send anyway", exact=True).click()
    expect(logs[1].get_by_role("article").last).to_contain_text("Yes, ten is", timeout=LIVE)
    expect(message(staff)).to_be_empty()
    complaints[:] = [said for said in complaints if "409" not in said]


def test_who_has_not_begun_to_write_is_not_stopped_by_what_came_before(staff: Any, site: str, office: Office) -> None:
    office.sends("rosa", "Hello")
    log = opens(staff, site, office)
    office.receives("Can I come at ten?")
    expect(log.get_by_role("article").last).to_contain_text("at ten", timeout=LIVE)
    message(staff).fill("Yes")
    expect(staff.locator("[data-ft-meanwhile]")).to_be_hidden()
    message(staff).press("Control+Enter")
    expect(log.get_by_role("article").last).to_contain_text("Yes", timeout=LIVE)
    assert office.texts() == 3


def test_actions_are_a_menu_by_keyboard_and_a_list_without_scripts(
    browser: Any, staff: Any, site: str, office: Office
) -> None:
    office.sends()
    opens(staff, site, office)
    actions = staff.get_by_role("button", name="Actions", exact=True)
    actions.press("Enter")
    expect(staff.get_by_role("menuitem").first).to_be_focused()
    staff.keyboard.press("End")
    expect(staff.get_by_role("menuitem").last).to_be_focused()
    staff.keyboard.press("Escape")
    expect(actions).to_be_focused()
    expect(staff.get_by_role("menuitem")).to_have_count(0)
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site}/sign-in/staff@harbor.example")
    opens(page, site, office)
    expect(page.get_by_role("link", name="Saved replies", exact=True)).to_be_visible()
    context.close()


@pytest.mark.parametrize("offset", [-400, 400], ids=["behind", "ahead"])
def test_a_wrong_clock_of_the_browser_moves_no_day_and_no_time(
    staff: Any, site: str, office: Office, offset: int
) -> None:
    staff.add_init_script(f"const real = Date.now; Date.now = () => real() + {offset} * 86400000;")
    office.sends("rosa", "Now")
    log = opens(staff, site, office)
    assert marks(staff) == ["Today"]
    office.receives("Also now")
    expect(log.get_by_role("article")).to_have_count(2, timeout=LIVE)
    assert marks(staff) == ["Today"]
    live = log.locator("time").all_inner_texts()
    staff.reload()
    assert marks(staff) == ["Today"]
    assert log.locator("time").all_inner_texts() == live


def test_a_name_of_300_letters_breaks_no_page_of_360_pixels(staff: Any, site: str, office: Office) -> None:
    office.host.put_contact("harbor", office.host.add_contact("harbor", "W" * 300, "+13125550100", ref="rosa"))
    office.sends()
    staff.set_viewport_size({"width": 360, "height": 740})
    opens(staff, site, office)
    assert not staff.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    expect(staff.get_by_role("button", name="Actions", exact=True)).to_be_visible()
