"""Getting numbers beside everything else: a carrier may take its time, and an administrator looks at the page."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from flask import Flask

from ..errors import where
from ..firm import steps
from ..store import firm_queries
from ..store.transactions import reading
from .stop import stopping

log = logging.getLogger(__name__)

AT_ONCE = 20


class Clerk:
    """One thread that goes on with whatever orders are due."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.desk = ThreadPoolExecutor(1, thread_name_prefix="firmtext-clerk")
        self.work: Future[None] | None = None

    def look(self) -> None:
        """Begin with what is due, unless the clerk is still busy with what was due before. One indexed read."""
        if self.work is not None and not self.work.done():
            return
        with reading() as session:
            due = firm_queries.due_orders(session, limit=AT_ONCE)
        if due:
            self.work = self.desk.submit(self._go_on, due)

    def finish(self) -> None:
        """Wait for the step in hand."""
        self.desk.shutdown(wait=True)

    def _go_on(self, due: Sequence[uuid.UUID]) -> None:
        with self.app.app_context():
            for order in due:
                try:
                    while not stopping.is_set() and steps.take_step(order):
                        pass
                except Exception as error:
                    log.error("an order could not be gone on with: %s", where(error))
