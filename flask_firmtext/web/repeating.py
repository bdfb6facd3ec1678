"""Sending a failed text again from its thread: as it is, or to the number that the contact has by now."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from ..current import firmtext
from ..errors import DecryptError, TextRefused
from ..language import gettext as _
from ..language import marked
from ..messaging import redirecting, repeats, retrying, thread
from ..messaging.owners import Subject
from ..messaging.redirecting import Away
from ..messaging.retrying import TriedAgain
from ..messaging.retrying_words import REFUSALS
from ..ports.values import Contact
from ..store.models import Message
from ..store.transactions import reading
from . import limits
from .access import Visitor, visitor
from .problems import nothing_here
from .thread import may_read

#: Where a request keeps what was asked for one of several texts.
KEPT = "firmtext.repeating"

#: What was done, or why not, said once on the page that follows.
SAID = {
    **REFUSALS,
    "again": marked("The text is being sent again."),
    "elsewhere": marked("The text is being sent to the new number."),
    "resolved": marked("What you said stands beside the text."),
    "decided": marked("This text is no longer in doubt: a report came, or a colleague was first."),
    "unreadable": marked("This text cannot be read, so it cannot be sent again."),
    limits.CODE: limits.SOON,
    "not_again": marked("The text was not sent again. Look at the contact's number and your firm's."),
}


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Whose number may be wrong, and who has another by now to whom this user may send."""

    contacts: Sequence[Contact]
    away: Sequence[Away]


def send_again(conversation_id: uuid.UUID, message_id: uuid.UUID) -> Response:
    """The same words once more. Pressed twice, or by two people, they are sent once."""
    who, text = found(conversation_id, message_id, "message.retry")
    return _made(text, "again", lambda session: retrying.again(session, text.id, user=who.user))


def send_to_new_number(conversation_id: uuid.UUID, message_id: uuid.UUID) -> Response:
    """To the number that was shown, while it is still the contact's."""
    who, text = found(conversation_id, message_id, "message.retry")
    key = request.form.get("number", "")
    try:
        with reading() as session:
            route, _contact = redirecting.way(session, who.firm.ref, text, key)
    except TextRefused as refusal:
        return back(text, code_of(refusal))
    who.must("message.send", route.subject)
    return _made(text, "elsewhere", lambda session: redirecting.to_new_number(session, text.id, user=who.user, key=key))


def found(conversation_id: uuid.UUID, message_id: uuid.UUID, action: str) -> tuple[Visitor, Message]:
    """A text of a conversation in which this user may do that.

    :raises Problem: 404, there is no such text at this firm, or the host says no.
    """
    who = visitor()
    who.must(action, may_read(who, conversation_id))
    with reading() as session:
        text = repeats.find(session, message_id, who.user)
    if text is None or text.conversation_id != conversation_id:
        raise nothing_here()
    return who, text


def may(who: Visitor, action: str, conversation_id: uuid.UUID) -> bool:
    """Whether the host lets this user do that in a conversation; asked once for all its texts."""
    return bool(_kept((action, conversation_id), lambda: _may(who, action, conversation_id)))


def elsewhere(who: Visitor, conversation_id: uuid.UUID) -> Elsewhere:
    """Where a text that could not reach its number might go."""
    asked: Elsewhere = _kept(("elsewhere", conversation_id), lambda: _elsewhere(who, conversation_id))
    return asked


def said() -> str:
    """What the address says was done."""
    return _(SAID.get(request.args.get("said", ""), ""))


def back(text: Message, what: str, shown: Message | None = None) -> Response:
    """To the thread, at the text in question, or at the one that was made of it."""
    at = shown or text
    page = url_for("firmtext.conversation", conversation_id=at.conversation_id, said=what, _anchor=f"ft-text-{at.id}")
    return redirect(page, code=303)


def code_of(refusal: TextRefused) -> str:
    """The code under which a refusal is said on the page that follows."""
    return refusal.code if refusal.code in SAID else "not_again"


def _made(text: Message, what: str, make: Callable[[Any], Message]) -> Response:
    session = firmtext.db.session
    try:
        with reading() as looking:
            retrying.check_first(looking, text)
        limits.spend(visitor(), text.conversation_id)
        new = make(session)
        session.commit()
    except TriedAgain as late:
        session.rollback()
        with reading() as looking:
            return back(text, late.code, repeats.find(looking, late.text, visitor().user))
    except TextRefused as refusal:
        session.rollback()
        return back(text, code_of(refusal))
    except DecryptError:
        session.rollback()
        return back(text, "unreadable")
    return back(text, what, new)


def _may(who: Visitor, action: str, conversation_id: uuid.UUID) -> bool:
    subject = thread.find(who.firm.ref, conversation_id)
    return subject is not None and who.may(action, subject)


def _elsewhere(who: Visitor, conversation_id: uuid.UUID) -> Elsewhere:
    firm = who.firm.ref
    with reading() as session:
        contacts, away = redirecting.known(session, firm, conversation_id)
    return Elsewhere(contacts, tuple(one for one in away if who.may("message.send", Subject(firm, (one.contact.ref,)))))


def _kept(key: tuple[str, uuid.UUID], ask: Callable[[], Any]) -> Any:
    kept = request.environ.setdefault(KEPT, {})
    if key not in kept:
        kept[key] = ask()
    return kept[key]
