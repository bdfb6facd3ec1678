"""Filing received documents: a process of its own, because a host's documents may take their time; else the sweep's."""

from __future__ import annotations

import logging
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial

from flask import Flask

from ..errors import where
from ..practice import filing
from . import heartbeats
from .stop import stopping

log = logging.getLogger(__name__)

#: Somebody may be looking at the conversation (seconds).
EVERY = 1.0

beat = partial(heartbeats.beat_now_and_then, heartbeats.FILING)


def run(app: Flask) -> None:
    """File what is due until the process is to stop."""
    with app.app_context():
        while not stopping.is_set():
            beat()
            try:
                filing.run_due(stopping.is_set, beat)
            except Exception as error:
                log.error("nothing could be filed: %s", where(error))
            stopping.wait(EVERY)


class Registry:
    """One thread of the sweep that files while no process for it is alive."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.desk = ThreadPoolExecutor(1, thread_name_prefix="firmtext-filing")
        self.work: Future[None] | None = None

    def look(self) -> None:
        """Begin with what is due, unless somebody does or this thread is still busy."""
        if self.work is not None and not self.work.done():
            return
        if filing.is_due() and heartbeats.is_gone(heartbeats.FILING):
            self.work = self.desk.submit(self._file)

    def finish(self) -> None:
        """Wait for the document in hand."""
        self.desk.shutdown(wait=True)

    def _file(self) -> None:
        with self.app.app_context():
            try:
                filing.run_due(stopping.is_set)
            except Exception as error:
                log.error("nothing could be filed: %s", where(error))
