"""Text messages: the table of all conversations, one line each."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from flask import current_app, render_template, request
from itsdangerous import BadData, URLSafeSerializer

from ..messaging import readiness, threads
from ..messaging.owners import Subject
from ..messaging.rights import May
from ..messaging.threads import Table
from ..store.inbox_pages import Cursor, View
from ..store.transactions import reading
from . import marking
from .access import Visitor, visitor
from .filters import view_of
from .marking import Said
from .problems import nothing_here
from .takeover import take_over


def inbox() -> str:
    """The inbox as a page of its own, for hosts that use no slot, and for filters and pages after the first."""
    who = visitor()
    who.must("conversation.list")
    before, view = request.args.get("before"), view_of(request.args.get("show"))
    shown = replace(contents(who, view, before), said=marking.said(who))
    return render_template("firmtext/inbox.html", inbox=shown, first=before is None)


@dataclass(frozen=True, slots=True)
class Place:
    """The page of a contact or of a matter (the host's reference; the other is None).

    ``name`` says with whom, ``to`` is the contact whom *New* texts, None where nobody is to be chosen beforehand.
    ``labels`` are the contact's words for its numbers, by the number as it is written.
    """

    name: str = field(repr=False)
    contact: str | None = None
    matter: str | None = None
    to: str | None = None
    labels: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Inbox:
    """A page of the table; ``not_on`` says why no text can be begun, ``trouble`` why there is no table.

    ``place`` is where in the practice system it stands, None for the table of all. ``searched`` is what was typed to
    find it, None where nothing was. ``said`` is what has just been done to a conversation. ``page`` is the address of
    the host's page that it stands in, empty on ours.
    """

    table: Table | None = None
    visitor: Visitor | None = None
    not_on: str | None = None
    trouble: str | None = None
    place: Place | None = None
    searched: str | None = field(default=None, repr=False)
    said: Said | None = None
    page: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        if self.visitor and self.table:
            self.visitor.foresee("conversation.done", [line.subject for line in self.table.lines])


def contents(who: Visitor, view: View = View.OPEN, before: str | None = None) -> Inbox:
    """A page of the table with what stands above it."""
    return Inbox(page(who, view, before), who, why_not(who))


def why_not(who: Visitor) -> str | None:
    """Why this firm cannot begin a text, None when it can."""
    take_over(who)
    with reading() as session:
        return readiness.why_not(session, who.firm)


def page(who: Visitor, view: View, before: str | None = None) -> Table:
    """A page of the table as this user may see it. :raises Problem: 404, the cursor is none of ours."""
    older_than = read_cursor(who.firm.ref, view, before) if before else None
    return threads.table(who.firm, who.user, may=readable(who), view=view, older_than=older_than)


@dataclass(frozen=True, slots=True)
class Readable:
    """Which conversations a user may read."""

    who: Visitor

    def __call__(self, subject: Subject) -> bool:
        return self.who.may("conversation.read", subject)

    def each(self, subjects: Sequence[Subject]) -> Sequence[bool]:
        """The same for many; the host is asked once."""
        return self.who.may_each("conversation.read", subjects)


def readable(who: Visitor) -> May:
    """Which conversations this user may read."""
    return Readable(who)


def write_cursor(firm: str, view: View, cursor: Cursor) -> str:
    """Where the next page begins, signed: nobody walks through another firm's table by guessing."""
    return _signer().dumps([firm, view, cursor[0].isoformat(), str(cursor[1])])


def read_cursor(firm: str, view: View, written: str) -> Cursor:
    """:raises Problem: 404, the cursor was changed, or is another firm's or filter's."""
    try:
        *of, at, row = _signer().loads(written)
        cursor = datetime.fromisoformat(at), uuid.UUID(row)
    except (BadData, ValueError, TypeError):
        raise nothing_here() from None
    if of != [firm, view]:
        raise nothing_here()
    return cursor


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", salt="firmtext-cursor")
