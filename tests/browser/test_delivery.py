"""What becomes of a text, seen by the person who waits for it: browser, database, worker, carrier and back."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import expect

from office import Office

DEAD = "+13125550150"  # the sandbox's phone that is out of service
LONG = 30_000  # milliseconds: the worker is starting


def test_a_text_to_a_dead_number_ends_as_unreachable_with_what_to_do_next(
    page: Any, carrier_app: Any, served: str, worker: Any
) -> None:
    office = Office(carrier_app)
    office.host.add_contact("harbor", "Dora Dead", DEAD, ref="dora")
    page.goto(f"{served}/sign-in/staff@harbor.example")
    page.goto(f"{served}/texting/new?contact=dora")
    page.get_by_label("Message", exact=True).fill("Are you there?")
    page.get_by_role("button", name="Send", exact=True).click()
    article = page.get_by_role("log").get_by_role("article")
    expect(article).to_contain_text("Are you there?")
    article.evaluate("node => { node.dataset.same = 'yes' }")
    expect(article.locator(".ft-state")).to_have_text("Not delivered: Unreachable number", timeout=LONG)
    expect(article).to_contain_text("Check the number with the client and correct it in the contact.")
    expect(article).to_have_attribute("data-same", "yes")
    page.goto(f"{served}/texting/")
    expect(page.locator("tbody tr")).to_contain_text(re.compile("Not delivered: Unreachable number"))
