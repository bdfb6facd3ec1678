"""Your details: the alternative email address and phone that stand in every automatic text."""

from __future__ import annotations

from collections.abc import Mapping

from flask import make_response, render_template, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from ..firm import details, texting
from .form import Form
from .settings import changing, editor, kept, saved


def details_form() -> Response:
    shown = changing(editor())
    form = Form({"email": shown.details.email or "", "phone": shown.phone})
    return _page(form, focus=request.args.get("field", "email"))


def change_details() -> Response:
    who = editor()
    changing(who)
    form = Form.sent("email", "phone")

    def change(session: Session) -> None:
        given = details.check(session, who.firm.ref, form.values["email"], form.values["phone"])
        texting.change_details(session, who.firm.ref, given, by=who.user.ref)

    return saved(change, "details", _form_again)


def _form_again(faults: Mapping[str, str], code: int) -> Response:
    editor()
    return _page(Form.sent("email", "phone").refused(faults), code=code)


def _page(form: Form, *, focus: str | None = None, code: int = 200) -> Response:
    """``focus`` is the field that was pressed; after an error it is the first faulty one."""
    page = render_template("firmtext/details.html", form=form, focus=form.first or focus)
    return make_response(page, code)


stale = kept(_form_again)
