from pathlib import Path
import os
import pytest
from flask_firmtext.store.states import State
OUT = Path("/tmp/ft/web/shots"); OUT.mkdir(exist_ok=True, parents=True)

@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_shots(staff, site, office, width, scheme):
    page = staff
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 800})
    def shot(name):
        page.screenshot(path=str(OUT / f"{name}-{width}-{scheme}.png"))
    page.goto(f"{site}/texting/"); shot("empty")
    m = office.sends("rosa", "Hello Rosa, the hearing is on Thursday at 10:30. Please bring the lease.")
    office.becomes(m, State.DELIVERED)
    office.receives("Thank you! See https://example.com/court?x=1.")
    m = office.sends("rosa", "One more: the other number"); office.becomes(m, State.FAILED, reason="unreachable_number")
    m = office.sends("rosa", "maybe"); office.becomes(m, State.UNKNOWN)
    m = office.sends("rosa", "שלום רחל, חוזה השכירות מוכן לחתימה"); office.becomes(m, State.SUBMITTED)
    office.sends("grace", "Bonjour " * 80)
    office.sends("sara", "Hi Sara"); office.receives("Is parking possible? 🎉", "+14165550104")
    office.receives("And where?", "+14165550104")
    page.goto(f"{site}/texting/"); shot("table")
    page.get_by_role("button", name="New", exact=True).click(); shot("menu")
    page.get_by_role("menuitem", name="Send text message").click()
    page.get_by_label("Contact").press_sequentially("mo")
    page.get_by_role("option").first.wait_for(); shot("picker")
    page.get_by_label("Contact").fill("rosa")
    page.get_by_role("option", name="Rosa").wait_for()
    page.get_by_label("Contact").press("Enter")
    page.get_by_label("Message").wait_for(); shot("chosen")
    page.goto(f"{site}/texting/conversations/{office.conversation()}")
    page.get_by_label("Message").fill("Draft with “quotes”"); shot("thread")
    page.goto(f"{site}/texting/new?contact=theo"); shot("nonumber")
    page.goto(f"{site}/texting/new?contact=ines"); shot("landline")
