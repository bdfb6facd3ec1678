"""Carrier registration: the form that the carriers ask for, filled in by a firm's administrators."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from typing import Any

from flask import make_response, redirect, render_template, request, url_for
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response

from ..errors import FormRefused, KeyUnavailable
from ..firm import registration as registering
from ..firm.registration import Form
from ..firm.registration_fields import FIELDS
from ..language import marked
from ..store import audit, firm_queries
from ..store.models import Number, Registration
from ..store.transactions import own, reading
from .access import Visitor, visitor
from .problems import Problem, framed, nothing_here, where
from .sheet import Card, Sheet

log = logging.getLogger(__name__)

SAVED = marked("Saved.")
OPEN = marked("Saved. It cannot be submitted before this is filled in:")
WRONG = marked("Not saved yet. Please look at these again:")
INCOMPLETE = marked("It cannot be submitted before this is filled in:")
NO_NUMBER = marked("Your firm has no number yet. Once it has one, the registration can be submitted.")
UNREADABLE = marked(
    "What was saved before cannot be read at the moment. Whoever runs your practice system can find out why."
)
NOT_STORED = marked("It could not be saved; what you typed is kept here. Press Save again in a minute.")
SIGN_IN = marked(
    "You are signed out; what you typed is kept. Sign in in another tab, come back here and press Save again."
)
TOO_LONG_OPEN = marked("The page was open too long; what you typed is kept. Press Save again.")


def registration() -> Response:
    """The form, with what is known already."""
    form = filled(_registrar())
    said = request.args.get("said") == "saved"
    faults = form.faults if form.saved_at else {}
    told = UNREADABLE if form.unreadable else (OPEN if said else INCOMPLETE) if faults else SAVED if said else ""
    return _page(Sheet(form.values, faults, told, focus=said, saved_at=form.saved_at))


def save_registration() -> Response:
    """Keep what was filled in, also when something is missing still; what is wrong comes back with the reasons."""
    typed = _typed()
    try:
        who = _registrar()
        with own() as session:
            registering.save(session, who.firm.ref, typed, by=who.user.ref)
    except FormRefused as refused:
        return _page(Sheet(typed, refused.faults, WRONG, focus=True), 422)
    except Problem as problem:
        if problem.code == 404:
            raise
        return _kept(SIGN_IN if problem.code == 401 else NOT_STORED, problem.code)
    except (SQLAlchemyError, KeyUnavailable) as error:
        log.error("a registration was not stored: %s", where(error))
        return _kept(NOT_STORED, 503)
    return redirect(url_for("firmtext.registration", said="saved"), code=303)


def export_registration() -> Response:
    """A number's registration as a file, ready to submit; the form with what is missing while it is not complete."""
    who = _registrar()
    number = _number(who)
    form = filled(who)
    if number is None or form.unreadable:
        return _page(Sheet(form.values, {}, UNREADABLE if number else NO_NUMBER, focus=True), 409)
    try:
        document = exported(who, form, number.e164)
    except FormRefused as refused:
        return _page(Sheet(form.values, refused.faults, INCOMPLETE, focus=True, saved_at=form.saved_at), 409)
    answer = Response(json.dumps(document, indent=2) + "\n", mimetype="application/json")
    answer.headers.set("Content-Disposition", "attachment", filename=f"registration-{number.e164[1:]}.json")
    return answer


def exported(who: Visitor, form: Form, number: str) -> dict[str, Any]:
    """What is submitted for a number (E.164); that it was had is recorded.

    :raises FormRefused: a sentence for each field that is missing or wrong.
    """
    document = registering.export(form.values, number)
    with own() as session:
        table = (Registration.__tablename__, who.firm.ref)
        audit.record(session, "registration.export", table, firm=who.firm.ref, actor=who.user.ref)
    return document


def card() -> Card:
    """What ``firmtext/_registration.html`` shows on the page of the settings, to everybody of the firm."""
    who = visitor()
    with reading() as session:
        numbers = firm_queries.numbers(session, who.firm.ref)
        form = registering.filled(session, who.firm)
    return Card.of(numbers, form, edits=who.may("number.verify"))


def _registrar() -> Visitor:
    who = visitor()
    must_register(who)
    return who


def must_register(who: Visitor) -> None:
    """:raises Problem: 404, this user may not, or the firm may not have texting."""
    who.must("number.verify")
    if not who.firm.availability.allowed:
        raise nothing_here()


def filled(who: Visitor) -> Form:
    with reading() as session:
        return registering.filled(session, who.firm)


def _number(who: Visitor) -> Number | None:
    """The number that the address names, else the main one. :raises Problem: 404, it is none of the firm's."""
    wanted = request.args.get("number")
    with reading() as session:
        numbers = firm_queries.numbers(session, who.firm.ref)
    if wanted is None:
        return next(iter(numbers), None)
    found = next((number for number in numbers if str(number.id) == wanted), None)
    if found is None:
        raise nothing_here()
    return found


def _typed() -> Mapping[str, str]:
    return {name: request.form.get(name, "") for name in FIELDS}


def _page(sheet: Sheet, code: int = 200) -> Response:
    return make_response(render_template("firmtext/registration.html", sheet=sheet), code)


def stale(problem: Problem) -> Response:
    return _kept(SIGN_IN if problem.code == 401 else TOO_LONG_OPEN, problem.code)


def _kept(told: str, code: int) -> Response:
    """The form once more with what was typed. It asks nothing of the host, which may be away, and no table of ours."""
    return framed("firmtext/registration.html", code, sheet=Sheet(_typed(), {}, told, focus=True))
