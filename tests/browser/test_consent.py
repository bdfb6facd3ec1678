"""A text that asks for no more texts, in the browsers of two people, and the page that proves what holds."""

from __future__ import annotations

import os
from typing import Any

import pytest
from playwright.sync_api import expect

from accessibility import check
from flask_firmtext.store.states import State
from office import ADMIN, Office

ASKS = "Hi, thanks for everything, but please stop texting me"
LIVE = 1500  # milliseconds
PICTURES = os.environ.get("TEST_PICTURES")


def picture(page: Any, name: str, width: int) -> None:
    if PICTURES:
        page.screenshot(path=f"{PICTURES}/{name}-{width}.png", full_page=True)


@pytest.mark.parametrize("width", [360, 1280])
def test_one_click_decides_and_the_other_sees_it(staff: Any, site: str, office: Office, width: int) -> None:
    office.becomes(office.sends("rosa", "Your hearing is on Tuesday."), State.DELIVERED)
    office.receives(ASKS)
    address = f"{site}/texting/conversations/{office.conversation()}"
    other = staff.context.browser.new_context().new_page()
    other.goto(f"{site}/sign-in/{ADMIN}")
    other.goto(address)
    staff.set_viewport_size({"width": width, "height": 800})
    staff.goto(address)
    check(staff, "asks")
    picture(staff, "asks", width)
    question = other.get_by_role("form", name="Does this text ask for no more texts?")
    expect(question).to_be_visible()
    staff.get_by_role("button", name="Opt out", exact=True).click()
    expect(staff.get_by_text("Rosa Marsh asked in a text for no more texts")).to_be_visible()
    expect(staff.get_by_label("Message", exact=True)).to_have_count(0)
    check(staff, "opted out")
    picture(staff, "opted-out", width)
    expect(question).to_have_count(0)
    other.context.close()
    staff.get_by_role("link", name="May we text this number?").click()
    expect(staff.get_by_role("heading", name="May we text this number?")).to_be_visible()
    assert staff.evaluate("document.documentElement.scrollWidth <= innerWidth")
    check(staff, "consent")
    picture(staff, "consent", width)
    staff.get_by_role("link", name="The text").first.click()
    expect(staff.get_by_role("article").filter(has_text=ASKS)).to_be_visible()


@pytest.mark.parametrize("width", [360, 1280])
def test_staff_note_an_opt_out(staff: Any, site: str, office: Office, width: int) -> None:
    office.becomes(office.sends(), State.DELIVERED)
    staff.set_viewport_size({"width": width, "height": 800})
    staff.goto(f"{site}/texting/conversations/{office.conversation()}/consent")
    check(staff, "nothing said")
    picture(staff, "nothing-said", width)
    staff.get_by_label("The client said so on the phone").check()
    staff.get_by_role("button", name="Opt out", exact=True).click()
    expect(staff.get_by_text("Sam Staff noted it: the client said so on the phone.")).to_be_visible()
    picture(staff, "noted", width)


def opened(staff: Any, site: str, office: Office) -> Any:
    """The page of Rosa's conversation after a text; its composer's field."""
    office.becomes(office.sends("rosa", "Your hearing is on Tuesday."), State.DELIVERED)
    return again(staff, site, office)


def again(staff: Any, site: str, office: Office) -> Any:
    staff.goto(f"{site}/texting/conversations/{office.conversation()}")
    return staff.get_by_label("Message", exact=True)


def test_the_composer_goes_when_the_client_stops_and_comes_back_with_a_start(
    staff: Any, site: str, office: Office, complaints: list[str]
) -> None:
    message, send = opened(staff, site, office), staff.get_by_role("button", name="Send", exact=True)
    expect(send).to_be_visible()
    message.focus()
    office.receives("END")
    expect(staff.get_by_role("status").get_by_text("replied END")).to_be_visible(timeout=LIVE)
    expect(message).to_be_hidden()
    expect(send).to_be_hidden()
    expect(staff.get_by_role("log")).to_be_focused()
    check(staff, "stopped")
    office.receives("START")
    expect(send).to_be_enabled(timeout=LIVE)
    message.fill("Welcome back")
    send.click()
    expect(staff.get_by_role("article").last).to_contain_text("Welcome back")
    expect(staff.get_by_text("replied END")).to_have_count(0)


def test_what_was_typed_when_the_client_stops_can_be_copied_and_sent_after_a_start(
    staff: Any, site: str, office: Office, complaints: list[str]
) -> None:
    message, send = opened(staff, site, office), staff.get_by_role("button", name="Send", exact=True)
    message.fill("Bring the signed form")
    office.receives("END")
    expect(staff.get_by_text("Not sent. What you wrote stays here, so that you can copy it.")).to_be_visible(
        timeout=LIVE
    )
    expect(message).to_have_value("Bring the signed form")
    expect(message).not_to_be_editable()
    expect(send).to_be_hidden()
    check(staff, "stopped while typing")
    message.press("Control+Enter")
    office.receives("START")
    expect(message).to_be_editable(timeout=LIVE)
    expect(staff.get_by_role("article")).to_have_count(3)
    send.click()
    staff.get_by_role("button", name="Send anyway").click()
    expect(staff.get_by_role("article").last).to_contain_text("Bring the signed form")
    complaints.clear()  # the 409: the START came in meanwhile


def test_a_text_that_is_refused_because_the_client_stops_stays_to_be_copied(
    staff: Any, site: str, office: Office, complaints: list[str]
) -> None:
    message = opened(staff, site, office)
    message.fill("Bring the signed form")
    held: list[Any] = []
    staff.route("**/texts", lambda route: held.append(route))  # noqa: PLW0108 - Playwright wants a function
    staff.get_by_role("button", name="Send", exact=True).click()
    office.receives("END")
    expect(staff.get_by_role("status").get_by_text("replied END")).to_be_visible(timeout=LIVE)
    held[0].continue_()
    expect(staff.get_by_role("alert")).to_contain_text("replied END")
    expect(message).to_have_value("Bring the signed form")
    expect(message).not_to_be_editable()
    expect(staff.get_by_role("button", name="Send", exact=True)).to_be_hidden()
    complaints.clear()  # the 409


def test_a_page_that_was_opened_after_a_stop_gets_its_composer_with_the_start(
    staff: Any, site: str, office: Office
) -> None:
    office.sends()
    office.receives("END")
    message = again(staff, site, office)
    expect(message).to_have_count(0)
    expect(staff.get_by_text("replied END")).to_have_count(1)
    office.receives("START")
    expect(message).to_be_editable(timeout=LIVE)
    expect(staff.get_by_text("replied END")).to_have_count(0)
    message.fill("Welcome back")
    staff.get_by_role("button", name="Send", exact=True).click()
    expect(staff.get_by_role("article").last).to_contain_text("Welcome back")
    office.receives("END")
    expect(message).to_be_hidden(timeout=LIVE)
