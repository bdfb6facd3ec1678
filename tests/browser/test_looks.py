"""Where things stand on a page: measured, at the sizes of a laptop and of a phone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from flask_firmtext.store.models import Conversation
from flask_firmtext.store.transactions import own
from office import STAFF, Office

LAPTOP, PHONE = {"width": 1280, "height": 800}, {"width": 360, "height": 740}
#: How far the words of a node reach beyond the element that must hold them.
BEYOND = """(node) => {
  const range = document.createRange();
  range.selectNodeContents(node);
  return range.getBoundingClientRect().right - node.closest("td").getBoundingClientRect().right;
}"""


@pytest.fixture(params=["en-US", "fr-CA", "es-US"])
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


@pytest.mark.parametrize("size", [LAPTOP, PHONE], ids=["laptop", "phone"])
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
