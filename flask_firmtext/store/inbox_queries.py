"""SELECTs behind the pages, by name. Each is limited to a firm, costs the same with many texts, decrypts nothing."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Uuid, and_, func, literal, select, tuple_, union
from sqlalchemy.orm import Session, aliased, scoped_session

from ..clock import UTCDateTime
from .models import Conversation, ConversationContact, Message, Number, ReadMark
from .states import Direction

#: The badge looks at this many threads, the newest: what lies deeper is found in the table, not counted on every page.
RECENT = 500

Cursor = tuple[datetime, uuid.UUID]
Sessions = Session | scoped_session[Any]


@dataclass(frozen=True, slots=True)
class Row:
    """A conversation with its firm number, its last text and how many texts a user has not read."""

    conversation: Conversation
    number: str
    last: Message
    unread: int


def newest(session: Session, firm: str, user: str, *, older_than: Cursor | None, limit: int) -> Sequence[Row]:
    """A page of conversations, the newest first; ``older_than`` is the last of the page before."""
    return _rows(session, firm, user, _recent(firm, older_than, limit))


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
    return _rows(session, firm, user, _recent(firm, None, limit, theirs))


def _rows(session: Session, firm: str, user: str, page: type[Conversation]) -> Sequence[Row]:
    last = and_(Message.conversation_id == page.id, Message.position == page.last_position)
    query = (
        _with_mark(user, page, Number.e164, Message, _count_unread(page), of=page)
        .join(Number, Number.id == page.number_id)
        .join(Message, last)
        .where(page.firm == firm, Message.firm == firm)
        .order_by(page.last_at.desc(), page.id.desc())
    )
    return [Row(*found) for found in session.execute(query)]


def unread(session: Session, firm: str, user: str) -> Mapping[uuid.UUID, int]:
    """How many texts a user has not read, for each conversation that has such, among the recent ones."""
    recent = _recent(firm, None, RECENT)
    query = _with_mark(user, recent.id, _count_unread(recent), of=recent)
    found = session.execute(query.where(recent.last_in_position > func.coalesce(ReadMark.position, 0)))
    return dict(found.all())


def unread_up_to(session: Session, firm: str, user: str, conversation_id: uuid.UUID) -> int | None:
    """The position of a conversation's last text while this user has not read all that came; None otherwise."""
    query = _with_mark(user, Conversation.last_position).where(
        Conversation.firm == firm,
        Conversation.id == conversation_id,
        Conversation.last_in_position > func.coalesce(ReadMark.position, 0),
    )
    found: int | None = session.scalar(query)
    return found


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


def _recent(firm: str, older_than: Cursor | None, limit: int, *conditions: ColumnElement[bool]) -> type[Conversation]:
    """So many conversations, chosen before anything is joined: PostgreSQL would join all texts of the firm first."""
    query = select(Conversation).where(Conversation.firm == firm, *conditions)
    if older_than is not None:
        at, row = literal(older_than[0], UTCDateTime()), literal(older_than[1], Uuid())
        query = query.where(tuple_(Conversation.last_at, Conversation.id) < tuple_(at, row))
    chosen = query.order_by(Conversation.last_at.desc(), Conversation.id.desc()).limit(limit)
    return aliased(Conversation, chosen.subquery("recent"))


def _with_mark(user: str, *columns: Any, of: type[Conversation] = Conversation) -> Select[Any]:
    mark = and_(ReadMark.conversation_id == of.id, ReadMark.user == user, ReadMark.firm == of.firm)
    return select(*columns).select_from(of).outerjoin(ReadMark, mark)


def _count_unread(of: type[Conversation]) -> ColumnElement[int]:
    """Texts from outside behind the read mark; the position of the last such bounds the search."""
    waiting = aliased(Message)
    return (
        select(func.count())
        .select_from(waiting)
        .where(
            waiting.conversation_id == of.id,
            waiting.firm == of.firm,
            waiting.position > func.coalesce(ReadMark.position, 0),
            waiting.position <= of.last_in_position,
            waiting.direction == Direction.IN,
        )
        .correlate(of, ReadMark)
        .scalar_subquery()
        .label("unread")
    )
