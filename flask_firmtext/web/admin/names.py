"""Names of views, columns and actions: made once with the view, and shown to each in the own language."""

from __future__ import annotations

from markupsafe import Markup, escape

from ...language import gettext


class Name(str):
    """English words that a template prints in the language of whoever asks."""

    __slots__ = ()

    def __html__(self) -> Markup:
        return escape(gettext(str(self)))
