"""One ring drains what is due: a person's text before an automatic one, oldest first, fair by firm."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Iterator

from ..messaging import pace, sending
from ..store import queries
from ..store.queries import Due
from ..store.transactions import reading

#: Set by SIGTERM; heeded between texts.
stopping = threading.Event()

SECONDS = 60.0
LOOK_AHEAD = 50
#: No longer than this is waited for a slot: what is due later is the sweep's business.
LONGEST_WAIT = 5.0


def run(first: uuid.UUID | None = None, *, seconds: float = SECONDS, beat: Callable[[], None] = lambda: None) -> int:
    """Send what is due until nothing is, time is over or the process is to stop. Returns how many texts were sent."""
    until = time.monotonic() + seconds
    sent = 0
    for due in _choices(first, until):
        beat()
        if due is not None and sending.send(due):
            sent += 1
    return sent


def _choices(first: uuid.UUID | None, until: float) -> Iterator[Due | None]:
    """The next text each time one is asked for; None after a wait for a slot. Chosen only when a slot is free."""
    served: set[str] = set()
    while not stopping.is_set() and time.monotonic() < until:
        with reading() as session:
            pause = pace.wait(session)
            due = None if pause is None or pause else _next(session, first, served)
        if pause is None or pause.total_seconds() > LONGEST_WAIT:
            return
        if due is None:
            stopping.wait(max(pause.total_seconds(), 0.01))
            yield None
            continue
        first = None
        served.add(due.firm)
        yield due


def _next(session: queries.Sessions, first: uuid.UUID | None, served: set[str]) -> Due | None:
    chosen = queries.due_one(session, first) if first else None
    if chosen:
        return chosen
    due = queries.due(session, limit=LOOK_AHEAD)
    if not due:
        return None
    people = [text for text in due if text.priority == due[0].priority]
    unserved = next((text for text in people if text.firm not in served), None)
    if unserved is None and len(due) == LOOK_AHEAD:
        unserved = next(iter(queries.due(session, limit=1, without=served)), None)
    if unserved is None:
        served.clear()
    return unserved or due[0]
