"""Nothing serious or critical on any page, light and dark, on a phone and on a desk."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from accessibility import check
from flask_firmtext.messaging import holds
from flask_firmtext.store.models import Message
from flask_firmtext.store.states import HoldKind, State
from flask_firmtext.store.transactions import own
from office import Office

LONG = "Bartholomew Montgomery Featherstonehaugh-Cholmondeley " * 5


def fill(office: Office) -> None:
    """Texts both ways in every state, long ones, emoji, right to left, unreadable."""
    office.host.add_contact("harbor", LONG.strip(), "+13125550177", ref="long")
    for state in (State.DELIVERED, State.SUBMITTED, State.UNKNOWN, State.UNCONFIRMED, State.CANCELLED, State.EXPIRED):
        office.becomes(office.sends("rosa", f"This became {state}"), state)
    office.becomes(office.sends("rosa", "Failed"), State.FAILED, reason="rejected_by_carrier", partly=True)
    office.receives("Thanks 🎉 https://example.com/" + "long/" * 40)
    broken = office.sends("rosa", "lost")
    with own() as session:
        row = session.scalars(select(Message).where(Message.id == broken)).one()
        row.body = row.body[:-1] + bytes([row.body[-1] ^ 1])
    office.sends("sara", "שלום, חוזה השכירות מוכן לחתימה.")
    office.sends("long", "W" * 600)
    office.sends("grace", "Bonjour")
    office.receives("Parking?", "+13125550101")


def table(page: Any, site: str, office: Office) -> None:
    page.goto(f"{site}/texting/")


def menu(page: Any, site: str, office: Office) -> None:
    page.goto(f"{site}/texting/")
    page.get_by_role("button", name="New", exact=True).click()
    expect(page.get_by_role("menuitem")).to_be_focused()


def conversation(page: Any, site: str, office: Office) -> None:
    page.goto(f"{site}/texting/conversations/{office.conversation()}")
    page.get_by_label("Message", exact=True).fill("A draft")


def picker(page: Any, site: str, office: Office) -> None:
    page.goto(f"{site}/texting/new")
    page.get_by_label("Contact", exact=True).press_sequentially("o")
    page.get_by_role("option").first.wait_for()
    page.keyboard.press("ArrowDown")


def chosen(page: Any, site: str, office: Office) -> None:
    page.goto(f"{site}/texting/new?contact=rosa")


def no_number(page: Any, site: str, office: Office) -> None:
    page.goto(f"{site}/texting/new?contact=theo")


def refused(page: Any, site: str, office: Office) -> None:
    conversation(page, site, office)
    page.get_by_label("Message", exact=True).fill(" ")
    page.get_by_role("button", name="Send", exact=True).click()
    page.get_by_role("alert").wait_for()


def held(page: Any, site: str, office: Office) -> None:
    with own() as session:
        holds.put(session, HoldKind.ACCOUNT, "default", "balance", by="test")
    conversation(page, site, office)


def closed(page: Any, site: str, office: Office) -> None:
    page.goto(f"{site}/texting/new?contact=ines")


def nobody(page: Any, site: str, office: Office) -> None:
    page.goto(f"{site}/texting/new")
    page.get_by_label("Contact", exact=True).press_sequentially("zzz")
    page.get_by_text("Nobody found. Try").wait_for()


SHOWN = [table, menu, conversation, picker, chosen, no_number, refused, held, closed, nobody]


@pytest.mark.parametrize(
    ("scheme", "width"),
    [
        ("light", 360),
        ("dark", 1280),
        pytest.param("light", 1280, marks=pytest.mark.slow),
        pytest.param("dark", 360, marks=pytest.mark.slow),
    ],
)
def test_no_page_has_anything_serious(
    staff: Any, site: str, office: Office, width: int, scheme: str, request: pytest.FixtureRequest
) -> None:
    staff.set_viewport_size({"width": width, "height": 800})
    staff.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    staff.goto(f"{site}/texting/")
    check(staff, "empty")
    fill(office)
    for show in SHOWN:
        show(staff, site, office)
        check(staff, show.__name__)


def test_signed_out_and_kept_words_have_nothing_serious(page: Any, site: str, office: Office) -> None:
    page.goto(f"{site}/texting/")
    check(page, "signed out")
    context = page.context.browser.new_context(java_script_enabled=False)
    plain = context.new_page()
    plain.goto(f"{site}/sign-in/staff@harbor.example")
    plain.goto(f"{site}/texting/new?contact=rosa")
    plain.get_by_role("button", name="Send", exact=True).click()
    plain.get_by_text("Your text was not sent").wait_for()
    html = plain.content()
    context.close()
    page.goto(f"{site}/texting/static/frame.css")
    page.goto(f"{site}/texting/")
    page.evaluate("html => { document.documentElement.innerHTML = html }", html)
    check(page, "kept")
