"""SELECTs about numbers across firms, for operators: what there is, what is unfinished, what is missing."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session, scoped_session

from .firm_queries import POOL
from .models import Conversation, Message, Number, Order, Quarantine, Texting
from .queries import sends
from .states import NumberState, OrderState, State

Sessions = Session | scoped_session[Any]


def numbers(session: Sessions, *, firm: str | None = None, state: str | None = None) -> Sequence[Number]:
    """Numbers by firm, the pool's first. Those that were given back only when asked for, or not yet confirmed."""
    query = select(Number).order_by(Number.firm, Number.main.desc(), Number.created_at, Number.id)
    if firm is not None:
        query = query.where(Number.firm == firm)
    if state is not None:
        query = query.where(Number.state == state)
    else:
        query = query.where(or_(Number.state != NumberState.RELEASED, Number.release_at.is_not(None)))
    return session.scalars(query).all()


def every_number(session: Sessions) -> Sequence[Number]:
    """Every number that there is or was here."""
    return session.scalars(select(Number).order_by(Number.created_at, Number.id)).all()


def unfinished(session: Sessions, *, firm: str | None = None) -> Sequence[Order]:
    """Orders that are not done, of all firms and the pool unless one is named, the oldest first."""
    query = select(Order).where(Order.state != OrderState.DONE).order_by(Order.created_at, Order.id)
    if firm is not None:
        query = query.where(Order.firm == firm)
    return session.scalars(query).all()


def failed(session: Sessions, *, limit: int) -> Sequence[Order]:
    """Orders that wait for a person, the oldest first."""
    query = select(Order).where(Order.state == OrderState.FAILED).order_by(Order.created_at, Order.id)
    return session.scalars(query.limit(limit)).all()


def untold(session: Sessions, firm: str) -> Sequence[Order]:
    """Orders of a firm, or of the pool, that are not done, or whose number is still there and nobody was told."""
    there = and_(Order.awaited, Number.firm == firm, Number.state != NumberState.RELEASED)
    query = select(Order).outerjoin(Number, Number.id == Order.number_id).where(Order.firm == firm)
    query = query.where(or_(Order.state != OrderState.DONE, there))
    return session.scalars(query.order_by(Order.created_at, Order.id)).all()


def waits_in_pool(session: Sessions, countries: Collection[str]) -> bool:
    """Whether the pool has a number of one of these countries for a firm."""
    query = select(Number.id).where(
        Number.firm == POOL,
        Number.state == NumberState.LINKED,
        Number.release_at.is_(None),
        Number.country.in_(countries),
    )
    return session.scalar(query.limit(1)) is not None


def waiting_texts(session: Sessions, number_id: uuid.UUID) -> int:
    """How many texts are still to be sent from this number."""
    return (
        session.scalar(
            select(func.count())
            .select_from(Message)
            .join(Conversation, Conversation.id == Message.conversation_id)
            .where(Conversation.number_id == number_id, Message.state == State.QUEUED)
        )
        or 0
    )


def count(session: Sessions, firm: str) -> int:
    """How many numbers a firm, or the pool, has."""
    held = select(func.count(Number.id)).where(Number.firm == firm, Number.state != NumberState.RELEASED)
    return session.scalar(held) or 0


def firms_that_cannot_send(session: Sessions, *, limit: int) -> Sequence[str]:
    """Firms with texting turned on and no number that sends."""
    sending = select(Number.id).where(Number.firm == Texting.firm, sends()).exists()
    return session.scalars(
        select(Texting.firm).where(Texting.off_at.is_(None), ~sending).order_by(Texting.firm).limit(limit)
    ).all()


def not_confirmed(session: Sessions) -> Sequence[str]:
    """Numbers (E.164) that were given back here while the carrier has not confirmed it."""
    return session.scalars(
        select(Number.e164)
        .where(Number.state == NumberState.RELEASED, Number.release_at.is_not(None))
        .order_by(Number.e164)
    ).all()


def kept_texts(session: Sessions) -> Sequence[Quarantine]:
    """Clients' texts that were kept because nobody here had their number, the oldest first."""
    return session.scalars(
        select(Quarantine)
        .where(Quarantine.firm == POOL, Quarantine.kind == "inbound", Quarantine.reason == "number_unknown")
        .order_by(Quarantine.received_at, Quarantine.id)
    ).all()
