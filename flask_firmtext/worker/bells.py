"""Ringing: after a commit, after a drain whose time was over, and by the sweep for texts of which nobody was told."""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Callable
from datetime import timedelta

from redis import RedisError
from sqlalchemy import func, select, update
from sqlalchemy.exc import SQLAlchemyError

from ..adapters import bell
from ..current import firmtext
from ..store import counters, queries
from ..store.models import Message
from ..store.queries import Due
from ..store.states import State
from ..store.transactions import own, reading
from .stop import stopping

log = logging.getLogger(__name__)

OLD = timedelta(seconds=30)
AT_ONCE = 200
A_FIRM = 50
#: One ring drains everything that is due; more than a few only keep Redis busy.
RUNG = 16
#: After a failure nobody tries for this long (seconds): a person's page must not wait for a dead Redis each time.
REST = 5.0


def ring(ids: list[str], n: int = 0) -> None:
    """Tell workers about due texts. Never raises: the caller's answer is the commit, not the bell."""
    url = firmtext.settings.redis_url
    if not url or time.monotonic() - firmtext.bell_failed_at < REST:
        return
    try:
        for message_id in ids[:RUNG]:
            bell.ring(url, message_id, n)
    except (RedisError, OSError, ValueError) as error:
        firmtext.bell_failed_at = time.monotonic()
        log.warning("the bell could not be rung (%s); the sweep sends what is due", type(error).__name__)
        _count_failure()


def _count_failure() -> None:
    try:
        with own() as session:
            counters.count(session, "bell_failed")
    except SQLAlchemyError as error:
        log.warning("a failed bell could not be counted (%s)", type(error).__name__)


def hear(until: float, beat: Callable[[], None]) -> uuid.UUID | None:
    """The text of the next ring. None: nobody rang until then (monotonic), this process is to stop, Redis is away."""
    while not stopping.is_set() and time.monotonic() < until:
        beat()
        try:
            rung = bell.heard(firmtext.settings.redis_url)
            if rung is not None:
                return uuid.UUID(rung)
        except (RedisError, OSError, ValueError) as error:
            log.warning("the bell cannot be heard (%s)", type(error).__name__)
            return None
    return None


def ring_next() -> None:
    """Ring for whatever is due now, if anything is."""
    with reading() as session:
        due = queries.due(session, queries.slot_is_free(), limit=1)
    for text in due:
        ring([str(text.message)], n=int(time.monotonic() * 1000))


def ring_again() -> int:
    """W1: ring for texts that have been due, or were last rung, more than 30 s ago. Returns how many there were.

    One that somebody is busy with is left out: to wait for many rows at once is how to meet a deadlock.
    """
    due = _unheard()
    if not due:
        return 0
    queued = (Message.id.in_([text.message for text in due]), queries.is_in(Message.state, State.QUEUED))
    idle = select(Message.id).where(*queued).with_for_update(key_share=True, skip_locked=True)
    with own() as session:
        rings = session.execute(
            update(Message)
            .where(Message.id.in_(idle))
            .values(rings=Message.rings + 1, rung_at=firmtext.clock.sql())
            .returning(Message.id, Message.rings)
            .execution_options(synchronize_session=False)
        ).all()
    for row in rings[:RUNG]:
        ring([str(row.id)], row.rings)
    return len(rings)


def _unheard() -> list[Due]:
    old = func.coalesce(Message.rung_at, Message.not_before) < firmtext.clock.sql(-OLD)
    with reading() as session:
        found = queries.due(session, old, limit=AT_ONCE * 4)
    taken: dict[str, int] = {}
    fair = []
    for text in found:
        taken[text.firm] = taken.get(text.firm, 0) + 1
        if taken[text.firm] <= A_FIRM:
            fair.append(text)
    return fair[:AT_ONCE]


def oldest_due() -> timedelta:
    """How long the oldest text that could go has been due; zero when none is."""
    with reading() as session:
        due_at = queries.oldest_due_at(session)
    return max(firmtext.clock.now() - due_at, timedelta(0)) if due_at else timedelta(0)
