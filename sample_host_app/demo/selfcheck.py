"""The demo checks itself as a person would: over the served pages and the sandbox's phone, with a time limit."""

from __future__ import annotations

import re
import secrets
import sys
import time
from collections.abc import Callable
from typing import Any, TypeVar

import requests

from .browser import Browser, MissingError
from .markup import Node
from .plan import DemoError, Plan, read
from .waiting import session

CONTACT, MSISDN = "Maria Delgado", "16175550101"
T = TypeVar("T")


class Check:
    """One walk through the demo. Each step says what was seen, or raises MissingError."""

    def __init__(self, plan: Plan, seconds: float) -> None:
        self.plan = plan
        self.deadline = time.monotonic() + seconds
        self.browser = Browser()
        mark = secrets.token_hex(3)
        self.text = f"Demo check {mark}: can you hear us?"
        self.answer = f"Loud and clear, {mark}"
        self.thread = ""
        self.firm_number = ""
        self.unread_before = 0

    def sign_in(self) -> str:
        self.browser.open(f"{self.plan.url}/login")
        self.browser.press("Sign in", {"Email": "staff@harbor.example", "Password": "demo"})
        self.browser.one("button", "Sign out", lambda node: node.tag == "button")
        return "Signed in as staff@harbor.example"

    def find_contact(self) -> str:
        self.browser.follow("Communications")
        self.browser.one("heading", "Text messages", lambda node: node.tag in ("h1", "h2", "h3"))
        self.browser.press("New", {})
        self.browser.fill("Contact", CONTACT)
        self.browser.follow(CONTACT, within=self.main)
        return f"Found {CONTACT} for a new text message"

    def send(self) -> str:
        self.browser.press("Send", {"Message": self.text})
        self.thread = self.browser.url
        self._article(self.text)
        return "Sent a text; it is in the thread"

    def delivered(self) -> str:
        self._soon(lambda: "Delivered" in self._article(self.text, reload=True).text, "the text is not Delivered")
        return "Delivered, says the thread"

    def phone_shows_it(self) -> str:
        arrived = self._soon(self._on_the_phone, "the phone does not show the text")
        self.firm_number = arrived[0]["with"]
        return f"{CONTACT}'s phone shows it"

    def reply(self) -> str:
        self.unread_before = self._unread()
        url = f"{self.plan.sandbox_url}/_sandbox/phones/{MSISDN}/texts"
        answer = session().post(url, json={"to": self.firm_number, "text": self.answer}, timeout=5)
        if answer.status_code != 201:
            raise MissingError(f"the phone could not answer: {answer.status_code} {answer.text[:200]}")
        return "Answered from the phone"

    def unread(self) -> str:
        self._soon(lambda: self._unread() > self.unread_before, "no unread badge")
        return f"Communications shows {self._unread()} unread"

    def opened(self) -> str:
        self.browser.open(self.thread)
        self._article(self.answer)
        if self._unread() != self.unread_before:
            raise MissingError("opening the thread did not clear its badge")
        return "The thread shows the answer, and opening it cleared the badge"

    @property
    def main(self) -> Node | None:
        return next(iter(self.browser.page.all(lambda node: node.tag == "main")), None)

    def _article(self, words: str, *, reload: bool = False) -> Node:
        """The text in the thread."""
        if reload:
            self.browser.open(self.thread)
        articles = self.browser.page.all(lambda node: node.tag == "article" and words in node.text)
        if not articles:
            raise MissingError(f"{words!r} is not in the thread {self.thread}")
        return articles[-1]

    def _unread(self) -> int:
        """The number beside Communications in the navigation; none is 0."""
        self.browser.open(f"{self.plan.url}/communications")
        item = self.browser.one("link", "Communications", lambda node: node.tag == "a").within("li")
        found = re.search(r"\d+", item.text if item else "")
        return int(found[0]) if found else 0

    def _on_the_phone(self) -> list[dict[str, Any]]:
        phones = session().get(f"{self.plan.sandbox_url}/_sandbox/phones", timeout=5).json()
        texts = [text for phone in phones if phone["msisdn"] == MSISDN for text in phone["texts"]]
        return [text for text in texts if text["text"] == self.text]

    def _soon(self, look: Callable[[], T], otherwise: str) -> T:
        """What ``look`` finds before the time is over."""
        while not (found := look()):
            if time.monotonic() > self.deadline:
                raise MissingError(otherwise)
            time.sleep(0.2)
        return found


def sandbox_answers(plan: Plan) -> bool:
    try:
        return session().get(f"{plan.sandbox_url}/_sandbox/phones", timeout=2).ok
    except requests.RequestException:
        return False


def main() -> int:
    try:
        plan = read()
    except DemoError as error:
        return _say(f"  no   {error}", 1)
    check = Check(plan, plan.seconds or 20)
    steps = [check.sign_in, check.find_contact, check.send, check.delivered]
    if plan.own_carrier or sandbox_answers(plan):
        steps += [check.phone_shows_it, check.reply, check.unread, check.opened]
    else:
        _say("  --   Left out: phone, answer and unread badge, because no sandbox answers for this carrier", 0)
    for step in steps:
        try:
            _say(f"  ok   {step()}", 0)
        except (MissingError, requests.RequestException) as error:
            return _say(f"  no   {step.__name__.replace('_', ' ').capitalize()}: {error}", 1)
    return 0


def _say(words: str, code: int) -> int:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()
    return code


if __name__ == "__main__":
    sys.exit(main())
