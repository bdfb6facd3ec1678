"""SELECTs about a firm's own affairs, by name."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session, scoped_session

from ..current import firmtext
from .keys import INSTALLATION
from .models import Number, Order
from .states import NumberState, OrderState

Sessions = Session | scoped_session[Any]

#: The firm of a number that operators have bought beforehand.
POOL = INSTALLATION


def numbers(session: Sessions, firm: str) -> Sequence[Number]:
    """A firm's numbers, its main one first; those that were given back are history."""
    return session.scalars(
        select(Number)
        .where(Number.firm == firm, Number.state != NumberState.RELEASED)
        .order_by(Number.main.desc(), Number.created_at)
    ).all()


def has_number(session: Sessions, firm: str) -> bool:
    """Whether the firm has a number, in whatever state."""
    return session.scalar(_held(Number.firm == firm).limit(1)) is not None


def _held(condition: ColumnElement[bool]) -> Select[Any]:
    return select(Number.id).where(condition, Number.state != NumberState.RELEASED)


def open_order(session: Sessions, firm: str) -> Order | None:
    """The order by which this firm is getting a number now; there is at most one."""
    return session.scalars(
        select(Order).where(Order.firm == firm, Order.firm != POOL, Order.state != OrderState.DONE)
    ).one_or_none()


def due_orders(session: Sessions, *, limit: int) -> Sequence[uuid.UUID]:
    """Orders that can go on now and that nobody is working on."""
    now = firmtext.clock.sql()
    return session.scalars(
        select(Order.id)
        .where(
            Order.state == OrderState.WORKING,
            Order.not_before <= now,
            or_(Order.claimed_until.is_(None), Order.claimed_until <= now),
        )
        .order_by(Order.not_before)
        .limit(limit)
    ).all()


def pooled(country: Collection[str]) -> Select[Any]:
    """The number that has been in the pool the longest, to be used inside an UPDATE."""
    return (
        _held(Number.firm == POOL)
        .where(Number.state == NumberState.LINKED, Number.release_at.is_(None), Number.country.in_(country))
        .order_by(Number.created_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )


def known(session: Sessions, numbers: Collection[str]) -> Collection[str]:
    """Those of these numbers (E.164) that are or were somebody's here."""
    return set(session.scalars(select(Number.e164).where(Number.e164.in_(numbers)))) if numbers else set()


def spoken_for(session: Sessions, numbers: Collection[str]) -> Collection[str]:
    """Those of these numbers that an unfinished order is buying."""
    if not numbers:
        return set()
    return set(session.scalars(select(Order.e164).where(Order.e164.in_(numbers), Order.state != OrderState.DONE)))


def to_be_released(session: Sessions, *, limit: int) -> Sequence[Number]:
    """Numbers whose time is over, those included whose release the carrier has not confirmed."""
    return session.scalars(
        select(Number).where(Number.release_at <= firmtext.clock.sql()).order_by(Number.release_at).limit(limit)
    ).all()


def main_number(session: Sessions, firm: str) -> uuid.UUID | None:
    """The number from which the firm texts unless a conversation has another one."""
    found: uuid.UUID | None = session.scalar(_held(Number.firm == firm).where(Number.main).limit(1))
    return found
