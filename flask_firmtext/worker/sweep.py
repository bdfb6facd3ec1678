"""The sweep: every 15 seconds it finds what nobody was told about. It needs no Redis, and any number may run."""

from __future__ import annotations

import logging
import math
import random
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timedelta

from flask import Flask, current_app
from redis import RedisError

from ..adapters import bell
from ..clock import ShiftedClock
from ..current import State, firmtext
from ..firm import provisioning
from ..messaging import holds, media, overdue, pace, searches
from ..practice import filing
from ..store import files
from . import bells, clerk, couriers, drain, erasing, heartbeats, witness
from .couriers import Couriers
from .filing import Registry
from .media import Porters
from .seals import Sealer
from .stop import stopping

log = logging.getLogger(__name__)

EVERY, JITTER = 15.0, 2.0
#: An administrator waits before the page that orders a number, and without a bell the sweep is what sends (seconds).
OFTEN = 1.0
THREADS = 4
REDIS_GONE = 30.0
TOO_LONG_DUE = timedelta(seconds=55)
#: Files that nobody refers to harm nobody, and to look for them is to look at all files (seconds).
TIDY_EVERY = 3600.0


class Sweep:
    """One sweeping process. Passes run one after the other; sending runs beside them in four threads."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.senders = ThreadPoolExecutor(THREADS, thread_name_prefix="firmtext-sweep")
        self.sending: list[Future[None]] = []
        self.calendar = [
            *(clerk.for_notices(app), clerk.for_plans(app), clerk.for_reminders(app)),
            *(clerk.for_replies(app), clerk.for_responses(app)),
        ]
        self.clerks = [clerk.for_orders(app), clerk.for_answers(app), clerk.for_scheduled(app), *self.calendar]
        self.clerks += [clerk.for_rotations(app), clerk.for_search(app), erasing.for_erasing(app)]
        self.registry = Registry(app)
        self.porters = Porters(app, 1)
        self.couriers = Couriers(app, 2, 2)
        self.sealer = Sealer()
        self.tidied = -math.inf
        self.redis_seen = time.monotonic()

    def run(self) -> None:
        """Sweep until the process is to stop."""
        while not stopping.is_set():
            self.one_pass()
            self._attempt(beat)
            self._until_next()
        self.finish()

    def one_pass(self) -> None:
        """Every step once. One that fails does not keep the others from being taken."""
        for step in (
            witness.look,
            bells.ring_again,
            self.send_if_nobody_does,
            overdue.finish_accepted,
            overdue.give_up_on_claimers,
            overdue.expire,
            overdue.withdraw_unwanted,
            overdue.withdraw_turned_off,
            overdue.note_silence,
            provisioning.give_back_what_is_over,
            *(one.look for one in self.clerks),
            self.registry.look,
            self.fetch_if_nobody_does,
            self.post_if_nobody_does,
            self.tidy,
            self.probe,
            self.sealer.look,
            searches.forget_old,
            couriers.forget_old,
            heartbeats.forget_old,
        ):
            self._attempt(step)

    def finish(self) -> None:
        """Wait for the texts and files in hand."""
        self.senders.shutdown(wait=True)
        for one in self.clerks:
            one.finish()
        self.registry.finish()
        self.porters.finish()
        self.couriers.finish()
        self._attempt(witness.look)

    def _attempt(self, step: Callable[[], object]) -> None:
        try:
            step()
        except Exception as error:
            log.error("%s failed in the sweep: %s", step.__name__, type(error).__name__)

    def send_if_nobody_does(self) -> None:
        """W2: send here when Redis or the workers are away, or a text has been due for too long."""
        due = bells.oldest_due()
        if due and (not self._bell_works() or heartbeats.is_gone(heartbeats.SEND) or due > TOO_LONG_DUE):
            self._send()

    def fetch_if_nobody_does(self) -> None:
        """W7: fetch received files here, one after the other, when no media process is alive."""
        if heartbeats.is_gone(heartbeats.MEDIA):
            self.porters.look()

    def post_if_nobody_does(self) -> None:
        """Post webhooks here when no process for them is alive."""
        if heartbeats.is_gone(heartbeats.WEBHOOKS):
            self.couriers.look()

    def tidy(self) -> None:
        """W10: once an hour, files that were never finished or that nothing refers to any more."""
        if time.monotonic() - self.tidied > TIDY_EVERY:
            self.tidied = time.monotonic()
            files.sweep_orphans()

    def probe(self) -> None:
        """Where the carrier takes texts again, what waits is sent now: here, too, when nobody hears a bell."""
        if holds.probe():
            self.send_if_nobody_does()

    def _until_next(self) -> None:
        until = time.monotonic() + EVERY + random.uniform(-JITTER, JITTER)  # noqa: S311 - not a secret
        while time.monotonic() < until and not stopping.wait(OFTEN):
            for one in self.clerks:
                self._attempt(one.look)
            self._attempt(self.registry.look)
            if not firmtext.settings.redis_url:
                self._attempt(self._send_what_is_due)

    def _send_what_is_due(self) -> None:
        if bells.oldest_due():
            self._send()

    def _send(self) -> None:
        self.sending = [future for future in self.sending if not future.done()]
        if not self.sending:
            self.sending = [self.senders.submit(self._drain) for _ in range(THREADS)]

    def _drain(self) -> None:
        with self.app.app_context():
            try:
                drain.run(seconds=EVERY)
            except Exception as error:
                log.error("sending in the sweep failed: %s", type(error).__name__)

    def _bell_works(self) -> bool:
        url = firmtext.settings.redis_url
        if not url:
            return False
        try:
            bell.works(url)
        except RedisError:
            return time.monotonic() - self.redis_seen < REDIS_GONE
        self.redis_seen = time.monotonic()
        return True


def run(app: Flask) -> None:
    """Sweep in this process until it is told to stop."""
    with app.app_context():
        Sweep(app).run()


def once(as_of: datetime | None = None) -> None:
    """One pass in this process, sending, fetching and filing what is due, as if it were ``as_of`` (aware or None)."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    state: State = app.extensions["firmtext"]
    clock = state.clock
    if as_of is not None:
        state.clock = ShiftedClock(as_of - clock.now())
    try:
        sweep = Sweep(app)
        sweep.one_pass()
        media.run_due(stopping.is_set)
        filing.run_due(stopping.is_set)
        # What the clerks have written meanwhile is due, too.
        sweep.finish()
        for one in sweep.calendar:  # a reminder waits for the notice and for its plan, the host for the answer
            one.exhaust()
        drain.run()
    finally:
        state.clock = clock
    if as_of is not None:
        pace.forget_future()
    beat()


def beat() -> None:
    """The sweep's sign of life; last, so that it proves the pass."""
    heartbeats.beat(heartbeats.SWEEP, lag=int(bells.oldest_due().total_seconds()))
