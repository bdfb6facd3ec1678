"""Where things stand on a page: measured, at the sizes of a laptop and of a phone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from flask_firmtext.messaging import holds
from flask_firmtext.store.models import Conversation
from flask_firmtext.store.states import HoldKind
from flask_firmtext.store.transactions import own
from office import STAFF, Office

LAPTOP, PHONE = {"width": 1280, "height": 800}, {"width": 360, "height": 740}
#: What a laptop's window is to who reads at twice the size.
TWICE = {"width": 640, "height": 400}
BOTH = pytest.mark.parametrize("size", [LAPTOP, PHONE], ids=["laptop", "phone"])
#: How far the words of a node reach beyond the element that must hold them.
BEYOND = """(node) => {
  const range = document.createRange();
  range.selectNodeContents(node);
  return range.getBoundingClientRect().right - node.closest("td").getBoundingClientRect().right;
}"""


@pytest.fixture(params=["en-US", "fr-CA", pytest.param("es-US", marks=pytest.mark.slow)])
def reader(request: pytest.FixtureRequest, browser: Any, site: str, office: Office) -> Iterator[Any]:
    """A page of somebody whose browser speaks a language."""
    context = browser.new_context(locale=request.param, viewport=LAPTOP)
    page = context.new_page()
    page.goto(f"{site}/sign-in/{STAFF}")
    yield page
    context.close()


def box(place: Any) -> dict[str, float]:
    found: dict[str, float] = place.bounding_box()
    assert found
    return found


def apart(one: dict[str, float], other: dict[str, float]) -> bool:
    beside = one["x"] + one["width"] <= other["x"] or other["x"] + other["width"] <= one["x"]
    return beside or one["y"] + one["height"] <= other["y"] or other["y"] + other["height"] <= one["y"]


@BOTH
def test_the_clock_of_a_waiting_client_is_read_beside_the_buttons(
    reader: Any, site: str, office: Office, size: Any
) -> None:
    reader.set_viewport_size(size)
    office.sends()
    office.receives("When?")
    with own() as session:
        row = session.get_one(Conversation, office.conversation())
        row.waiting_since = datetime.now(UTC) - timedelta(hours=23, minutes=30)
    reader.goto(f"{site}/texting/")
    clock = reader.locator(".ft-waits")
    assert "23" in clock.inner_text()
    assert clock.evaluate(BEYOND) <= 0
    assert apart(box(clock), box(reader.locator(".ft-open a").first))


def test_the_last_text_has_the_most_room_and_says_whose_it_is(reader: Any, site: str, office: Office) -> None:
    office.sends("rosa", "Please bring the signed lease and the photos of the water damage to our office.")
    reader.goto(f"{site}/texting/")
    heads = reader.get_by_role("columnheader")
    widths = [box(head)["width"] for head in heads.all()]
    last = box(reader.locator("td.ft-last"))["width"]
    assert last == max(widths) >= 240
    sender = reader.locator(".ft-from")
    expect(sender).to_have_text(["You", "Vous", "Usted"][["en-US", "fr-CA", "es-US"].index(lang(reader))])
    expect(reader.locator("a.ft-chip, span.ft-chip").first).to_have_attribute("title", "Marsh v. Dune Properties")


def lang(page: Any) -> str:
    found: str = page.locator(".ft-inbox").get_attribute("lang")
    return found


def opens(page: Any, site: str, office: Office, size: dict[str, int], texts: int = 1) -> Any:
    """The conversation with Rosa in a window of this size; its composer."""
    page.set_viewport_size(size)
    office.sends("rosa", "Please bring the signed lease with you.")
    if texts > 1:
        office.text_copies(texts)
    page.goto(f"{site}/texting/conversations/{office.conversation()}")
    return page.locator("#ft-composer")


def in_sight(place: Any, size: dict[str, int]) -> bool:
    found = box(place)
    return found["y"] >= 0 and found["y"] + found["height"] <= size["height"]


@BOTH
@pytest.mark.parametrize("texts", [1, 50])
@pytest.mark.parametrize("held", [False, True], ids=["plain", "notice"])
def test_send_is_in_sight_when_a_conversation_opens_and_covers_nothing(
    staff: Any, site: str, office: Office, size: Any, texts: int, held: bool
) -> None:
    if held:
        with own() as session:
            holds.put(session, HoldKind.FIRM, "harbor", "operator", by="test")
    composer = opens(staff, site, office, size, texts)
    expect(composer).to_have_css("position", "sticky")
    assert in_sight(staff.get_by_role("button", name="Send", exact=True), size)
    assert in_sight(staff.get_by_label("Message", exact=True), size)
    last = staff.get_by_role("article").last.locator(".ft-body")
    for other in (last, staff.locator(".ft-to"), *staff.locator("#ft-hold .ft-note").all()):
        assert in_sight(other, size)
        assert apart(box(other), box(composer))
    assert box(staff.get_by_role("log"))["height"] >= 96


@BOTH
def test_a_long_conversation_has_the_room_that_is_left(staff: Any, site: str, office: Office, size: Any) -> None:
    composer = opens(staff, site, office, size, 50)
    foot = box(composer)["y"] + box(composer)["height"]
    assert size["height"] - 24 <= foot <= size["height"]
    log = staff.get_by_role("log")
    log.evaluate("node => { node.scrollTop = -900 }")
    newest = staff.get_by_role("button", name="Newest", exact=True)
    assert apart(box(newest), box(composer))
    newest.click()
    expect(newest).to_be_hidden()
    assert apart(box(staff.get_by_role("article").last), box(composer))


def test_what_has_the_focus_is_not_beneath_the_composer(staff: Any, site: str, office: Office) -> None:
    with own() as session:
        holds.put(session, HoldKind.FIRM, "harbor", "operator", by="test")
    composer = opens(staff, site, office, {"width": 360, "height": 520}, 50)
    staff.locator("#ft-hold").evaluate("node => { node.innerHTML += '<p><a href=\"#\">A way out</a></p>' }")
    staff.evaluate("scrollTo(0, 0)")
    seen = set()
    for _ in range(20):
        staff.keyboard.press("Tab")
        here = staff.locator(":focus")
        if not here.count() or here.evaluate("node => Boolean(node.closest('#ft-composer'))"):
            break
        seen.add(here.evaluate("node => node.id || node.textContent.trim()"))
        assert apart(box(here), box(composer))
    assert {"ft-log", "A way out"} <= seen


def test_at_twice_the_size_the_composer_goes_with_the_page(staff: Any, site: str, office: Office) -> None:
    composer = opens(staff, site, office, TWICE, 50)
    expect(composer).to_have_css("position", "static")
    assert box(staff.get_by_role("log"))["height"] >= 160
    staff.get_by_label("Message", exact=True).fill("Ten is fine")
    staff.get_by_role("button", name="Send", exact=True).click()
    expect(staff.get_by_role("article").last).to_contain_text("Ten is fine")
    assert not staff.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")


def test_a_field_that_takes_most_of_the_window_goes_with_the_page(staff: Any, site: str, office: Office) -> None:
    composer = opens(staff, site, office, PHONE)
    expect(composer).to_have_css("position", "sticky")
    composer.locator("[data-ft-meanwhile]").evaluate(
        "node => { node.hidden = false; node.textContent = 'x '.repeat(900) }"
    )
    expect(composer).to_have_css("position", "static")


def test_links_of_a_conversation_can_be_hit_with_a_thumb(staff: Any, site: str, office: Office) -> None:
    opens(staff, site, office, PHONE)
    links = staff.locator(".ft-back a, .ft-about a, .ft-beneath summary, .ft-beneath > a, [data-ft-replies]").all()
    assert len(links) >= 4
    for link in links:
        assert box(link)["height"] >= 24, link.inner_text()
    assert all(apart(box(one), box(other)) for n, one in enumerate(links) for other in links[:n])
