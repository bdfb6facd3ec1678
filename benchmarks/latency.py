"""P4: from a person's click on Send until the POST is at the carrier. P5: the same while reminders are being sent."""

from __future__ import annotations

import statistics
import sys
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta

import requests
import sqlalchemy as sa
from redis import Redis
from rq import Queue

from carrier import Carrier
from flask_firmtext.current import firmtext
from flask_firmtext.store.models import Message
from flask_firmtext.worker import bells
from office import fields
from rows import STAFF
from servers import process, until
from workers import working

from . import filling
from .bare import Plain
from .rounds import Figure, Scale, Target, percentile
from .stage import Stage, environment, host, settings_of

BASELINE = "one INSERT, a job rung and run by RQ's SimpleWorker, a bare POST"
TARGET = Target("p50 ≤ 2", most=2)
BUSY_BASELINE = "P4 while nothing else is sent, in the same minutes"
BUSY_TARGET = Target("p95 ≤ 2", most=2)
ENGINE = "postgresql"


def run(stage: Stage, scale: Scale) -> Iterator[Figure]:
    with firm(stage, threads=100) as clicks:
        ours, bare = [], []
        for _ in range(scale.of(80, 10)):
            bare += [clicks.bare_click()]
            ours += [clicks.click()]
            time.sleep(0.05)
        ours, bare = clicks.arrived(ours), clicks.arrived(bare)
    yield _figure("P4", "click until POST, p50", TARGET, ours, bare, 0.5)
    yield _figure("P4", "click until POST, p95", Target("told", most=None), ours, bare, 0.95)


def run_busy(stage: Stage, scale: Scale) -> Iterator[Figure]:
    reminders = scale.of(20_000, 400)
    with firm(stage, threads=reminders // 2) as clicks:
        batch = Batch(reminders)
        idle: list[str] = []
        busy: list[str] = []
        for _ in range(5):
            idle += clicks.some(scale.of(20, 4))
            batch.begin()
            busy += clicks.some(scale.of(20, 4))
            batch.wait()
        figures = clicks.arrived(busy), clicks.arrived(idle)
    more = {"reminders": reminders, "reminders_a_second": round(batch.rate)}
    yield _figure("P5", "click until POST while reminders go, p95", BUSY_TARGET, *figures, 0.95, **more)
    yield _figure("P5", "click until POST while reminders go, p50", Target("told"), *figures, 0.5, **more)


def _figure(
    id_: str, what: str, target: Target, ours: Sequence[float], bare: Sequence[float], share: float, **more: float
) -> Figure:
    of = statistics.median if share == 0.5 else lambda values: percentile(values, share)
    a, b = of(ours) * 1000, of(bare) * 1000
    return Figure(id_, what, ENGINE, a, b, a / b, "ms", target.words, target.met(a / b), len(ours), dict(more))


@contextmanager
def firm(stage: Stage, threads: int) -> Iterator[Clicks]:
    """A web process, a worker, Valkey, the carrier; and RQ's own worker for the baseline."""
    with ExitStack() as stack:
        url, carrier = stack.enter_context(stage.database(ENGINE)), stack.enter_context(stage.carrier())
        redis = stack.enter_context(stage.valkey())
        settings = settings_of(url, carrier, FIRMTEXT_REDIS_URL=redis, FIRMTEXT_QUIET_HOURS="off")
        stack.enter_context(host(settings))
        filling.open_office()
        filling.fill(threads, a_thread=1)
        port = stack.enter_context(stage.web("benchmarks.practice:create_app()", settings, threads=4))
        stack.enter_context(working(environment(settings), stage.new_folder())).ready()
        folder = stage.new_folder()
        command = [sys.executable, "-m", "rq.cli", "worker", "bare", "--url", redis, "--quiet",
                   "--worker-class", "rq.SimpleWorker"]  # fmt: skip
        stack.enter_context(process(command, env=environment(settings), log=folder / "log", cwd=folder))
        clicks = Clicks(f"http://127.0.0.1:{port}", carrier, Plain(url), redis)
        for _ in range(5):  # everybody has loaded what they need
            clicks.arrived([clicks.bare_click(), clicks.click()])
        clicks.at.clear()
        yield clicks


class Clicks:
    """A signed-in person at a thread with the composer, and the baseline's person."""

    def __init__(self, address: str, carrier: Carrier, plain: Plain, redis: str) -> None:
        self.address, self.carrier, self.plain = address, carrier, plain
        self.queue = Queue("bare", connection=Redis.from_url(redis))
        self.browser = requests.Session()
        self.browser.get(f"{address}/sign-in/{STAFF.ref}", timeout=10).raise_for_status()
        self.at: dict[str, float] = {}
        self.turn = 0

    def click(self) -> str:
        """Send one text; its words."""
        self.turn += 1
        page = f"{self.address}/texting/conversations/{filling.thread(self.turn % filling.KNOWN)}"
        form = {**fields(self.browser.get(page, timeout=10).text), "text": (words := f"Click {uuid.uuid4()}")}
        self.at[words] = time.time()
        answer = self.browser.post(f"{self.address}/texting/texts", form, allow_redirects=False, timeout=10)
        if answer.status_code != 303:
            raise AssertionError(answer.text)
        return words

    def bare_click(self) -> str:
        words = f"Bare {uuid.uuid4()}"
        self.at[words] = time.time()
        self.plain.run("INSERT INTO bare_text VALUES (?, 'queued', ?)", uuid.uuid4(), words)
        self.plain.commit()
        self.queue.enqueue("benchmarks.line.post", filling.phone(0)[1:], words)
        return words

    def some(self, count: int) -> list[str]:
        sent = []
        for _ in range(count):
            sent.append(self.click())
            time.sleep(0.1)
        return sent

    def arrived(self, sent: Sequence[str]) -> list[float]:
        """Seconds from the click of each of these until it was at the carrier."""
        until(lambda: set(sent) <= {post["text"] for post in self.carrier.posts}, seconds=60, every=0.2)
        came = {post["text"]: datetime.fromisoformat(post["at"]).timestamp() for post in self.carrier.posts}
        return [max(came[words] - self.at[words], 0.001) for words in sent]


class Batch:
    """Reminders that are all due, or none of them."""

    def __init__(self, count: int) -> None:
        self.rate = 0.0
        later = firmtext.clock.now() + timedelta(days=1)
        for _ in range(2):
            filling.queued(range(count // 2), kind="reminder", priority=1, not_before=later)
        self.began = self.left = 0.0

    def begin(self) -> None:
        self._due(firmtext.clock.now() - timedelta(seconds=1))
        self.began, self.left = time.monotonic(), self.waiting()
        with firmtext.engine.connect() as connection:
            first = connection.scalar(sa.select(Message.id).where(*self.which).limit(1))
        bells.ring([str(first)])

    def wait(self) -> None:
        """Put the others off, until all that was claimed is away."""
        self.rate = (self.left - self.waiting()) / (time.monotonic() - self.began)
        self._due(firmtext.clock.now() + timedelta(days=1))
        time.sleep(0.3)

    which = (Message.kind == "reminder", Message.state == "queued")

    def waiting(self) -> int:
        with firmtext.engine.connect() as connection:
            return connection.scalar(sa.select(sa.func.count()).select_from(Message).where(*self.which)) or 0

    def _due(self, at: datetime) -> None:
        with firmtext.engine.begin() as connection:
            connection.execute(sa.update(Message).where(*self.which).values(not_before=at))
