"""The administration in Chromium, under a policy that allows nothing inline."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask, Response

from administering import failed_order, held, held_number, kept, order_state
from attempts import claimed
from flask_firmtext.store.models import Hold
from flask_firmtext.store.states import State
from flask_firmtext.store.transactions import reading
from office import ADMIN, Office
from serving import serving
from strange import texts

POLICY = "default-src 'self'; img-src 'self' data:"
PAGES = ("messages/", "conversations/", "attempts/", "holds/", "quarantine/", "numbers/", "orders/")
#: Pages without a list.
FACTS = ("texting/", "templates/")


@pytest.fixture
def address(app: Flask, office: Office) -> Iterator[str]:
    """Where the host is served, under the policy."""

    @app.get("/favicon.ico")  # Chromium asks for it and complains of a 404
    def favicon() -> tuple[str, int]:
        return "", 204

    @app.after_request
    def protect(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = POLICY
        return response

    with serving(app) as served:
        yield served


@pytest.mark.parametrize("width", [1280, 360])
def test_pages_fit_and_run_nothing_inline(office: Office, address: str, page: Any, width: int) -> None:
    claimed("<img src=x onerror=document.title=1>" + "long" * 60)
    kept(words="<img src=x onerror=document.title=1>" + "long" * 60)
    failed_order(cause="a_long_word" * 20)
    held_number()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{address}/sign-in/{ADMIN}")
    for name in PAGES:
        page.goto(f"{address}/admin/firmtext/{name}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        page.locator("td.list-buttons-column a").first.click()
        page.get_by_role("link", name="Back to the list").wait_for()
        page.wait_for_load_state()  # its styles, too
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        assert page.title() != "1"
    for name in FACTS:
        page.goto(f"{address}/admin/firmtext/{name}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
    assert said == []


def test_trying_again_asks_first_without_a_script(office: Office, address: str, page: Any) -> None:
    order = failed_order()
    page.goto(f"{address}/sign-in/{ADMIN}")
    page.goto(f"{address}/admin/firmtext/orders/")
    page.get_by_role("button", name="Try again").click()
    page.get_by_role("heading", name="Try again to get the number?").wait_for()
    page.get_by_role("link", name="Leave it").click()
    assert order_state(order) == "failed"
    page.get_by_role("button", name="Try again").click()
    page.get_by_role("heading", name="Try again to get the number?").wait_for()
    page.get_by_role("button", name="Try again").click()
    page.get_by_text("It is being tried again").wait_for()
    assert order_state(order) == "working"


def test_a_filter_is_chosen_by_its_label_and_shown_chosen(office: Office, address: str, page: Any) -> None:
    office.sends()
    claimed("Second", contact="grace")
    page.goto(f"{address}/sign-in/{ADMIN}")
    page.goto(f"{address}/admin/firmtext/messages/")
    page.get_by_label("State").select_option("Delivered")
    page.get_by_role("button", name="Show").click()
    page.get_by_role("link", name="Show all").wait_for()
    assert page.get_by_label("State").input_value() == "delivered"
    assert page.locator("td.col-state").all_inner_texts() == ["Delivered"]
    page.get_by_role("link", name="Show all").click()
    assert page.locator("td.col-state").count() == 2


def check(page: Any, name: str) -> None:
    """Nothing serious for axe in what is ours; the frame is the host's and Flask-Admin's."""
    ours = {"exclude": [[".navbar"]]}
    found = Axe().run(page, context=ours, options={"rules": {"html-has-lang": {"enabled": False}}}).response
    serious = [one for one in found["violations"] if one["impact"] in ("serious", "critical")]
    assert [(one["id"], node["html"][:200]) for one in serious for node in one["nodes"]] == [], name


@pytest.mark.parametrize("width", [1280, 360])
def test_a_strangers_texts_are_attached_by_keyboard(office: Office, address: str, page: Any, width: int) -> None:
    texts("Hello, it is " + "Grace " * 60, b"a file", sender="+13125550101")
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{address}/sign-in/{ADMIN}")
    page.goto(f"{address}/admin/firmtext/quarantine/")
    page.locator("td.list-buttons-column a").first.click()
    page.get_by_role("cell", name="(312) 555-0101").wait_for()
    check(page, "the page of a stranger")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_role("button", name="Attach to a contact").focus()
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Attach the texts of (312) 555-0101 to a contact").wait_for()
    check(page, "whom to attach to")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_role("radio").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_text("1 text attached.").wait_for()
    page.goto(f"{address}/texting/conversations/{office.conversation('+13125550101')}")
    page.get_by_text("Hello, it is Grace").wait_for()


@pytest.mark.slow
@pytest.mark.parametrize("width", [1280, 360])
def test_texts_are_chosen_and_sending_is_resumed_by_keyboard(
    office: Office, address: str, page: Any, width: int
) -> None:
    for contact in ("rosa", "grace"):
        office.becomes(office.sends(contact), State.FAILED, reason="temporary_error", code="busy")
    doubt = office.sends()
    office.becomes(doubt, State.UNKNOWN)
    hold = held()
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{address}/sign-in/{ADMIN}")
    page.goto(f"{address}/admin/firmtext/messages/")
    for box in page.get_by_role("checkbox").all():
        box.focus()
        page.keyboard.press("Space")
    fits(page, "list", width)
    page.get_by_role("button", name="Try again").focus()
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Send 2 texts again?").wait_for()
    fits(page, "again", width)
    page.get_by_role("button", name="Try again").press("Enter")
    page.get_by_text("2 texts are being sent again.").wait_for()
    page.goto(f"{address}/admin/firmtext/messages/details/?id={doubt}")
    fits(page, "doubt", width)
    page.get_by_role("button", name="It did not arrive").press("Enter")
    page.get_by_label("How do you know?").fill("She called.")
    fits(page, "why", width)
    page.get_by_role("button", name="It did not arrive").press("Enter")
    page.get_by_text("What you said stands beside the text.").wait_for()
    page.get_by_role("link", name="Resume sending").press("Enter")
    page.get_by_role("heading", name="Text messages").or_(
        page.get_by_role("button", name="Resume sending")
    ).first.wait_for()
    fits(page, "holds", width)
    page.get_by_role("button", name="Resume sending").press("Enter")
    page.get_by_role("heading", name="Resume sending?").wait_for()
    fits(page, "resume", width)
    page.get_by_role("button", name="Resume sending").press("Enter")
    page.get_by_text("Sending goes on.").wait_for()
    with reading() as session:
        assert session.get_one(Hold, hold).lifted_at is not None


def fits(page: Any, name: str, width: int) -> None:
    """It fits and nothing in it is wrong for axe."""
    page.wait_for_load_state()
    check(page, name)
    assert page.evaluate("document.documentElement.scrollWidth") <= width, name
