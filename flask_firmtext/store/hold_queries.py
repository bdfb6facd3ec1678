"""SELECTs about what stands still: how much waits for it, and whether it stood still a moment before."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select, true
from sqlalchemy.orm import Session, aliased

from ..current import firmtext
from .models import Conversation, Hold, Message, Number
from .queries import is_in
from .states import HoldKind, State


def waiting(session: Session, holds: Sequence[Hold], firm: str | None = None) -> Mapping[uuid.UUID, int]:
    """How many texts would go now if it were not for each hold: all, or those of one firm."""
    if not holds:
        return {}
    stopped = [_stopped_by(hold) for hold in holds]
    query = select(*(func.count().filter(which) for which in stopped)).select_from(Message).where(_due(), or_(*stopped))
    if firm is not None:
        query = query.where(Message.firm == firm)
    counts = session.execute(query).one()
    return {hold.id: count for hold, count in zip(holds, counts, strict=True)}


def stands(session: Session, kind: HoldKind, object_: str) -> bool:
    """Whether there is a hold on this now."""
    there = select(Hold.id).where(Hold.kind == kind, Hold.object == object_, Hold.lifted_at.is_(None))
    return session.scalar(there.limit(1)) is not None


def _due() -> ColumnElement[bool]:
    now = firmtext.clock.sql()
    return and_(is_in(Message.state, State.QUEUED), Message.not_before <= now, Message.expires_at > now)


def _stopped_by(hold: Hold) -> ColumnElement[bool]:
    if hold.kind == HoldKind.ACCOUNT:
        return true()
    if hold.kind == HoldKind.FIRM:
        return Message.firm == hold.object
    number = select(Number.id).where(Number.e164 == hold.object)
    return Message.conversation_id.in_(select(Conversation.id).where(Conversation.number_id.in_(number)))


def lifted_before(session: Session, within: timedelta) -> Mapping[uuid.UUID, datetime]:
    """When those that stand had been lifted last, as far as that was no longer than ``within`` before."""
    before = aliased(Hold)
    rows = session.execute(
        select(Hold.id, Hold.since, before.lifted_at)
        .join(before, and_(before.kind == Hold.kind, before.object == Hold.object, before.code == Hold.code))
        .where(Hold.lifted_at.is_(None), before.lifted_at <= Hold.since)
        .order_by(before.lifted_at)
    )
    return {hold: lifted for hold, since, lifted in rows if lifted and since - lifted <= within}
