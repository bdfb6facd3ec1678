"""A contact's number is corrected in the practice system, and the text that could not reach it goes to the new one."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect
from sqlalchemy import select, update

from accessibility import check
from flask_firmtext.store.models import Message
from flask_firmtext.store.states import State
from flask_firmtext.store.transactions import own

STAFF = "staff@harbor.example"


@pytest.fixture
def staff(page: Any, site: str) -> Any:
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(f"{site}/login")
    page.get_by_label("Email").fill(STAFF)
    page.get_by_label("Password").fill("demo")
    page.get_by_role("button", name="Sign in").click()
    return page


def shot(page: Any, name: str) -> None:
    folder = os.environ.get("SHOTS")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def fails(practice: Any, **columns: str) -> None:
    """The carrier says so of the newest text."""
    with practice.app_context(), own() as session:
        newest = session.scalars(select(Message.id).order_by(Message.created_at.desc())).first()
        session.execute(update(Message).where(Message.id == newest).values(state=State.FAILED, **columns))


@pytest.mark.slow
def test_from_an_unreachable_number_to_the_new_one(practice: Any, staff: Any, site: str) -> None:
    staff.goto(f"{site}/contacts")
    staff.get_by_role("link", name="Grace Lindqvist").click()
    contact = staff.url
    number = re.search(r"\d+$", contact)
    assert number
    staff.goto(f"{site}/texting/new?contact={number.group()}")
    staff.get_by_label("Message", exact=True).fill("Your papers are ready")
    staff.get_by_role("button", name="Send", exact=True).click()
    expect(staff).to_have_url(re.compile("/conversations/"))
    fails(practice, reason="unreachable_number", code="1190")
    staff.reload()
    thread = staff.url
    text = staff.get_by_role("article").filter(has_text="Your papers are ready")
    expect(text).to_contain_text("Not delivered: Unreachable number")
    check(staff, "a thread with an unreachable number")
    shot(staff, "unreachable-360")
    text.get_by_role("link", name="Correct the number of Grace Lindqvist").click()
    expect(staff).to_have_url(contact)
    staff.get_by_role("link", name="Edit contact").click()
    field = staff.get_by_label("Phone (mobile)")
    field.fill("12")
    staff.get_by_role("button", name="Save contact").click()
    expect(staff.get_by_text("Write a North American number")).to_be_visible()
    check(staff, "the form of a contact")
    shot(staff, "contact-form-360")
    field.fill("(617) 555-0177")
    staff.get_by_role("button", name="Save contact").click()
    expect(staff.get_by_text("The contact is saved.")).to_be_visible()
    staff.goto(thread)
    expect(text).to_contain_text("Grace Lindqvist: (617) 555-0177")
    check(staff, "a thread with a new number")
    shot(staff, "new-number-360")
    text.get_by_role("button", name="Send to the new number").click()
    expect(staff.get_by_text("The text is being sent to the new number.")).to_be_visible()
    expect(staff).not_to_have_url(re.compile(re.escape(thread)))
    again = staff.get_by_role("article").filter(has_text="Your papers are ready")
    expect(again).to_contain_text("Sending…")
    expect(staff.get_by_text("(617) 555-0177").first).to_be_visible()
    again.get_by_role("link", name="Repeats an earlier text").click()
    expect(staff.get_by_role("article").filter(has_text="Sent again as a new text")).to_be_visible()


def test_a_contact_of_another_firm_cannot_be_edited(practice: Any, signed_in: Callable[[str], Any]) -> None:
    other = signed_in("staff@prairie.example").get("/contacts").text
    foreign = re.search(r'href="(/contacts/\d+)"', other)
    assert foreign
    assert signed_in(STAFF).get(f"{foreign.group(1)}/edit").status_code == 404
