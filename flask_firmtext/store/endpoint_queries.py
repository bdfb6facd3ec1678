"""SELECTs of outgoing webhooks, by name: a firm's addresses, and what is due, waits or was delivered there."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, ScalarSelect, case, delete, func, or_, select
from sqlalchemy.orm import Session, scoped_session

from ..clock import UTCDateTime
from ..current import firmtext
from .models import Delivery, Endpoint, Message
from .queries import is_in
from .states import DeliveryState, EndpointState

Sessions = Session | scoped_session[Any]

#: So long it can be seen what became of an event.
KEPT = timedelta(days=30)
AT_ONCE = 1000
WELL, FAILING, OFF = "well", "failing", "off"


class Due(NamedTuple):
    """An address for which something is due; ``failing``: its last try was no success."""

    id: uuid.UUID
    firm: str
    failing: bool


def _now() -> ScalarSelect[datetime]:
    # Asked once for a statement: PostgreSQL looks nothing up in an index by a clock that goes on meanwhile.
    return select(firmtext.clock.sql()).scalar_subquery()


def of_firm(session: Sessions, firm: str) -> Sequence[Endpoint]:
    """A firm's addresses, the oldest first."""
    theirs = select(Endpoint).where(Endpoint.firm == firm, Endpoint.state != EndpointState.GONE)
    return session.scalars(theirs.order_by(Endpoint.made_at, Endpoint.id)).all()


def one(session: Sessions, firm: str, endpoint: uuid.UUID) -> Endpoint | None:
    """One of a firm's addresses that is not removed."""
    wanted = (Endpoint.firm == firm, Endpoint.id == endpoint, Endpoint.state != EndpointState.GONE)
    return session.scalars(select(Endpoint).where(*wanted)).one_or_none()


def locked(session: Session, firm: str, endpoint: uuid.UUID) -> Endpoint | None:
    """As :func:`one`, for whoever changes it: nobody else does before the transaction ends."""
    wanted = (Endpoint.firm == firm, Endpoint.id == endpoint, Endpoint.state != EndpointState.GONE)
    # Not FOR UPDATE: that would keep a text from being committed which is just telling this address of itself.
    row = select(Endpoint).where(*wanted).with_for_update(key_share=True)
    return session.scalars(row.execution_options(populate_existing=True)).one_or_none()


def stands(session: Session, firm: str, endpoint: uuid.UUID, url: bytes) -> bool:
    """Whether an address is still the one in this cell; it is no other one before the transaction ends."""
    row = locked(session, firm, endpoint)
    return row is not None and row.url == url


def any_state(session: Sessions, firm: str, endpoint: uuid.UUID) -> Endpoint | None:
    """One of a firm's addresses, also one that was removed."""
    return session.scalars(select(Endpoint).where(Endpoint.firm == firm, Endpoint.id == endpoint)).one_or_none()


def delivery(session: Sessions, firm: str, endpoint: uuid.UUID, event: uuid.UUID) -> Delivery | None:
    """One event at one address."""
    wanted = (Delivery.firm == firm, Delivery.endpoint_id == endpoint, Delivery.event_id == event)
    return session.scalars(select(Delivery).where(*wanted)).one_or_none()


def due_endpoints(session: Sessions) -> Sequence[Due]:
    """The addresses of all firms for which something is due now."""
    waits = (
        select(Delivery.event_id)
        .where(
            Delivery.endpoint_id == Endpoint.id,
            is_in(Delivery.state, DeliveryState.WAITING),
            Delivery.not_before <= _now(),
        )
        .order_by(Delivery.not_before)  # by the index, and for each address: a join would read all that waits
        .limit(1)
        .scalar_subquery()
    )
    rows = select(Endpoint.id, Endpoint.firm, Endpoint.failing_since).where(
        is_in(Endpoint.state, EndpointState.ON), waits.is_not(None)
    )
    return [Due(id_, firm, since is not None) for id_, firm, since in session.execute(rows)]


def due(session: Sessions, firm: str, endpoint: uuid.UUID, limit: int) -> Sequence[uuid.UUID]:
    """Events that are due at one address, the longest due first."""
    wanted = select(Delivery.event_id).where(
        Delivery.firm == firm,
        Delivery.endpoint_id == endpoint,
        is_in(Delivery.state, DeliveryState.WAITING),
        Delivery.not_before <= _now(),
    )
    return session.scalars(wanted.order_by(Delivery.not_before).limit(limit)).all()


def newest(session: Sessions, firm: str, endpoint: uuid.UUID, limit: int) -> Sequence[Delivery]:
    """What was, or is to be, posted to one address, the newest first."""
    theirs = select(Delivery).where(Delivery.firm == firm, Delivery.endpoint_id == endpoint)
    return session.scalars(theirs.order_by(Delivery.at.desc(), Delivery.event_id.desc()).limit(limit)).all()


def failed(session: Sessions, firm: str, endpoint: uuid.UUID, since: datetime, limit: int) -> Sequence[uuid.UUID]:
    """Events that failed for good at one address and happened since a moment, the oldest first."""
    theirs = (Delivery.firm == firm, Delivery.endpoint_id == endpoint, Delivery.at >= since)
    wanted = select(Delivery.event_id).where(*theirs, Delivery.state == DeliveryState.FAILED)
    return session.scalars(wanted.order_by(Delivery.at).limit(limit)).all()


def words_of(session: Sessions, firm: str, message: uuid.UUID) -> bytes | None:
    """The cell of a text; empty when it was erased, None when there is none."""
    return session.scalars(select(Message.body).where(Message.firm == firm, Message.id == message)).one_or_none()


def every(session: Sessions) -> Sequence[Endpoint]:
    """The addresses of all firms, for operators."""
    return session.scalars(
        select(Endpoint).where(Endpoint.state != EndpointState.GONE).order_by(Endpoint.firm, Endpoint.made_at)
    ).all()


def standing(session: Session) -> Mapping[str, int]:
    """How many addresses of all firms stand well, fail, or were turned off by us."""
    fails, ours = Endpoint.failing_since.is_not(None), Endpoint.why.is_not(None)
    kinds = ((Endpoint.state == EndpointState.OFF) & ours, OFF), (fails, FAILING)
    there = select(case(*kinds, else_=WELL).label("kind")).where(
        or_(is_in(Endpoint.state, EndpointState.ON), (Endpoint.state == EndpointState.OFF) & ours)
    )
    kind = there.subquery().c.kind
    rows = session.execute(select(kind, func.count()).group_by(kind))
    return {WELL: 0, FAILING: 0, OFF: 0} | {row[0]: row[1] for row in rows}


def oldest_due_at(session: Session) -> datetime | None:
    """Since when the longest event has waited that is due at an address which does not fail."""
    first = select(func.min(Delivery.not_before, type_=UTCDateTime)).where(
        Delivery.endpoint_id == Endpoint.id,
        is_in(Delivery.state, DeliveryState.WAITING),
        Delivery.not_before <= _now(),
    )
    since: ColumnElement[datetime | None] = func.min(first.scalar_subquery(), type_=UTCDateTime)
    return session.scalar(
        select(since).where(is_in(Endpoint.state, EndpointState.ON), Endpoint.failing_since.is_(None))
    )


def forget_old(session: Session) -> int:
    """Remove what happened a month ago, some of it. Returns how many rows those were."""
    old = select(Delivery.event_id).where(Delivery.at < firmtext.clock.now() - KEPT).order_by(Delivery.at)
    ids = session.scalars(old.limit(AT_ONCE)).all()
    gone = delete(Delivery).where(Delivery.event_id.in_(ids)).returning(Delivery.event_id)
    return len(session.execute(gone.execution_options(synchronize_session=False)).all()) if ids else 0
