"""A failed and an unknown text in a browser: by keyboard alone, in two tabs, on a laptop and on a phone, and live."""

from __future__ import annotations

import os
import uuid
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from accessibility import check
from flask_firmtext.store.states import State
from office import STAFF, Office
from outbound import state

LIVE = 5000


@pytest.fixture
def failed(office: Office) -> uuid.UUID:
    text = office.sends("rosa", "Your hearing is on Monday at ten")
    office.becomes(text, State.FAILED, reason="temporary_error", code="busy")
    return text


@pytest.fixture
def unknown(office: Office) -> uuid.UUID:
    text = office.sends("rosa", "Bring the lease")
    office.becomes(text, State.UNKNOWN)
    return text


def shot(page: Any, name: str) -> None:
    folder = os.environ.get("SHOTS")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), pytest.param(1280, "light", marks=pytest.mark.slow)])
def test_a_failed_text_is_tried_again_by_keyboard_and_another_tab_sees_it_live(
    width: int, scheme: str, staff: Any, site: str, office: Office, failed: uuid.UUID
) -> None:
    address = f"{site}/texting/conversations/{office.conversation()}"
    other = staff.context.new_page()
    for page in (staff, other):
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=scheme)
        page.goto(address)
    button = staff.get_by_role("button", name="Try again", exact=True)
    expect(button).to_have_accessible_description("Your hearing is on Monday at ten")
    check(staff, "a failed text")
    shot(staff, f"failed-{width}-{scheme}")
    button.focus()
    staff.keyboard.press("Enter")
    expect(staff.get_by_text("The text is being sent again.")).to_be_visible()
    first, second = (staff.get_by_role("article").nth(n) for n in (0, 1))
    expect(first).to_contain_text("Sent again as a new text")
    expect(second).to_contain_text("Repeats an earlier text")
    expect(second).to_contain_text("Sending…")
    expect(staff.get_by_role("button", name="Try again")).to_have_count(0)
    expect(other.get_by_role("article")).to_have_count(2, timeout=LIVE)
    expect(other.get_by_role("button", name="Try again")).to_have_count(0)
    expect(other.get_by_role("article").first).to_contain_text("Sent again as a new text")
    check(staff, "a text that was tried again")
    shot(staff, f"retried-{width}-{scheme}")


def test_a_page_that_has_not_heard_of_it_sends_nothing_twice(
    staff: Any, site: str, office: Office, failed: uuid.UUID
) -> None:
    address = f"{site}/texting/conversations/{office.conversation()}"
    other = staff.context.new_page()
    other.route("**/changes*", lambda route: route.abort())
    for page in (staff, other):
        page.goto(address)
    staff.get_by_role("button", name="Try again").click()
    expect(staff.get_by_role("article")).to_have_count(2)
    other.get_by_role("button", name="Try again").click()
    expect(other.get_by_text("This text has been sent again already.")).to_be_visible()
    expect(other.get_by_role("article")).to_have_count(2)


@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (1280, "dark")])
def test_a_person_says_what_became_of_an_unknown_text(
    width: int, scheme: str, staff: Any, site: str, office: Office, unknown: uuid.UUID
) -> None:
    staff.set_viewport_size({"width": width, "height": 800})
    staff.emulate_media(color_scheme=scheme)
    staff.goto(f"{site}/texting/conversations/{office.conversation()}")
    text = staff.get_by_role("article")
    expect(text).to_contain_text("nothing is sent again by itself")
    check(staff, "an unknown text")
    shot(staff, f"unknown-{width}-{scheme}")
    text.get_by_role("link", name="It did not arrive", exact=True).focus()
    staff.keyboard.press("Enter")
    why = staff.get_by_label("How do you know?")
    expect(why).to_be_visible()
    check(staff, "what a person says about an unknown text")
    shot(staff, f"resolve-{width}-{scheme}")
    why.fill("Rosa said so on the phone")
    staff.get_by_role("button", name="It did not arrive").click()
    expect(text).to_contain_text("Sam Staff: it did not arrive")
    expect(text).to_contain_text("Rosa said so on the phone")
    expect(text.get_by_role("button", name="Try again")).to_be_visible()
    check(staff, "an unknown text that somebody decided")
    shot(staff, f"resolved-{width}-{scheme}")
    assert state(unknown) == "failed"


def test_without_scripts_it_is_tried_again_too(browser: Any, site: str, office: Office, failed: uuid.UUID) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site}/sign-in/{STAFF}")
    page.goto(f"{site}/texting/conversations/{office.conversation()}")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("article")).to_have_count(2)
    expect(page.get_by_text("The text is being sent again.")).to_be_visible()
    context.close()
