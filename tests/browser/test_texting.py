"""Texting as a person does it, with eyes, a mouse and a keyboard."""

from __future__ import annotations

import json
import re
import time
from typing import Any

import pytest
from playwright.sync_api import expect

from flask_firmtext.messaging import marking, thread
from flask_firmtext.store.states import State
from flask_firmtext.web.furniture import size
from mailroom import arrives
from office import ROSA, Office
from servers import until

LIVE = 1500  # milliseconds


def open_conversation(staff: Any, site: str, office: Office) -> Any:
    staff.goto(f"{site}/texting/conversations/{office.conversation()}")
    return staff.get_by_role("log")


def test_a_text_goes_out_from_new_to_the_conversation(staff: Any, site: str, office: Office) -> None:
    staff.goto(f"{site}/texting/")
    staff.get_by_role("button", name="New", exact=True).click()
    staff.get_by_role("menuitem", name="Send text message").click()
    staff.get_by_role("combobox", name="Contact", exact=True).press_sequentially("marsh")
    staff.get_by_role("option", name="Rosa Marsh").click()
    staff.get_by_label("Message", exact=True).fill("Hello Rosa")
    staff.get_by_role("button", name="Send", exact=True).click()
    article = staff.get_by_role("log").get_by_role("article")
    expect(article).to_contain_text("Hello Rosa")
    expect(article).to_contain_text("Sending…")
    expect(staff).to_have_url(f"{site}/texting/conversations/{office.conversation()}")
    expect(staff.get_by_label("Message", exact=True)).to_be_empty()
    expect(staff.get_by_label("Message", exact=True)).to_be_focused()


def test_a_text_can_be_sent_by_keyboard_alone(staff: Any, site: str, office: Office) -> None:
    office.host.put_contact("harbor", office.host.add_contact("harbor", "Ada Marsh", "+13125550123"))
    staff.goto(f"{site}/texting/")
    new = staff.get_by_role("button", name="New", exact=True)
    until(lambda: staff.keyboard.press("Tab") or new.evaluate("node => node === document.activeElement"))
    staff.keyboard.press("Enter")
    expect(staff.get_by_role("menuitem", name="Send text message")).to_be_focused()
    staff.keyboard.press("Enter")
    contact = staff.get_by_role("combobox", name="Contact", exact=True)
    expect(contact).to_be_focused()
    staff.keyboard.type("marsh")
    expect(staff.get_by_role("option")).to_have_count(2)
    expect(contact).to_have_attribute("aria-expanded", "true")
    staff.keyboard.press("ArrowDown")
    staff.keyboard.press("ArrowDown")
    expect(staff.get_by_role("option", selected=True)).to_contain_text("Rosa Marsh")
    expect(contact).to_have_attribute("aria-activedescendant", "ft-option-1")
    staff.keyboard.press("Enter")
    message = staff.get_by_label("Message", exact=True)
    expect(message).to_be_focused()
    staff.keyboard.type("By hand")
    staff.keyboard.press("Control+Enter")
    expect(staff.get_by_role("log").get_by_role("article")).to_contain_text("By hand")
    expect(message).to_be_focused()
    expect(message).to_be_empty()
    staff.keyboard.type("And again")
    staff.keyboard.press("Meta+Enter")
    expect(staff.get_by_role("log").get_by_role("article")).to_have_count(2)
    expect(message).to_be_focused()
    assert office.texts() == 2


def test_escape_closes_menu_and_list_and_the_focus_stays_sensible(staff: Any, site: str) -> None:
    staff.goto(f"{site}/texting/")
    new = staff.get_by_role("button", name="New", exact=True)
    new.press("ArrowDown")
    staff.keyboard.press("Escape")
    expect(new).to_be_focused()
    expect(new).to_have_attribute("aria-expanded", "false")
    staff.goto(f"{site}/texting/new")
    contact = staff.get_by_role("combobox", name="Contact", exact=True)
    contact.press_sequentially("marsh")
    expect(staff.get_by_role("option")).to_have_count(1)
    contact.press("Escape")
    expect(contact).to_have_attribute("aria-expanded", "false")
    expect(staff.get_by_role("option")).to_have_count(0)
    expect(contact).to_be_focused()


def test_a_reply_shows_in_the_open_conversation_and_is_read(staff: Any, site: str, office: Office) -> None:
    office.sends()
    log = open_conversation(staff, site, office)
    staff.get_by_label("Message", exact=True).fill("half a thought")
    office.receives("An answer")
    expect(log.get_by_role("article").last).to_contain_text("An answer", timeout=LIVE)
    expect(staff.get_by_label("Message", exact=True)).to_have_value("half a thought")
    expect(staff.get_by_label("Message", exact=True)).to_be_focused()
    until(lambda: "unread text" not in office.person().get("/texting/").text)


def test_states_change_without_a_reload_and_nothing_is_read_aloud_twice(staff: Any, site: str, office: Office) -> None:
    message = office.sends("rosa", "See you")
    log = open_conversation(staff, site, office)
    article = log.get_by_role("article")
    article.evaluate("node => { node.dataset.same = 'yes' }")
    for state, words in ((State.SUBMITTED, "Sent"), (State.DELIVERED, "Delivered")):
        office.becomes(message, state)
        expect(article.locator(".ft-state")).to_have_text(words, timeout=LIVE)
    expect(article).to_have_attribute("data-same", "yes")


def test_the_table_leaves_the_focus_where_it_is_and_moves_a_conversation_later(
    staff: Any, site: str, office: Office
) -> None:
    office.sends("rosa")
    office.sends("grace")
    staff.goto(f"{site}/texting/")
    rows = staff.locator("tbody tr")
    expect(rows.first).to_contain_text("Grace Moss")
    view = rows.nth(1).get_by_role("link", name="View", exact=True)
    view.focus()
    office.receives("Here I am", ROSA)
    expect(rows.nth(1)).to_contain_text("Here I am", timeout=LIVE)
    expect(rows.nth(1)).to_contain_text("1 unread text")
    expect(view).to_be_focused()
    staff.get_by_label("Name, number or words").focus()
    expect(rows.first).to_contain_text("Here I am")


def test_the_first_conversation_takes_the_place_of_the_empty_table(staff: Any, site: str, office: Office) -> None:
    staff.goto(f"{site}/texting/")
    expect(staff.get_by_text("No text messages yet.")).to_be_visible()
    office.sends()
    expect(staff.locator("tbody tr")).to_have_count(1, timeout=LIVE)


@pytest.mark.attack("A43")
def test_a_double_click_on_send_sends_once(staff: Any, site: str, office: Office) -> None:
    office.sends()
    log = open_conversation(staff, site, office)
    staff.get_by_label("Message", exact=True).fill("Once")
    staff.get_by_role("button", name="Send", exact=True).dblclick()
    expect(log.get_by_role("article")).to_have_count(2)
    assert office.texts() == 2


def test_a_long_conversation_opens_at_its_end_and_goes_back_page_by_page(staff: Any, site: str, office: Office) -> None:
    office.sends("rosa", "x\n" * 3)
    office.text_copies(2 * thread.PAGE + 3)
    log = open_conversation(staff, site, office)
    articles = log.get_by_role("article")
    expect(articles).to_have_count(thread.PAGE)
    expect(articles.last).to_be_in_viewport()
    for pages in (2, 3):
        log.get_by_role("link", name="Earlier texts").click()
        expect(articles).to_have_count(min(pages * thread.PAGE, 2 * thread.PAGE + 3))
    positions = articles.evaluate_all("nodes => nodes.map(node => Number(node.dataset.ftPosition))")
    assert positions == list(range(1, 2 * thread.PAGE + 4))
    expect(log.get_by_role("link", name="Earlier texts")).to_have_count(0)
    assert log.get_attribute("aria-live") in ("off", "polite")
    expect(log).to_have_attribute("aria-live", "polite")


@pytest.mark.parametrize(
    "text",
    ["", "a" * 160, "a" * 161, "€" * 80, "€" * 81, "ç", "é" * 200, "🎉" * 35, "🎉" * 36, "ж" * 135, "x" * 3201, "a\nb"],
)
def test_the_counter_says_what_the_server_says(staff: Any, site: str, text: str) -> None:
    staff.goto(f"{site}/texting/new?contact=rosa")
    staff.get_by_label("Message", exact=True).fill(text)
    expect(staff.locator("[data-ft-counter]")).to_have_text(size(text))


def test_a_text_that_is_refused_keeps_words_and_says_why(staff: Any, site: str, office: Office) -> None:
    office.sends()
    open_conversation(staff, site, office)
    message = staff.get_by_label("Message", exact=True)
    message.fill("x" * 3300)
    staff.get_by_role("button", name="Send", exact=True).click()
    expect(staff.get_by_role("alert")).to_contain_text("at most 3,200 can be sent")
    expect(message).to_have_value("x" * 3300)
    expect(message).to_be_focused()


def test_a_session_that_ends_while_somebody_writes_costs_no_words(
    staff: Any, site: str, office: Office, complaints: list[str]
) -> None:
    office.sends()
    log = open_conversation(staff, site, office)
    message = staff.get_by_label("Message", exact=True)
    message.fill("A long thought")
    staff.context.clear_cookies()
    staff.get_by_role("button", name="Send", exact=True).click()
    expect(staff.get_by_role("alert")).to_contain_text("Sign in in another tab")
    expect(message).to_have_value("A long thought")
    other = staff.context.new_page()
    other.goto(f"{site}/sign-in/staff@harbor.example")
    other.close()
    staff.get_by_role("button", name="Send", exact=True).click()
    expect(log.get_by_role("article").last).to_contain_text("A long thought")
    expect(message).to_be_empty()
    complaints[:] = [said for said in complaints if " 401 " not in said]


def test_a_lost_connection_is_told_quietly_and_comes_back(
    staff: Any, site: str, office: Office, complaints: list[str]
) -> None:
    office.sends()
    log = open_conversation(staff, site, office)
    staff.context.set_offline(True)
    expect(staff.locator("[data-ft-connection]")).to_have_text("Not connected; trying again")
    staff.get_by_label("Message", exact=True).fill("Written in a tunnel")
    staff.get_by_role("button", name="Send", exact=True).click()
    expect(staff.get_by_role("alert")).to_contain_text("your text is kept here")
    office.receives("Meanwhile")
    staff.context.set_offline(False)
    expect(staff.locator("[data-ft-connection]")).to_have_text("")
    expect(log).to_contain_text("Meanwhile")
    expect(staff.locator("[data-ft-meanwhile]")).to_have_text("A newer text has come in.")
    staff.get_by_role("button", name="Send", exact=True).click()
    staff.get_by_role("button", name="Send anyway", exact=True).click()
    expect(log).to_contain_text("Written in a tunnel")
    assert office.texts() == 3
    away = ("ERR_INTERNET_DISCONNECTED", "htmx", "status of 409")
    complaints[:] = [said for said in complaints if not any(word in said for word in away)]


def test_a_contact_with_several_numbers_lets_staff_pick_another(staff: Any, site: str, office: Office) -> None:
    office.sends("rosa", "To the first")
    staff.goto(f"{site}/texting/new?contact=rosa")
    expect(staff.get_by_role("log")).to_contain_text("To the first")
    staff.get_by_label("Text to").select_option(label="(312) 555-0110")
    expect(staff.get_by_role("log")).to_contain_text("No texts yet")
    staff.get_by_label("Message", exact=True).fill("To the second")
    staff.get_by_role("button", name="Send", exact=True).click()
    expect(staff.get_by_role("log").get_by_role("article")).to_have_count(1)
    assert office.conversation("+13125550110")


#: Everywhere where a page may keep something in a browser, and where it is.
KEPT = """async () => JSON.stringify({
    local: {...localStorage}, session: {...sessionStorage}, cookie: document.cookie, name: window.name,
    state: history.state, address: location.href, referrer: document.referrer,
    databases: await indexedDB.databases(), caches: await caches.keys(),
    workers: (await navigator.serviceWorker.getRegistrations()).length,
    fetched: performance.getEntries().map(entry => entry.name),
})"""


@pytest.mark.attack("A36")
def test_nothing_of_a_conversation_is_kept_in_the_browser(staff: Any, site: str, office: Office) -> None:
    office.sends("rosa", "privileged")
    arrives(office, name="privileged.png")
    marking.walk("harbor")
    kept = []
    staff.on("framenavigated", lambda frame: kept.append(frame.url))
    open_conversation(staff, site, office)
    expect(staff.get_by_role("log").get_by_role("article")).to_have_count(2)
    staff.get_by_label("Message", exact=True).fill("half privileged")
    expect(staff.locator("[data-ft-kept]")).to_have_text("Draft saved")
    kept.append(staff.evaluate(KEPT))
    staff.get_by_label("Message", exact=True).fill("also privileged")
    staff.get_by_role("button", name="Send", exact=True).click()
    expect(staff.get_by_role("log").get_by_role("article")).to_have_count(3)
    kept.append(staff.evaluate(KEPT))
    staff.goto(f"{site}/texting/")
    staff.get_by_label("Name, number or words").fill("privileged")
    staff.get_by_role("button", name="Find in texts").click()
    expect(staff.get_by_role("heading", level=1)).to_contain_text("Search")
    kept.append(staff.evaluate(KEPT))
    staff.go_back()
    kept.append(staff.evaluate(KEPT))
    for one in kept:
        assert "privileged" not in one
        assert "Rosa" not in one
    for one in map(json.loads, (one for one in kept if one.startswith("{"))):
        assert [one[name] for name in ("local", "cookie", "name", "databases", "caches", "workers")] == [
            {}, "", "", [], [], 0,
        ]  # fmt: skip
        assert set(one["session"]) <= {"htmx-current-path-for-history"}
    signed = staff.context.cookies()
    assert {cookie["name"] for cookie in signed} == {"session"}
    assert all(cookie["httpOnly"] for cookie in signed)


def test_without_scripts_a_text_goes_out_all_the_same(browser: Any, site: str, office: Office) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site}/sign-in/staff@harbor.example")
    page.goto(f"{site}/texting/")
    page.get_by_role("button", name="New", exact=True).click()
    page.get_by_label("Contact", exact=True).fill("rosa")
    page.get_by_role("button", name="Find").click()
    page.get_by_role("link", name="Rosa Marsh").click()
    page.get_by_label("Message", exact=True).fill("Plain")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("log").get_by_role("article")).to_contain_text("Plain")
    assert re.search(r"/conversations/[0-9a-f-]{36}$", page.url)
    context.close()


@pytest.mark.slow
def test_a_hidden_page_asks_seldom(staff: Any, site: str, office: Office) -> None:
    office.sends()
    asked: list[float] = []
    staff.on("request", lambda request: asked.append(time.monotonic()) if "/changes" in request.url else None)
    staff.add_init_script("Object.defineProperty(document, 'hidden', { get: () => window.away === true })")
    open_conversation(staff, site, office)
    until(lambda: staff.evaluate("0") or len(asked) >= 3)
    staff.evaluate("window.away = true")
    until(lambda: staff.evaluate("0") or time.monotonic() - asked[-1] > 2.5)
