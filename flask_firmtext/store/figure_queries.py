"""SELECTs behind the figures for Prometheus: asked every few seconds, so each is a look into an index."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from .models import Attempt, Counter, Erasure, Heartbeat
from .queries import is_in
from .states import Outcome

#: Counters whose names are words of ours: others end in a secret's mark or a code.
COUNTED = (
    *("answer_late", "answer_not_told", "answer_waits", "automatic_limited", "automatic_skipped", "bell_failed"),
    *("call_answered", "contradiction", "status_unknown", "uuid_conflict", "webhook_repeated"),
)
#: Beginnings of counters; what follows is a word of ours, too.
FAMILIES = ("limit_refused.", "webhook_refused.")
#: Nobody gives so many reasons.
MOST = 50


def not_sent(session: Session, since: datetime) -> Mapping[str, int]:
    """Attempts that sent nothing since then, by evidence. One evidence after the other, as the index is ordered."""
    found: dict[str, int] = {}
    last: str | None = session.scalar(_evidence())
    while last is not None and len(found) < MOST:
        closed = (_sent_nothing(), Attempt.evidence == last, Attempt.closed_at >= since)
        found[last] = session.scalar(select(func.count()).select_from(Attempt).where(*closed)) or 0
        last = session.scalar(_evidence().where(Attempt.evidence > last))
    return {evidence: count for evidence, count in found.items() if count}


def _evidence() -> Select[Any]:
    return (
        select(Attempt.evidence)
        .where(_sent_nothing(), Attempt.evidence.is_not(None))
        .order_by(Attempt.evidence)
        .limit(1)
    )


def _sent_nothing() -> ColumnElement[bool]:
    return is_in(Attempt.outcome, Outcome.NOT_SENT)


def lags(session: Session, newest: Mapping[str, datetime]) -> Mapping[str, int]:
    """What the newest sign of life of each kind of process says of the oldest due text, in seconds."""
    if not newest:
        return {}
    those = [(Heartbeat.kind == kind) & (Heartbeat.beat_at == beat) for kind, beat in newest.items()]
    rows = session.execute(select(Heartbeat.kind, func.max(Heartbeat.lag)).where(or_(*those)).group_by(Heartbeat.kind))
    return {row[0]: row[1] for row in rows}


def open_erasures(session: Session) -> int:
    """How many erasures are not done."""
    return session.scalar(select(func.count()).select_from(Erasure).where(Erasure.done_at.is_(None))) or 0


def counted(session: Session) -> Mapping[str, int]:
    """Counters that say what happened, by name; absent is what never did."""
    wanted = [Counter.name.in_(COUNTED), *(Counter.name.startswith(begin, autoescape=True) for begin in FAMILIES)]
    rows = session.execute(select(Counter.name, Counter.count).where(or_(*wanted)))
    return {row[0]: row[1] for row in rows}
