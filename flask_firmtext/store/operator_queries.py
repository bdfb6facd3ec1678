"""What an operator asks at a terminal, across firms unless one is named. Rows are plain values, never content."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from ..clock import UTCDateTime
from ..current import firmtext
from .models import Attempt, Conversation, ConversationContact, Heartbeat, Message, Number
from .queries import is_in
from .states import Direction, State


@dataclass(frozen=True, slots=True)
class Filters:
    """What to leave out: texts of other firms, states and reasons, and those whose state is older than ``since``."""

    states: Collection[State]
    firm: str | None = None
    reason: str | None = None
    since: datetime | None = None


def texts_that_went_wrong(session: Session, filters: Filters) -> Sequence[tuple[Message, Conversation]]:
    """Outbound texts in the given states with their conversations, the latest change first."""
    query = (
        select(Message, Conversation)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(Message.direction == Direction.OUT, is_in(Message.state, *filters.states))
        .order_by(Message.state_at.desc(), Message.id.desc())
    )
    if filters.firm is not None:
        query = query.where(Message.firm == filters.firm)
    if filters.reason is not None:
        query = query.where(Message.reason == filters.reason)
    if filters.since is not None:
        query = query.where(Message.state_at >= filters.since)
    return [(message, conversation) for message, conversation in session.execute(query)]


def one_text(session: Session, message_id: uuid.UUID) -> tuple[Message, Conversation, Number] | None:
    """A text of any firm with its conversation and the firm's number."""
    row = session.execute(
        select(Message, Conversation, Number)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .join(Number, Number.id == Conversation.number_id)
        .where(Message.id == message_id)
    ).one_or_none()
    return (row[0], row[1], row[2]) if row else None


def attempts_of(session: Session, message_id: uuid.UUID) -> Sequence[Attempt]:
    """Every POST of a text, in order."""
    return session.scalars(select(Attempt).where(Attempt.message_id == message_id).order_by(Attempt.n)).all()


def contacts_of(session: Session, conversations: Collection[uuid.UUID]) -> Mapping[uuid.UUID, str]:
    """The contact under whom each conversation was shown last; those without one are left out."""
    rows = session.execute(
        select(ConversationContact.conversation_id, ConversationContact.contact)
        .where(ConversationContact.conversation_id.in_(conversations))
        .order_by(ConversationContact.since, ConversationContact.contact)
    )
    return {row[0]: row[1] for row in rows}


def newest_beats(session: Session) -> dict[str, datetime]:
    """The newest sign of life of each kind of process."""
    beat: ColumnElement[datetime] = func.max(Heartbeat.beat_at, type_=UTCDateTime)
    rows = session.execute(select(Heartbeat.kind, beat).group_by(Heartbeat.kind))
    return {row[0]: row[1] for row in rows}


def now(session: Session) -> datetime:
    """The database's clock."""
    moment: datetime = session.execute(select(firmtext.clock.sql())).scalar_one()
    return moment
