"""SELECTs behind ``stats``: each is one look into an index, however many texts there are.

What is not over is counted whole, because there is little of it; what is over only as far as it ended lately.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ..clock import UTCDateTime
from .models import Firm, Message, Number, Quarantine, StatusEvent
from .queries import is_in
from .states import Direction, State

OPEN = (State.QUEUED, State.SENDING, State.UNKNOWN, State.SUBMITTED)


def states(session: Session, since: datetime, firm: str | None = None) -> Mapping[str, int]:
    """How many texts are in each state; of those that are over, the ones that ended since then."""
    return {
        state: _open(session, state, firm) if state in OPEN else _over(session, state, since, firm) for state in State
    }


def _open(session: Session, state: State, firm: str | None) -> int:
    query = select(func.count()).select_from(Message).where(is_in(Message.state, state))
    return session.scalar(query if firm is None else query.where(Message.firm == firm)) or 0


def _over(session: Session, state: State, since: datetime, firm: str | None) -> int:
    """Firm by firm: the one index that has all states begins with it."""
    of_one = (
        select(func.count())
        .select_from(Message)
        .where(Message.firm == Firm.firm, is_in(Message.state, state), Message.state_at >= since)
        .correlate(Firm)
        .scalar_subquery()
    )
    query = select(func.coalesce(func.sum(of_one), 0)).select_from(Firm)
    return int(session.scalar(query if firm is None else query.where(Firm.firm == firm)) or 0)


def newest_status(session: Session) -> datetime | None:
    """When the last report of the carrier came that was believed."""
    return session.scalar(select(func.max(StatusEvent.received_at, type_=UTCDateTime)))


def newest_text(session: Session) -> datetime | None:
    """When the last text of a client came."""
    inbound = is_in(Message.direction, Direction.IN)
    return session.scalar(select(func.max(Message.created_at, type_=UTCDateTime)).where(inbound))


def newest_kept(session: Session) -> datetime | None:
    """When the last webhook came that has no place yet, such as a stranger's text. For the firm of each number, as
    its index is."""
    of_one = (
        select(func.max(Quarantine.received_at))
        .where(Quarantine.firm == Number.firm)
        .correlate(Number)
        .scalar_subquery()
    )
    newest = select(func.max(of_one, type_=UTCDateTime)).select_from(Number)
    nobody = select(func.max(Quarantine.received_at, type_=UTCDateTime)).where(Quarantine.firm == "")
    return max(filter(None, (session.scalar(newest), session.scalar(nobody))), default=None)
