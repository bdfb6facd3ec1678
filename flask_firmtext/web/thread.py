"""One conversation: its texts, newest at the end, and the composer under them."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable

from flask import render_template, request
from sqlalchemy.exc import SQLAlchemyError

from ..messaging import reading as marks
from ..messaging import thread
from ..messaging.files import Rights
from ..messaging.owners import Subject
from ..messaging.thread import Thread
from ..store import inbox_queries
from ..store.transactions import own, reading
from . import sightings
from .access import Visitor, visitor
from .arguments import whole_number
from .blueprint import wants_part
from .draft import Draft
from .problems import nothing_here

log = logging.getLogger(__name__)


def conversation(conversation_id: uuid.UUID) -> str:
    """A conversation at its newest texts, or those before a position."""
    before = whole_number("before")
    who = visitor()
    shown = opened(who, conversation_id, before=before)
    if wants_part():
        return render_template("firmtext/_texts.html", thread=shown, visitor=who)
    draft = Draft.to_answer(shown, who)
    return render_template("firmtext/thread.html", thread=shown, draft=draft, newest=before is None, visitor=who)


def opened(
    who: Visitor, conversation_id: uuid.UUID, *, before: int | None = None, contact: str | None = None
) -> Thread:
    """A conversation that this user may read, marked as read when its newest texts are shown.

    :raises Problem: 404.
    """
    rights = rights_of(who, may_read(who, conversation_id))
    sightings.seen(who.firm.ref, who.user.ref, conversation_id)
    shown = thread.show(who.firm, conversation_id, before=before, contact=contact, rights=rights)
    if shown is None:
        raise nothing_here()
    # A browser that fetches ahead shows nothing to anybody yet.
    if before is None and "prefetch" not in request.headers.get("Sec-Purpose", ""):
        mark_read(who, conversation_id, shown.newest)
    return shown


def may_read(who: Visitor, conversation_id: uuid.UUID) -> Subject:
    """What the host was asked about.

    :raises Problem: 404, there is no such conversation at this firm, or the host says no.
    """
    subject = subject_of(who, conversation_id)
    who.must("conversation.read", subject)
    return subject


def subject_of(who: Visitor, conversation_id: uuid.UUID) -> Subject:
    """What the host is asked about. :raises Problem: 404, there is no such conversation at this firm."""
    subject = thread.find(who.firm.ref, conversation_id)
    if subject is None:
        # What does not exist is answered as late as what is behind a wall.
        who.may("conversation.read", Subject(who.firm.ref, conversation=str(conversation_id)))
        raise nothing_here()
    return subject


def rights_of(who: Visitor, subject: Subject) -> Rights:
    """What this user may do with the files of a conversation."""
    return Rights(read=who.may("attachment.read", subject), file=who.may("attachment.file", subject))


def mark_read(
    who: Visitor, conversation_id: uuid.UUID, position: int, mark: Callable[..., bool] = marks.mark_read
) -> None:
    """The user has seen the texts up to here, none that is still to come; written only when that is news.

    A mark that fails hides no text.
    """
    try:
        with reading() as session:
            last = inbox_queries.unread_up_to(session, who.firm.ref, who.user.ref, conversation_id)
        if last is None:
            return
        with own() as session:
            mark(session, who.firm.ref, conversation_id, user=who.user.ref, position=min(position, last))
    except SQLAlchemyError as error:
        log.warning("a read mark was not stored: %s", type(error).__name__)
