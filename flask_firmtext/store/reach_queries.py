"""SELECTs about what became of earlier texts to a number."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session, aliased

from ..ports.gateway import Reason
from .models import Conversation, ConversationContact, Message
from .queries import is_in
from .states import Direction, State


@dataclass(frozen=True, slots=True)
class Settled:
    """The newest text of a conversation that arrived, or whose number the carrier could not reach."""

    contact: str
    phone_index: bytes
    state: State
    code: str | None
    state_at: datetime
    created_at: datetime


def settled(session: Session, firm: str, *, contacts: Collection[str], phones: Collection[bytes]) -> Sequence[Settled]:
    """One for each conversation with these phones that was shown under these contacts (references)."""
    shown = and_(ConversationContact.conversation_id == Conversation.id, ConversationContact.firm == firm)
    query = (
        select(
            ConversationContact.contact,
            Conversation.phone_index,
            Message.state,
            Message.code,
            Message.state_at,
            Message.created_at,
        )
        .select_from(Conversation)
        .join(ConversationContact, shown)
        .join(Message, Message.id == _newest())
        .where(
            Conversation.firm == firm,
            Conversation.phone_index.in_(phones),
            ConversationContact.contact.in_(contacts),
            Message.firm == firm,
        )
    )
    return [Settled(*row) for row in session.execute(query)] if contacts and phones else ()


def _newest() -> ColumnElement[Any]:
    text = aliased(Message)
    unreachable = and_(is_in(text.state, State.FAILED), text.reason == Reason.UNREACHABLE_NUMBER)
    return (
        select(text.id)
        .where(text.conversation_id == Conversation.id, text.direction == Direction.OUT)
        .where(or_(is_in(text.state, State.DELIVERED), unreachable))
        .order_by(text.position.desc())
        .limit(1)
        .correlate(Conversation)
        .scalar_subquery()
    )
