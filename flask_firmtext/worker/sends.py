"""A send process: an RQ worker that runs its jobs itself, so that one connection and one token serve many texts."""

from __future__ import annotations

import logging
import signal
from types import FrameType
from typing import Any

from flask import Flask
from redis import Redis, RedisError
from rq import Queue, SimpleWorker
from rq.exceptions import StopRequested
from rq.job import Job
from rq.serializers import JSONSerializer
from rq.worker.base import WorkerStatus

from ..adapters.bell import DRAIN, SEND
from ..current import firmtext
from . import heartbeats
from .stop import stopping

log = logging.getLogger(__name__)

#: RQ's idle beat comes every ``worker_ttl`` - 15 seconds; its default of 405 s is useless as a sign of life.
WORKER_TTL = 30
RETRY = 2.0


class NamedJob(Job):
    """A job that may run our tasks by name and nothing else, whoever wrote it into Redis: no callbacks, no webhooks."""

    @property
    def func(self) -> Any:
        if self.func_name != DRAIN:
            raise PermissionError("a job named a function that is not a task of ours")
        return super().func

    def restore(self, raw_data: Any) -> Any:
        restored = super().restore(raw_data)
        self._success_callback_name = self._failure_callback_name = self._stopped_callback_name = None
        self.webhooks = []
        return restored


class Sender(SimpleWorker):
    """RQ's worker with our sign of life and our way to stop: after the text in hand, never in the middle of a POST."""

    #: While Redis is away it is looked for this often (seconds); RQ's own waits grow to three minutes.
    max_connection_wait_time = 5.0

    def heartbeat(self, timeout: int | None = None, pipeline: Any = None) -> None:
        # RQ beats before each wait for a ring and looks whether to stop only before the first: a signal that came
        # while the job before was being closed would be forgotten.
        if self._stop_requested and self.get_state() == WorkerStatus.IDLE:
            raise StopRequested
        # Ours goes to the database and first: without Redis this process is as alive as before.
        heartbeats.beat_now_and_then(heartbeats.SEND)
        super().heartbeat(timeout, pipeline)

    def _install_signal_handlers(self) -> None:
        super()._install_signal_handlers()  # type: ignore[no-untyped-call]
        # A signal that came before these handlers has only been noted.
        self._stop_requested = self._stop_requested or stopping.is_set()

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        # RQ's own would let the second signal (a parent's and a control group's) end the process in a POST.
        stopping.set()
        self._stop_requested = True
        if self.get_state() != WorkerStatus.BUSY:
            raise StopRequested

    def procline(self, message: str) -> None:
        """The process keeps its name, by which an operator finds it."""


def run(app: Flask) -> None:
    """Take rings from Redis and drain what is due, until the process is to stop."""
    with app.app_context():
        while not stopping.is_set():
            heartbeats.beat_now_and_then(heartbeats.SEND)
            try:
                _work()
            except (RedisError, StopRequested) as error:
                log.warning("no rings (%s); the sweep sends meanwhile", type(error).__name__)
            for end in (signal.SIGTERM, signal.SIGINT):
                signal.signal(end, stopping.set)
            stopping.wait(RETRY)


def _work() -> None:
    # A client of its own: RQ raises the socket timeout of the pool it is handed.
    connection = Redis.from_url(firmtext.settings.redis_url)
    queue = Queue(SEND, connection=connection, serializer=JSONSerializer)
    worker = Sender(
        [queue],
        connection=connection,
        serializer=JSONSerializer,
        job_class=NamedJob,
        worker_ttl=WORKER_TTL,
        job_monitoring_interval=10,
        log_job_description=False,
    )
    worker.work(logging_level="WARNING")
