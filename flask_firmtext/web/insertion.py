"""What is put into a text without scripts: the composer comes back with it."""

from __future__ import annotations

from werkzeug.wrappers import Response

from .access import Visitor
from .draft import Draft
from .problems import framed
from .thread import opened


def composer_with(who: Visitor, draft: Draft, heading: str) -> Response:
    """The composer with ``draft`` under its conversation; under ``heading`` where it can be under none."""
    shown = opened(who, draft.answers, contact=draft.contact) if draft.answers else None
    if shown is None or shown.closed:
        return framed("firmtext/inserted.html", 200, draft=draft, heading=heading)
    return framed("firmtext/thread.html", 200, thread=shown, newest=True, visitor=who, draft=draft)
