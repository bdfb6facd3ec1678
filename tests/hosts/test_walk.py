"""What people do in each stranger's application, from turning texting on to the answer: without scripts."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from accessibility import check
from serving import serving
from strangers import Stranger
from walking import Walker, answers, delivered, turned_on

LIVE = 10_000  # milliseconds
#: A phone and a desk; the walk goes on at the desk.
SCREENS = ((390, 844), (1280, 800))


@pytest.fixture(scope="module")
def practice(make_practice: Callable[..., Any], stranger: Stranger, engine_of_stranger: str) -> Any:
    return make_practice(stranger, engine_of_stranger)


def test_texting_is_turned_on_a_client_is_texted_and_answers(practice: Any, stranger: Stranger) -> None:
    walker = Walker(practice, stranger)
    number = turned_on(practice, walker)

    contact = walker.page(stranger.contact_page)
    assert stranger.name in contact
    composer = walker.page(f"{stranger.texting}/new?contact={stranger.contact}")
    thread = walker.sends(composer, "/texts", text="How are you?").location
    carrier = delivered(practice)
    assert [(one.to, one.sender) for one in carrier.sent] == [(stranger.phone, number)]
    answers(walker, carrier, number, "Very well, thanks")

    assert "1 unread text<" in walker.page(stranger.matter_page), "the badge stands on its own pages"
    assert "Very well, thanks" in walker.page(thread.removeprefix(stranger.root))
    for page in (stranger.contact_page, stranger.matter_page, f"{stranger.texting}/"):
        assert stranger.name in walker.page(page)


@pytest.mark.slow
def test_in_a_browser_it_looks_like_the_practice_around_it(
    make_practice: Callable[..., Any], stranger: Stranger, page: Any, tmp_path: Path
) -> None:
    practice = make_practice(stranger, stranger.engine)
    walker = Walker(practice, stranger)
    number = turned_on(practice, walker)
    said: list[str] = []
    page.on(
        "console",
        lambda message: said.append(f"{page.url}: {message.text}") if message.type in ("error", "warning") else None,
    )
    page.on("pageerror", lambda error: said.append(str(error)))
    shots = Path(os.environ.get("SHOTS") or tmp_path)

    def shot(name: str) -> None:
        for width, height in SCREENS:
            page.set_viewport_size({"width": width, "height": height})
            check(page, name)
            file = shots / f"{stranger.package}-{name}-{width}.png"
            page.screenshot(path=file, full_page=True, caret="initial")  # to hide it, fields would get an inline style

    with serving(practice) as site:
        page.goto(f"{site}{stranger.root}{stranger.login_page}")
        for name, value in stranger.login.items():
            page.locator(f"[name={name}]").fill(value)
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url: stranger.login_page not in url)
        page.goto(f"{site}{stranger.root}{stranger.contact_page}")
        page.get_by_role("button", name="New", exact=True).click()
        page.get_by_role("menuitem", name="Send text message").click()
        page.get_by_label("Message", exact=True).fill("How are you?")
        shot("new")
        page.get_by_role("button", name="Send", exact=True).click()
        log = page.get_by_role("log")
        expect(log.get_by_role("article")).to_contain_text("How are you?", timeout=LIVE)
        answers(walker, delivered(practice), number, "Very well, thanks")
        expect(log.get_by_role("article").last).to_contain_text("Very well, thanks", timeout=LIVE)
        shot("thread")
        page.goto(f"{site}{stranger.root}{stranger.matter_page}")
        expect(page.get_by_text(stranger.name).first).to_be_visible()
        shot("matter")
    assert said == [], "\n".join(said)
