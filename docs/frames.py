"""Texting in the frames of three practice systems by others, those of ``tests/hosts/``: talk for their pictures."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from serving import serving
from strangers import STRANGERS, Stranger
from walking import Walker, delivered, turned_on

DESK, PHONE = (1280, 720), (360, 800)


class Client(NamedTuple):
    """Who writes: a reference in the practice system, and the number (E.164)."""

    contact: str
    phone: str


class Talk(NamedTuple):
    """What was said with whom: ours begins with ``>``. The last of each is the newest."""

    ours: tuple[str, ...]
    other: Client
    others: tuple[str, ...]


TALKS = {
    "integer": Talk(
        (
            "> Mr. Stone's counsel offers to settle. May I call you at four?",
            "Four is good. My husband will be there, too",
            "> Then both of you at four, on this number.",
        ),
        Client("2", "+13125550101"),
        ("> The lease is ready to be signed. Is Tuesday at ten fine?", "Tuesday at ten. We bring the keys"),
    ),
    "tenants": Talk(
        (
            "> The notary has a place on Friday at nine. Does that suit you?",
            "Vendredi à 9 h, c'est parfait. Merci !",
            "> Noted. Please bring the two certificates.",
        ),
        Client("cab14e70-0000-4000-8000-000000000016", "+15145550111"),
        ("> Your copy is ready and can be collected until six.", "I am on my way"),
    ),
    "schema": Talk(
        (
            "> The hearing was moved to Thursday, 10:00, Part 31.",
            "Thursday works. Do I have to speak?",
            "> Only if the judge asks you. We meet at 9:30 at the entrance.",
        ),
        Client("P-002", "+12125550121"),
        ("> You are not needed on Monday; the other side settled.", "Good news! Thanks for telling me"),
    ),
}


class Frame(NamedTuple):
    """A page of a stranger's application, in a window of which size."""

    package: str
    page: str
    size: tuple[int, int]


#: All pictures by their names, in the order in which they are taken.
PICTURES = {
    "integer-inbox": Frame("integer", "inbox", DESK),
    "integer-thread": Frame("integer", "thread", DESK),
    "integer-inbox-phone": Frame("integer", "inbox", PHONE),
    "integer-thread-phone": Frame("integer", "thread", PHONE),
    "tenants-inbox": Frame("tenants", "inbox", DESK),
    "tenants-thread": Frame("tenants", "thread", DESK),
    "tenants-inbox-phone": Frame("tenants", "inbox", PHONE),
    "tenants-thread-phone": Frame("tenants", "thread", PHONE),
    "schema-inbox": Frame("schema", "inbox", DESK),
    "schema-thread": Frame("schema", "thread", DESK),
    "schema-inbox-phone": Frame("schema", "inbox", PHONE),
    "schema-thread-phone": Frame("schema", "thread", PHONE),
}


class Seen(NamedTuple):
    """A stranger's application that is served, with texts in it."""

    stranger: Stranger
    site: str

    def sign_in(self, page: Any) -> None:
        page.goto(f"{self.site}{self.stranger.root}{self.stranger.login_page}")
        for name, value in self.stranger.login.items():
            page.locator(f"[name={name}]").fill(value)
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url: self.stranger.login_page not in url)

    def show(self, page: Any, what: str) -> None:
        """Its conversations, or the one with the stranger's client."""
        page.goto(f"{self.site}{self.stranger.root}{self.stranger.texting}/")
        row = page.get_by_role("row", name=self.stranger.name)
        row.wait_for()
        if what == "thread":
            row.get_by_role("link", name="View", exact=True).click()
            page.get_by_role("log").get_by_role("article").last.wait_for()


@contextmanager
def seen(package: str, folder: Path) -> Iterator[Seen]:
    """The application of this package with a database in ``folder``, after some talk, served."""
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    (stranger,) = (one for one in STRANGERS if one.package == package)
    practice = stranger.practice(f"sqlite:///{folder / package}.db")
    talk(practice, Walker(practice, stranger), TALKS[package])
    with serving(practice) as site:
        yield Seen(stranger, site)


def talk(practice: Any, walker: Walker, said: Talk) -> None:
    """Turn texting on, and let each say what they say: the stranger's client last."""
    number = turned_on(practice, walker)
    reported: set[str] = set()
    own = Client(walker.stranger.contact, walker.stranger.phone)
    for client, words in ((said.other, said.others), (own, said.ours)):
        for text in words:
            if text.startswith("> "):
                composer = walker.page(f"{walker.stranger.texting}/new?contact={client.contact}")
                walker.sends(composer, "/texts", text=text[2:])
                report(practice, walker, reported)
            else:
                carrier = delivered(practice)
                walker.hears(carrier.webhooks.text(client.phone, number, text), "inbound")


def report(practice: Any, walker: Walker, reported: set[str]) -> None:
    """Send what is due; of what is new the carrier says that it has arrived."""
    carrier = delivered(practice)
    for reference in carrier.receipts.keys() - reported:
        walker.hears(carrier.webhooks.status(reference, "delivered"), "status")
        reported.add(reference)
