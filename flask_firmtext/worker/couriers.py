"""Outgoing webhooks: a process of its own, because a consumer may hang; else some threads of the sweep.

An address that fails or is slow has other threads than those that are neither, two at once at most, and one that fails
rests between its tries. They take turns: none that has much to get keeps another waiting, and no text waits for any.
"""

from __future__ import annotations

import logging
import math
import time
import uuid
from concurrent.futures import Future, ThreadPoolExecutor

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from ..errors import where
from ..firm import posting
from ..store import endpoint_queries
from ..store.endpoint_queries import Due
from ..store.transactions import own, reading
from . import heartbeats, witness
from .stop import stopping

log = logging.getLogger(__name__)

WELL, FAILING = 8, 4
#: At one address.
AT_ONCE = 2
EVERY = 1.0
#: The database is away (seconds).
PAUSE = 5.0
#: After a try that failed an address rests so long, twice as long after each, at most a minute (seconds).
REST, LONGEST_REST = 5.0, 60.0
#: An address whose last try took longer is slow (seconds).
SLOW = 2.0
#: So long one thread stays at an address before others have their turn (seconds).
TURN = 5.0
SOME = 20


class Couriers:
    """Threads that post whatever is due."""

    def __init__(self, app: Flask, well: int = WELL, failing: int = FAILING) -> None:
        self.app = app
        self.desks = {
            False: ThreadPoolExecutor(well, thread_name_prefix="firmtext-webhooks"),
            True: ThreadPoolExecutor(failing, thread_name_prefix="firmtext-failing-webhooks"),
        }
        self.work: dict[uuid.UUID, list[Future[None]]] = {}
        self.failures: dict[uuid.UUID, int] = {}
        self.rests: dict[uuid.UUID, float] = {}
        self.slow: set[uuid.UUID] = set()

    def look(self) -> None:
        """Begin with what is due at addresses that nobody is at. Indexed reads.

        Nothing where a backup was restored: an address that was removed or changed since is back in it.
        """
        witness.prove()
        self.work = {one: left for one, some in self.work.items() if (left := [it for it in some if not it.done()])}
        with reading() as session:
            due = [] if witness.forgets(session) else endpoint_queries.due_endpoints(session)
        for one in due:
            at_it = self.work.setdefault(one.id, [])
            if len(at_it) < AT_ONCE and time.monotonic() >= self.rests.get(one.id, -math.inf):
                apart = self._goes_apart(one)
                at_it.append(self.desks[apart].submit(self._carry, one, apart))

    def finish(self) -> None:
        """Wait for the posts in hand."""
        for desk in self.desks.values():
            desk.shutdown(wait=True)

    def _goes_apart(self, one: Due) -> bool:
        return one.failing or one.id in self.failures or one.id in self.slow

    def _carry(self, one: Due, apart: bool) -> None:
        with self.app.app_context():
            try:
                self._post(one, apart)
            except Exception as error:
                self._rest(one.id)
                log.error("a webhook could not be posted: %s", where(error))

    def _post(self, one: Due, apart: bool) -> None:
        """One after the other, until nothing is due, one has failed or the turn is over, or it belongs elsewhere."""
        began = time.monotonic()
        while True:
            with reading() as session:
                events = endpoint_queries.due(session, one.firm, one.id, SOME)
            done = 0
            for event in events:
                if stopping.is_set() or time.monotonic() - began > TURN or apart is not self._goes_apart(one):
                    return
                arrived = self._timed(one, event)
                if arrived is False:
                    self._rest(one.id)
                    return
                if arrived:
                    done += 1
                    self.failures.pop(one.id, None)
            if not done:  # nothing is left, or others are at it
                return

    def _timed(self, one: Due, event: uuid.UUID) -> bool | None:
        began = time.monotonic()
        arrived = posting.deliver(one.firm, one.id, event)
        if time.monotonic() - began > SLOW:
            self.slow.add(one.id)
        elif arrived:
            self.slow.discard(one.id)
        return arrived

    def _rest(self, endpoint: uuid.UUID) -> None:
        times = self.failures.get(endpoint, 0)
        self.failures[endpoint] = times + 1
        self.rests[endpoint] = time.monotonic() + min(REST * 2.0 ** min(times, 10), LONGEST_REST)


def run(app: Flask) -> None:
    """Post webhooks in this process until it is told to stop."""
    with app.app_context():
        couriers = Couriers(app)
        while not stopping.is_set():
            heartbeats.beat_now_and_then(heartbeats.WEBHOOKS)
            try:
                couriers.look()
            except SQLAlchemyError as error:
                log.warning("no webhooks are posted: the database is away (%s)", type(error).__name__)
                stopping.wait(PAUSE)
            stopping.wait(EVERY)
        couriers.finish()


def forget_old() -> None:
    """Events of a month ago are kept no longer."""
    with own() as session:
        endpoint_queries.forget_old(session)
