"""Payment links and time in a browser: what is typed stays, focus comes back, and without scripts it goes, too."""

from __future__ import annotations

from typing import Any

import pytest
from flask import render_template_string
from playwright.sync_api import expect

from accessibility import check
from office import Office
from servers import until

NEW = "/texting/new?contact=rosa"
#: A host's page that fits a phone.
BILL = """{% import "firmtext/slots.html" as slots %}
<!doctype html><html lang="en"><head><title>Bill</title><meta name="viewport" content="width=device-width">
<link rel="icon" href="data:,"></head><body><h1>Bill</h1><p align="right">{{ slots.bill_link_menu("bill-1") }}</p>"""


@pytest.fixture
def office(office: Office) -> Office:
    office.app.add_url_rule("/bill", "bill", lambda: render_template_string(BILL))
    office.sends(text="Hello")
    return office


def entries(office: Office) -> list[Any]:
    return list(office.host.files("harbor").time_entries.values())


def opened(page: Any, site: str, office: Office) -> None:
    page.goto(f"{site}/texting/conversations/{office.conversation()}")


def test_on_a_phone_longer_languages_have_a_bills_menu_whole(staff: Any, site: str, office: Office) -> None:
    staff.set_viewport_size({"width": 360, "height": 740})
    staff.set_extra_http_headers({"Accept-Language": "fr"})
    staff.goto(f"{site}/bill")
    staff.locator("[id^=ft-bill-ways]").click()
    item = staff.get_by_role("menuitem", name="Copier le lien pour payer le solde du client")
    expect(item).to_be_visible()
    assert item.bounding_box()["x"] >= 0
    item.click()
    dialog = staff.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Envoyer le lien au client par texto")).to_be_visible()
    assert dialog.evaluate("box => box.scrollWidth <= box.clientWidth")


@pytest.mark.parametrize("width", [360, 1280])
def test_a_link_goes_in_where_the_cursor_is_by_keyboard_alone(
    staff: Any, site: str, office: Office, width: int
) -> None:
    staff.set_viewport_size({"width": width, "height": 800})
    opened(staff, site, office)
    message = staff.get_by_label("Message")
    message.fill("Please pay by Friday.")
    message.evaluate("field => field.setSelectionRange(10, 10)")
    staff.get_by_role("button", name="Insert payment link").focus()
    staff.keyboard.press("Enter")
    dialog = staff.get_by_role("dialog", name="Insert payment link")
    expect(dialog.get_by_role("button", name="Bill 1, $480.00 Operating account")).to_be_focused()
    check(staff, f"insert payment link at {width}")
    staff.keyboard.press("Enter")
    expect(message).to_be_focused()
    (link,) = office.host.files("harbor").links.values()
    expect(message).to_have_value(f"Please pay Harbor Law: pay bill 1 ($480.00) here: {link.url} by Friday.")
    expect(dialog).to_have_count(0)
    expect(staff.locator("[data-ft-counter]")).to_contain_text("characters · 1 text")


def test_escape_closes_and_focus_comes_back(staff: Any, site: str, office: Office) -> None:
    opened(staff, site, office)
    staff.get_by_label("Message").fill("Typed")
    staff.get_by_role("button", name="Insert payment link").click()
    expect(staff.get_by_role("dialog")).to_be_visible()
    staff.keyboard.press("Escape")
    expect(staff.get_by_role("button", name="Insert payment link")).to_be_focused()
    expect(staff.get_by_label("Message")).to_have_value("Typed")


def test_a_dialogue_that_does_not_come_leaves_the_text_and_says_so(
    staff: Any, site: str, office: Office, complaints: list[str]
) -> None:
    opened(staff, site, office)
    staff.get_by_label("Message").fill("Typed")
    staff.route("**/payments/choices", lambda route: route.abort())
    staff.get_by_role("button", name="Insert payment link").click()
    expect(staff.get_by_role("alert").filter(has_text="your text is kept")).to_be_visible()
    expect(staff.get_by_label("Message")).to_have_value("Typed")
    complaints.clear()


@pytest.mark.parametrize("late", ["choices", "insert"])
def test_a_link_that_was_asked_for_one_client_comes_into_no_text_to_another(
    staff: Any, site: str, office: Office, late: str
) -> None:
    held: list[Any] = []
    wanted = "**/payments/choices" if late == "choices" else "**/texting/new?contact=grace*"
    staff.goto(f"{site}{NEW}")
    staff.route(wanted, lambda route: held.append(route))  # noqa: PLW0108 - Playwright wants a function
    insert, dialog = staff.get_by_role("button", name="Insert payment link"), staff.get_by_role("dialog")
    message, head = staff.get_by_label("Message", exact=True), staff.locator(".ft-thread-head")
    contact = staff.get_by_role("combobox", name="Contact", exact=True)
    if late == "choices":
        insert.click()
    contact.fill("grace")
    staff.get_by_role("option", name="Grace Moss").click()
    if late == "insert":
        insert.click()
        expect(dialog).to_be_visible()
    else:
        expect(head).to_contain_text("Grace Moss")
    until(lambda: staff.evaluate("0") or held)
    with staff.expect_response(wanted):
        held.pop().continue_()
    if late == "insert":
        expect(head).to_contain_text("Grace Moss")
        dialog.get_by_role("button", name="Bill 1, $480.00 Operating account").click()
    expect(dialog).to_have_count(0)
    expect(message).to_have_value("")
    staff.unroute(wanted)
    insert.click()
    expect(dialog).to_be_visible()
    expect(dialog.get_by_role("button", name="Bill 1")).to_have_count(0)


def test_time_that_cannot_be_added_stays_typed_and_goes_in_once(
    staff: Any, site: str, office: Office, complaints: list[str]
) -> None:
    opened(staff, site, office)
    actions = staff.get_by_role("button", name="Actions")
    actions.focus()
    staff.keyboard.press("Enter")
    staff.keyboard.press("Enter")
    dialog = staff.get_by_role("dialog", name="Add time")
    expect(dialog.get_by_label("Date")).to_be_focused()
    dialog.get_by_label("Note").fill("Long thought")
    dialog.get_by_label("Minutes").fill("0")
    dialog.get_by_role("button", name="Add time").click()
    expect(dialog.get_by_label("Minutes")).to_be_focused()
    expect(dialog.get_by_text("Minutes are a whole number from 1 to 1440.")).to_be_visible()
    dialog.get_by_label("Minutes").fill("18")
    office.host.fault("TimeEntries.add", raises_after=OSError(), times=1)
    dialog.get_by_role("button", name="Add time").click()
    expect(dialog.get_by_role("alert")).to_contain_text("what you typed is kept here")
    expect(dialog.get_by_label("Note")).to_have_value("Long thought")
    staff.route("**/time", lambda route: route.abort(), times=1)
    with staff.expect_event("requestfailed"):
        dialog.get_by_role("button", name="Add time").click()
    expect(dialog.get_by_role("alert")).to_contain_text("what you typed is kept here")
    dialog.get_by_role("button", name="Add time").dblclick()
    expect(staff.get_by_text("Added 18 minutes to Marsh v. Dune Properties")).to_be_visible()
    staff.get_by_role("dialog").get_by_role("link", name="Close").click()
    expect(actions).to_be_focused()
    assert [(entry.minutes, entry.note) for entry in entries(office)] == [(18, "Long thought")]
    complaints[:] = [one for one in complaints if "503" not in one and "ERR_FAILED" not in one]


def test_everything_goes_without_scripts(browser: Any, site: str, office: Office) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 740})
    context.set_default_timeout(10_000)
    page = context.new_page()
    page.goto(f"{site}/sign-in/staff@harbor.example")
    opened(page, site, office)
    page.get_by_role("link", name="Add time").click()
    page.get_by_role("button", name="Add time").click()
    page.get_by_text("Added 6 minutes to Marsh v. Dune Properties").wait_for()
    page.get_by_role("link", name="Close").click()
    page.get_by_label("Message").fill("Typed")
    page.get_by_role("button", name="Insert payment link").click()
    page.get_by_role("button", name="Bill 1, $480.00 Operating account").click()
    (link,) = office.host.files("harbor").links.values()
    expect(page.get_by_label("Message")).to_have_value(f"Typed Harbor Law: pay bill 1 ($480.00) here: {link.url}")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_text("Payment link sent")).to_be_visible()
    context.close()


@pytest.mark.parametrize("language", ["en", "fr", "es"])
def test_on_a_phone_the_buttons_of_the_composer_keep_clear_of_their_edges(
    staff: Any, site: str, office: Office, language: str
) -> None:
    staff.set_viewport_size({"width": 360, "height": 740})
    staff.set_extra_http_headers({"Accept-Language": language})
    opened(staff, site, office)
    room = staff.locator(".ft-actions .ft-button").evaluate_all(
        """buttons => buttons.map(button => {
            const words = document.createRange(), box = button.getBoundingClientRect()
            words.selectNodeContents(button)
            const inside = words.getBoundingClientRect()
            return [inside.left - box.left, box.right - inside.right, 360 - box.right]
        })"""
    )
    assert min(map(min, room)) >= 6, room
