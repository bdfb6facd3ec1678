"""A language in which every message stands in brackets: what a page says outside of them is in no catalogue."""

from __future__ import annotations

import re
import runpy
from html.parser import HTMLParser
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po

ROOT = Path(__file__).parents[2]
#: A language that people speak and we do not.
CODE = "eo"
OPEN, CLOSE = "⟦", "⟧"
LETTER = re.compile(r"[^\W\d_]")
SILENT = frozenset({"script", "style"})
#: Elements that hold what people or machines have written.
DATA = frozenset({"bdi", "time", "code", "kbd", "textarea", "pre", "blockquote"})
SPOKEN = frozenset({"alt", "aria-label", "placeholder", "title"})
#: Attributes of data: a saved reply, the day of a text, and the words of scripts, which a test of their own reads.
QUIET = frozenset({"data-ft-name", "data-ft-text", "data-ft-day-words", "data-ft-words", "data-ft-firm"})
VOID = frozenset({"br", "img", "input", "link", "meta", "hr", "wbr", "source"})


def write(folder: Path) -> None:
    """The catalogue of everything that the code says, for ``FIRMTEXT_TRANSLATIONS``."""
    catalog = Catalog(locale=CODE)
    for message in runpy.run_path(str(ROOT / "docs" / "catalogues.py"))["said"]():
        if message.id:
            one = isinstance(message.id, str)
            catalog.add(message.id, _wrapped(message.id) if one else tuple(map(_wrapped, message.id)))
    with (folder / f"{CODE}.po").open("wb") as file:
        write_po(file, catalog)


def _wrapped(words: str) -> str:
    return f"{OPEN}{words}{CLOSE}"


def untranslated(html: str, data: frozenset[str]) -> list[str]:
    """What a page says to people that is in no brackets, and is none of ``data`` (words that are data there)."""
    page = _Page()
    page.feed(html)
    left = [*page.attributes, *_outside(page.texts)]
    return [words for words in left if LETTER.search(_without(words, data))]


def _outside(texts: list[str]) -> list[str]:
    """The parts of each text that stand outside of brackets; brackets may close elements later."""
    found, depth = [], 0
    for text in texts:
        rest = ""
        for letter in text:
            depth += letter == OPEN
            rest += letter if depth == 0 else ""
            depth -= letter == CLOSE
        found.append(rest.strip())
    assert depth == 0, "a bracket is left open"
    return found


def _without(words: str, data: frozenset[str]) -> str:
    for known in sorted(data, key=len, reverse=True):
        words = words.replace(known, "")
    return words


class _Page(HTMLParser):
    """The words of a page: its texts in order, and those of its attributes that are read out or shown."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.attributes: list[str] = []
        self._open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.attributes += [
            "".join(_outside([value]))
            for name, value in given.items()
            if (name in SPOKEN and (tag, name) != ("time", "title"))
            or (name.startswith("data-ft-") and name not in QUIET and " " in value)
        ]
        if tag not in VOID:
            body = {"ft-body", "ft-admin-body", "ft-day", "ft-reply-text"} & set(given.get("class", "").split())
            other = given.get("lang", CODE) != CODE and tag != "html"
            self._open.append((tag, tag in SILENT | DATA or bool(body) or other))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, text: str) -> None:
        if text.strip():
            silent = any(quiet for _, quiet in self._open)
            # Brackets count wherever they are; what is data says nothing else.
            self.texts.append(re.sub(f"[^{OPEN}{CLOSE}]", "", text) if silent else text)
