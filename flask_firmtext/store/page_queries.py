"""SELECTs of lists that programs walk through, a page at a time behind the last row of the page before."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import Select, Uuid, literal, select, tuple_
from sqlalchemy.orm import Session

from ..clock import UTCDateTime
from . import stranger_queries
from .models import Audit, Delivery, Quarantine

Cursor = tuple[datetime, uuid.UUID]


def record(session: Session, firm: str, after: Cursor | None, limit: int) -> list[Audit]:
    """What was done in a firm, the newest first."""
    query = _behind(select(Audit).where(Audit.firm == firm), Audit.at, Audit.id, after)
    return list(session.scalars(query.limit(limit)))


def quarantine(session: Session, firm: str, after: Cursor | None, limit: int) -> list[Quarantine]:
    """What is kept for a firm, the newest first; the newest of each stranger stands for all of that number."""
    chosen = select(Quarantine).where(Quarantine.firm == firm, stranger_queries.newest_of_its_number())
    query = _behind(chosen, Quarantine.received_at, Quarantine.id, after)
    return list(session.scalars(query.limit(limit)))


def deliveries(session: Session, firm: str, endpoint: uuid.UUID, after: Cursor | None, limit: int) -> list[Delivery]:
    """What was, or is to be, posted to one address, the newest first."""
    theirs = select(Delivery).where(Delivery.firm == firm, Delivery.endpoint_id == endpoint)
    query = _behind(theirs, Delivery.at, Delivery.event_id, after)
    return list(session.scalars(query.limit(limit)))


def _behind(query: Select[Any], at: Any, row: Any, after: Cursor | None) -> Select[Any]:
    ordered = query.order_by(at.desc(), row.desc())
    if after is None:
        return ordered
    return ordered.where(tuple_(at, row) < tuple_(literal(after[0], UTCDateTime()), literal(after[1], Uuid())))
