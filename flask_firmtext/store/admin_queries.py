"""SELECTs behind the administration, by name. Each is limited to a firm and answers for a whole page at once."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from .models import Attempt, Audit, Conversation, Message, Number, StatusEvent

#: For SQLite, which would look through all attempts of the firm for those of a few texts.
OF_FIRM: Any = Attempt.firm.concat("")
#: More of a text's history is not shown on its page: every view of it adds a row.
HISTORY = 200


def numbers_of(session: Session, firm: str, conversations: Collection[uuid.UUID]) -> Mapping[uuid.UUID, str]:
    """The firm's number (E.164) in each of these conversations."""
    query = (
        select(Conversation.id, Number.e164)
        .join(Number, Number.id == Conversation.number_id)
        .where(Conversation.firm == firm, Conversation.id.in_(conversations))
    )
    return dict(session.execute(query).all()) if conversations else {}


def texts_in(session: Session, firm: str, conversations: Collection[uuid.UUID]) -> Mapping[uuid.UUID, int]:
    """How many texts are in each of these conversations."""
    query = (
        select(Message.conversation_id, func.count())
        .where(Message.firm == firm, Message.conversation_id.in_(conversations))
        .group_by(Message.conversation_id)
    )
    return dict(session.execute(query).all()) if conversations else {}


def made_at(session: Session, firm: str, messages: Collection[uuid.UUID]) -> Mapping[uuid.UUID, datetime]:
    """When these texts were stored."""
    query = select(Message.id, Message.created_at).where(Message.firm == firm, Message.id.in_(messages))
    return dict(session.execute(query).all()) if messages else {}


def conversations_of(session: Session, firm: str, messages: Collection[uuid.UUID]) -> Mapping[uuid.UUID, uuid.UUID]:
    """The conversation of each of these texts of the firm."""
    query = select(Message.id, Message.conversation_id).where(Message.firm == firm, Message.id.in_(messages))
    return dict(session.execute(query).all()) if messages else {}


def conversations_with(session: Session, firm: str, phones: Collection[bytes]) -> Mapping[bytes, Sequence[uuid.UUID]]:
    """The firm's conversations with each of these phones (indexes)."""
    query = select(Conversation.phone_index, Conversation.id).where(
        Conversation.firm == firm, Conversation.phone_index.in_(phones)
    )
    found: dict[bytes, list[uuid.UUID]] = {}
    for phone, row in session.execute(query) if phones else ():
        found.setdefault(phone, []).append(row)
    return found


def attempts_of(session: Session, firm: str, message_id: uuid.UUID) -> Sequence[Attempt]:
    """Every POST of a text, in order."""
    query = select(Attempt).where(Attempt.firm == firm, Attempt.message_id == message_id)
    return session.scalars(query.order_by(Attempt.n)).all()


def tries_of(session: Session, firm: str, messages: Collection[uuid.UUID]) -> Mapping[uuid.UUID, int]:
    """How often each of these texts was attempted, as its last attempt is numbered; those never attempted are left
    out."""
    query = (
        select(Attempt.message_id, func.max(Attempt.n))
        .where(firm == OF_FIRM, Attempt.message_id.in_(messages))
        .group_by(Attempt.message_id)
    )
    return dict(session.execute(query).all()) if messages else {}


def audit_of(session: Session, firm: str, table: str, row: uuid.UUID | str) -> Sequence[Audit]:
    """What was done to one row, the newest first."""
    query = (
        select(Audit)
        .where(Audit.firm == firm, Audit.object_id == str(row), Audit.object_table == table)
        .order_by(Audit.at.desc(), Audit.id.desc())
        .limit(HISTORY)
    )
    return session.scalars(query).all()


def statuses_of(session: Session, firm: str, message_id: uuid.UUID) -> Sequence[StatusEvent]:
    """What the carrier reported about a text, the newest first."""
    query = (
        select(StatusEvent)
        .where(StatusEvent.firm == firm, StatusEvent.message_id == message_id)
        .order_by(StatusEvent.received_at.desc(), StatusEvent.id.desc())
        .limit(HISTORY)
    )
    return session.scalars(query).all()
