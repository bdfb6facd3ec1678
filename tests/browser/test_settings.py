"""Turning texting on as an administrator does it: with a mouse, with a keyboard, on a phone, and without scripts."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect
from sqlalchemy import delete

from accessibility import check
from flask_firmtext.firm import steps
from flask_firmtext.store.models import Number, Order, Texting
from flask_firmtext.store.transactions import notes, own
from house import ADMIN, LISBON, SETTINGS, STAFF, STANDS, House, on
from ordering import change, gone_on, order, time_passes, turned_on
from servers import until

LONG = 30_000  # milliseconds: the worker is starting
LIVE = 2500


@pytest.fixture
def app(new_app: Any) -> Any:
    made = new_app(
        FIRMTEXT_GATEWAY="flask_firmtext.testing:MemoryGateway",
        FIRMTEXT_PUBLIC_URL="https://practice.example",
        FIRMTEXT_TOLL_FREE_VERIFICATION="assumed",
    )
    with made.app_context():
        yield made


@pytest.fixture
def house(app: Any) -> House:
    return House(app)


@pytest.fixture
def admin(page: Any, site: str, house: House, complaints: list[str]) -> Any:
    """A page of an administrator who is signed in."""
    page.goto(f"{site}/sign-in/{ADMIN}")
    return page


def opened(page: Any, site: str) -> Any:
    page.goto(f"{site}{SETTINGS}")
    page.get_by_role("button", name="Turn on text messaging", exact=True).click()
    dialog = page.get_by_role("dialog", name="Turn on text messaging")
    expect(dialog.get_by_label("Alternative email", exact=True)).to_be_focused()
    return dialog


def test_turning_on_from_the_first_press_to_the_number(admin: Any, site: str) -> None:
    dialog = opened(admin, site)
    dialog.get_by_label("Alternative email", exact=True).fill("office@harbor")
    dialog.get_by_role("button", name="Turn on", exact=True).click()
    email = admin.get_by_label("Alternative email", exact=True)
    expect(email).to_be_focused()
    expect(email).to_have_attribute("aria-invalid", "true")
    expect(email).to_have_accessible_description(re.compile("^Mail cannot be sent to this address"))
    email.fill("office@harbor.example")
    admin.get_by_role("button", name="Turn on", exact=True).dblclick()
    said = admin.get_by_role("status").filter(has_text="Text messaging is turned on.")
    expect(said).to_be_focused()
    expect(admin).to_have_url(f"{site}{SETTINGS}")
    expect(admin.locator("[aria-current=step]")).to_have_text("Looking for a number: under way")
    admin.reload()
    expect(admin.locator("[aria-current=step]")).to_have_text("Looking for a number: under way")
    steps.advance(order().id)
    expect(admin.get_by_text("(844) 555-0100", exact=True).first).to_be_visible(timeout=LIVE)
    expect(admin.locator("#ft-step")).to_have_text("Your number is ready.")
    expect(admin.get_by_text("Give this number to your contacts only")).to_be_visible()
    expect(admin.locator("[hx-trigger]")).to_have_count(0)


@pytest.mark.slow
def test_the_steps_show_one_after_the_other_to_whoever_looks(admin: Any, site: str, house: House) -> None:
    turned_on()
    admin.goto(f"{site}{SETTINGS}")
    here = admin.locator("[aria-current=step]")
    for step, words in (("buy", "Buying it"), ("link", "Connecting it"), ("check", "Checking")):
        change(step=step)
        told(house)
        expect(here).to_have_text(f"{words}: under way", timeout=LIVE)
        expect(admin.locator("#ft-step")).to_have_text(words)
    change(trouble="no_credit", state="failed")
    told(house)
    again = admin.get_by_role("button", name="Try again", exact=True)
    expect(again).to_be_visible(timeout=LIVE)
    again.focus()
    change(cause="seen by an operator")
    told(house)
    admin.wait_for_timeout(LIVE)
    expect(again).to_be_focused()
    again.click()
    expect(admin.get_by_role("status").filter(has_text="We try again.")).to_be_visible()
    expect(here).to_have_text("Checking: under way")


def told(house: House) -> None:
    """Open pages are told that there is something new."""
    with own() as session:
        notes(session).show("harbor")


def test_a_page_that_is_signed_out_meanwhile_says_so(admin: Any, site: str, house: House, complaints: Any) -> None:
    turned_on()
    admin.goto(f"{site}{SETTINGS}")
    admin.context.clear_cookies()
    expect(admin.get_by_text("You are signed out. Sign in in another tab.")).to_be_visible(timeout=LIVE)
    admin.context.new_page().goto(f"{site}/sign-in/{ADMIN}")
    expect(admin.get_by_text("You are signed out.")).to_have_count(0, timeout=LIVE)
    complaints[:] = [words for words in complaints if "401" not in words]


def test_escape_and_cancel_close_the_dialogue_and_the_focus_goes_back(admin: Any, site: str) -> None:
    button = admin.get_by_role("button", name="Turn on text messaging", exact=True)
    dialog = opened(admin, site)
    admin.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(button).to_be_focused()
    dialog = opened(admin, site)
    dialog.get_by_role("link", name="Cancel", exact=True).click()
    expect(dialog).to_be_hidden()
    expect(button).to_be_focused()
    admin.goto(f"{site}{SETTINGS}/turn-on")
    expect(admin.get_by_role("dialog")).to_be_visible()
    admin.keyboard.press("Escape")
    expect(admin).to_have_url(f"{site}{SETTINGS}")


def press(page: Any, target: Any, key: str = "Enter") -> None:
    """Tab until the target has the focus, and press a key there."""
    until(lambda: target.evaluate("node => node === document.activeElement") or page.keyboard.press("Tab"))
    page.keyboard.press(key)


def test_everything_can_be_done_by_keyboard_alone(admin: Any, site: str, house: House) -> None:
    admin.goto(f"{site}{SETTINGS}")
    press(admin, admin.get_by_role("button", name="Turn on text messaging", exact=True))
    expect(admin.get_by_label("Alternative email", exact=True)).to_be_focused()
    admin.keyboard.type("office@harbor.example")
    admin.keyboard.press("Enter")
    expect(admin.get_by_role("status").filter(has_text="is turned on.")).to_be_visible()
    gone_on(order().id)
    edit = admin.get_by_role("button", name="Edit", exact=True)
    expect(edit).to_have_count(2, timeout=LIVE)
    press(admin, edit.nth(1))
    phone = admin.get_by_label("Alternative phone", exact=True)
    expect(phone).to_be_focused()
    admin.keyboard.type("(312) 555-0190")
    admin.keyboard.press("Enter")
    expect(admin.get_by_text("Your details are saved.")).to_be_focused()
    press(admin, admin.get_by_label("Days before", exact=True), "Control+a")
    admin.keyboard.type("7, 1")
    admin.keyboard.press("Enter")
    expect(admin.get_by_text("7 days and 1 day before the event, at 9:00 AM")).to_be_visible()
    press(admin, admin.get_by_role("link", name="Español", exact=True))
    expect(admin.locator("p.ft-body[lang=es]")).to_have_count(4)
    press(admin, admin.get_by_role("button", name="Turn off", exact=True))
    expect(admin.get_by_role("heading", name="Turn off text messaging?")).to_be_visible()
    press(admin, admin.get_by_role("button", name="Turn off", exact=True))
    expect(admin.get_by_text("Nothing is sent from now on.")).to_be_focused()
    press(admin, admin.get_by_role("button", name="Turn on again", exact=True))
    expect(admin.get_by_text("Text messaging is turned on.")).to_be_focused()
    assert not house.status().off


def test_without_scripts_the_same_is_done_on_the_page(browser: Any, site: str, house: House) -> None:
    context = browser.new_context(java_script_enabled=False)
    context.set_default_timeout(10_000)
    plain = context.new_page()
    plain.goto(f"{site}/sign-in/{ADMIN}")
    plain.goto(f"{site}{SETTINGS}")
    expect(plain.get_by_label("Alternative email")).to_be_hidden()
    plain.get_by_role("button", name="Turn on text messaging", exact=True).click()
    expect(plain.get_by_label("Alternative email", exact=True)).to_be_visible()
    plain.get_by_label("Alternative phone", exact=True).fill("(312) 555-0190")
    plain.get_by_role("button", name="Turn on", exact=True).click()
    expect(plain.get_by_text("Text messaging is turned on.")).to_be_visible()
    time_passes()
    steps.advance(order().id)
    expect(plain.get_by_text("(844) 555-0100", exact=True).first).to_be_visible(timeout=LONG)
    context.close()


@pytest.mark.parametrize(
    ("scheme", "width"),
    [
        ("light", 360),
        ("dark", 1280),
        pytest.param("light", 1280, marks=pytest.mark.slow),
        pytest.param("dark", 360, marks=pytest.mark.slow),
    ],
)
def test_no_state_has_anything_serious(page: Any, site: str, house: House, width: int, scheme: str) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    for user, names in ((LISBON, ["new"]), (STAFF, ["new", "off"]), (ADMIN, list(STANDS))):
        page.goto(f"{site}/sign-in/{user}")
        for name in names:
            emptied()
            STANDS[name](house)
            page.goto(f"{site}{SETTINGS}")
            check(page, f"{name} for {user}")
    for path in ("details", "turn-off"):
        emptied()
        on(house)
        page.goto(f"{site}{SETTINGS}/{path}")
        check(page, path)
    page.goto(f"{site}/texting/guidance")
    check(page, "guidance")
    several(page, site, house)
    with_errors(page, site)


def several(page: Any, site: str, house: House) -> None:
    house.has("+18335550122", "refused", main=False, why="W" * 300)
    house.has("+18335550133", "submitted", main=False)
    page.goto(f"{site}{SETTINGS}?said=details")
    page.get_by_text("When to text, and when not to").first.click()
    check(page, "several numbers")
    page.get_by_label("Days before", exact=True).fill("soon")
    page.get_by_role("button", name="Save", exact=True).click()
    page.locator("#ft-days-fault").wait_for()
    check(page, "reminders with an error")


def with_errors(page: Any, site: str) -> None:
    emptied()
    dialog = opened(page, site)
    check(page, "the dialogue")
    dialog.get_by_label("Alternative phone", exact=True).fill("911")
    dialog.get_by_label("Alternative email", exact=True).fill("nobody@" + "long" * 40)
    dialog.get_by_role("button", name="Turn on", exact=True).click()
    page.locator("#ft-phone-fault").wait_for()
    check(page, "the dialogue with errors")


def emptied() -> None:
    """Nobody has texting, or ever had."""
    with own() as session:
        for table in (Order, Number, Texting):
            session.execute(delete(table))


def test_a_firm_is_turned_on_by_a_real_worker_at_a_real_carrier_and_texts_a_moment_later(
    page: Any, carrier_app: Any, served: str, worker: Any
) -> None:
    House(carrier_app)
    page.goto(f"{served}/sign-in/{ADMIN}")
    dialog = opened(page, served)
    dialog.get_by_label("Alternative email", exact=True).fill("office@harbor.example")
    dialog.get_by_role("button", name="Turn on", exact=True).click()
    page.get_by_role("heading", name="Your number is being set up").wait_for()
    page.close()
    page = page.context.new_page()
    page.goto(f"{served}{SETTINGS}")
    expect(page.locator(".ft-big")).to_have_text(re.compile(r"\(8\d\d\) 555-01\d\d"), timeout=LONG)
    page.goto(f"{served}/texting/new?contact=rosa")
    page.get_by_label("Message", exact=True).fill("Our new number")
    page.get_by_role("button", name="Send", exact=True).click()
    article = page.get_by_role("log").get_by_role("article")
    expect(article.locator(".ft-state")).to_have_text("Delivered", timeout=LONG)
