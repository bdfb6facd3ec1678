"""An HTML page as a person finds their way in it: by roles, labels and visible words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from html.parser import HTMLParser

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
FIELDS = {"input", "select", "textarea"}


class Node:
    """One element."""

    def __init__(self, tag: str, attributes: dict[str, str], parent: Node | None) -> None:
        self.tag = tag
        self.attributes = attributes
        self.parent = parent
        self.children: list[Node | str] = []

    def __getitem__(self, name: str) -> str:
        return self.attributes.get(name, "")

    def has(self, name: str) -> bool:
        return name in self.attributes

    def walk(self) -> Iterator[Node]:
        for child in self.children:
            if isinstance(child, Node):
                yield child
                yield from child.walk()

    def all(self, wanted: Callable[[Node], bool]) -> list[Node]:
        return [node for node in self.walk() if wanted(node)]

    def within(self, tag: str) -> Node | None:
        """The nearest element of this kind around it."""
        node: Node | None = self
        while node is not None and node.tag != tag:
            node = node.parent
        return node

    @property
    def hidden(self) -> bool:
        """Whether it, or what it stands in, is not shown."""
        node: Node | None = self
        while node is not None and not node.has("hidden"):
            node = node.parent
        return node is not None

    @property
    def text(self) -> str:
        """The words in it, as read aloud: what is hidden from screen readers is left out."""
        if self["aria-hidden"] == "true" or self.tag in ("script", "style", "template"):
            return ""
        parts = [child if isinstance(child, str) else child.text for child in self.children]
        return " ".join(" ".join(parts).split())

    @property
    def content(self) -> str:
        """The characters in it, as they are."""
        return "".join(child if isinstance(child, str) else child.content for child in self.children)


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root = self.here = Node("document", {}, None)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {name: value or "" for name, value in attrs}, self.here)
        self.here.children.append(node)
        if tag not in VOID:
            self.here = node

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        open_one = self.here.within(tag)
        if open_one is not None and open_one.parent is not None:
            self.here = open_one.parent

    def handle_data(self, data: str) -> None:
        self.here.children.append(data)


def parse(html: str) -> Node:
    builder = _Builder()
    builder.feed(html)
    builder.close()
    return builder.root


def name_of(node: Node, page: Node) -> str:
    """The accessible name of a link, button or field."""
    if node["aria-label"]:
        return node["aria-label"]
    labelled_by = node["aria-labelledby"].split()
    labels = page.all(lambda other: other["id"] in labelled_by if labelled_by else _is_label_of(other, node))
    if labels:
        return " ".join(label.text for label in labels)
    return node["value"] if node.tag == "input" and node["type"] == "submit" else node.text


def _is_label_of(other: Node, node: Node) -> bool:
    points_there = bool(node["id"]) and other["for"] == node["id"]
    return other.tag == "label" and (points_there or node.within("label") is other)
