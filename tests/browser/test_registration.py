"""The form of the carriers' registration in a browser: focus, errors, nothing serious for axe, also without scripts."""

from __future__ import annotations

import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from office import ADMIN, Office
from registering import WHOLE

PAGE = "/texting/settings/registration"


@pytest.fixture
def admin(page: Any, site: str, office: Office, complaints: list[str]) -> Any:
    page.goto(f"{site}/sign-in/{ADMIN}")
    page.goto(site + PAGE)
    return page


def save(page: Any) -> None:
    page.get_by_role("button", name="Save", exact=True).click()


def fill(page: Any, **values: str) -> None:
    for name, value in values.items():
        field = page.locator(f"#ft-{name}")
        field.select_option(value) if field.evaluate("field => field.tagName") == "SELECT" else field.fill(value)


def check(page: Any, name: str) -> None:
    found = Axe().run(page).response["violations"]
    bad = [(one["id"], one["nodes"][0]["html"][:200]) for one in found if one["impact"] in ("serious", "critical")]
    assert bad == [], name
    wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    assert not wide, f"{name} must be scrolled sideways"


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_form_has_nothing_serious_fresh_wrong_or_incomplete(admin: Any, width: int, scheme: str) -> None:
    admin.set_viewport_size({"width": width, "height": 800})
    admin.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    check(admin, "fresh")
    fill(admin, contact_email="nobody", street="PO Box 12")
    save(admin)
    admin.get_by_role("alert").wait_for()
    check(admin, "wrong")
    fill(admin, contact_email="adelheid@harborlaw.example")
    save(admin)
    admin.get_by_text("Saved. It cannot be submitted").wait_for()
    check(admin, "incomplete")


def test_an_error_gets_the_focus_and_leads_to_its_field(admin: Any) -> None:
    fill(admin, contact_email="nobody")
    save(admin)
    summary = admin.get_by_role("alert")
    expect(summary).to_be_focused()
    summary.get_by_role("link", name="Contact's email").click()
    email = admin.get_by_label("Contact's email", exact=True)
    expect(email).to_be_focused()
    expect(email).to_have_value("nobody")
    expect(email).to_have_accessible_description(re.compile("Mail cannot be sent to this address"))


def test_without_scripts_a_whole_form_is_filled_in_saved_and_downloaded(
    browser: Any, site: str, office: Office
) -> None:
    context = browser.new_context(java_script_enabled=False)
    plain = context.new_page()
    plain.goto(f"{site}/sign-in/{ADMIN}")
    plain.goto(site + PAGE)
    for name, value in WHOLE.items():
        field = plain.locator(f"#ft-{name}")
        if name in ("entity", "registration_type", "country", "use_case", "volume", "opt_in_kind"):
            field.select_option(value)
        else:
            field.fill(value)
    save(plain)
    plain.get_by_text("Saved.", exact=True).wait_for()
    with plain.expect_download() as downloading:
        plain.get_by_role("link", name="Download what is submitted").click()
    assert downloading.value.suggested_filename == "registration-18335550100.json"
    context.close()
