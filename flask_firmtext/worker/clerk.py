"""What takes its time beside everything else: a carrier or a host is asked, and the sweep must not wait for it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import Any

from flask import Flask

from ..errors import where
from ..firm import replies, steps
from ..messaging import scheduled_sending
from ..practice.calendar import answers, reminders, responding, telling
from ..store import firm_queries, rotating
from ..store.transactions import give_back, reading
from .marker import Marker
from .stop import stopping

log = logging.getLogger(__name__)

AT_ONCE = 20


class Stopping(Exception):
    """This process is to end; the next one goes on."""


class Clerk:
    """One thread that goes on with whatever is due: ``due`` looks, ``work`` does one of it."""

    def __init__(self, app: Flask, name: str, due: Callable[[], Sequence[Any]], work: Callable[[Any], object]) -> None:
        self.app = app
        self.name, self.due, self.work_on = name, due, work
        self.desk = ThreadPoolExecutor(1, thread_name_prefix=f"firmtext-{name}")
        self.work: Future[None] | None = None

    def look(self) -> None:
        """Begin with what is due, unless the clerk is still busy with what was due before. One indexed read."""
        if self.work is not None and not self.work.done():
            return
        due = self.due()
        if due:
            self.work = self.desk.submit(self._go_on, due)

    def finish(self) -> None:
        """Wait for the step in hand."""
        self.desk.shutdown(wait=True)

    def exhaust(self) -> None:
        """Do everything that is due here and now."""
        self._work(self.due())

    def _go_on(self, due: Sequence[Any]) -> None:
        with self.app.app_context():
            self._work(due)

    def _work(self, due: Sequence[Any]) -> None:
        """As long as there is more, and other, that is due."""
        done: Sequence[Any] = ()
        while due and due != done:
            for one in due:
                if stopping.is_set():
                    return
                try:
                    self.work_on(one)
                except Exception as error:
                    log.error("the clerk for %s could not go on: %s", self.name, where(error))
                finally:
                    give_back()
            done, due = due, self.due()


def for_orders(app: Flask) -> Clerk:
    """Getting numbers: a carrier may take its time, and an administrator looks at the page."""
    return Clerk(app, "orders", _orders, _go_on_with)


def for_answers(app: Flask) -> Clerk:
    """Automatic answers: the host says in whose name, and a client waits."""
    return Clerk(app, "answers", replies.due, replies.write)


def for_notices(app: Flask) -> Clerk:
    """What clients have to be told of events."""
    return Clerk(app, "notices", telling.due, telling.tell)


def for_plans(app: Flask) -> Clerk:
    """Reminders that were planned before the firm chose others."""
    return Clerk(app, "plans", reminders.stale, reminders.renew)


def for_reminders(app: Flask) -> Clerk:
    """Reminders of events."""
    return Clerk(app, "reminders", reminders.due, reminders.send)


def for_scheduled(app: Flask) -> Clerk:
    """Texts that were written for later: the host says whether they may still go."""
    return Clerk(app, "scheduled", scheduled_sending.due, scheduled_sending.send)


def for_replies(app: Flask) -> Clerk:
    """What clients answer to invitations."""
    return Clerk(app, "replies", answers.due, answers.settle)


def for_responses(app: Flask) -> Clerk:
    """Telling the host what they answered: it may take its time, and a client waits for thanks."""
    return Clerk(app, "responses", responding.due, responding.tell)


def for_rotations(app: Flask) -> Clerk:
    """Old keys: a second look before they are retired, and what a command that was killed has left to do."""
    return Clerk(app, "rotations", rotating.due, _rotate)


def for_search(app: Flask) -> Clerk:
    """The words of new texts are marked, so that they can be searched for."""
    marker = Marker()
    return Clerk(app, "search", marker.due, marker.work)


def _rotate(one: tuple[str, str]) -> None:
    with suppress(Stopping):
        rotating.go_on(*one, _unless_stopping)


def _unless_stopping(done: int) -> None:
    if stopping.is_set():
        raise Stopping


def _orders() -> Sequence[Any]:
    with reading() as session:
        return firm_queries.due_orders(session, limit=AT_ONCE)


def _go_on_with(order: Any) -> None:
    while not stopping.is_set() and steps.take_step(order):
        pass
