"""What a person says about a text of which nobody is sure: one question, one answer, and how they know."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field

from flask import make_response, render_template, request
from werkzeug.wrappers import Response

from ..current import firmtext
from ..errors import DecryptError, TextRefused
from ..language import gettext as _
from ..language import marked
from ..messaging import resolving
from ..messaging.resolving import LONGEST, Decision
from ..messaging.shown import read_bodies
from ..store.models import Message
from ..store.states import State
from ..store.transactions import reading
from . import limits
from .access import Visitor
from .problems import Problem, framed
from .repeating import back, code_of, found


@dataclass(frozen=True, slots=True)
class Answer:
    """A button, what pressing it means, and what the field asks for."""

    button: str
    meaning: str
    asks: str


SAY_WHY = marked("Say in a few words how you know; colleagues read it later.")
ANSWERS: Mapping[str, Answer] = {
    Decision.ARRIVED: Answer(
        marked("It arrived"),
        marked("The text then counts as sent. A report of the carrier that comes later still says more."),
        marked("How do you know?"),
    ),
    Decision.LOST: Answer(
        marked("It did not arrive"),
        marked("The text then counts as not delivered, and can be sent again. A report that comes later still counts."),
        marked("How do you know?"),
    ),
    Decision.RESEND: Answer(
        marked("Send again"),
        marked("The first text may have arrived: the client may get it twice."),
        marked("Why is it to be sent again?"),
    ),
}


@dataclass(frozen=True, slots=True)
class Form:
    """One answer about one text, with what was typed and what is wrong with that."""

    visitor: Visitor
    text: Message
    answer: str
    why: str = field(default="", repr=False)
    fault: str = ""

    def page(self, code: int = 200) -> Response:
        with reading() as session:
            body = read_bodies(session, [self.text])[self.text.id]
        told = {"form": self, "answer": ANSWERS[self.answer], "body": body, "most": LONGEST, "visitor": self.visitor}
        if code == 200:
            return make_response(render_template("firmtext/resolve.html", **told))
        return framed("firmtext/resolve.html", code, **told)


def resolve_form(conversation_id: uuid.UUID, message_id: uuid.UUID, answer: str) -> Response:
    """The small step before somebody says so."""
    who, text = found(conversation_id, message_id, "message.resolve")
    return Form(who, text, answer).page() if text.state == State.UNKNOWN else back(text, "decided")


def resolve(conversation_id: uuid.UUID, message_id: uuid.UUID, answer: str) -> Response:
    """It is said once: who comes second, after a colleague or a report, is told so."""
    who, text = found(conversation_id, message_id, "message.resolve")
    form = Form(who, text, answer, request.form.get("why", "").strip())
    if not form.why:
        return Form(who, text, answer, "", _(SAY_WHY)).page(422)
    session = firmtext.db.session
    try:
        if answer == Decision.RESEND and text.state == State.UNKNOWN:
            limits.spend(who, text.conversation_id)
        shown = resolving.decide(session, text.id, answer, user=who.user, why=form.why)
        session.commit()
    except TextRefused as refusal:
        session.rollback()
        if refusal.code == "why_too_long":
            return Form(who, text, answer, form.why, refusal.sentence).page(422)
        return back(text, code_of(refusal))
    except DecryptError:
        session.rollback()
        return back(text, "unreadable")
    if shown is None:
        return back(text, "decided")
    return back(text, "again" if answer == Decision.RESEND else "resolved", shown)


def stale(problem: Problem) -> Response:
    """The page was open too long: what was typed stays."""
    try:
        where = request.view_args or {}
        who, text = found(where["conversation_id"], where["message_id"], "message.resolve")
    except Problem as other:
        return framed("firmtext/problem.html", other.code, problem=other)
    words = _("The page was open too long. Press the button again.")
    return Form(who, text, where["answer"], request.form.get("why", ""), words).page(problem.code)
