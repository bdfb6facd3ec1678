"""Fetching received files beside everything else: a large one may take minutes, and no text waits for it."""

from __future__ import annotations

import logging
from concurrent.futures import Future, ThreadPoolExecutor

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from ..errors import where
from ..messaging import media
from . import heartbeats
from .stop import stopping

log = logging.getLogger(__name__)

#: A carrier's files come one connection each; two keep a slow one from delaying all others.
AT_ONCE = 2
EVERY = 1.0
#: The database is away (seconds).
PAUSE = 5.0


class Porters:
    """Some threads that fetch whatever is due."""

    def __init__(self, app: Flask, at_once: int) -> None:
        self.app = app
        self.at_once = at_once
        self.hands = ThreadPoolExecutor(at_once, thread_name_prefix="firmtext-media")
        self.work: list[Future[None]] = []

    def look(self) -> None:
        """Let whoever is free begin, if anything is due. One indexed read."""
        self.work = [one for one in self.work if not one.done()]
        if len(self.work) < self.at_once and media.due(1):
            self.work.append(self.hands.submit(self._carry))

    def finish(self) -> None:
        """Wait for the files in hand; who is to stop gives them back."""
        self.hands.shutdown(wait=True)

    def _carry(self) -> None:
        with self.app.app_context():
            try:
                media.run_due(stopping.is_set)
            except Exception as error:
                log.error("fetching files failed: %s", where(error))


def run(app: Flask) -> None:
    """Fetch files in this process until it is told to stop."""
    with app.app_context():
        porters = Porters(app, AT_ONCE)
        while not stopping.is_set():
            heartbeats.beat_now_and_then(heartbeats.MEDIA)
            try:
                porters.look()
            except SQLAlchemyError as error:
                log.warning("no files are fetched: the database is away (%s)", type(error).__name__)
                stopping.wait(PAUSE)
            stopping.wait(EVERY)
        porters.finish()
