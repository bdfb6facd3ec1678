"""What is counted for operators: attempts to send, webhooks that were refused and those that wait in quarantine."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ..clock import UTCDateTime
from ..current import firmtext
from ..store import stats_queries
from ..store.models import Attempt, Counter, Quarantine
from ..store.portions import portions


def attempts(session: Session, messages: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, int]:
    """How often each text was attempted; those that never were are left out."""
    found: dict[uuid.UUID, int] = {}
    for some in portions(messages):
        theirs = Attempt.message_id.in_(some)
        rows = session.execute(select(Attempt.message_id, func.count()).where(theirs).group_by(Attempt.message_id))
        found |= {row[0]: row[1] for row in rows}
    return found


def counted(session: Session, prefix: str, within: timedelta) -> Mapping[str, datetime]:
    """What was counted lately under names that begin with ``prefix``: the rest of the name, and when last."""
    since = firmtext.clock.now() - within
    rows = session.execute(
        select(Counter.name, Counter.last_at)
        .where(Counter.name.startswith(prefix, autoescape=True), Counter.last_at >= since)
        .order_by(Counter.name)
    )
    return {row[0].removeprefix(prefix): row[1] for row in rows}


def newest_believed(session: Session) -> datetime | None:
    """When the last webhook came that was believed: a status, or a client's text."""
    status, text = stats_queries.newest_status(session), stats_queries.newest_text(session)
    return max((moment for moment in (status, text) if moment), default=None)


@dataclass(frozen=True, slots=True)
class Waiting:
    """Webhooks in quarantine of one kind and reason."""

    kind: str
    reason: str
    count: int
    oldest: datetime


def quarantined(session: Session, firm: str | None = None) -> Sequence[Waiting]:
    """What waits in quarantine, of all firms and nobody or of one, by kind and reason; never what it says."""
    oldest = func.min(Quarantine.received_at, type_=UTCDateTime)
    query = (
        select(Quarantine.kind, Quarantine.reason, func.count(), oldest)
        .group_by(Quarantine.kind, Quarantine.reason)
        .order_by(Quarantine.kind, Quarantine.reason)
    )
    rows = session.execute(query if firm is None else query.where(Quarantine.firm == firm))
    return [Waiting(*row) for row in rows]
