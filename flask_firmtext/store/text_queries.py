"""SELECTs about the texts of a firm by their state, a page at a time along an index."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Uuid, literal, select, tuple_
from sqlalchemy.orm import Session

from ..clock import UTCDateTime
from .models import Conversation, Message
from .states import State

Cursor = tuple[datetime, uuid.UUID]


def in_state(
    session: Session, firm: str, state: State, after: Cursor | None, limit: int
) -> Sequence[tuple[Message, Conversation]]:
    """Texts in this state with their conversations, those first that have come into it last."""
    query = (
        select(Message, Conversation)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(Message.firm == firm, Conversation.firm == firm, Message.state == state)
        .order_by(Message.state_at.desc(), Message.id.desc())
        .limit(limit)
    )
    if after is not None:
        row = tuple_(Message.state_at, Message.id)
        query = query.where(row < tuple_(literal(after[0], UTCDateTime()), literal(after[1], Uuid())))
    return [(message, conversation) for message, conversation in session.execute(query)]
