"""What is kept, held and erased, in a browser: by keyboard, on a phone, at both looks, and with what goes wrong."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect
from sqlalchemy import update

from accessibility import check
from evidence import rows
from flask_firmtext.current import firmtext
from flask_firmtext.firm import erasure_requests, legal_holds, retention
from flask_firmtext.store.models import Conversation, Erasure
from flask_firmtext.store.states import State
from flask_firmtext.store.transactions import own
from mailroom import arrives
from office import ADMIN, ROSA, Office

KEPT, ERASE = "/texting/settings/retention", "/texting/settings/erase?contact="
LONG = "Bartholomew Montgomery Featherstonehaugh-Cholmondeley " * 3
UNBROKEN = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
HEBREW, ARABIC = "עו״ד שרה בן־דוד (תל אביב)", "طلب العميل حذف رسائله."
SHOTS = os.environ.get("SHOTS")


@pytest.fixture(params=["en-US"])
def admin(request: pytest.FixtureRequest, browser: Any, site: str, office: Office) -> Iterator[Any]:
    """A page of an administrator, whose browser speaks a language."""
    context = browser.new_context(locale=request.param)
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda told: said.append(told.text) if told.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(f"{site}/sign-in/{ADMIN}")
    yield page
    context.close()
    assert [one for one in said if "422" not in one and "favicon" not in one and "404" not in one] == []


def contact(office: Office, ref: str = "rosa") -> Any:
    return office.host.for_firm("harbor").contacts.get(ref)


def shared(office: Office) -> None:
    """Rosa's number is that of two others, and a text and a file of hers are there."""
    office.host.add_contact("harbor", LONG.strip(), ROSA, ref="long")
    office.host.add_contact("harbor", HEBREW, ROSA, ref="hebrew")
    office.becomes(office.sends(text="Your lease is ready."), State.DELIVERED)
    arrives(office)


def filled(office: Office) -> None:
    """Holds of each kind, some lifted, and erasures that are over and one that goes on."""
    shared(office)
    office.host.add_contact("harbor", UNBROKEN, "+13125550177", ref="unbroken")
    office.becomes(office.sends("unbroken", "Gone"), State.DELIVERED)
    begun = erasure_requests.begin("harbor", contact(office, "unbroken"), ARABIC, by=ADMIN)
    erasure_requests.go_on(begun)
    erasure_requests.begin("harbor", contact(office, "grace"), UNBROKEN, by=ADMIN)
    matter = office.host.add_matter("harbor", LONG + UNBROKEN, client=contact(office, "hebrew"), ref="suit")
    for kind, ref, why in (
        ("matter", matter.ref, "Discovery in Featherstonehaugh v. Cholmondeley. " * 6),
        ("contact", "hebrew", "נתבע בתיק אזרחי"),
        ("contact", "unbroken", UNBROKEN),
        ("firm", "", ARABIC),
    ):
        held = legal_holds.put("harbor", kind, ref, why, by=ADMIN)
        if ref == "unbroken":
            legal_holds.lift("harbor", held, "The suit was settled. " * 5, by=ADMIN)
    retention.set_rule("harbor", "365", by=ADMIN)
    with own() as session:
        old = firmtext.clock.now() - timedelta(days=400)
        session.execute(update(Conversation).where(Conversation.erased_at.is_(None)).values(last_at=old))


def shot(page: Any, name: str) -> None:
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=True)


def opened(page: Any) -> None:
    """Everything that is folded is shown."""
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")


def looked_at(page: Any, name: str) -> None:
    opened(page)
    shot(page, name)
    check(page, name)


@pytest.mark.parametrize(
    ("admin", "width", "scheme"),
    [("en-US", 1280, "dark"), ("fr-CA", 360, "light"), ("es-US", 360, "dark"), ("fr-CA", 390, "light")],
    indirect=["admin"],
)
def test_everybody_can_use_it_at_every_size_and_look(
    admin: Any, site: str, office: Office, width: int, scheme: Any
) -> None:
    admin.emulate_media(color_scheme=scheme)
    admin.set_viewport_size({"width": width, "height": 800})
    name = f"{width}-{scheme}"
    if SHOTS:
        for page, place in (("kept", KEPT), ("erase", f"{ERASE}rosa")):
            admin.goto(f"{site}{place}")
            shot(admin, f"{page}-empty-{name}")
    filled(office)
    admin.goto(f"{site}{KEPT}")
    admin.locator("#ft-days").fill("3")
    admin.locator("#ft-days").press("Enter")
    expect(admin.locator("#ft-days")).to_have_attribute("aria-invalid", "true")
    looked_at(admin, f"kept-wrong-{name}")
    admin.locator("a[href*=erasures]").last.click()
    looked_at(admin, f"proof-{name}")
    admin.goto(f"{site}{ERASE}rosa")
    expect(admin.locator("form[action$=erase]")).to_have_count(0)
    shot(admin, f"erase-held-{name}")
    for hold in legal_holds.shown("harbor"):
        legal_holds.lift("harbor", hold.id, "Settled", by=ADMIN)
    admin.goto(f"{site}{ERASE}rosa")
    admin.locator("form[action$=erase] button").click()
    expect(admin.locator(".ft-fault")).to_be_visible()
    looked_at(admin, f"erase-wrong-{name}")
    if SHOTS:
        admin.emulate_media(forced_colors="active")
        shot(admin, f"erase-forced-{name}")
        admin.goto(f"{site}{KEPT}")
        shot(admin, f"kept-{name}")
        admin.emulate_media(media="print", forced_colors="none")
        admin.locator("a[href*=erasures]").last.click()
        shot(admin, f"proof-paper-{name}")


def test_by_keyboard_alone_a_hold_is_set_keeps_and_is_lifted(admin: Any, site: str, office: Office) -> None:
    shared(office)
    admin.goto(f"{site}{ERASE}rosa")
    folded = admin.get_by_text("Hold everything of this contact")
    folded.focus()
    admin.keyboard.press("Enter")
    admin.keyboard.press("Tab")
    admin.keyboard.press("Tab")
    admin.keyboard.press("Enter")
    reason = admin.locator("#ft-hold-contact-rosa")
    assert reason.evaluate("one => !one.validity.valid"), "a reason is needed"
    reason.focus()
    admin.keyboard.type("Suit is pending")
    admin.keyboard.press("Tab")
    admin.keyboard.press("Enter")
    said = admin.get_by_role("status")
    expect(said).to_have_text("The hold stands: nothing that it covers is erased.")
    expect(said).to_be_focused()
    admin.get_by_text("Lift this hold").focus()
    admin.keyboard.press("Enter")
    admin.keyboard.press("Tab")
    admin.keyboard.press("Tab")
    admin.keyboard.press("Enter")
    lift = admin.locator("textarea[aria-invalid]")
    expect(lift).to_be_visible()
    lift.focus()
    admin.keyboard.type("Settled")
    admin.keyboard.press("Tab")
    admin.keyboard.press("Enter")
    expect(admin.get_by_role("status")).to_have_text("The hold is lifted.")


def test_pressed_twice_it_is_erased_once_and_going_back_shows_that_nothing_is_left(
    admin: Any, site: str, office: Office
) -> None:
    shared(office)
    admin.goto(f"{site}{ERASE}rosa")
    admin.locator("#ft-why").fill("She asked")
    admin.get_by_label("Erase these conversations, too").check()
    admin.get_by_label("I have read this").check()
    admin.get_by_role("button", name="Erase", exact=True).dblclick()
    expect(admin.get_by_role("heading", level=1)).to_have_text("Proof of erasure")
    proof = admin.url
    expect(admin.get_by_text("Rosa Marsh")).to_be_visible()
    assert len(rows(Erasure)) == 1
    admin.go_back()
    expect(admin.get_by_text("There is nothing of this contact that could be erased.")).to_be_visible()
    admin.go_forward()
    expect(admin).to_have_url(proof)


def test_what_goes_on_is_followed_to_its_end(admin: Any, site: str, office: Office) -> None:
    office.becomes(office.sends(text="Gone"), State.DELIVERED)
    begun = erasure_requests.begin("harbor", contact(office), "She asked", by=ADMIN)
    admin.goto(f"{site}/texting/settings/erasures/{begun.id}")
    expect(admin.get_by_text("It goes on at this moment")).to_be_visible()
    erasure_requests.go_on(begun)
    expect(admin.get_by_text("It goes on at this moment")).to_have_count(0, timeout=20_000)
    expect(admin.get_by_role("status")).to_have_text("It is done.")
    expect(admin.locator(".ft-ids code").first).to_be_visible()
