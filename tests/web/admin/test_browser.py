"""The administration in Chromium, under a policy that allows nothing inline."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask, Response

from attempts import claimed
from office import ADMIN, Office
from serving import serving

POLICY = "default-src 'self'; img-src 'self' data:"
PAGES = ("messages/", "conversations/", "attempts/")


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
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        assert page.title() != "1"
    assert said == []


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
