"""What people mark in the table and in a thread: done and open again, for everybody; unread, for themselves."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from ..language import gettext as _
from ..language import marked
from ..messaging import doing, reading, thread
from ..messaging.reading import Readers
from ..store import inbox_queries
from ..store.transactions import own
from ..store.transactions import reading as looking
from .access import Visitor, visitor
from .blueprint import wants_part
from .filters import address, view_of
from .paths import PAGE, here
from .thread import may_read

#: What was done, said once on the page that follows.
SAID = {
    "done": marked("Marked done. A new text opens it again."),
    "open": marked("Open again."),
    "unread": marked("Marked unread."),
}


@dataclass(frozen=True, slots=True)
class Said:
    """A line about what has just been done to ``conversation``; ``undo`` says whether it can be taken back here."""

    words: str
    conversation: uuid.UUID
    undo: bool


@dataclass(frozen=True, slots=True)
class Marked:
    """A conversation in its thread: whether it is done, can be marked unread, and ``may``: done or opened again."""

    done: bool
    written: bool
    may: bool


def finish(conversation_id: uuid.UUID) -> Response:
    """Nobody has to do anything about it any more."""
    who = _may_mark(conversation_id)
    return _marked(conversation_id, "done", lambda session: doing.finish(session, conversation_id, by=who.user))


def reopen(conversation_id: uuid.UUID) -> Response:
    """Somebody has, after all."""
    who = _may_mark(conversation_id)
    return _marked(conversation_id, "open", lambda session: doing.reopen(session, conversation_id, by=who.user))


def leave_unread(conversation_id: uuid.UUID) -> Response:
    """For this user alone: as if the client's last text had just come."""
    who = visitor()
    may_read(who, conversation_id)
    with looking() as session:
        found = inbox_queries.marks(session, who.firm.ref, who.user.ref, conversation_id)
    if found is None or not found.is_read:
        return _back(conversation_id, "unread")

    def mark(session: Session) -> bool:
        return reading.mark_unread(session, who.firm.ref, conversation_id, user=who.user.ref, last_in=found.last_in)

    return _marked(conversation_id, "unread", mark)


def said(who: Visitor) -> Said | None:
    """What the address says was done, to a conversation that this user may mark."""
    words, named = SAID.get(request.args.get("said", "")), request.args.get("conversation", type=uuid.UUID)
    subject = thread.find(who.firm.ref, named) if words and named else None
    if not words or not named or subject is None or not who.may("conversation.read", subject):
        return None
    undo = request.args["said"] == "done" and who.may("conversation.done", subject)
    return Said(_(words), named, undo)


def marks(conversation_id: uuid.UUID) -> Marked | None:
    """What is marked in a conversation that its page shows, and what this user may do about it."""
    who, subject = visitor(), thread.find(visitor().firm.ref, conversation_id)
    with looking() as session:
        found = inbox_queries.marks(session, who.firm.ref, who.user.ref, conversation_id)
    if found is None or subject is None:
        return None
    return Marked(found.done_at is not None, found.last_in > 0, who.may("conversation.done", subject))


def readers(conversation_id: uuid.UUID) -> Readers | None:
    """Who has read a conversation that its page shows."""
    who = visitor()
    return reading.readers(who.firm.ref, conversation_id, user=who.user.ref)


def page() -> str:
    """The address of this page without what it says was done."""
    return here("said", "conversation")


def _may_mark(conversation_id: uuid.UUID) -> Visitor:
    who = visitor()
    who.must("conversation.done", may_read(who, conversation_id))
    return who


def _marked(conversation_id: uuid.UUID, what: str, change: Callable[[Session], bool]) -> Response:
    with own() as session:
        change(session)
    return _back(conversation_id, what)


def _back(conversation_id: uuid.UUID, what: str) -> Response:
    """To the table, where a line says what was done; a thread would be read by being opened. An open page knows."""
    if wants_part():
        return Response(status=204)
    if what == "open" and request.form.get("from") == "thread":
        return redirect(url_for("firmtext.conversation", conversation_id=conversation_id), code=303)
    view, told = view_of(request.form.get("show")), {"said": what, "conversation": str(conversation_id)}
    return redirect(_told_on(request.form.get("page", ""), told) or address(view, **told), code=303)


def _told_on(page: str, told: dict[str, str]) -> str:
    """A host's page that says what was done; empty for what is no page of this site."""
    if not PAGE.fullmatch(page):
        return ""
    return f"{page}{'&' if '?' in page else '?'}{urlencode(told)}"
