"""What people do with bills and time, in a browser, by the visible names: from the bill to the money."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from accessibility import check

LIVE = 5000


@pytest.fixture
def complaints(page: Any) -> Iterator[list[str]]:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    yield said
    assert [words for words in said if "status of 422" not in words] == []


@pytest.fixture
def staff(page: Any, site: str, complaints: list[str]) -> Any:
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(f"{site}/login")
    page.get_by_label("Email").fill("staff@harbor.example")
    page.get_by_label("Password").fill("demo")
    page.get_by_role("button", name="Sign in").click()
    return page


@pytest.fixture
def client(browser: Any, site: str) -> Iterator[Any]:
    """A client's phone: nobody is signed in."""
    context = browser.new_context(viewport={"width": 360, "height": 740}, has_touch=True)
    context.set_default_timeout(10_000)
    yield context.new_page()
    context.close()


def shot(page: Any, name: str) -> None:
    folder = os.environ.get("SHOTS")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def opened(staff: Any, site: str, number: str) -> None:
    staff.goto(f"{site}/bills")
    staff.get_by_role("link", name=number, exact=True).click()
    expect(staff).to_have_url(re.compile(r"/bills/\d+$"))
    staff.wait_for_load_state()  # a menu that is not ready sends its form


def sideways(page: Any) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))


def test_a_bill_is_texted_and_paid_on_a_phone_and_the_thread_says_so(staff: Any, site: str, client: Any) -> None:
    opened(staff, site, "1042")
    staff.get_by_role("button", name="More ways to send").click()
    shot(staff, "bill-menu-1280")
    staff.get_by_role("menuitem", name="Copy link to pay client balance").click()
    dialog = staff.get_by_role("dialog", name="Copy link to pay client balance")
    expect(dialog.get_by_text("Bill 1042, $1,845.00 due")).to_be_visible()
    expect(dialog.get_by_role("radio", name="Client trust account")).to_be_visible()
    check(staff, "the dialogue of a bill")
    dialog.get_by_role("radio", name="Operating account").check()
    dialog.get_by_role("button", name="Copy link").click()
    link = dialog.get_by_label("Link")
    expect(link).to_have_value(re.compile(r"^http://127\.0\.0\.1:\d+/pay/[\w-]{43}$"))
    shot(staff, "bill-dialog-1280")
    address = link.input_value()
    dialog.get_by_role("button", name="Close").click()
    send, arrow = (
        staff.get_by_role("button", name=name, exact=True).bounding_box() for name in ("Send", "More ways to send")
    )
    assert (round(send["x"] + send["width"]), send["y"], send["height"]) == (
        round(arrow["x"]), arrow["y"], arrow["height"],
    )  # fmt: skip
    staff.get_by_role("button", name="More ways to send").click()
    staff.get_by_role("menuitem", name="Text link to client").click()
    dialog = staff.get_by_role("dialog", name="Text link to client")
    check(staff, "the dialogue of a text with a link")
    shot(staff, "bill-text-dialog-1280")
    dialog.get_by_role("radio", name="Operating account").check()
    dialog.get_by_role("button", name="Text link to client").click()
    message = staff.get_by_label("Message")
    expect(message).to_have_value(f"Harbor Law: pay bill 1042 ($1,845.00) here: {address}")
    staff.get_by_role("button", name="Send", exact=True).click()
    text = staff.get_by_role("article").filter(has_text="pay bill 1042")
    expect(text.get_by_text("Payment link sent")).to_be_visible()
    thread = staff.url

    client.goto(address)
    expect(client.get_by_text("Balance due")).to_be_visible()
    assert not sideways(client)
    check(client, "the pay page")
    shot(client, "pay-360")
    client.get_by_role("button", name="Pay $1,845.00").click()
    expect(client.get_by_text("Harbor Law has received $1,845.00 for bill 1042.")).to_be_visible()
    shot(client, "receipt-360")

    expect(text.get_by_text(re.compile(r"^Paid \$1,845\.00 on \w+ \d+"))).to_be_visible(timeout=LIVE)
    assert staff.url == thread
    shot(staff, "thread-paid-1280")
    client.goto(address)
    expect(client.get_by_text("This bill is paid.")).to_be_visible()
    opened(staff, site, "1042")
    expect(staff.get_by_role("button", name="More ways to send")).to_have_count(0)


def test_a_link_is_copied_to_the_clipboard_where_the_browser_lets(staff: Any, site: str) -> None:
    staff.context.grant_permissions(["clipboard-read", "clipboard-write"])
    staff.goto(f"{site}/online-payments")
    staff.get_by_role("button", name="New charge").click()
    shot(staff, "new-charge-1280")
    button = staff.locator("li").filter(has_text="Client trust account").get_by_role("button", name="Copy payment link")
    button.click()
    dialog = staff.get_by_role("dialog", name="Copy payment link")
    expect(dialog.get_by_text("Copied. Paste it where you want it.")).to_be_visible()
    shot(staff, "account-dialog-1280")
    assert staff.evaluate("navigator.clipboard.readText()") == dialog.get_by_label("Link").input_value()
    staff.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(button).to_be_focused()


def test_without_a_clipboard_the_link_is_there_to_be_copied_by_hand(staff: Any, site: str) -> None:
    staff.add_init_script("delete Navigator.prototype.clipboard")
    staff.goto(f"{site}/online-payments")
    staff.get_by_role("button", name="Copy payment link").first.click()
    dialog = staff.get_by_role("dialog")
    expect(dialog.get_by_text("Press Ctrl+C")).to_be_visible()
    expect(dialog.get_by_label("Link")).to_be_focused()


def test_time_is_added_from_a_conversation_and_stands_on_the_time_page(staff: Any, site: str) -> None:
    staff.goto(f"{site}/communications")
    staff.get_by_role("row").filter(has_text="Maria Delgado").get_by_role("link", name="View", exact=True).click()
    staff.get_by_role("button", name="Actions").click()
    staff.get_by_role("menuitem", name="Add time").click()
    dialog = staff.get_by_role("dialog", name="Add time")
    expect(dialog.get_by_label("Note")).to_have_value(re.compile("^Text messages with Maria Delgado"))
    check(staff, "add time")
    shot(staff, "time-dialog-1280")
    dialog.get_by_label("Matter").select_option(label="2024-0107 Delgado v. Bayside Storage")
    dialog.get_by_label("Minutes").fill("12")
    dialog.get_by_role("button", name="Add time").dblclick()
    expect(staff.get_by_text("Added 12 minutes to 2024-0107 Delgado v. Bayside Storage")).to_be_visible()
    shot(staff, "time-added-1280")
    staff.get_by_role("link", name="Show the entry").click()
    row = staff.get_by_role("row").filter(has_text="Delgado v. Bayside Storage")
    expect(row).to_have_count(1)
    expect(row.get_by_text("0.2 h")).to_be_visible()
    shot(staff, "time-1280")


@pytest.mark.parametrize("width", [360, 1280])
def test_the_pages_of_money_and_time_are_fit_for_everybody(staff: Any, site: str, width: int) -> None:
    staff.set_viewport_size({"width": width, "height": 800})
    for name in ("bills", "online-payments", "online-payments/new", "time"):
        staff.goto(f"{site}/{name}")
        check(staff, f"{name} at {width}")
        assert not sideways(staff), name
        shot(staff, f"{name.replace('/', '-')}-{width}")
    opened(staff, site, "1044")
    check(staff, f"a bill at {width}")
    assert not sideways(staff)
    shot(staff, f"bill-{width}")
