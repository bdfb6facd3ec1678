"""What scripts say is in the reader's language, too: their words come with the page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from flask_firmtext.practice import filing
from house import House, coming
from mailroom import arrives
from office import ADMIN, Office


@pytest.fixture
def french(browser: Any, site: str) -> Iterator[Callable[[str], Any]]:
    """Opens a page for an administrator whose browser asks for French."""
    pages = []

    def open_page(address: str) -> Any:
        page = browser.new_page(locale="fr-CA")
        pages.append(page)
        page.goto(f"{site}/sign-in/{ADMIN}")
        page.goto(f"{site}{address}")
        return page

    yield open_page
    for page in pages:
        page.close()


def test_the_picker_counts_in_the_readers_language(office: Office, french: Callable[[str], Any]) -> None:
    page = french("/texting/new")
    page.get_by_role("combobox").press_sequentially("Rosa")
    expect(page.locator("[data-ft-found]")).to_have_text("1 contact. Choisissez avec les flèches.")
    page.get_by_role("combobox").fill("Nobody at all")
    expect(page.locator("[data-ft-found]")).to_have_text("Personne trouvé.")
    page.route("**/texting/new", lambda route: route.abort())
    page.get_by_role("combobox").fill("Ros")
    expect(page.locator("#ft-options")).to_contain_text("Impossible de chercher des contacts en ce moment.")


def test_a_poll_that_nobody_answers_is_told_in_the_readers_language(app: Any, french: Callable[[str], Any]) -> None:
    coming(House(app))
    page = french("/texting/settings")
    page.route("**/texting/settings?since=*", lambda route: route.abort())
    expect(page.get_by_text("Non connecté; nouvel essai en cours")).to_be_visible()
    page.unroute("**/texting/settings?since=*")
    page.route("**/texting/settings?since=*", lambda route: route.fulfill(status=503, headers={"HX-Reswap": "none"}))
    expect(page.get_by_text("Non disponible en ce moment; nouvel essai en cours")).to_be_visible()


def test_a_press_that_came_to_nothing_is_told_in_the_readers_language(
    office: Office, french: Callable[[str], Any]
) -> None:
    office.sends()
    arrives(office)
    filing.run_due()
    rosa = office.host.for_firm("harbor").contacts.get("rosa")
    office.host.add_matter("harbor", "Later matter", client=rosa, ref="later")
    page = french(f"/texting/conversations/{office.conversation()}")
    page.route("**/filings", lambda route: route.abort())
    page.get_by_role("button", name="Le classer dans Later matter").click()
    expect(page.get_by_text("Cela n’a pas fonctionné; réessayez dans une minute.")).to_be_visible()
