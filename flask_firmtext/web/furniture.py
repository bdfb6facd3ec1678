"""What our templates use, under the one name ``firmtext_ui``: slots, assets, times, links and sizes."""

from __future__ import annotations

from datetime import datetime
from types import SimpleNamespace
from typing import Any

from flask import Flask, request, url_for
from markupsafe import Markup

from ..current import firmtext
from ..messaging.segments import TEXT_LIMIT, measure
from . import inbox, slots, times
from .linking import linked

NAME = "firmtext_ui"
PLACED = "firmtext.assets"


def exact(at: datetime, zone: str) -> str:
    """The day and time in the firm's zone."""
    return times.exact(at, firmtext.clock.now(), zone)


def relative(at: datetime, zone: str) -> str:
    """How long ago, as people say it."""
    return times.relative(at, firmtext.clock.now(), zone)


def script(name: str) -> Markup:
    """The tag of a script of ours, once a page however many slots want it."""
    return _once(name, Markup('<script src="{}" defer></script>'))


def style(name: str) -> Markup:
    """The tag of a stylesheet of ours, once a page."""
    return _once(name, Markup('<link rel="stylesheet" href="{}">'))


def _once(name: str, tag: Markup) -> Markup:
    placed: set[str] = request.environ.setdefault(PLACED, set())
    if name in placed:
        return Markup()
    placed.add(name)
    return tag.format(url_for("firmtext.static", filename=name))


FURNITURE: dict[str, Any] = {
    "badge": slots.badge,
    "communications": slots.communications,
    "cursor": inbox.write_cursor,
    "exact": exact,
    "limit": TEXT_LIMIT,
    "linked": linked,
    "measure": measure,
    "relative": relative,
    "script": script,
    "style": style,
}


def register(app: Flask) -> None:
    """Every template has it, also one of the host's that imports a slot without context."""
    app.jinja_env.globals[NAME] = SimpleNamespace(**FURNITURE)
