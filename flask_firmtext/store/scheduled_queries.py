"""SELECTs for texts that are written for later: what is due, what a conversation and the firm's list show."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, or_, select
from sqlalchemy.orm import Session, scoped_session

from ..current import firmtext
from .models import Conversation, ConversationContact, ScheduledText
from .queries import is_in
from .states import Later

Sessions = Session | scoped_session[Any]

#: So long it is to be seen that one was not sent, unless somebody puts it away before.
SEEN = timedelta(days=7)
#: It is tried for a day, and then seen for so long: what was due before is of no interest to anybody.
LISTED = timedelta(days=8)
#: Nobody writes so many to one client.
MOST_IN_THREAD = 50


def due(session: Sessions, *, limit: int) -> Sequence[uuid.UUID]:
    """What is to be tried now, the oldest first."""
    # Asked for once: PostgreSQL finds nothing in an index by a function that may say something else for each row.
    now = select(firmtext.clock.sql()).scalar_subquery()
    return session.scalars(
        select(ScheduledText.id)
        .where(is_in(ScheduledText.state, Later.WAITING), ScheduledText.look_at <= now)
        .order_by(ScheduledText.look_at)
        .limit(limit)
    ).all()


def one(session: Sessions, row_id: uuid.UUID) -> ScheduledText | None:
    """Whichever firm's it is: for the step that sends."""
    return session.get(ScheduledText, row_id, populate_existing=True)


def of_firm(session: Sessions, firm: str, row_id: uuid.UUID) -> ScheduledText | None:
    """One of a firm, whatever has become of it."""
    query = select(ScheduledText).where(ScheduledText.firm == firm, ScheduledText.id == row_id)
    return session.scalars(query).one_or_none()


def with_token(session: Sessions, firm: str, author: str, token: str) -> ScheduledText | None:
    """The one that this author has made with this token."""
    query = select(ScheduledText).where(
        ScheduledText.firm == firm, ScheduledText.author == author, ScheduledText.token == token
    )
    return session.scalars(query).one_or_none()


def in_conversation(session: Sessions, firm: str, conversation_id: uuid.UUID) -> Sequence[ScheduledText]:
    """Those of a conversation, and those to its phone that were written before it began, the next first."""
    here = and_(Conversation.firm == firm, Conversation.id == conversation_id)
    phone = select(Conversation.phone_index).where(here).scalar_subquery()
    under = (
        select(ConversationContact.contact)
        .join(Conversation, Conversation.id == ConversationContact.conversation_id)
        .where(here, ConversationContact.firm == firm, Conversation.closed_at.is_(None))
    )
    before = and_(ScheduledText.conversation_id.is_(None), ScheduledText.contact.in_(under))
    query = _to_phone(firm, phone).where(or_(ScheduledText.conversation_id == conversation_id, before))
    return session.scalars(query.order_by(ScheduledText.due_at, ScheduledText.id).limit(MOST_IN_THREAD)).all()


def to_contact(session: Sessions, firm: str, contact: str, phone_index: bytes) -> Sequence[ScheduledText]:
    """Those to a contact's number with which there is no conversation yet."""
    query = _to_phone(firm, phone_index).where(
        ScheduledText.conversation_id.is_(None), ScheduledText.contact == contact
    )
    return session.scalars(query.order_by(ScheduledText.due_at, ScheduledText.id).limit(MOST_IN_THREAD)).all()


def listed(session: Sessions, firm: str, *, limit: int, after: ScheduledText | None = None) -> Sequence[ScheduledText]:
    """All of a firm that are to be seen, the next first, or those ``after`` one."""
    since = select(firmtext.clock.sql(-LISTED)).scalar_subquery()
    query = select(ScheduledText).where(ScheduledText.firm == firm, ScheduledText.due_at > since, _shown())
    if after is not None:
        same = and_(ScheduledText.due_at == after.due_at, ScheduledText.id > after.id)
        query = query.where(ScheduledText.due_at >= after.due_at, or_(ScheduledText.due_at > after.due_at, same))
    return session.scalars(query.order_by(ScheduledText.due_at, ScheduledText.id).limit(limit)).all()


def waiting_for(
    session: Sessions, firm: str, phone_index: bytes, *conditions: ColumnElement[bool]
) -> Sequence[uuid.UUID]:
    """Those that wait for a phone, in one order."""
    return _waiting(session, ScheduledText.firm == firm, ScheduledText.phone_index == phone_index, *conditions)


def waiting_in(session: Sessions, conversation: Conversation) -> Sequence[uuid.UUID]:
    """Those that wait in a conversation."""
    here = ScheduledText.conversation_id == conversation.id
    return waiting_for(session, conversation.firm, conversation.phone_index, here)


def waiting_at(session: Sessions, firm: str) -> Sequence[uuid.UUID]:
    """Those that wait at a firm."""
    return _waiting(session, ScheduledText.firm == firm)


def conversations(session: Sessions, firm: str, wanted: Collection[uuid.UUID]) -> dict[uuid.UUID, Conversation]:
    """The conversations of these, by id."""
    query = select(Conversation).where(Conversation.firm == firm, Conversation.id.in_(wanted))
    return {row.id: row for row in session.scalars(query)} if wanted else {}


def _waiting(session: Sessions, *of: ColumnElement[bool]) -> Sequence[uuid.UUID]:
    return session.scalars(
        select(ScheduledText.id)
        .where(*of, ScheduledText.away_at.is_(None), is_in(ScheduledText.state, Later.WAITING))
        .order_by(ScheduledText.id)
    ).all()


def _to_phone(firm: str, phone_index: bytes | ScalarSelect[bytes]) -> Select[Any]:
    return select(ScheduledText).where(ScheduledText.firm == firm, ScheduledText.phone_index == phone_index, _shown())


def _shown() -> ColumnElement[bool]:
    recent = ScheduledText.state_at > firmtext.clock.sql(-SEEN)
    return and_(ScheduledText.away_at.is_(None), or_(is_in(ScheduledText.state, Later.WAITING), recent))
