"""Searching in texts in a browser: by keyboard, without scripts, on a phone, at both looks, and Back again."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest
from flask import render_template_string
from playwright.sync_api import expect

from accessibility import check
from flask_firmtext.messaging import marking
from office import STAFF, Office

PLACE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Practice</title></head><body>
{% import "firmtext/slots.html" as slots with context %}<main><h1>Rosa Marsh</h1>
{{ slots.communications(contact="rosa") }}</main></body></html>"""
SHOTS = os.environ.get("SHOTS")


@pytest.fixture
def app(app: Any) -> Any:
    app.add_url_rule("/rosa", "rosa", lambda: render_template_string(PLACE))
    return app


@pytest.fixture
def found(office: Office) -> Office:
    """Texts that have a word, and many after one of them."""
    office.sends("grace", "Grace, your ESCROW papers are ready. Please bring a photo ID on Friday.")
    office.sends(text="Hello Rosa")
    office.receives("Did you get the escrow deposit?")
    for n in range(60):
        office.sends(text=f"Later {n}")
    office.sends(text="The escrow account is closed now.")
    marking.walk("harbor")
    return office


def hits(page: Any) -> Any:
    return page.locator(".ft-hit")


def shot(page: Any, name: str) -> None:
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=True)


def test_by_keyboard_alone_from_the_inbox_to_a_text_and_back(staff: Any, site: str, found: Office) -> None:
    staff.goto(f"{site}/texting/")
    staff.get_by_label("Name, number or words").focus()
    staff.keyboard.type("escrow")
    staff.keyboard.press("Tab")
    staff.keyboard.press("Tab")
    expect(staff.get_by_role("button", name="Find in texts")).to_be_focused()
    staff.keyboard.press("Enter")
    expect(staff.get_by_role("heading", level=1)).to_have_text("Search in all texts")
    expect(hits(staff)).to_have_count(3)
    expect(staff.locator("mark")).to_have_text(["escrow", "escrow", "ESCROW"])
    assert "escrow" not in staff.url
    address = staff.url
    link = hits(staff).nth(1).get_by_role("link", name="Rosa Marsh")
    link.focus()
    staff.keyboard.press("Enter")
    target = staff.locator(".ft-text:target")
    expect(target).to_contain_text("Did you get the escrow deposit?")
    expect(target).to_be_in_viewport()
    staff.go_back()
    expect(hits(staff)).to_have_count(3)
    staff.reload()
    expect(hits(staff)).to_have_count(3)
    assert staff.url == address
    hits(staff).first.get_by_role("link").click()
    expect(staff.locator(".ft-text:target")).to_be_in_viewport()
    expect(staff.get_by_role("textbox", name="Message")).to_be_visible()


def test_under_a_contact_in_the_hosts_page_only_its_texts_are_found(staff: Any, site: str, found: Office) -> None:
    staff.goto(f"{site}/rosa")
    staff.get_by_label("Words in texts").fill("escrow")
    staff.keyboard.press("Enter")
    expect(staff.get_by_role("heading", level=1)).to_have_text("Search in texts with Rosa Marsh")
    expect(hits(staff)).to_have_count(2)
    staff.get_by_role("button", name="Find in all texts").click()
    expect(hits(staff)).to_have_count(3)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_everybody_can_use_it_at_every_size_and_look(
    staff: Any, site: str, found: Office, width: int, scheme: Any
) -> None:
    staff.emulate_media(color_scheme=scheme)
    staff.set_viewport_size({"width": width, "height": 740})
    name = f"{width}-{scheme}"
    staff.goto(f"{site}/texting/")
    check(staff, f"the inbox, {name}")
    shot(staff, f"inbox-{name}")
    staff.get_by_label("Name, number or words").fill("escrow")
    staff.get_by_role("button", name="Find in texts").click()
    expect(hits(staff)).to_have_count(3)
    check(staff, f"what was found, {name}")
    shot(staff, f"found-{name}")
    hits(staff).nth(1).get_by_role("link").click()
    expect(staff.locator(".ft-text:target")).to_be_in_viewport()
    check(staff, f"a text that was found, {name}")
    shot(staff, f"text-{name}")
    staff.go_back()
    staff.get_by_label("Words in texts").fill("nowhere")
    staff.get_by_role("button", name="Find in texts").click()
    expect(staff.locator(".ft-empty")).to_contain_text("No text has nowhere.")
    check(staff, f"nothing found, {name}")
    shot(staff, f"nothing-{name}")


def test_it_works_without_scripts(browser: Any, site: str, found: Office) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site}/sign-in/{STAFF}")
    page.goto(f"{site}/texting/")
    page.get_by_label("Name, number or words").fill("escrow deposit")
    page.get_by_role("button", name="Find in texts").click()
    expect(hits(page)).to_have_count(1)
    hits(page).get_by_role("link").click()
    expect(page).to_have_url(re.compile("#ft-text-"))
    expect(page.locator(".ft-text:target")).to_be_in_viewport()
    context.close()


def test_what_was_searched_for_is_kept_nowhere_in_the_browser(staff: Any, site: str, found: Office) -> None:
    staff.goto(f"{site}/texting/")
    staff.get_by_label("Name, number or words").fill("escrow")
    staff.get_by_role("button", name="Find in texts").click()
    expect(hits(staff)).to_have_count(3)
    kept = staff.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie, history.state])")
    assert "escrow" not in kept
