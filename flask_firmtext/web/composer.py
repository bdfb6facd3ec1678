"""Sending: a text is accepted once, and whatever goes wrong, what was typed comes back in the composer."""

from __future__ import annotations

import logging
import uuid

from flask import make_response, redirect, render_template, request, url_for
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response

from ..current import firmtext
from ..errors import DecryptError, KeyUnavailable, TextRefused
from ..messaging import accepting, thread
from ..messaging.body import check
from ..messaging.owners import Subject
from ..ports.values import Contact
from ..store import cells, keys
from ..store.models import Message
from .access import Visitor, asked, somebody, visitor
from .blueprint import blueprint, wants_part
from .draft import Draft
from .problems import Problem, framed, nothing_here
from .thread import opened

log = logging.getLogger(__name__)

SIGN_IN = "You are signed out; your text is kept. Sign in in another tab, come back here and press Send again."
TOO_LONG_OPEN = "The page was open too long; your text is kept. Press Send again."
NOT_STORED = "Your text could not be stored; it is kept here. Press Send again in a minute."
NOBODY = "This contact cannot be texted from here any more. Your text is kept so that you can copy it."
SENT_BEFORE = "Another text was sent from this form already. Press Send to send this one, too."
CODES = {"opted_out": 409, "sent_before": 409}


class NotSent(Exception):
    """The text was not accepted; the composer comes back with ``draft`` and the status ``code``."""

    def __init__(self, code: int, draft: Draft) -> None:
        self.code, self.draft = code, draft
        super().__init__(code)


@blueprint.post("/texts")
def send() -> Response:
    """Accept one text and show it in its conversation. :raises NotSent: with what was typed."""
    draft = Draft.sent()
    try:
        return _sent(draft)
    except Problem as problem:
        words = {401: SIGN_IN, 404: NOBODY}.get(problem.code, NOT_STORED)
        raise NotSent(problem.code, draft.refused(words)) from problem
    except (SQLAlchemyError, KeyUnavailable) as error:
        firmtext.db.session.rollback()
        log.error("a text was not stored: %s", type(error).__name__)
        raise NotSent(503, draft.refused(NOT_STORED)) from error


def _sent(draft: Draft) -> Response:
    who = visitor()
    contact = _contact(who, draft)
    conversation_id = _accepted(who, contact, draft)
    if not wants_part():
        return redirect(url_for("firmtext.conversation", conversation_id=conversation_id), code=303)
    if draft.conversation == str(conversation_id):
        fresh = Draft(contact.ref, draft.number, conversation=draft.conversation)
        answer = make_response(render_template("firmtext/_composer.html", draft=fresh))
        answer.headers["HX-Trigger"] = "firmtext:sent"
        return answer
    return _conversation_instead(who, conversation_id, contact)


def _conversation_instead(who: Visitor, conversation_id: uuid.UUID, contact: Contact) -> Response:
    """The first text to somebody: the conversation takes the place of the empty page, without a reload."""
    shown = opened(who, conversation_id, contact=contact.ref)
    draft = Draft.to_answer(shown)
    answer = make_response(render_template("firmtext/_thread.html", thread=shown, draft=draft, visitor=who))
    answer.headers["HX-Retarget"] = "#ft-thread"
    answer.headers["HX-Reswap"] = "outerHTML"
    answer.headers["HX-Replace-Url"] = url_for("firmtext.conversation", conversation_id=conversation_id)
    return answer


def _contact(who: Visitor, draft: Draft) -> Contact:
    contact = asked("Contacts.get", lambda: who.ports.contacts.get(draft.contact))
    if contact is None:
        raise nothing_here()
    who.must("message.send", _subject(who, contact, draft))
    return contact


def _subject(who: Visitor, contact: Contact, draft: Draft) -> Subject:
    """The conversation that the text would go into, else the contact alone."""
    index = _index(draft.number)
    known = thread.with_phone(who.firm.ref, index) if index else None
    found = thread.find(who.firm.ref, known) if known else None
    contacts = (*found.contacts, contact.ref) if found else (contact.ref,)
    return Subject(who.firm.ref, tuple(dict.fromkeys(contacts)), found.conversation if found else None)


def _accepted(who: Visitor, contact: Contact, draft: Draft) -> uuid.UUID:
    """Store the text and commit. :raises NotSent: it is not stored."""
    session = firmtext.db.session
    try:
        to = number_of(who.firm.ref, contact, draft.number)
        message = accepting.accept(session, user=who.user, contact=contact, to=to, text=draft.text, token=draft.token)
        _same(message, draft)
        conversation_id = message.conversation_id
        session.commit()
    except TextRefused as refused:
        session.rollback()
        again = draft.another if refused.code in ("sent_before", "token") else draft.refused
        raise NotSent(CODES.get(refused.code, 422), again(refused.sentence)) from refused
    return conversation_id


def _same(message: Message, draft: Draft) -> None:
    """Back, other words, Send: the form's token is spent, and these words would be lost in silence."""
    where = cells.place(Message, "body", message.id, message.firm)
    try:
        stored = cells.unseal(firmtext.db.session(), where, message.body)
    except DecryptError:
        return
    if stored != check(draft.text):
        raise TextRefused("sent_before", SENT_BEFORE)


def number_of(firm: str, contact: Contact, key: str) -> str | None:
    """The contact's number that a form's key stands for; None when the form leaves the choice to the host.

    :raises TextRefused: the contact no longer has it.
    """
    if not key:
        return None
    for number in contact.numbers:
        if keys.index_of(firm, number.e164).hex() == key:
            return number.e164
    raise TextRefused("number_not_textable", f"{contact.name} no longer has this number. Choose one of the contact's.")


def _index(key: str) -> bytes | None:
    try:
        return bytes.fromhex(key) or None
    except ValueError:
        return None


@blueprint.errorhandler(NotSent)
def show(refusal: NotSent) -> Response:
    """The composer again: in its place for htmx, under its conversation where that can be shown, else alone."""
    if wants_part():
        return make_response(render_template("firmtext/_composer.html", draft=refusal.draft), refusal.code)
    if refusal.code in (400, 409, 422) and refusal.draft.conversation:
        try:
            who = visitor()
            shown = opened(who, uuid.UUID(refusal.draft.conversation))
            context = {"thread": shown, "newest": True, "visitor": who}
            return framed("firmtext/thread.html", refusal.code, draft=refusal.draft, **context)
        except (Problem, ValueError, SQLAlchemyError):
            pass
    return framed("firmtext/kept.html", refusal.code, draft=refusal.draft)


@blueprint.errorhandler(CSRFError)
def stale(error: CSRFError) -> Response:
    """A form that was open too long, or whose session is gone. Without a text it is only a page to open again."""
    draft = Draft.sent()
    gone = not somebody()
    if request.endpoint == "firmtext.send":
        code, words = (401, SIGN_IN) if gone else (400, TOO_LONG_OPEN)
        return show(NotSent(code, draft.refused(words)))
    problem = Problem(401 if gone else 400, "The page was open too long", "Open it again.")
    if wants_part():
        return Response(status=problem.code, headers={"HX-Reswap": "none"})
    return framed("firmtext/problem.html", problem.code, problem=problem)
