"""The filters of the inbox: which conversations each shows, in which order, a page at a time.

Each page is read along an index, however many conversations there are and however many of them are left out.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, Uuid, and_, func, literal, select, tuple_
from sqlalchemy.orm import Session, aliased

from ..clock import UTCDateTime
from .models import Author, Conversation, Failure, ReadMark

#: Nothing says beforehand which conversations a user has not read, so a page of these looks at so many and no more.
LOOKED_AT = 500

#: Behind which row the next page begins.
Cursor = tuple[datetime, uuid.UUID]


class View(StrEnum):
    """A filter. ``OPEN`` is what is not done; ``WAITING`` begins with who waits longest, the others with the newest."""

    OPEN = "open"
    UNREAD = "unread"
    WAITING = "waiting"
    FAILED = "failed"
    MINE = "mine"
    DONE = "done"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Order:
    """What a page is sorted by, with the column of ids that settles ties."""

    at: Any
    id: Any = Conversation.id
    oldest_first: bool = False

    def after(self, cursor: Cursor) -> ColumnElement[bool]:
        """The rows behind this one."""
        row = tuple_(self.at, self.id)
        last = tuple_(literal(cursor[0], UTCDateTime()), literal(cursor[1], Uuid()))
        return row > last if self.oldest_first else row < last

    @property
    def by(self) -> tuple[Any, Any]:
        return (self.at.asc(), self.id.asc()) if self.oldest_first else (self.at.desc(), self.id.desc())


ORDERS = {
    **dict.fromkeys((View.OPEN, View.UNREAD, View.ALL), Order(Conversation.last_at)),
    View.WAITING: Order(Conversation.waiting_since, oldest_first=True),
    View.FAILED: Order(Failure.at, Failure.conversation_id),
    View.MINE: Order(Author.last_at, Author.conversation_id),
    View.DONE: Order(Conversation.done_at),
}


def chosen(view: View, firm: str, user: str, older_than: Cursor | None, limit: int) -> Select[Any]:
    """The conversations of a page, each with what it is sorted by: at most ``limit``, those behind ``older_than``."""
    order = ORDERS[view]
    if view is View.UNREAD:
        return _unread(firm, user, older_than, limit)
    query: Any = _of(view, firm, user).add_columns(order.at.label("sorted_at")).order_by(*order.by).limit(limit)
    found: Select[Any] = query if older_than is None else query.where(order.after(older_than))
    return found


def looked_at(session: Session, firm: str, older_than: Cursor | None) -> Cursor | None:
    """The last conversation that a page of unread ones looks at; None when there is none behind it."""
    query = _looked_at(firm, older_than, LOOKED_AT + 1).with_only_columns(Conversation.last_at, Conversation.id)
    found = session.execute(query.offset(LOOKED_AT - 1)).all()
    return (found[0][0], found[0][1]) if len(found) > 1 else None


def _of(view: View, firm: str, user: str) -> Select[Any]:
    query = select(Conversation).where(Conversation.firm == firm)
    if view is View.OPEN:
        return query.where(Conversation.done_at.is_(None))
    if view is View.WAITING:
        return query.where(Conversation.waiting_since.is_not(None), Conversation.done_at.is_(None))
    if view is View.DONE:
        return query.where(Conversation.done_at.is_not(None))
    if view is View.FAILED:
        last = and_(
            Conversation.id == Failure.conversation_id,
            Conversation.last_out_position == Failure.position,
        )
        return query.join(Failure, last).where(Failure.firm == firm)
    if view is View.MINE:
        wrote = (Author.firm == firm, Author.author == user)
        return query.join(Author, Conversation.id == Author.conversation_id).where(*wrote)
    return query


def _looked_at(firm: str, older_than: Cursor | None, limit: int) -> Select[Any]:
    order = ORDERS[View.UNREAD]
    query = select(Conversation).where(Conversation.firm == firm).order_by(*order.by).limit(limit)
    return query if older_than is None else query.where(order.after(older_than))


def _unread(firm: str, user: str, older_than: Cursor | None, limit: int) -> Select[Any]:
    recent = aliased(Conversation, _looked_at(firm, older_than, LOOKED_AT).subquery("recent"))
    query: Any = select(recent, recent.last_at.label("sorted_at"))
    unread: Select[Any] = (
        query.where(recent.last_in_position > read_up_to(user, recent))
        .order_by(recent.last_at.desc(), recent.id.desc())
        .limit(limit)
    )
    return unread


def read_up_to(user: str, of: type[Conversation]) -> ColumnElement[int]:
    """The position up to which a user has read a conversation.

    Joined, PostgreSQL reads the marks of all conversations for some hundred; asked for one by one, it takes the index.
    """
    mark = select(ReadMark.position).where(
        ReadMark.conversation_id == of.id, ReadMark.user == user, ReadMark.firm == of.firm
    )
    return func.coalesce(mark.scalar_subquery(), 0)
