"""A browser without scripts: it opens addresses, follows links, fills forms and presses buttons by their names."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urljoin

import requests

from .markup import FIELDS, Node, name_of, parse
from .waiting import session

SECONDS = 10  # for one answer


class MissingError(Exception):
    """The page lacks what a person would look for; the message says what and where."""


class Browser:
    """One person's browser. ``page`` is the page that is open, ``url`` its address."""

    def __init__(self) -> None:
        self.session = session()
        self.url = ""
        self.page = parse("")

    def open(self, url: str) -> None:
        """Open an address. :raises MissingError: the answer is an error."""
        self._show(self.session.get(urljoin(self.url, url), timeout=SECONDS, headers=self._from()))

    def follow(self, name: str, within: Node | None = None) -> None:
        """Follow the link with this name."""
        self.open(self.one("link", name, lambda node: node.tag == "a" and node.has("href"), within)["href"])

    def fill(self, label: str, value: str) -> None:
        """Fill one field and send its form, as the Enter key does."""
        field = self.one("field", label, _is_field)
        form = field.within("form") or self._missing("form around", label)
        others = [(name, was) for name, was in _values(form) if name != field["name"]]
        self._send(form, [*others, (field["name"], value)])

    def press(self, name: str, filled: dict[str, str], within: Node | None = None) -> None:
        """Fill fields by their labels and press the button with this name."""
        button = self.one("button", name, _is_button, within)
        form = button.within("form") or self._missing("form around", name)
        values = [*_values(form), (button["name"], button["value"])]
        for label, value in filled.items():
            field = self.one("field", label, _is_field, form)["name"]
            values = [(key, was) for key, was in values if key != field] + [(field, value)]
        self._send(form, [(key, value) for key, value in values if key])

    def one(self, kind: str, name: str, wanted: Callable[[Node], bool], within: Node | None = None) -> Node:
        """The element of a kind whose name is, else begins with, ``name``."""
        there = (within or self.page).all(lambda node: wanted(node) and not node.hidden)
        found = [(name_of(node, self.page), node) for node in there]
        exact = [node for its_name, node in found if its_name == name]
        near = [node for its_name, node in found if its_name.startswith(name)]
        return (exact or near or [self._missing(kind, name)])[0]

    def _send(self, form: Node, values: list[tuple[str, str]]) -> None:
        url = urljoin(self.url, form["action"] or self.url)
        if form["method"].lower() == "post":
            answer = self.session.post(url, data=values, timeout=SECONDS, headers=self._from())
        else:
            answer = self.session.get(url, params=values, timeout=SECONDS, headers=self._from())
        self._show(answer)

    def _from(self) -> dict[str, str]:
        return {"Referer": self.url} if self.url else {}

    def _show(self, answer: requests.Response) -> None:
        self.url = answer.url
        self.page = parse(answer.text)
        if not answer.ok:
            raise MissingError(f"{answer.url} answered {answer.status_code}")

    def _missing(self, kind: str, name: str) -> Node:
        raise MissingError(f"no {kind} {name!r} at {self.url}")


def _is_field(node: Node) -> bool:
    return node.tag in FIELDS and node["type"] != "hidden"


def _is_button(node: Node) -> bool:
    return node.tag == "button" or (node.tag == "input" and node["type"] == "submit")


def _values(form: Node) -> list[tuple[str, str]]:
    """What a browser would send of a form as it stands, buttons aside."""
    values = []
    for node in form.all(lambda node: node.tag in FIELDS and not node.has("disabled")):
        if node.tag == "textarea":
            values.append((node["name"], node.content))
        elif node.tag == "select":
            options = node.all(lambda option: option.tag == "option")
            chosen = [option for option in options if option.has("selected")] or options[:1]
            values += [(node["name"], option["value"] if option.has("value") else option.text) for option in chosen]
        elif node["type"] in ("checkbox", "radio"):
            values += [(node["name"], node["value"] or "on")] if node.has("checked") else []
        elif node["type"] not in ("submit", "button", "image", "reset", "file"):
            values.append((node["name"], node["value"]))
    return values
