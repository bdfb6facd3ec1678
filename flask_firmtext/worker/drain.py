"""One ring drains what is due: a person's text before an automatic one, oldest first, fair by firm."""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Callable, Sequence

from sqlalchemy import and_
from sqlalchemy.exc import SQLAlchemyError

from ..current import firmtext
from ..messaging import pace, sending
from ..store import overdue_queries, queries
from ..store.models import Message
from ..store.queries import Due
from ..store.transactions import reading
from . import witness
from .stop import stopping

log = logging.getLogger(__name__)

SECONDS = 60.0
LOOK_AHEAD = 20
#: No longer than this is waited for a slot: what is due later is the sweep's business (seconds).
LONGEST_WAIT = 10.0
#: While waiting for one number's slot, another's text may become due (seconds).
LOOK_EVERY = 0.2
#: The database is away, or somebody was always faster (seconds).
PAUSE = 1.0
#: To look among all that is due for another firm's text takes its time: no more than a so-many-th part of all.
SHARE = 50


Beat = Callable[[], None]
#: Waits for the next ring: until when (monotonic), and what is to be done meanwhile.
Hear = Callable[[float, Beat], uuid.UUID | None]


def run(
    first: uuid.UUID | None = None,
    *,
    seconds: float = SECONDS,
    beat: Beat = lambda: None,
    hear: Hear = lambda until, beat: None,
) -> int:
    """Send what is due, ``first`` first, until nothing is, time is over or the process is to stop.

    Who can ``hear`` stays awake until its time is over, and sends what is rung for. Returns how many texts were sent.
    """
    until = time.monotonic() + seconds
    turn = Turn(first)
    while not stopping.is_set() and time.monotonic() < until:
        beat()
        try:
            witness.prove()
            going_on = turn.take()
        except SQLAlchemyError as error:
            # What answers after a while may be a backup.
            firmtext.witnessed = False
            log.warning("sending pauses for a second (%s)", type(error).__name__)
            stopping.wait(PAUSE)
            continue
        if going_on:
            continue
        turn.first = hear(until, beat)
        if turn.first is None:
            break
    return turn.sent


class Turn:
    """One drain's memory: what it was rung for, and which firms it has served in this round."""

    def __init__(self, first: uuid.UUID | None) -> None:
        self.first = first
        self.served: set[str] = set()
        self.sent = 0
        self.alone_until = 0.0

    def take(self) -> bool:
        """Send one text, or wait a moment for a slot. False when there is nothing to wait for.

        The text is chosen only when a slot is free: who books ahead makes a person wait behind a batch.
        """
        with reading() as session:
            due = self._choice(session)
            pause = None if due else pace.wait(session)
        if due:
            self.served.add(due.firm)
            self.sent += sending.send(due)
            return True
        if pause is None or pause.total_seconds() > LONGEST_WAIT:
            return False
        stopping.wait(min(max(pause.total_seconds(), 0.002), LOOK_EVERY))
        return True

    def _choice(self, session: queries.Sessions) -> Due | None:
        due = queries.next_due(session, first=self.first, limit=LOOK_AHEAD)
        if not due:
            return None
        rung, self.first = self.first, None
        if due[0].message == rung:
            return due[0]
        equal = [text for text in due if text.priority == due[0].priority]
        unserved = next((text for text in equal if text.firm not in self.served), None)
        if unserved is None and len(equal) == LOOK_AHEAD and time.monotonic() > self.alone_until:
            unserved = self._further_down(session, due[0].priority)
        if unserved is None:
            self.served.clear()
        return unserved or due[0]

    def _further_down(self, session: queries.Sessions, priority: int) -> Due | None:
        """The oldest text of a firm behind those that fill the whole look-ahead."""
        began = time.monotonic()
        others = and_(Message.priority == priority, Message.firm.not_in(list(self.served)))
        oldest = overdue_queries.oldest_queued(session, others)
        found: Sequence[Due] = ()
        if oldest is not None:
            free = queries.slot_is_free()
            found = queries.due(session, Message.id == oldest, free, limit=1)
            found = found or queries.due(session, others, free, limit=1)
        if not found and len(self.served) == 1:
            now = time.monotonic()
            self.alone_until = now + max(PAUSE, SHARE * (now - began))
        return found[0] if found else None
