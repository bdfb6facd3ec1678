"""What people do in each stranger's application, from turning texting on to the answer: without scripts."""

from __future__ import annotations

import os
import re
import uuid
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from accessibility import check
from flask_firmtext.current import firmtext
from flask_firmtext.firm import steps
from flask_firmtext.store.models import Message, Number, Order
from flask_firmtext.store.transactions import reading
from flask_firmtext.worker import drain
from serving import serving
from strangers import Stranger

LIVE = 10_000  # milliseconds


@pytest.fixture(scope="module")
def practice(make_practice: Callable[..., Any], stranger: Stranger) -> Any:
    return make_practice(stranger, "sqlite")


class Walker:
    """Somebody at a browser who has signed in."""

    def __init__(self, app: Any, stranger: Stranger) -> None:
        self.client, self.stranger = app.test_client(), stranger
        assert self.client.post(stranger.root + stranger.login_page, data=stranger.login).status_code in (302, 303)

    def page(self, path: str) -> str:
        answer = self.client.get(self.stranger.root + path, follow_redirects=True)
        assert answer.status_code == 200, (path, answer.text)
        assert self.stranger.words in answer.text
        return unescape(answer.text)

    def sends(self, page: str, action: str, **data: str) -> Any:
        """Send the form on this page whose address ends with ``action``, with its hidden fields."""
        form = re.search(rf'<form[^>]* method="post" action="([^"]*{action})".*?</form>', page, re.DOTALL)
        assert form, f"there is no form for {action}"
        hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form.group()))
        answer = self.client.post(form[1], data={**hidden, **data})
        assert answer.status_code == 303, answer.text
        return answer


def ids(model: Any) -> list[uuid.UUID]:
    with reading() as session:
        return list(session.scalars(select(model.id)))


def turned_on(practice: Any, walker: Walker) -> str:
    """Turn texting on as an administrator does, and let the order be carried out. Returns the firm's number."""
    settings = walker.page(f"{walker.stranger.texting}/settings")
    walker.sends(settings, "/turn-on", email="office@practice.example", phone="(312) 555-0190")
    with practice.app_context():
        for order in ids(Order):
            assert steps.advance(order)
        with reading() as session:
            return session.scalars(select(Number.e164)).one()


def delivered(practice: Any) -> Any:
    """Send what is due. Returns the carrier."""
    with practice.app_context():
        for message in ids(Message):
            drain.run(message)
        return firmtext.gateway


def answers(walker: Walker, carrier: Any, number: str, text: str) -> None:
    """What the client writes arrives as a webhook."""
    reply = carrier.webhooks.text(walker.stranger.phone, number, text)
    where = f"{walker.stranger.root}{walker.stranger.texting}/webhooks/inbound"
    assert walker.client.post(where, data=reply.body, headers=reply.headers).status_code == 200


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
    practice = make_practice(stranger, "sqlite")
    walker = Walker(practice, stranger)
    number = turned_on(practice, walker)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    shots = Path(os.environ.get("SHOTS") or tmp_path)

    def shot(name: str) -> None:
        check(page, name)
        page.screenshot(path=shots / f"{stranger.package}-{name}.png", full_page=True)

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
        expect(log.get_by_role("article")).to_contain_text("How are you?")
        answers(walker, delivered(practice), number, "Very well, thanks")
        expect(log.get_by_role("article").last).to_contain_text("Very well, thanks", timeout=LIVE)
        shot("thread")
        page.goto(f"{site}{stranger.root}{stranger.matter_page}")
        expect(page.get_by_text(stranger.name).first).to_be_visible()
        shot("matter")
    assert said == []
