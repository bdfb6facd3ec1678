"""A text that was not accepted: its words come back, where they were typed or under what they overlooked."""

from __future__ import annotations

import logging

from flask import make_response, render_template, request, url_for
from flask_wtf.csrf import CSRFError
from werkzeug.wrappers import Response

from ..language import gettext as _
from ..language import marked
from ..messaging.thread import Thread
from . import routes
from .access import Visitor, somebody, visitor
from .blueprint import wants_part
from .draft import Draft
from .problems import Interruption, Problem, framed, where
from .thread import opened

log = logging.getLogger(__name__)

SIGN_IN = marked("You are signed out; your text is kept. Sign in in another tab, come back here and press Send again.")
TOO_LONG_OPEN = marked("The page was open too long; your text is kept. Press Send again.")
KEPT = marked("Your text is kept.")
NOBODY = marked("This contact cannot be texted from here any more. Your text is kept so that you can copy it.")
NOT_YOU = marked(
    "You may not send texts any more; an administrator can tell you why. Your text is kept so that you can copy it."
)


class NotSent(Interruption):
    """The text was not accepted; the composer comes back with ``draft`` and the status ``code``."""

    def __init__(self, code: int, draft: Draft) -> None:
        self.code, self.draft = code, draft
        super().__init__(code)

    def answer(self) -> Response:
        """The composer: in its place for htmx, under its conversation where that is to be read, else alone."""
        return (_part if wants_part() else _page)(self.draft, self.code)


def refused(problem: Problem, draft: Draft) -> NotSent:
    """What cost a page costs no word of the text that was on its way."""
    if problem.code == 404:
        return NotSent(404, draft.refused(_(NOT_YOU if _may_text_nobody() else NOBODY)))
    words = _(SIGN_IN) if problem.code == 401 else f"{_(KEPT)} {problem.words}"
    return NotSent(problem.code, draft.refused(words))


def _may_text_nobody() -> bool:
    """Whether it is the right that is gone, whoever the contact is: of a contact nothing is told by that."""
    try:
        return not visitor().may("message.send")
    except Problem:
        return False


def _part(draft: Draft, code: int) -> Response:
    answer = _its_conversation(draft, code) if draft.anyway and not request.form.get("conversation") else None
    if answer is not None:
        return answer
    answer = make_response(render_template("firmtext/_composer.html", draft=draft), code)
    return with_news(answer) if draft.anyway else answer


def _page(draft: Draft, code: int) -> Response:
    answer = _its_conversation(draft, code) if code in (400, 409, 422, 429) and draft.answers else None
    return answer or framed("firmtext/kept.html", code, draft=draft)


def _its_conversation(draft: Draft, code: int) -> Response | None:
    """The words under their conversation; None where it cannot be shown, or has no place for them."""
    if draft.answers is None:
        return None
    try:
        who = visitor()
        shown = opened(who, draft.answers, contact=draft.contact)
        if shown.closed:
            return None
        if wants_part():
            return in_its_place(who, shown, draft, code)
        return framed("firmtext/thread.html", code, draft=draft, thread=shown, newest=True, visitor=who)
    except Exception as error:
        log.warning("a refused text is shown without its conversation: %s", where(error))
        return None


def stale(error: CSRFError) -> Response:
    """A form that was open too long, or whose session is gone. Without a text it is only a page to open again."""
    problem = Problem(400 if somebody() else 401, _("The page was open too long"), _("Open it again."))
    if (again := routes.stale(request.endpoint or "")) is not None:
        return again(problem)
    if wants_part():
        return Response(status=problem.code, headers={"HX-Reswap": "none"})
    return framed("firmtext/problem.html", problem.code, problem=problem)


def stale_text(problem: Problem) -> Response:
    """The composer again, with the words."""
    words = SIGN_IN if problem.code == 401 else TOO_LONG_OPEN
    return NotSent(problem.code, Draft.sent().refused(_(words))).answer()


def with_news(answer: Response) -> Response:
    """The open conversation has something to show at once."""
    answer.headers["HX-Trigger"] = "firmtext:sent"
    return answer


def in_its_place(who: Visitor, shown: Thread, draft: Draft, code: int = 200) -> Response:
    """The page becomes that of the conversation, with its title and address, and without a reload."""
    answer = framed("firmtext/thread.html", code, thread=shown, draft=draft, newest=True, visitor=who)
    answer.headers["HX-Retarget"] = answer.headers["HX-Reselect"] = ".ft-conversation"
    answer.headers["HX-Reswap"] = "outerHTML settle:0ms"
    answer.headers["HX-Replace-Url"] = url_for("firmtext.conversation", conversation_id=shown.id)
    return answer
