"""SELECTs behind the limits of sending: what people of a firm have sent lately. Read along the firm's newest texts."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Select, case, func, literal, select
from sqlalchemy.orm import Session

from ..current import firmtext
from .models import Message
from .states import Direction, Kind

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Lately:
    """Texts by people within the last minute."""

    user: int
    conversation: int
    firm: int


def lately(session: Session, firm: str, author: str, conversation: uuid.UUID | None) -> Lately:
    """What this user, this conversation and this firm have sent within a minute, whichever process took it."""
    counts = (
        func.coalesce(func.sum(case((Message.author == author, 1), else_=0)), 0),
        func.coalesce(func.sum(case((Message.conversation_id == conversation, 1), else_=0)), 0),
        func.count(),
    )
    by_user, in_conversation, of_firm = session.execute(_by_people(select(*counts), firm, MINUTE)).one()
    return Lately(by_user, in_conversation, of_firm)


def today(session: Session, firm: str, most: int) -> int:
    """What a firm has sent within 24 hours; counted up to ``most``."""
    some = _by_people(select(literal(1).label("one")), firm, DAY).order_by(Message.created_at.desc()).limit(most)
    return session.scalar(select(func.count()).select_from(some.subquery())) or 0


def used(session: Session, firm: str, author: str, tokens: Collection[str]) -> frozenset[str]:
    """Those of these forms' tokens with which this user has sent a text: a repeat costs nothing."""
    theirs = (Message.firm == firm, Message.author == author, Message.client_token.in_(tokens))
    found = session.scalars(select(Message.client_token).where(*theirs)).all()
    return frozenset(token for token in found if token is not None)


def _by_people(wanted: Select[Any], firm: str, within: timedelta) -> Select[Any]:
    # This process's clock, though the rows have the database's: a limit may be off by as much as they differ, and no
    # index is looked up by a clock that goes on while one looks.
    return wanted.where(
        Message.firm == firm,
        Message.created_at > firmtext.clock.now() - within,
        Message.direction == Direction.OUT,
        Message.kind == Kind.STAFF,
    )
