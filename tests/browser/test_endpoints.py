"""The pages about a firm's webhooks, for everybody: what failed, what waits, two secrets, and what is sent again."""

from __future__ import annotations

import os
from typing import Any

import pytest
from playwright.sync_api import expect
from sqlalchemy import update

from accessibility import check
from flask_firmtext import signals
from flask_firmtext.firm import endpoint_secrets, endpoints
from flask_firmtext.store.models import Delivery
from flask_firmtext.store.transactions import announce, own
from office import ADMIN

PICTURES = os.environ.get("TEST_PICTURES")
URL = "https://hooks.harbor.example/firmtext/events?stage=production"


@pytest.fixture
def endpoint(office: Any) -> Any:
    """One whose consumer failed twice, with something that waits, and two secrets."""
    with own() as session:
        made = endpoints.add(session, "harbor", URL, ["text.received", "text.failed"], content=False, by=ADMIN)
    for _ in range(2):
        with own() as session:
            announce(session, signals.text_received, firm="harbor", conversation="c", message="m")
    failed = {"state": "failed", "status": 503, "evidence": "answer", "tries": 10}
    with own() as session:
        session.execute(update(Delivery).where(Delivery.firm == "harbor").values(**failed))
        endpoint_secrets.rotate(session, "harbor", made[0], by=ADMIN)
    with own() as session:
        announce(session, signals.text_failed, firm="harbor", conversation="c", message="m", reason="blocked")
    return made[0]


@pytest.mark.parametrize("width", [360, 1280])
def test_everybody_can_use_it(page: Any, site: str, endpoint: Any, complaints: list[str], width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{site}/sign-in/{ADMIN}")
    for where in ("", f"/{endpoint}"):
        page.goto(f"{site}/texting/settings/webhooks{where}")
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
        check(page, where or "the list")
        if PICTURES:
            page.screenshot(path=f"{PICTURES}/webhooks-{'one' if where else 'all'}-{width}.png", full_page=True)
    page.get_by_role("button", name="Send all of it again").press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("sent again")
    expect(page.get_by_text("Not delivered:")).to_have_count(0)
    check(page, "sent again")
