"""SELECTs behind the pages, by name. Each is limited to a firm, costs the same with many texts, decrypts nothing."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select, union
from sqlalchemy.orm import Session, aliased, scoped_session

from . import inbox_pages
from .inbox_pages import Cursor, View
from .models import Conversation, ConversationContact, Message, Number, ReadMark
from .states import Direction

#: The badge looks at this many threads, the newest: what lies deeper is found in the table, not counted on every page.
RECENT = 500
#: So many readers of a conversation are looked for.
READERS = 100

Sessions = Session | scoped_session[Any]


@dataclass(frozen=True, slots=True)
class Row:
    """A conversation with its firm number, its last text and how many texts a user has not read.

    ``at`` is what its page is sorted by.
    """

    conversation: Conversation
    number: str
    last: Message
    unread: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Marks:
    """When a conversation was done, the position of the client's last text, and up to where a user has read."""

    done_at: datetime | None
    last_in: int
    read: int

    @property
    def is_read(self) -> bool:
        """Whether there is something to mark unread."""
        return 0 < self.last_in <= self.read


def page(
    session: Session, firm: str, user: str, *, view: View = View.OPEN, older_than: Cursor | None, limit: int
) -> Sequence[Row]:
    """A page of conversations in the order of its ``view``; ``older_than`` is the last of the page before."""
    oldest_first = inbox_pages.ORDERS[view].oldest_first
    found = _rows(session, firm, user, inbox_pages.chosen(view, firm, user, older_than, limit))
    return found[::-1] if oldest_first else found


def any_of(session: Session, firm: str) -> bool:
    """Whether a firm has conversations."""
    return session.scalar(select(Conversation.id).where(Conversation.firm == firm).limit(1)) is not None


def newest_of(
    session: Session, firm: str, user: str, *, contacts: Collection[str], phones: Collection[bytes], limit: int
) -> Sequence[Row]:
    """The newest conversations that were shown under these contacts (references), or are with one of these phones."""
    # Two short questions, each with an index of its own: one with OR would look at every conversation of the firm.
    with_phone = select(Conversation.id).where(Conversation.firm == firm, Conversation.phone_index.in_(phones))
    under = select(ConversationContact.conversation_id).where(
        ConversationContact.firm == firm, ConversationContact.contact.in_(contacts)
    )
    theirs = Conversation.id.in_(union(with_phone, under))
    newest: Any = select(Conversation, Conversation.last_at.label("sorted_at"))
    newest = newest.where(Conversation.firm == firm, theirs)
    newest = newest.order_by(Conversation.last_at.desc(), Conversation.id.desc()).limit(limit)
    return _rows(session, firm, user, newest)


def one(session: Session, firm: str, user: str, conversation_id: uuid.UUID) -> Sequence[Row]:
    """The conversation of this id, if it is the firm's."""
    query: Any = select(Conversation, Conversation.last_at.label("sorted_at"))
    return _rows(session, firm, user, query.where(Conversation.firm == firm, Conversation.id == conversation_id))


def _rows(session: Session, firm: str, user: str, chosen: Select[Any]) -> Sequence[Row]:
    """The newest first. Chosen before anything is joined: PostgreSQL would join all texts of the firm first."""
    few = chosen.subquery("chosen")
    page = aliased(Conversation, few)
    last = and_(Message.conversation_id == page.id, Message.position == page.last_position)
    count = _count_unread(page, func.coalesce(ReadMark.position, 0))
    query = (
        _with_mark(user, page, Number.e164, Message, count, few.c.sorted_at, of=page)
        .join(Number, Number.id == page.number_id)
        .join(Message, last)
        .where(page.firm == firm, Message.firm == firm)
        .order_by(few.c.sorted_at.desc(), page.id.desc())
    )
    return [Row(*found) for found in session.execute(query)]


def unread(session: Session, firm: str, user: str) -> Mapping[uuid.UUID, int]:
    """How many texts a user has not read, for each conversation that has such, among the recent ones."""
    read = inbox_pages.read_up_to(user, Conversation).label("read")
    newest = select(Conversation.id, Conversation.firm, Conversation.last_in_position, read)
    newest = newest.where(Conversation.firm == firm).order_by(Conversation.last_at.desc(), Conversation.id.desc())
    recent = newest.limit(RECENT).subquery("recent").c
    counted = select(recent.id, _count_unread(recent, recent.read))
    found = session.execute(counted.where(recent.last_in_position > recent.read))
    return {row.id: row.unread for row in found}


def unread_up_to(session: Session, firm: str, user: str, conversation_id: uuid.UUID) -> int | None:
    """The position of a conversation's last text while this user has not read all that came; None otherwise."""
    query = _with_mark(user, Conversation.last_position).where(
        Conversation.firm == firm,
        Conversation.id == conversation_id,
        Conversation.last_in_position > func.coalesce(ReadMark.position, 0),
    )
    found: int | None = session.scalar(query)
    return found


def readers(session: Session, firm: str, conversation_id: uuid.UUID) -> Sequence[str] | None:
    """Who has read the client's last text (references), the first reader first; None where the client wrote none."""
    last_in = select(Conversation.last_in_position).where(Conversation.firm == firm, Conversation.id == conversation_id)
    position = session.scalar(last_in)
    if not position:
        return None
    marks = select(ReadMark.user).where(ReadMark.firm == firm, ReadMark.conversation_id == conversation_id)
    return session.scalars(marks.where(ReadMark.position >= position).order_by(ReadMark.read_at).limit(READERS)).all()


def marks(session: Session, firm: str, user: str, conversation_id: uuid.UUID) -> Marks | None:
    """What is marked in a firm's conversation."""
    query = _with_mark(
        user, Conversation.done_at, Conversation.last_in_position, func.coalesce(ReadMark.position, 0)
    ).where(Conversation.firm == firm, Conversation.id == conversation_id)
    found = session.execute(query).one_or_none()
    return Marks(*found) if found else None


def last_out(session: Session, firm: str, conversation_id: uuid.UUID) -> Message | None:
    """The last text that the firm sent in a conversation."""
    at = select(Conversation.last_out_position).where(Conversation.firm == firm, Conversation.id == conversation_id)
    return session.scalars(
        select(Message).where(
            Message.firm == firm,
            Message.conversation_id == conversation_id,
            Message.position == at.scalar_subquery(),
            Message.direction == Direction.OUT,
        )
    ).one_or_none()


def conversation(session: Sessions, firm: str, conversation_id: uuid.UUID) -> tuple[Conversation, str] | None:
    """A firm's conversation and the firm's number in it (E.164)."""
    query = (
        select(Conversation, Number.e164)
        .join(Number, Number.id == Conversation.number_id)
        .where(Conversation.firm == firm, Conversation.id == conversation_id)
    )
    found = session.execute(query).one_or_none()
    return found and (found[0], found[1])


def conversation_with(session: Session, firm: str, phone_index: bytes, *, number: uuid.UUID | None) -> uuid.UUID | None:
    """The open conversation between a ``number`` of the firm (None: any) and a phone: that of the newest text."""
    query = select(Conversation.id).where(
        Conversation.firm == firm, Conversation.phone_index == phone_index, Conversation.closed_at.is_(None)
    )
    if number is not None:
        query = query.where(Conversation.number_id == number)
    return session.scalars(query.order_by(Conversation.last_at.desc()).limit(1)).one_or_none()


def texts(
    session: Session, firm: str, conversation_id: uuid.UUID, *, limit: int, before: int | None = None, since: int = -1
) -> Sequence[Message]:
    """The newest texts of a conversation in the order in which they are read: before a position, changed ``since``."""
    query = select(Message).where(Message.firm == firm, Message.conversation_id == conversation_id)
    if since >= 0:
        query = query.where(Message.changed > since)
    if before is not None:
        query = query.where(Message.position < before)
    return session.scalars(query.order_by(Message.position.desc()).limit(limit)).all()[::-1]


def contacts(session: Sessions, firm: str, conversations: Collection[uuid.UUID]) -> Mapping[uuid.UUID, tuple[str, ...]]:
    """The contacts (references) under whom these conversations were shown so far."""
    query = select(ConversationContact.conversation_id, ConversationContact.contact).where(
        ConversationContact.firm == firm, ConversationContact.conversation_id.in_(conversations)
    )
    found: dict[uuid.UUID, tuple[str, ...]] = {}
    for row, contact in session.execute(query.order_by(ConversationContact.since)) if conversations else ():
        found[row] = (*found.get(row, ()), contact)
    return found


def open_under(session: Sessions, contact: str) -> Sequence[Conversation]:
    """The conversations that go on under a contact (reference), of every firm that knows it."""
    query = (
        select(Conversation)
        .join(ConversationContact, ConversationContact.conversation_id == Conversation.id)
        .where(ConversationContact.contact == contact, Conversation.closed_at.is_(None))
        .order_by(Conversation.firm, Conversation.id)
    )
    return session.scalars(query).all()


def erased_under(session: Sessions, contact: str) -> Sequence[Conversation]:
    """The erased conversations that were shown under a contact (reference) to the last, of every firm."""
    query = (
        select(Conversation)
        .join(ConversationContact, ConversationContact.conversation_id == Conversation.id)
        .where(ConversationContact.contact == contact, Conversation.closed_at == Conversation.erased_at)
        .order_by(Conversation.firm, Conversation.id)
    )
    return session.scalars(query).all()


def _with_mark(user: str, *columns: Any, of: type[Conversation] = Conversation) -> Select[Any]:
    mark = and_(ReadMark.conversation_id == of.id, ReadMark.user == user, ReadMark.firm == of.firm)
    return select(*columns).select_from(of).outerjoin(ReadMark, mark)


def _count_unread(of: Any, read: ColumnElement[int]) -> ColumnElement[int]:
    """Texts from outside behind ``read``; the position of the last such bounds the search."""
    waiting = aliased(Message)
    return (
        select(func.count())
        .select_from(waiting)
        .where(
            waiting.conversation_id == of.id,
            waiting.firm == of.firm,
            waiting.position > read,
            waiting.position <= of.last_in_position,
            waiting.direction == Direction.IN,
        )
        .correlate_except(waiting)
        .scalar_subquery()
        .label("unread")
    )
