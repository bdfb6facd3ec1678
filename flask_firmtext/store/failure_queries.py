"""SELECTs about texts that failed lately, by the carrier's code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from ..clock import UTCDateTime
from .models import Message
from .queries import is_in
from .states import State


@dataclass(frozen=True, slots=True)
class Failing:
    """Texts that failed with one code."""

    code: str
    texts: int
    last: datetime


def codes_since(session: Session, since: datetime, firm: str | None = None) -> Sequence[Failing]:
    """The codes of failures since then, the most frequent first."""
    last: ColumnElement[datetime] = func.max(Message.state_at, type_=UTCDateTime)
    query = (
        select(Message.code, func.count(), last)
        .where(is_in(Message.state, State.FAILED), Message.state_at >= since, Message.code.is_not(None))
        .group_by(Message.code)
        .order_by(func.count().desc(), Message.code)
    )
    if firm is not None:
        query = query.where(Message.firm == firm)
    return [Failing(str(code), texts, at) for code, texts, at in session.execute(query)]
