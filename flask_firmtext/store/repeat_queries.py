"""SELECTs of texts that were sent again and of what people said about unknown ones. Each is limited to a firm."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from .models import Message, Resolution

Sessions = Session | scoped_session[Any]


#: For SQLite, which would look through all texts of the firm for a few that have an index of their own.
OF_FIRM: Any = Message.firm.concat("")


def made_of(session: Sessions, firm: str, texts: Collection[uuid.UUID]) -> Sequence[Message]:
    """The texts that repeat these."""
    if not texts:
        return ()
    return session.scalars(select(Message).where(firm == OF_FIRM, Message.retry_of.in_(texts))).all()


def first_ones(session: Sessions, firm: str, texts: Collection[uuid.UUID]) -> Sequence[Message]:
    """These texts, which others repeat."""
    if not texts:
        return ()
    return session.scalars(select(Message).where(firm == OF_FIRM, Message.id.in_(texts))).all()


def said_of(session: Sessions, firm: str, texts: Collection[uuid.UUID]) -> Mapping[uuid.UUID, Resolution]:
    """What people said about these."""
    if not texts:
        return {}
    found = session.scalars(select(Resolution).where(Resolution.firm == firm, Resolution.message_id.in_(texts)))
    return {row.message_id: row for row in found}
