"""P2: texts a second through one worker, beside as many tiny commits and a POST. P3: beside a job a text."""

from __future__ import annotations

import itertools
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from redis import Redis
from rq import Queue

import servers
from carrier import Carrier
from flask_firmtext.worker import drain

from . import filling
from .bare import Plain
from .line import Line
from .rounds import Figure, Scale, Target, alternating, seconds
from .stage import ENGINES, Stage, environment, host, settings_of

BASELINE = "the same number of tiny commits in plain SQL and one keep-alive POST"
TARGET = Target("≥ 0.7", least=0.7)
NAIVE_BASELINE = "one RQ job a text, forked by RQ's own worker, with the SDK as it comes"
NAIVE_TARGET = Target("≥ 10", least=10)


def run(stage: Stage, scale: Scale) -> Iterator[Figure]:
    for engine in ENGINES:
        with stage.database(engine) as url, stage.carrier() as carrier, sender(url, carrier, texts=1_000) as ours:
            bare, count = Floor(url, carrier), scale.of(100, 20)
            pair = alternating(partial(ours.rate, count), partial(bare.rate, count), scale.rounds(15))
        yield pair.figure("P2", "sending", TARGET, unit="texts/s", db=engine)


def run_naive(stage: Stage, scale: Scale) -> Iterator[Figure]:
    engine = "postgresql"
    with (
        stage.database(engine) as url,
        stage.carrier() as carrier,
        sender(url, carrier, texts=1_000) as ours,
        stage.valkey() as redis,
        naive(stage, redis, carrier) as jobs,
    ):
        pair = alternating(lambda: ours.rate(scale.of(60, 20)), lambda: jobs.rate(scale.of(15, 2)), scale.rounds(7))
    yield pair.figure("P3", "sending beside a naive program", NAIVE_TARGET, unit="texts/s", db=engine)


@contextmanager
def sender(url: str, carrier: Carrier, *, texts: int = 0) -> Iterator[Sender]:
    """A worker on this database, which gets so many texts first."""
    with host(settings_of(url, carrier)) as app:
        if texts:
            filling.open_office()
            filling.fill(texts)
        yield Sender(app)


class Sender:
    """This process, as a worker that has been rung."""

    def __init__(self, app: Any) -> None:
        self.app = app
        self.threads = itertools.cycle(range(filling.KNOWN))

    def rate(self, count: int) -> float:
        with self.app.app_context():
            filling.queued([next(self.threads) for _ in range(count)], kind="staff", priority=0)
            began = time.perf_counter()
            sent = drain.run()
            took = time.perf_counter() - began
        if sent != count:
            raise AssertionError(f"{sent} of {count} texts were sent")
        return count / took


class Floor:
    """What no sender can do without: claim and attempt, POST, the carrier's id, the state; three commits."""

    def __init__(self, url: str, carrier: Carrier) -> None:
        self.plain, self.line = Plain(url), Line(carrier.settings)
        self.phones = itertools.cycle(filling.phone(n)[1:] for n in range(filling.KNOWN))

    def rate(self, count: int) -> float:
        texts = [uuid.uuid4() for _ in range(count)]
        for text in texts:
            self.plain.run("INSERT INTO bare_text VALUES (?, 'queued', ?)", text, filling.WORDS)
        self.plain.commit()
        return count / seconds(lambda: [self.send(text) for text in texts])

    def send(self, text: uuid.UUID) -> None:
        attempt, run = uuid.uuid4(), self.plain.run
        run("UPDATE bare_text SET state = 'sending' WHERE id = ? AND state = 'queued'", text)
        run("INSERT INTO bare_attempt VALUES (?, ?, NULL)", attempt, text)
        self.plain.commit()
        carrier_id = self.line.post(next(self.phones), filling.WORDS, str(attempt))
        run("UPDATE bare_attempt SET carrier_id = ? WHERE id = ?", carrier_id, attempt)
        self.plain.commit()
        run("UPDATE bare_text SET state = 'submitted' WHERE id = ? AND state = 'sending'", text)
        self.plain.commit()


@contextmanager
def naive(stage: Stage, redis: str, carrier: Carrier) -> Iterator[Jobs]:
    """RQ's own worker with the naive program's jobs."""
    folder = stage.new_folder()
    command = [sys.executable, "-m", "rq.cli", "worker", "naive", "--url", redis, "--quiet"]
    more = {"REQUESTS_CA_BUNDLE": carrier.settings["FIRMTEXT_VONAGE_CA_BUNDLE"]}
    with servers.process(command, env=environment(carrier.settings | more), log=folder / "log", cwd=folder):
        yield Jobs(redis, carrier)


class Jobs:
    """The naive program's queue."""

    def __init__(self, redis: str, carrier: Carrier) -> None:
        self.queue = Queue("naive", connection=Redis.from_url(redis))
        self.carrier = carrier

    def rate(self, count: int) -> float:
        began = time.perf_counter()
        jobs: list[Any] = [
            self.queue.enqueue("benchmarks.naive.send", filling.phone(n % filling.KNOWN)[1:], filling.WORDS)
            for n in range(count)
        ]
        servers.until(lambda: jobs[-1].get_status(refresh=True) in ("finished", "failed"), seconds=120, every=0.005)
        took = time.perf_counter() - began
        if any(job.get_status(refresh=True) != "finished" for job in jobs):
            raise AssertionError(str(jobs[-1].latest_result()))
        return count / took
