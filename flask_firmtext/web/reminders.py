"""Event reminders: on which days before an event, and at what time, clients are reminded."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from ..firm import reminding
from .form import Form
from .settings import changing, editor, kept, page, saved
from .standing import standing


def change_reminders() -> Response:
    who = editor()
    changing(who)
    form = Form.sent("days", "at")

    def change(session: Session) -> None:
        days, at = reminding.check(form.values["days"], form.values["at"])
        reminding.change(session, who.firm.ref, days, at, by=who.user.ref)

    return saved(change, "reminders", _form_again)


def _form_again(faults: Mapping[str, str], code: int) -> Response:
    form = Form.sent("days", "at").refused(faults)
    return page(standing(editor()), form=form, opened="reminders", code=code)


stale = kept(_form_again)
