"""A contact's phone numbers, changed by people. Texting is told in the same transaction, before the one commit."""

from __future__ import annotations

import re

from flask import current_app, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from .models import Contact, PhoneNumber, db
from .pages import bp, one_of_ours
from .texting import firmtext

NEW = "number-new"
NO_NUMBER = "Write a North American number with its area code, like (617) 555-0123."


@bp.get("/contacts/<int:contact_id>/edit")
def edit_contact(contact_id: int) -> Response:
    row = one_of_ours(Contact, contact_id)
    return _form(row, {name: number.written for name, number in _fields(row).items()}, {})


@bp.post("/contacts/<int:contact_id>/edit")
def change_contact(contact_id: int) -> Response:
    """A number that is taken out is gone; one in the last field is added."""
    row = one_of_ours(Contact, contact_id)
    typed = {name: request.form.get(name, "").strip() for name in (*_fields(row), NEW)}
    found = {name: _e164(words) for name, words in typed.items() if words}
    faults = {name: NO_NUMBER for name, e164 in found.items() if e164 is None}
    if faults:
        return _form(row, typed, faults, 422)
    try:
        _write(row, {name: e164 for name, e164 in found.items() if e164})
        db.session.flush()
        firmtext.contact_changed(str(row.id))
        db.session.commit()
    except Exception as error:
        db.session.rollback()
        current_app.logger.error("a contact was not changed: %s", type(error).__name__)
        flash("It could not be saved. Press the button again in a minute.")
        return _form(one_of_ours(Contact, contact_id), typed, {}, 503)
    flash("The contact is saved.")
    return redirect(url_for("pages.contact", contact_id=contact_id), code=303)


def _fields(row: Contact) -> dict[str, PhoneNumber]:
    return {f"number-{number.id}": number for number in row.numbers}


def _write(row: Contact, given: dict[str, str]) -> None:
    for name, number in _fields(row).items():
        if name in given:
            number.e164 = given[name]
        else:
            row.numbers.remove(number)
            db.session.delete(number)
    if NEW in given:
        row.numbers.append(PhoneNumber(e164=given[NEW]))


def _e164(words: str) -> str | None:
    digits = re.sub(r"[^0-9]", "", words).removeprefix("1")
    return f"+1{digits}" if re.fullmatch(r"[2-9][0-9]{9}", digits) else None


def _form(row: Contact, typed: dict[str, str], faults: dict[str, str], code: int = 200) -> Response:
    fields = [(name, f"Phone ({number.label})") for name, number in _fields(row).items()] + [(NEW, "Another phone")]
    told = {"contact": row, "fields": fields, "typed": typed, "faults": faults}
    return make_response(render_template("contact_form.html", **told), code)
