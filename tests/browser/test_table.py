"""The table of text messages in a browser: live without jumping, by keyboard alone, marks, badge and notifications."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import render_template_string
from playwright.sync_api import expect

from accessibility import check
from flask_firmtext.messaging import choices
from flask_firmtext.messaging.choices import Choice
from flask_firmtext.ports.values import User
from flask_firmtext.store.transactions import own
from office import ADMIN, ROSA, STAFF, Office
from servers import until

GRACE = "+13125550101"
LIVE = 2000  # milliseconds
TAB = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Practice</title></head><body>
{% import "firmtext/slots.html" as slots with context %}<main><h1>Practice</h1>{{ slots.unread_badge() }}
{{ slots.notification_settings() }}</main></body></html>"""
#: A browser whose user says yes, and that keeps what it would show.
WILLING = """
window.told = []; window.asked = 0;
window.Notification = class extends EventTarget {
  static permission = "default";
  static async requestPermission() { window.asked += 1; return (Notification.permission = "granted"); }
  constructor(title, more) { super(); window.told.push({ title, ...more }); }
  close() {}
};
"""


@pytest.fixture
def app(app: Any) -> Any:
    app.add_url_rule("/tab", "tab", lambda: render_template_string(TAB))
    return app


@pytest.fixture
def two(staff: Any, site: str, office: Office) -> Any:
    """The table with Rosa's conversation over Grace's."""
    office.sends("grace", "To Grace")
    office.sends("rosa", "To Rosa")
    staff.goto(f"{site}/texting/")
    expect(names(staff)).to_have_text([re.compile("Rosa"), re.compile("Grace")])
    return staff


def names(page: Any) -> Any:
    return page.locator("#ft-table tbody .ft-names")


def chose(**choice: bool) -> None:
    with own() as session:
        choices.choose(session, User(STAFF, "Sam Staff", "harbor"), Choice(**choice))


def test_nothing_moves_under_the_pointer_and_all_is_shown_when_it_leaves(two: Any, office: Office) -> None:
    two.locator("#ft-table tbody tr").first.hover()
    office.receives("From Grace", GRACE)
    office.receives("Again", GRACE)
    expect(two.locator("[data-ft-fresh]")).to_have_text("2 new text messages – show", timeout=LIVE * 2)
    expect(names(two)).to_have_text([re.compile("Rosa"), re.compile("Grace")])
    expect(two.locator("#ft-table tbody tr").last).to_contain_text("Again")
    expect(two.locator("#ft-table tbody tr").last).to_contain_text("2 unread texts")
    check(two, "held back")
    two.mouse.move(5, 5)
    expect(names(two)).to_have_text([re.compile("Grace"), re.compile("Rosa")])
    expect(two.locator("[data-ft-fresh]")).to_be_empty()


def test_nothing_moves_while_somebody_is_in_the_rows_by_keyboard_until_they_want_it(two: Any, office: Office) -> None:
    two.keyboard.press("j")
    two.keyboard.press("j")
    here = two.locator("#ft-table tbody tr").last.get_by_role("link", name="View")
    expect(here).to_be_focused()
    office.host.add_contact("harbor", "Nora New", "+13125550179", ref="nora")
    office.sends("nora", "Hello Nora")
    office.receives("Hello", "+13125550179")
    show = two.get_by_role("button", name="1 new text message – show")
    expect(show).to_be_visible(timeout=LIVE)
    expect(names(two)).to_have_count(2)
    expect(here).to_be_focused()
    show.press("Enter")
    expect(names(two)).to_have_text([re.compile("Nora"), re.compile("Rosa"), re.compile("Grace")])
    expect(two.locator("#ft-table tbody tr").first.get_by_role("link", name="View")).to_be_focused()


def test_without_anybody_there_the_newest_comes_to_the_top_by_itself(two: Any, office: Office) -> None:
    office.receives("From Grace", GRACE)
    expect(names(two)).to_have_text([re.compile("Grace"), re.compile("Rosa")], timeout=LIVE)


def test_keys_move_open_mark_search_and_explain_themselves(two: Any, office: Office) -> None:
    office.receives("From Rosa", ROSA)
    rows = two.locator("#ft-table tbody tr")
    two.keyboard.press("j")
    expect(rows.first.get_by_role("link", name="View")).to_be_focused()
    two.keyboard.press("j")
    two.keyboard.press("j")
    expect(rows.last.get_by_role("link", name="View")).to_be_focused()
    two.keyboard.press("k")
    expect(rows.first.get_by_role("link", name="View")).to_be_focused()
    two.keyboard.press("?")
    expect(two.get_by_role("dialog", name="Keys in this table")).to_be_visible()
    check(two, "keys")
    two.keyboard.press("Escape")
    expect(rows.first.get_by_role("link", name="View")).to_be_focused()
    two.keyboard.press("e")
    expect(rows).to_have_count(1, timeout=LIVE)
    expect(rows.first).to_contain_text("Grace")
    expect(rows.first.get_by_role("link", name="View")).to_be_focused()
    expect(two.locator("[data-ft-told]")).to_contain_text("Marked done.")
    two.get_by_role("button", name="Undo").click()
    expect(rows).to_have_count(2, timeout=LIVE)
    expect(two.locator("[data-ft-told]")).to_contain_text("Open again.")
    two.keyboard.press("/")
    expect(two.get_by_label("Name, number or words")).to_be_focused()
    two.keyboard.type("jeku?/grace")
    expect(two.get_by_label("Name, number or words")).to_have_value("jeku?/grace")
    expect(rows).to_have_count(2)
    two.get_by_label("Name, number or words").fill("grace")
    two.keyboard.press("Enter")
    expect(two.get_by_role("link", name="All text messages")).to_be_visible()
    two.wait_for_load_state()
    expect(rows).to_have_count(1)
    two.keyboard.press("j")
    expect(rows.first.get_by_role("link", name="View")).to_be_focused()
    two.keyboard.press("Enter")
    expect(two.get_by_role("log")).to_contain_text("To Grace")


def test_keys_that_were_switched_off_do_nothing(staff: Any, site: str, office: Office) -> None:
    chose(keys=False)
    office.sends()
    staff.goto(f"{site}/texting/")
    for key in "j?/":
        staff.keyboard.press(key)
    expect(staff.locator("body")).to_be_focused()
    expect(staff.locator("dialog")).to_have_count(0)


def test_the_menu_of_a_row_works_by_keyboard_and_marks_unread_for_good(staff: Any, site: str, office: Office) -> None:
    office.sends()
    office.receives("Hello")
    thread = staff.context.new_page()
    thread.goto(f"{site}/texting/conversations/{office.conversation()}")
    staff.goto(f"{site}/texting/")
    row = staff.locator("#ft-table tbody tr")
    row.get_by_role("link", name="View").focus()
    staff.keyboard.press("Tab")
    staff.keyboard.press("Enter")
    staff.keyboard.press("Tab")
    expect(row.get_by_role("button", name="Mark done")).to_be_focused()
    check(staff, "a row's menu")
    staff.keyboard.press("Escape")
    expect(row.locator("summary")).to_be_focused()
    staff.keyboard.press("u")
    expect(row).to_contain_text("1 unread text", timeout=LIVE)
    # Its thread is open in another tab, and asks what is new the whole time.
    for _ in range(3):
        with thread.expect_response(lambda answer: "/changes" in answer.url):
            pass
    expect(row).to_contain_text("1 unread text")
    office.receives("And more")
    expect(thread.get_by_role("log")).to_contain_text("And more", timeout=LIVE)
    expect(row).not_to_contain_text("unread text", timeout=LIVE * 3)


def test_a_mark_that_could_not_be_stored_says_so(two: Any, complaints: list[str]) -> None:
    two.route(re.compile("/done$"), lambda route: route.fulfill(status=503))
    two.reload()
    two.keyboard.press("j")
    two.keyboard.press("e")
    expect(two.locator("[data-ft-told]")).to_have_text("That could not be saved. Try again in a minute.")
    expect(names(two)).to_have_count(2)
    complaints[:] = [said for said in complaints if "503" not in said]


def test_the_title_counts_where_the_badge_is_on(staff: Any, site: str, office: Office) -> None:
    office.sends()
    staff.goto(f"{site}/tab")
    expect(staff).to_have_title("Practice")
    office.receives("one")
    expect(staff).to_have_title("(1) Practice", timeout=LIVE)
    office.receives("two")
    expect(staff).to_have_title("(2) Practice", timeout=LIVE)
    staff.reload()
    expect(staff).to_have_title("(2) Practice")
    office.person().get(f"/texting/conversations/{office.conversation()}")
    expect(staff).to_have_title("Practice", timeout=LIVE)
    office.receives("three")
    expect(staff).to_have_title("(1) Practice", timeout=LIVE)
    check(staff, "notification settings")
    staff.get_by_label("Show a badge when new texts arrive").uncheck()
    staff.get_by_role("button", name="Save").click()
    expect(staff.get_by_text("Saved.")).to_be_visible()
    expect(staff).to_have_title("Practice")
    expect(staff.locator("[data-ft-badge]")).to_have_count(0)


def test_a_row_that_was_searched_for_is_marked_where_it_stands(two: Any) -> None:
    two.get_by_role("searchbox").fill("Grace")
    two.keyboard.press("Enter")
    expect(names(two)).to_have_text([re.compile("Grace")])
    two.locator("[data-ft-row-menu] summary").click()
    two.get_by_role("button", name="Mark done").click()
    expect(two.get_by_text("Marked done.")).to_be_visible()
    two.get_by_role("link", name="Done", exact=True).click()
    expect(names(two)).to_have_text([re.compile("Grace")])


def test_a_browser_that_cannot_tell_is_not_asked(staff: Any, site: str, office: Office) -> None:
    """Chrome on Android has the constructor, and refuses it."""
    office.sends()
    staff.add_init_script(
        "Notification = class { static permission = 'default'; constructor() { throw new TypeError(); } };"
    )
    staff.goto(f"{site}/tab")
    expect(staff.get_by_label("Show a badge when new texts arrive")).to_be_visible()
    expect(staff.get_by_role("button", name="Turn on browser notifications")).to_be_hidden()


def test_the_browser_asks_only_when_told_to_and_tells_nothing_of_whom(staff: Any, site: str, office: Office) -> None:
    office.sends()
    staff.add_init_script(WILLING)
    staff.goto(f"{site}/tab")
    button = staff.get_by_role("button", name="Turn on browser notifications")
    expect(button).to_be_visible()
    assert staff.evaluate("asked") == 0
    button.click()
    expect(staff.get_by_text("This browser will tell you.")).to_be_visible()
    assert staff.evaluate("asked") == 1
    staff.add_init_script("Notification.permission = 'granted'")
    staff.reload()
    expect(staff.get_by_label("Browser notifications")).to_be_checked()
    expect(button).to_be_hidden()
    office.receives("In sight")
    expect(staff.locator("[data-ft-badge]")).to_contain_text("1 unread text", timeout=LIVE)
    assert staff.evaluate("told") == []
    staff.evaluate("Object.defineProperty(document, 'hidden', { value: true })")
    office.receives("Secret words")
    until(lambda: staff.evaluate("told.length") == 1)
    told = staff.evaluate("told[0]")
    assert (told["title"], told["body"], told["tag"]) == ("New text message", "Harbor Law", "firmtext")


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_filters_and_settings_have_nothing_serious(
    staff: Any, site: str, office: Office, width: int, scheme: str
) -> None:
    staff.set_viewport_size({"width": width, "height": 800})
    staff.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    office.sends("rosa", by=ADMIN)
    office.receives("When?")
    for page in ("?show=waiting", "?show=done", "settings/notifications"):
        staff.goto(f"{site}/texting/{page}")
        check(staff, page)
        wide = staff.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0
