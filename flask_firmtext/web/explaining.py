"""Files that clients cannot send: whether they are told how to send them."""

from __future__ import annotations

from collections.abc import Mapping

from flask import render_template
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from ..current import firmtext
from ..firm import explaining
from ..messaging.file_words import size_words
from ..messaging.media_types import TYPES
from .access import visitor
from .form import Form
from .settings import changing, editor, kept, page, saved
from .standing import standing


def change_refusals() -> Response:
    """Take what was chosen, and say so."""
    who = editor()
    changing(who)
    form = Form.sent("explains")

    def change(session: Session) -> None:
        explaining.change(session, who.firm.ref, form.values["explains"] == "on", by=who.user.ref)

    return saved(change, "refusals", _form_again)


def _form_again(faults: Mapping[str, str], code: int) -> Response:
    form = Form.sent("explains").refused(faults)
    return page(standing(editor()), form=form, opened="refusals", code=code)


stale = kept(_form_again)


def sendable() -> str:
    """What clients can send, as a page of its own: beside a composer."""
    largest = size_words(firmtext.settings.media_max_bytes)
    return render_template("firmtext/sendable.html", firm=visitor().firm, types=TYPES, largest=largest)
