"""A contact's conversations in the host's own page: live, by keyboard, on a phone and on a desk."""

from __future__ import annotations

from typing import Any

import pytest
from flask import render_template_string
from playwright.sync_api import expect

from accessibility import check
from office import Office

PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Contact</title>
<meta name="viewport" content="width=device-width, initial-scale=1"></head><body><main><h1>Rosa Marsh</h1>
{% import "firmtext/slots.html" as slots with context %}{{ slots.communications(contact="rosa") }}
</main></body></html>"""


@pytest.fixture
def app(app: Any) -> Any:
    """The host with a page of a contact."""
    app.add_url_rule("/contact", "contact", lambda: render_template_string(PAGE))
    return app


@pytest.mark.parametrize("width", [1280, 360])
def test_a_text_comes_in_on_the_contacts_page_and_its_thread_opens(
    staff: Any, site: str, office: Office, width: int
) -> None:
    staff.set_viewport_size({"width": width, "height": 800})
    staff.goto(f"{site}/contact")
    expect(staff.get_by_text("No texts with Rosa Marsh yet.")).to_be_visible()
    check(staff, "a contact without texts")
    office.sends("rosa", "Hello Rosa")
    office.sends("grace", "Hello Grace")
    office.receives("Hello from Rosa " + "and on " * 40)
    rows = staff.locator("#ft-table tbody tr")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("Hello from Rosa")
    expect(rows).to_contain_text("1 unread text")
    check(staff, "a contact with texts")
    rows.get_by_role("link", name="View").focus()
    staff.keyboard.press("Enter")
    expect(staff.get_by_role("log")).to_contain_text("Hello from Rosa")


def test_new_has_the_contact_chosen(staff: Any, site: str, office: Office) -> None:
    staff.goto(f"{site}/contact")
    staff.get_by_role("button", name="New", exact=True).press("Enter")
    staff.get_by_role("menuitem", name="Send text message").press("Enter")
    expect(staff.get_by_label("Contact", exact=True)).to_have_value("Rosa Marsh")
    expect(staff.get_by_label("Message", exact=True)).to_be_visible()
