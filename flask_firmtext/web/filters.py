"""The filters above the table: their words, and what an empty one says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import url_for

from ..language import gettext as _
from ..language import marked
from ..messaging.threads import Table
from ..store.inbox_pages import View

WORDS = {
    View.OPEN: marked("Open"),
    View.UNREAD: marked("Unread"),
    View.WAITING: marked("Waiting"),
    View.FAILED: marked("Failed"),
    View.MINE: marked("Mine"),
    View.DONE: marked("Done"),
    View.ALL: marked("All"),
}
EMPTY = {
    View.OPEN: marked("Nothing to do: every conversation is done."),
    View.UNREAD: marked("You have read everything."),
    View.WAITING: marked("No client is waiting for an answer."),
    View.FAILED: marked("Nothing failed: every last text went out."),
    View.MINE: marked("You have not texted anybody yet."),
    View.DONE: marked("Nothing is marked done."),
    View.ALL: marked("No text messages yet."),
}
#: A page of unread ones looks at some hundred conversations; further back there may be more.
DEEPER = marked("Nothing unread here. Older conversations may have some.")


@dataclass(frozen=True, slots=True)
class Filter:
    """A link above the table; ``current``: it is what the table shows."""

    words: str
    url: str
    current: bool


def filters(view: View | None) -> tuple[Filter, ...]:
    """All of them, in order; None is current while something is searched for."""
    return tuple(Filter(_(words), address(one), one is view) for one, words in WORDS.items())


def view_of(name: str | None) -> View:
    """The filter that an address names; what we do not know is the first."""
    return View(name) if name in tuple(View) else View.OPEN


def address(view: View, **more: Any) -> str:
    """The page of a filter."""
    name = None if view is View.OPEN else view.value
    return url_for("firmtext.inbox", show=name, **more)


def nothing(table: Table) -> str:
    """What an empty page says."""
    return _(DEEPER if table.older else EMPTY[table.view])
