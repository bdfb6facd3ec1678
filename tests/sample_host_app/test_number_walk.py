"""A text that could not reach its number: corrected in the practice system and sent to the new one, by keyboard."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from accessibility import check
from flask_firmtext.messaging.numbers import display
from flask_firmtext.ports.gateway import Reason
from flask_firmtext.store.models import Message
from flask_firmtext.store.states import State
from flask_firmtext.store.transactions import own

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("no_quiet_hours")]

#: By the browser's language: whose number, the new one, and what is read and pressed.
WORDS = {
    "en": ("James Whitaker", "+16175550171", "Unreachable number", "Correct the number of James Whitaker",
           "Send to the new number", "The text is being sent to the new number.", "Repeats an earlier text"),
    "fr": ("Victor Stone", "+16175550172", "Numéro injoignable", "Corriger le numéro de Victor Stone",
           "Envoyer au nouveau numéro", "Le texto est envoyé au nouveau numéro.", "Répète un texto antérieur"),
    "es": ("Susan Park", "+16175550173", "Número inaccesible", "Corregir el número de Susan Park",
           "Enviar al número nuevo", "El mensaje se está enviando al número nuevo.", "Repite un mensaje anterior"),
}  # fmt: skip
TEXT = "Your hearing is on Monday at ten"


def fails(practice: Any) -> None:
    """The carrier says that nobody can be reached there."""
    with practice.app_context(), own() as session:
        for row in session.scalars(select(Message).where(Message.state == State.QUEUED)):
            row.state, row.reason, row.code = State.FAILED, Reason.UNREACHABLE_NUMBER, "1190"


def reach(page: Any, thing: Any) -> None:
    """Go there with the tabulator, as somebody without a mouse does."""
    for _ in range(80):
        if thing.evaluate("node => node === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError("it cannot be reached by keyboard")


def shot(page: Any, name: str) -> None:
    folder = os.environ.get("SHOTS")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


@pytest.mark.parametrize(("language", "width"), [("en", 1280), ("fr", 360), ("es", 360)])
def test_an_unreachable_number_is_corrected_and_the_text_goes_to_the_new_one(
    practice: Any, browser: Any, site: str, language: str, width: int
) -> None:
    name, new, reason, correct, send, done, repeats = WORDS[language]
    context = browser.new_context(locale=language, viewport={"width": width, "height": 800})
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
    page.goto(f"{site}/login")
    page.get_by_label("Email").fill("staff@harbor.example")
    page.get_by_label("Password").fill("demo")
    page.keyboard.press("Enter")
    page.wait_for_url("**/communications")
    page.goto(f"{site}/contacts")
    address = page.get_by_role("link", name=name, exact=True).get_attribute("href")
    page.goto(f"{site}/texting/new?contact={address.rsplit('/', 1)[1]}")
    reach(page, page.locator("textarea[name=text]"))
    page.keyboard.type(TEXT)
    reach(page, page.locator("#ft-send"))
    page.keyboard.press("Enter")
    first = page.get_by_role("article").filter(has_text=TEXT).last
    expect(first).to_be_visible()
    fails(practice)
    page.reload()
    expect(first).to_contain_text(reason)
    link = first.get_by_role("link", name=correct)
    check(page, "a text that could not reach its number")
    shot(page, f"unreachable-{language}")
    reach(page, link)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/contacts/\d+"))
    shot(page, f"contact-{language}")
    edit = page.get_by_role("link", name="Edit contact")
    if edit.count():
        reach(page, edit)
        page.keyboard.press("Enter")
    field = page.get_by_label(re.compile(r"^Phone \(")).first
    reach(page, field)
    page.keyboard.press("Control+a")
    page.keyboard.type(new)
    page.keyboard.press("Enter")
    expect(page.get_by_text("The contact is saved.")).to_be_visible()
    shot(page, f"saved-{language}")
    view = page.locator("#ft-table tbody tr").first.get_by_role("link").last
    reach(page, view)
    page.keyboard.press("Enter")
    button = first.get_by_role("button", name=send)
    expect(button).to_have_accessible_description(re.compile(re.escape(display(new))))
    check(page, "the way to the new number")
    shot(page, f"way-{language}")
    reach(page, button)
    page.keyboard.press("Enter")
    expect(page.get_by_text(done)).to_be_visible()
    expect(page.get_by_role("article").last).to_contain_text(TEXT)
    expect(page.get_by_role("article").last).to_contain_text(repeats)
    check(page, "the text to the new number")
    shot(page, f"sent-{language}")
    assert complaints == []
    context.close()
