"""Finding somebody while answers are slow or do not come."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from office import Office
from servers import until


def test_the_focus_goes_to_the_message_unless_somebody_searches_again(staff: Any, site: str) -> None:
    held: list[Any] = []

    def hold(route: Any) -> None:
        held.append(route)

    staff.route("**/texting/new?contact=*", hold)
    staff.goto(f"{site}/texting/new")
    contact = staff.get_by_role("combobox", name="Contact", exact=True)
    message = staff.get_by_label("Message", exact=True)
    contact.press_sequentially("marsh")
    staff.get_by_role("option", name="Rosa Marsh").click()
    until(lambda: staff.evaluate("0") or held)
    contact.fill("gr")
    held.pop().continue_()
    expect(message).to_be_visible()
    staff.keyboard.type("ace")
    expect(contact).to_have_value("grace")
    expect(message).to_be_empty()
    staff.get_by_role("option", name="Grace Moss").click()
    until(lambda: staff.evaluate("0") or held)
    held.pop().continue_()
    expect(staff.locator("#ft-chosen")).to_contain_text("Grace Moss")
    expect(message).to_be_focused()


@pytest.mark.parametrize("end", ["breaks", "is lost", "is late"])
def test_a_choice_that_cannot_be_shown_says_so_and_costs_no_words(
    staff: Any, site: str, complaints: list[str], end: str
) -> None:
    def answer(route: Any) -> None:
        if end == "breaks":
            route.fulfill(status=500, body="<h1>Internal Server Error</h1>")
        elif end == "is lost":
            route.abort()

    staff.goto(f"{site}/texting/new?contact=rosa")
    staff.evaluate("htmx.config.timeout = 2000")
    message = staff.get_by_label("Message", exact=True)
    message.fill("Half a thought")
    contact = staff.get_by_role("combobox", name="Contact", exact=True)
    contact.fill("grace")
    staff.get_by_role("option", name="Grace Moss").wait_for()
    staff.route("**/texting/new?contact=*", answer)
    contact.press("Enter")
    expect(staff.locator("#ft-options")).to_have_text(
        "This contact cannot be shown at the moment. Choose again, or reload the page."
    )
    expect(message).to_have_value("Half a thought")
    staff.unroute("**/texting/new?contact=*")
    contact.fill("grac")
    staff.get_by_role("option", name="Grace Moss").click()
    expect(staff.locator(".ft-thread-head")).to_contain_text("Grace Moss")
    expect(message).to_have_value("Half a thought")
    complaints.clear()


def test_no_text_goes_to_another_number_than_the_page_says(
    staff: Any, site: str, office: Office, complaints: list[str]
) -> None:
    held: list[Any] = []

    def hold(route: Any) -> None:
        held.append(route)

    staff.goto(f"{site}/texting/new?contact=rosa")
    number, send = staff.get_by_label("Text to"), staff.get_by_role("button", name="Send", exact=True)
    first = number.input_value()
    staff.get_by_label("Message", exact=True).fill("Hello")
    staff.route("**/texting/new?*", hold)
    number.select_option(label="(312) 555-0110")
    until(lambda: staff.evaluate("0") or held)
    expect(send).to_be_disabled()
    staff.get_by_label("Message", exact=True).press("Control+Enter")
    held.pop().abort()
    expect(number).to_have_value(first)
    expect(send).to_be_enabled()
    assert office.texts() == 0
    number.select_option(label="(312) 555-0110")
    until(lambda: staff.evaluate("0") or held)
    held.pop().continue_()
    expect(staff.locator(".ft-about")).to_contain_text("(312) 555-0110")
    staff.get_by_label("Message", exact=True).press("Control+Enter")
    expect(staff.get_by_role("log").get_by_role("article")).to_have_count(1)
    assert office.conversation("+13125550110")
    assert office.texts() == 1
    complaints.clear()


def test_a_search_that_breaks_says_so(staff: Any, site: str, complaints: list[str]) -> None:
    staff.goto(f"{site}/texting/new")
    staff.route("**/texting/new", lambda route: route.fulfill(status=503, body=""))
    staff.get_by_role("combobox", name="Contact", exact=True).press_sequentially("marsh")
    expect(staff.locator("#ft-options")).to_have_text("Contacts cannot be searched at the moment. Reload the page.")
    complaints.clear()
