"""Texts that are written for later: at the end of their conversation, on a page of their own, and what may be done."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from flask import redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from ..language import gettext as _
from ..language import marked
from ..messaging import full_pages, scheduled, scheduled_shown, thread
from ..messaging.owners import Subject
from ..messaging.scheduled_shown import Planned
from ..messaging.thread import Thread
from ..store import scheduled_queries
from ..store.models import ScheduledText
from ..store.transactions import own, reading
from .access import Visitor, visitor
from .problems import nothing_here

#: So many are shown on one page.
MOST = 50

#: What was done, said once on the page that follows.
SAID = {
    "scheduled": marked("Scheduled. It stands below the texts until it is sent."),
    "changed": marked("Changed."),
    "withdrawn": marked("Cancelled. It will not be sent."),
    "going": marked("It was already being sent, so it could not be cancelled."),
    "dismissed": marked("Put away."),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One on a page, and whether this user may write it anew, and cancel it or put it away."""

    text: Planned
    may_write: bool
    may_end: bool


@dataclass(frozen=True, slots=True)
class Rights:
    """What a user may do about what waits for one client."""

    ACTIONS: ClassVar[tuple[str, ...]] = ("conversation.read", "message.send", "message.cancel")

    who: Visitor
    reads: bool
    sends: bool
    cancels: bool

    @classmethod
    def about(cls, who: Visitor, subject: Subject) -> Rights:
        return cls(who, *(who.may(action, subject) for action in cls.ACTIONS))

    def line(self, text: Planned) -> Line | None:
        """None where the user may not see it: whoever wrote it and may still text the client sees it."""
        own = text.by == self.who.user.ref
        if not (self.reads or (own and self.sends)):
            return None
        ends = own or self.cancels
        return Line(text, may_write=self.sends and ends, may_end=ends)


def in_thread(shown: Thread) -> Sequence[Line]:
    """What is to be sent in a conversation that its page shows, and what machines cancelled."""
    if shown.id is not None:
        return of_conversation(shown.id)
    if shown.contact is None:
        return ()
    who, contact = visitor(), shown.contact.ref
    with reading() as session:
        rows = scheduled_queries.to_contact(session, who.firm.ref, contact, bytes.fromhex(shown.key))
    return _lines(who, rows, Subject(who.firm.ref, (contact,)))


def of_conversation(conversation_id: uuid.UUID) -> Sequence[Line]:
    """The same of one that has begun."""
    who = visitor()
    with reading() as session:
        rows = scheduled_queries.in_conversation(session, who.firm.ref, conversation_id)
    about = thread.find(who.firm.ref, conversation_id) if rows else None
    return _lines(who, rows, about) if about else ()


def _lines(who: Visitor, rows: Sequence[ScheduledText], about: Subject) -> Sequence[Line]:
    if not rows:
        return ()
    with reading() as session:
        texts = scheduled_shown.planned(session, who.firm, rows, about)
    rights = Rights.about(who, about)
    lines = (rights.line(text) for text in texts if not text.by_hand)
    return [line for line in lines if line is not None]


def scheduled_texts() -> str:
    """Everything that is to be sent, of the conversations that this user may see."""
    who = visitor()
    who.must("conversation.list")
    from_one = request.args.get("after", type=uuid.UUID)
    with reading() as session:
        after = scheduled_queries.of_firm(session, who.firm.ref, from_one) if from_one else None
        lines, more = page(session, who, after, MOST)
        names = scheduled_shown.whom(session, who.firm.ref, [line.text for line in lines])
    lines = [replace(line, text=replace(line.text, names=names[line.text.id])) for line in lines]
    return render_template("firmtext/scheduled.html", lines=lines, more=more, after=after, said=said(), visitor=who)


def page(session: Session, who: Visitor, after: ScheduledText | None, size: int) -> tuple[list[Line], uuid.UUID | None]:
    """A page of those that this user may see, as if there were no others, and behind which the next begins."""
    lines: dict[uuid.UUID, Line] = {}

    def look(place: ScheduledText | None, limit: int) -> Sequence[ScheduledText]:
        return scheduled_queries.listed(session, who.firm.ref, limit=limit, after=place)

    def seen(rows: Sequence[ScheduledText]) -> Sequence[ScheduledText]:
        texts = scheduled_shown.planned(session, who.firm, rows)
        for action in Rights.ACTIONS:
            who.foresee(action, [text.subject for text in texts])
        lines.update({text.id: line for text in texts if (line := Rights.about(who, text.subject).line(text))})
        return [row for row in rows if row.id in lines]

    found, behind = full_pages.read(look, seen, lambda row: row, size, after)
    return [lines[row.id] for row in found], behind.id if behind else None


def cancel_scheduled(text_id: uuid.UUID) -> Response:
    """It is not to be sent."""
    who, line = found(text_id)
    if not line.may_end:
        raise nothing_here()
    with own() as session:
        withdrawn = scheduled.withdraw(session, text_id, user=who.user)
    return back(line.text, "withdrawn" if withdrawn else "going")


def dismiss_scheduled(text_id: uuid.UUID) -> Response:
    """Somebody has seen that it was not sent."""
    who, line = found(text_id)
    if not line.may_end:
        raise nothing_here()
    with own() as session:
        scheduled.put_away(session, text_id, user=who.user)
    return back(line.text, "dismissed")


def found(text_id: uuid.UUID) -> tuple[Visitor, Line]:
    """:raises Problem: 404, the firm has no such text on any page, or the user may not see it."""
    who = visitor()
    with reading() as session:
        row = scheduled_queries.of_firm(session, who.firm.ref, text_id)
        texts = scheduled_shown.planned(session, who.firm, [row]) if row else []
    line = Rights.about(who, texts[0].subject).line(texts[0]) if texts else None
    if line is None:
        raise nothing_here()
    return who, line


def back(text: Planned, what: str) -> Response:
    """To where it was pressed, where a line says what was done."""
    return redirect(address(text, what), code=303)


def address(text: Planned, what: str | None = None) -> str:
    """The page that shows this text: the list for who came from there, else that of its conversation."""
    if request.values.get("from") == "list":
        return url_for("firmtext.scheduled_texts", said=what)
    return address_of(text.conversation, text.contact, text.key, what)


def address_of(conversation: uuid.UUID | None, contact: str, key: str, what: str | None = None) -> str:
    """The page of a conversation, or of the first text to one of a contact's numbers."""
    if conversation is not None:
        return url_for("firmtext.conversation", conversation_id=conversation, said=what)
    return url_for("firmtext.new", contact=contact, number=key, said=what)


def said() -> str:
    """What the address says was done."""
    return _(SAID.get(request.args.get("said", ""), ""))
