"""The pages in a real browser. What a page complains about, a broken Content Security Policy say, fails the test."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from office import Office
from serving import serving


@pytest.fixture
def office(app: Any) -> Office:
    return Office(app)


@pytest.fixture
def site(app: Any) -> Iterator[str]:
    """The address under which the host is served by threads of this process."""
    with serving(app) as served:
        yield served


@pytest.fixture
def complaints(page: Any) -> Iterator[list[str]]:
    """What the page says on its console; a test that expects something takes it out."""
    said: list[str] = []

    def hear(message: Any) -> None:
        refused = "status of 422" in message.text or message.location["url"].endswith("/favicon.ico")
        if message.type in ("error", "warning") and not refused:
            said.append(f"{message.text} {message.location['url']}")

    page.on("console", hear)
    page.on("pageerror", lambda error: said.append(str(error)))
    yield said
    assert said == []


@pytest.fixture
def staff(page: Any, site: str, office: Office, complaints: list[str]) -> Any:
    """A page of somebody who is signed in."""
    page.goto(f"{site}/sign-in/staff@harbor.example")
    return page
