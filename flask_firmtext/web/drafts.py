"""Keeping what somebody writes while it is being written. A page that saves is answered in JSON, whatever happens."""

from __future__ import annotations

import logging
from typing import Any

from flask import Response, json, request
from flask_wtf.csrf import generate_csrf
from sqlalchemy.exc import SQLAlchemyError

from ..errors import KeyUnavailable, TextRefused
from ..messaging import drafts, tenancy
from ..messaging.owners import Subject
from ..store.transactions import own
from .access import Visitor, asked, visitor
from .draft import Draft
from .problems import Problem, nothing_here, where
from .recipient import number_of
from .thread import subject_of

log = logging.getLogger(__name__)


def save_draft() -> Response:
    """Keep the words of a composer. What another tab has kept instead comes back, and nothing of it is lost."""
    draft = Draft.sent()
    if len(draft.text) > drafts.LONGEST:
        return _told(413)
    try:
        who = visitor()
        _check(who, draft)
        with own() as session:
            count = request.form.get("count", 0, type=int)
            saved = drafts.keep(session, draft.place(who), draft.written(min(max(count, 0), 2**31 - 1)))
    except Problem as problem:
        return _told(problem.code)
    except (SQLAlchemyError, KeyUnavailable) as error:
        log.error("a draft was not kept: %s", where(error))
        return _told(503)
    code = 200 if saved.other is None else 409
    return _told(code, known=saved.known, other=saved.other)


def _check(who: Visitor, draft: Draft) -> None:
    """:raises Problem: 404, there is no such place, or the user may not write there."""
    if not (0 < len(draft.token) <= 64 and draft.writer):
        raise nothing_here()
    if draft.conversation:
        if draft.answers is None:
            raise nothing_here()
        who.must("message.send", subject_of(who, draft.answers))
        _known_index(draft.number)
        return
    contact = asked("Contacts.get", lambda: tenancy.contact(who.ports, draft.contact))
    if contact is None:
        raise nothing_here()
    who.must("message.send", Subject(who.firm.ref, (contact.ref,)))
    try:
        number_of(who.firm.ref, contact, draft.number or "-")
    except TextRefused:
        raise nothing_here() from None


def _known_index(key: str) -> None:
    try:
        bytes.fromhex(key)
    except ValueError:
        raise nothing_here() from None


def _told(code: int, **parts: Any) -> Response:
    """A page whose session has ended, or is another one now, gets the token of this one to go on with."""
    if code in (400, 401):
        parts["csrf"] = generate_csrf()
    return Response(json.dumps(parts), code, mimetype="application/json")


def stale(problem: Problem) -> Response:
    return _told(problem.code)
