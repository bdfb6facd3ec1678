"""A record with rows of any age, and somebody who can write to the database. They need an application context."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from flask_firmtext.clock import FixedClock
from flask_firmtext.current import firmtext
from flask_firmtext.firm import sealing
from flask_firmtext.store import audit
from flask_firmtext.store.models import Audit, AuditSeal
from flask_firmtext.store.transactions import own, reading

NOON = datetime.fromisoformat("2026-03-02T12:00:00+00:00")
AUDIT, SEAL = Audit.__table__, AuditSeal.__table__
FIRM = "harbor"


def clock_at(app: Any, at: datetime = NOON) -> FixedClock:
    """A clock of the application that stands."""
    clock = FixedClock(at)
    app.extensions["firmtext"].clock = clock
    return clock


def recorded(number: int = 1, *, firm: str = FIRM, action: str = "message.accept", ago: float = 0) -> list[uuid.UUID]:
    """So many rows, a second apart, the last ``ago`` seconds from now. Their ids, the oldest first."""
    now = firmtext.clock.now()
    every = sa.select(Audit.id).where(Audit.firm == firm).order_by(Audit.at, Audit.id)
    with own() as session:
        before = set(session.scalars(every))
        for n in reversed(range(number)):
            with put_back(now - timedelta(seconds=ago + n)):
                audit.record(session, action, ("firmtext_message", uuid.uuid4()), firm=firm, actor="worker")
        return [row for row in session.scalars(every) if row not in before]


@contextmanager
def put_back(at: datetime) -> Iterator[None]:
    before = firmtext.clock
    firmtext._get_current_object().clock = FixedClock(at)  # type: ignore[attr-defined]
    try:
        yield
    finally:
        firmtext._get_current_object().clock = before  # type: ignore[attr-defined]


def sealed(firm: str = FIRM) -> sealing.End:
    """Seal what is old enough, however late it came."""
    return sealing.seal(firm, sealing.LATE).end


def links(firm: str = FIRM) -> list[AuditSeal]:
    with reading() as session:
        return list(session.scalars(sa.select(AuditSeal).where(AuditSeal.firm == firm).order_by(AuditSeal.n)))


def tampered(statement: sa.Executable) -> int:
    """What a writer of the database does, past every session of ours."""
    with firmtext.engine.begin() as connection:
        connection.info["tampering"] = True
        try:
            return int(connection.execute(statement).rowcount)
        finally:
            del connection.info["tampering"]
