"""P2: texts a second through one worker, beside as many tiny commits and a POST. P3: beside a job a text."""

from __future__ import annotations

import itertools
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import jwt
from redis import Redis
from rq import Queue

import servers
from carrier import Carrier
from flask_firmtext.worker import drain

from . import filling
from .bare import Plain
from .rounds import Figure, Scale, Target, alternating, seconds
from .stage import ENGINES, Stage, environment, host, plain_session, settings_of

BASELINE = "the same number of tiny commits in plain SQL and one keep-alive POST"
TARGET = Target("≥ 0.7", least=0.7)
NAIVE_BASELINE = "one RQ job a text, forked by RQ's own worker, with the SDK as it comes"
NAIVE_TARGET = Target("≥ 10", least=10)


def run(stage: Stage, scale: Scale) -> Iterator[Figure]:
    for engine in ENGINES:
        with stage.database(engine) as url, stage.carrier() as carrier, sender(url, carrier) as ours:
            filling.fill(1_000)
            bare = Floor(url, carrier)
            count = scale.of(100, 40)
            pair = alternating(lambda: ours.rate(count), lambda: bare.rate(count), scale.rounds(15))
        yield pair.figure("P2", "sending", TARGET, unit="texts/s", db=engine)


def run_naive(stage: Stage, scale: Scale) -> Iterator[Figure]:
    engine = "postgresql"
    with (
        stage.database(engine) as url,
        stage.carrier() as carrier,
        sender(url, carrier) as ours,
        stage.valkey() as redis,
        naive(stage, redis, carrier) as jobs,
    ):
        filling.fill(1_000)
        pair = alternating(lambda: ours.rate(60), lambda: jobs.rate(scale.of(15, 8)), scale.rounds(7))
    yield pair.figure("P3", "sending beside a naive program", NAIVE_TARGET, unit="texts/s", db=engine)


@contextmanager
def sender(url: str, carrier: Carrier) -> Iterator[Sender]:
    with host(settings_of(url, carrier)) as app:
        filling.open_office()
        filling.acquaint(app)
        yield Sender()


class Sender:
    """This process, as a worker that has been rung."""

    def __init__(self) -> None:
        self.threads = itertools.cycle(range(filling.KNOWN))

    def rate(self, count: int) -> float:
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
        self.plain = Plain(url)
        settings = carrier.settings
        self.session = plain_session(settings["FIRMTEXT_VONAGE_CA_BUNDLE"])
        self.session.headers["Authorization"] = f"Bearer {_token(settings)}"
        self.address = f"https://{settings['FIRMTEXT_VONAGE_API_HOST']}/v1/messages"
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
        carrier_id = self.post(str(attempt))
        run("UPDATE bare_attempt SET carrier_id = ? WHERE id = ?", carrier_id, attempt)
        self.plain.commit()
        run("UPDATE bare_text SET state = 'submitted' WHERE id = ? AND state = 'sending'", text)
        self.plain.commit()

    def post(self, reference: str) -> str:
        body = {"message_type": "text", "channel": "sms", "to": next(self.phones), "from": "18335550100",
                "text": filling.WORDS, "client_ref": reference, "webhook_version": "v1"}  # fmt: skip
        answer = self.session.post(self.address, json=body, timeout=10)
        answer.raise_for_status()
        return str(answer.json()["message_uuid"])


def _token(settings: dict[str, str]) -> str:
    from pathlib import Path

    key = Path(settings["FIRMTEXT_VONAGE_PRIVATE_KEY"]).read_text(encoding="ascii")
    now = int(time.time())
    claims = {"application_id": settings["FIRMTEXT_VONAGE_APPLICATION_ID"], "iat": now, "exp": now + 86_000,
              "jti": str(uuid.uuid4())}  # fmt: skip
    return jwt.encode(claims, key, algorithm="RS256")


@contextmanager
def naive(stage: Stage, redis: str, carrier: Carrier) -> Iterator[Jobs]:
    """RQ's own worker with the naive program's jobs."""
    import sys

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
