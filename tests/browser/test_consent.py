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
