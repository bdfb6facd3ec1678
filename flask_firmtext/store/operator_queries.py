"""What an operator asks at a terminal, across firms unless one is named. Rows are plain values, never content."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session, aliased

from ..clock import UTCDateTime
from ..current import firmtext
from .models import Attempt, Conversation, ConversationContact, Heartbeat, Message, Number
from .portions import portions
from .queries import is_in
from .states import Direction, State


@dataclass(frozen=True, slots=True)
class Filters:
    """What to leave out: texts of other firms, states and reasons, and those whose state is not of that time."""

    states: Collection[State]
    firm: str | None = None
    reason: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    def criteria(self) -> Sequence[ColumnElement[bool]]:
        found = [Message.direction == Direction.OUT, is_in(Message.state, *self.states)]
        if self.firm is not None:
            found.append(Message.firm == self.firm)
        if self.reason is not None:
            found.append(Message.reason == self.reason)
        if self.since is not None:
            found.append(Message.state_at >= self.since)
        if self.until is not None:
            found.append(Message.state_at <= self.until)
        return found


def texts_that_went_wrong(session: Session, filters: Filters) -> Sequence[tuple[Message, Conversation]]:
    """Outbound texts in the given states with their conversations, the latest change first."""
    query = (
        select(Message, Conversation)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(*filters.criteria())
        .order_by(Message.state_at.desc(), Message.id.desc())
    )
    return [(message, conversation) for message, conversation in session.execute(query)]


def unrepeated(session: Session, filters: Filters) -> Sequence[uuid.UUID]:
    """The same, without those that have been sent again; the oldest first, as they were written."""
    again = aliased(Message)
    repeated = exists().where(again.firm == Message.firm, again.retry_of == Message.id)
    query = select(Message.id).where(*filters.criteria(), ~repeated).order_by(Message.created_at, Message.id)
    return session.scalars(query).all()


def firms_of(session: Session, texts: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, str]:
    """Whose these texts are; those that do not exist are left out."""
    found: dict[uuid.UUID, str] = {}
    for some in portions(texts):
        rows = session.execute(select(Message.id, Message.firm).where(Message.id.in_(some)))
        found |= {row[0]: row[1] for row in rows}
    return found


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
    found: dict[uuid.UUID, str] = {}
    for some in portions(conversations):
        rows = session.execute(
            select(ConversationContact.conversation_id, ConversationContact.contact)
            .where(ConversationContact.conversation_id.in_(some))
            .order_by(ConversationContact.since, ConversationContact.contact)
        )
        found |= {row[0]: row[1] for row in rows}
    return found


def newest_beats(session: Session) -> dict[str, datetime]:
    """The newest sign of life of each kind of process."""
    beat: ColumnElement[datetime] = func.max(Heartbeat.beat_at, type_=UTCDateTime)
    rows = session.execute(select(Heartbeat.kind, beat).group_by(Heartbeat.kind))
    return {row[0]: row[1] for row in rows}


def now(session: Session) -> datetime:
    """The database's clock."""
    moment: datetime = session.execute(select(firmtext.clock.sql())).scalar_one()
    return moment
