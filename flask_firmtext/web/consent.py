"""May we text this number? The page that proves it, and what people decide about it."""

from __future__ import annotations

import uuid

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ..messaging import consent as consents
from ..messaging import proof, thread
from ..store import inbox_queries
from ..store.models import Conversation
from ..store.transactions import own, reading
from . import sightings
from .access import Visitor, visitor
from .problems import nothing_here
from .thread import may_read


def consent(conversation_id: uuid.UUID) -> str:
    """The state, its history with the texts a page at a time, who texted first, and a form to note an opt-out."""
    who = visitor()
    may_read(who, conversation_id)
    before = request.args.get("before", type=uuid.UUID)
    shown = proof.show(who.firm, conversation_id, before=before)
    if shown is None:
        raise nothing_here()
    sightings.seen(who.firm.ref, who.user.ref, conversation_id)
    may = may_decide(who, conversation_id)
    told = {"proof": shown, "newest": before is None, "ways": proof.WAYS, "may_decide": may, "visitor": who}
    return render_template("firmtext/consent.html", **told)


def note_opt_out(conversation_id: uuid.UUID) -> Response:
    """The client told somebody. Pressed twice, or by two people, it is noted once."""
    who, row = _deciding(conversation_id)
    with own() as session:
        consents.note_opt_out(session, row, request.form.get("way", ""), user=who.user)
    return redirect(url_for("firmtext.consent", conversation_id=conversation_id), code=303)


def opt_out_as_asked(conversation_id: uuid.UUID, message_id: uuid.UUID | None = None) -> Response:
    """The text asks for no more texts. Whoever is first decides; the other sees what holds."""
    who, row = _deciding(conversation_id)
    with own() as session:
        consents.opt_out_as_asked(session, row, message_id, user=who.user)
    return _back(conversation_id)


def not_an_opt_out(conversation_id: uuid.UUID, message_id: uuid.UUID | None = None) -> Response:
    """It does not: automatic texts go on."""
    who, row = _deciding(conversation_id)
    with own() as session:
        consents.not_an_opt_out(session, row, message_id, user=who.user)
    return _back(conversation_id)


def may_decide(who: Visitor, conversation_id: uuid.UUID) -> bool:
    """Whether the host lets this user say that the client wants no texts."""
    subject = thread.find(who.firm.ref, conversation_id)
    return subject is not None and who.may("optout.set", subject)


def _deciding(conversation_id: uuid.UUID) -> tuple[Visitor, Conversation]:
    """:raises Problem: 404, there is no such conversation at this firm, or the host says no."""
    who = visitor()
    may_read(who, conversation_id)
    with reading() as session:
        found = inbox_queries.conversation(session, who.firm.ref, conversation_id)
    if found is None or not may_decide(who, conversation_id):
        raise nothing_here()
    return who, found[0]


def _back(conversation_id: uuid.UUID) -> Response:
    return redirect(url_for("firmtext.conversation", conversation_id=conversation_id), code=303)
