"""What our templates use, under the one name ``firmtext_ui``: slots, assets, times, links and sizes."""

from __future__ import annotations

from datetime import datetime
from types import SimpleNamespace
from typing import Any

from flask import Flask, request, url_for
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup

from .. import language
from ..current import firmtext
from ..messaging.segments import TEXT_LIMIT, measure
from . import consent, filters, inbox, marking, notifications, registration, slots, times
from .access import somebody
from .linking import linked
from .waiting import waiting

NAME = "firmtext_ui"
PLACED = "firmtext.assets"


def exact(at: datetime, zone: str) -> str:
    """The day and time in the firm's zone."""
    return times.exact(at, firmtext.clock.now(), zone)


def relative(at: datetime, zone: str) -> str:
    """How long ago, as people say it."""
    return times.relative(at, firmtext.clock.now(), zone)


def size(text: str) -> str:
    """How long a text is, in the words that composer.js uses, too."""
    limit = f"{len(text):,} of {TEXT_LIMIT:,} characters"
    if len(text) > TEXT_LIMIT:
        return f"{limit}: too long to send"
    if not text:
        return limit
    count = measure(text).count
    return f"{limit} · {'1 text' if count <= 1 else f'counts as {count} texts'}"


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
    "csrf": generate_csrf,
    "filters": filters.filters,
    "keys": slots.keys,
    "marks": marking.marks,
    "nothing": filters.nothing,
    "notification_settings": notifications.slot,
    "readers": marking.readers,
    "waiting": waiting,
    "may_decide": consent.may_decide,
    "cursor": inbox.write_cursor,
    "dated": times.dated,
    "exact": exact,
    "linked": linked,
    "registration": registration.card,
    "relative": relative,
    "script": script,
    "size": size,
    "somebody": somebody,
    "style": style,
}

#: Under names of their own: the host's ``_`` is the host's.
LANGUAGE = {"_ft": language.gettext, "_ftn": language.ngettext, "_fthtml": language.html}


def register(app: Flask) -> None:
    """Every template has it, also one of the host's that imports a slot without context."""
    app.jinja_env.globals[NAME] = SimpleNamespace(**FURNITURE)
    app.jinja_env.globals.update(LANGUAGE)
