"""The scripts and stylesheets of ours that a page asks for, each once however many slots want it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask import request, url_for
from markupsafe import Markup

PLACED = "firmtext.assets"


def script(name: str) -> Markup:
    """The tag of a script of ours, once a page."""
    return _once(name, Markup('<script src="{}" defer></script>'))


def style(name: str) -> Markup:
    """The tag of a stylesheet of ours, once a page."""
    return _once(name, Markup('<link rel="stylesheet" href="{}">'))


@contextmanager
def unless_raised() -> Iterator[None]:
    """What was placed in a part of a page that then was not drawn is not on the page."""
    before = set(_placed())
    try:
        yield
    except BaseException:
        _placed().intersection_update(before)
        raise


def _once(name: str, tag: Markup) -> Markup:
    if name in _placed():
        return Markup()
    _placed().add(name)
    return tag.format(url_for("firmtext.static", filename=name))


def _placed() -> set[str]:
    placed: set[str] = request.environ.setdefault(PLACED, set())
    return placed
