"""SELECTs of sweep and drain: texts that wait, and those that nobody is taking care of any more."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, scoped_session

from ..current import firmtext
from .consent_queries import opted_out
from .models import Attempt, Conversation, Message, Number
from .queries import ORDER, is_in
from .states import NumberState, Outcome, State

Sessions = Session | scoped_session[Any]


def oldest_queued(session: Sessions, *conditions: ColumnElement[bool]) -> uuid.UUID | None:
    """The oldest text that is queued and due and for which ``conditions`` hold, whatever else keeps it: one index is
    read, where :func:`.queries.due` looks at all that may keep each text."""
    queued = is_in(Message.state, State.QUEUED)
    query = select(Message.id).where(queued, Message.not_before <= firmtext.clock.sql(), *conditions).order_by(*ORDER)
    return session.scalars(query.limit(1)).one_or_none()


def accepted_unmoved(session: Sessions, *, limit: int) -> Sequence[Any]:
    """Texts of which the carrier's id is stored while their state still says that we do not know (W3)."""
    return session.execute(
        select(Message.id.label("message"), Attempt.id.label("attempt"))
        .join(Attempt, Attempt.id == Message.current_attempt)
        .where(is_in(Message.state, State.SENDING, State.UNKNOWN), is_in(Attempt.outcome, Outcome.ACCEPTED))
        .limit(limit)
    ).all()


def abandoned(session: Sessions, after: timedelta, *, limit: int) -> Sequence[Any]:
    """Texts whose claimer has not been heard of since its deadline (W4)."""
    return session.execute(
        select(Message.id.label("message"), Attempt.id.label("attempt"))
        .join(Attempt, Attempt.id == Message.current_attempt)
        .where(
            is_in(Message.state, State.SENDING),
            is_in(Attempt.outcome, Outcome.OPEN),
            Attempt.deadline < firmtext.clock.sql(-after),
        )
        .order_by(Attempt.deadline)
        .limit(limit)
    ).all()


def too_late(session: Sessions, *, limit: int) -> Sequence[uuid.UUID]:
    """Queued texts whose usefulness has ended (W5)."""
    return session.scalars(
        select(Message.id)
        .where(is_in(Message.state, State.QUEUED), Message.expires_at <= firmtext.clock.sql())
        .order_by(Message.expires_at)
        .limit(limit)
    ).all()


def unwanted(session: Sessions, *, limit: int) -> Sequence[uuid.UUID]:
    """Queued texts to a phone that has opted out meanwhile: the claim refuses them, and they should say so."""
    return session.scalars(
        select(Message.id)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(
            is_in(Message.state, State.QUEUED),
            Message.answers.is_(None),
            opted_out(Message.firm, Conversation.phone_index),
        )
        .limit(limit)
    ).all()


def resting(session: Sessions, *, limit: int) -> Sequence[uuid.UUID]:
    """Queued texts of a firm that turned texting off meanwhile: nothing sends them, and they should say so."""
    return session.scalars(
        select(Message.id)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .join(Number, Number.id == Conversation.number_id)
        .where(
            is_in(Message.state, State.QUEUED),
            or_(Number.release_at.is_not(None), Number.state == NumberState.RELEASED),
        )
        .limit(limit)
    ).all()


def silent(session: Sessions, after: timedelta, *, limit: int) -> Sequence[uuid.UUID]:
    """Submitted texts without a final status for so long (W6)."""
    return session.scalars(
        select(Message.id)
        .where(is_in(Message.state, State.SUBMITTED), Message.state_at < firmtext.clock.sql(-after))
        .order_by(Message.state_at)
        .limit(limit)
    ).all()
