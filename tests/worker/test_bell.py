"""The bell: losing it is free, ringing twice is free, and nobody can make a worker do something else with it."""

from __future__ import annotations

import contextlib
import shutil
import signal
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import psutil
import pytest
import redis
from rq import Queue
from rq.exceptions import StopRequested
from rq.job import Job
from rq.registry import StartedJobRegistry
from rq.serializers import JSONSerializer
from rq.timeouts import JobTimeoutException, UnixSignalDeathPenalty
from rq.worker.base import WorkerStatus
from sqlalchemy import update

from flask_firmtext.adapters import bell
from flask_firmtext.current import firmtext
from flask_firmtext.messaging import answers, sending
from flask_firmtext.store.models import Heartbeat, Message
from flask_firmtext.store.transactions import own
from flask_firmtext.worker import bells, drain, heartbeats, readiness, sends, sweep
from flask_firmtext.worker.stop import Stop
from flask_firmtext.worker.sweep import Sweep
from outbound import FAST, attempts, counted, message, older, people, rewrite, state, states
from rows import accepted, adopt
from servers import FOLDER, free_port, until, valkey
from workers import gone, working

#: A page answers within so many seconds, whatever Redis does.
PAGE = 2.5


@pytest.fixture
def carrier_settings(carrier_settings: dict[str, str]) -> dict[str, str]:
    return {**carrier_settings, **FAST}


@pytest.fixture
def harbor(carrier_app: Any) -> Any:
    adopt()
    return carrier_app


@pytest.fixture
def kept(redis_url: str) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(redis_url) as client:
        yield client


def jobs(client: redis.Redis) -> list[bytes]:
    return sorted(client.keys("rq:job:*"))


def all_heard(client: redis.Redis) -> bool:
    """Whether nothing is left but the job of the drain that goes on to listen."""
    return not client.llen(f"rq:queue:{bell.SEND}") and len(jobs(client)) == 1


def plant(client: redis.Redis, function: str, *args: object, **more: Any) -> Job:
    queue = Queue(bell.SEND, connection=client, serializer=JSONSerializer)
    return queue.enqueue_call(function, args=args, timeout=60, **more)


def test_a_job_holds_the_id_and_nothing_else(harbor: Any, kept: redis.Redis) -> None:
    text = accepted("canary-words")
    (key,) = jobs(kept)
    assert key == f"rq:job:firmtext-send-{text}-0".encode()
    job = Job.fetch(key.decode().removeprefix("rq:job:"), connection=kept, serializer=JSONSerializer)
    assert (job.func_name, tuple(job.args), job.kwargs) == (bell.DRAIN, (str(text),), {})
    assert job.description == "firmtext send"
    assert (job.result_ttl, job.failure_ttl, job.ttl, job.retries_left) == (0, 0, 300, None)
    everything = b""
    for name in kept.keys("*"):
        everything += name + (kept.dump(name) or b"") + job.data
    assert b"canary" not in everything
    assert b"3125550100" not in everything


@pytest.mark.fault("F13")
def test_the_job_timeout_never_ends_a_post() -> None:
    """F13: RQ's alarm would otherwise fall into a POST or the receipt after it."""
    assert bell.JOB_TIMEOUT >= drain.SECONDS + sending.EXCHANGE + 2 * answers.PATIENCE + 30


@pytest.mark.fault("F13")
def test_f13_a_job_whose_time_is_over_in_a_post_leaves_an_unknown_text(harbor: Any, sandbox: Any) -> None:
    sandbox.fault("post", "delay", seconds=2, times=1)
    text = accepted("Hello")
    with contextlib.suppress(JobTimeoutException), UnixSignalDeathPenalty(1, JobTimeoutException):
        drain.run()
    assert (state(text), attempts(text)[0].outcome, len(attempts(text))) == ("unknown", "unsure", 1)
    drain.run()
    assert len(attempts(text)) == len(sandbox.posts) == 1


@pytest.mark.fault("F24")
def test_f24_a_text_rung_50_times_is_one_post(
    harbor: Any, sandbox: Any, kept: redis.Redis, redis_url: str, host_environment: dict[str, str], tmp_path: Path
) -> None:
    text = accepted("Hello")
    for n in range(50):
        bell.ring(redis_url, str(text), n)
        bell.ring(redis_url, str(text), n)
    assert len(jobs(kept)) == 50
    with working(host_environment, tmp_path, "--no-sweep") as worker:
        until(lambda: all_heard(kept))
        assert worker.stop() == 0
    assert not jobs(kept)
    assert (state(text), len(sandbox.posts), len(attempts(text))) == ("submitted", 1, 1)


@pytest.mark.fault("F24")
def test_f24_a_hash_that_was_left_behind_does_not_silence_the_next_ring(
    harbor: Any, kept: redis.Redis, redis_url: str
) -> None:
    text = accepted("Hello")
    kept.delete(f"rq:queue:{bell.SEND}")
    older(31, text)
    assert bells.ring_again() == 1
    assert kept.lrange(f"rq:queue:{bell.SEND}", 0, -1) == [f"firmtext-send-{text}-1".encode()]


@pytest.mark.fault("F20")
def test_f20_what_redis_forgot_is_sent_once(
    harbor: Any, sandbox: Any, kept: redis.Redis, host_environment: dict[str, str], tmp_path: Path
) -> None:
    texts = [accepted("Hello", contact=ref) for ref in people(harbor, 50) for _ in range(2)]
    kept.flushall()
    older(31, *texts)
    with working(host_environment, tmp_path):
        until(lambda: states() == {"submitted": 100}, seconds=40)
    references = [post["client_ref"] for post in sandbox.posts]
    assert len(references) == len(set(references)) == 100


@pytest.mark.fault("F20")
def test_redis_forgets_everything_while_a_worker_waits(
    harbor: Any, kept: redis.Redis, host_environment: dict[str, str], tmp_path: Path
) -> None:
    with working(host_environment, tmp_path, "--no-sweep") as worker:
        worker.ready(1)
        until(lambda: kept.keys("rq:worker:*"))
        kept.flushall()
        text = accepted("Hello")
        until(lambda: state(text) == "submitted")
        assert worker.stop() == 0


@pytest.mark.fault("F25")
@pytest.mark.parametrize("argument", ["canary-no-uuid", "", {"a": "canary"}], ids=["garbage", "empty", "object"])
def test_f25_a_job_with_garbage_fails_without_its_values_in_the_log(
    argument: Any, harbor: Any, kept: redis.Redis, host_environment: dict[str, str], tmp_path: Path
) -> None:
    plant(kept, bell.DRAIN, argument, "too many")
    plant(kept, bell.DRAIN, argument)
    with working(host_environment, tmp_path, "--no-sweep") as worker:
        worker.ready(1)
        text = accepted("Hello")
        until(lambda: state(text) == "submitted")
        worker.stop()
        log = worker.log.read_text()
    assert "exception raised" in log
    assert "canary" not in log


@pytest.mark.fault("F26")
def test_f26_a_stale_job_does_nothing(
    harbor: Any, sandbox: Any, kept: redis.Redis, redis_url: str, host_environment: dict[str, str], tmp_path: Path
) -> None:
    text = accepted("Hello")
    drain.run()
    before = message(text).state_at
    bell.ring(redis_url, str(text), 7)
    bell.ring(redis_url, str(uuid.uuid4()), 0)
    with working(host_environment, tmp_path, "--no-sweep") as worker:
        until(lambda: all_heard(kept))
        worker.stop()
        assert "exception" not in worker.log.read_text()
    assert (message(text).state_at, len(sandbox.posts)) == (before, 1)


@pytest.mark.fault("F27")
def test_f27_an_abandoned_job_that_is_run_again_posts_nothing_more(
    harbor: Any, sandbox: Any, kept: redis.Redis, redis_url: str, host_environment: dict[str, str], tmp_path: Path
) -> None:
    with working(host_environment, tmp_path, "--no-sweep", FIRMTEXT_TEST_PAUSE="kill:receipt.before") as worker:
        (sender,) = worker.ready(1)
        text = accepted("Hello")
        gone([sender])
        worker.parent.kill()
    StartedJobRegistry(bell.SEND, connection=kept, serializer=JSONSerializer).cleanup()
    bell.ring(redis_url, str(text), 1)
    with working(host_environment, tmp_path, "--no-sweep"):
        other = accepted("Other", contact="grace")
        until(lambda: state(other) == "submitted")
    assert (state(text), len(attempts(text))) == ("sending", 1)
    assert len(sandbox.posts) == 2


@pytest.mark.attack("A35")
def test_a35_a_planted_job_does_not_run(
    harbor: Any, kept: redis.Redis, host_environment: dict[str, str], tmp_path: Path
) -> None:
    trap = tmp_path / "trap"
    plant(kept, "os.system", f"touch {trap}")
    plant(kept, "flask_firmtext.worker.tasks.uuid.UUID", "canary")
    plant(kept, "pathlib.Path.touch", str(trap))
    called_back = plant(kept, bell.DRAIN, str(uuid.uuid4()))
    kept.hset(called_back.key, "success_callback_name", "os.system")
    kept.hset(called_back.key, "failure_callback_name", "os.system")
    kept.hset(called_back.key, "webhooks", '[{"url": "http://127.0.0.1:9/", "job_status": "finished"}]')
    pickled = plant(kept, bell.DRAIN, str(uuid.uuid4()))
    kept.hset(pickled.key, "data", b"cos\nsystem\n(S'touch " + str(trap).encode() + b"'\ntR.")
    with working(host_environment, tmp_path, "--no-sweep") as worker:
        worker.ready(1)
        text = accepted("Hello")
        until(lambda: state(text) == "submitted")
        assert worker.stop() == 0
        assert "not a task of ours" in worker.log.read_text()
    assert not trap.exists()


def test_who_is_awake_hears_a_ring_and_leaves_nothing_of_its_job(kept: redis.Redis, redis_url: str) -> None:
    bell.ring(redis_url, text := str(uuid.uuid4()), 7)
    assert bell.heard(redis_url) == text
    assert not kept.llen(f"rq:queue:{bell.SEND}")
    assert not jobs(kept)
    assert bell.heard(redis_url) is None


def test_a_drain_that_hears_sends_what_is_rung_for_meanwhile(harbor: Any, sandbox: Any, redis_url: str) -> None:
    clients = iter(["rosa", "grace"])
    assert drain.run(hear=lambda until, beat: next((accepted("Hello", contact=ref) for ref in clients), None)) == 2


@pytest.mark.parametrize("planted", ["os.system", bell.DRAIN])
@pytest.mark.attack("A35")
def test_a35_who_is_awake_runs_no_job_and_goes_back_to_rq(harbor: Any, kept: redis.Redis, planted: str) -> None:
    plant(kept, planted, "canary")
    beats: list[int] = []
    assert bells.hear(time.monotonic() + 30, lambda: beats.append(1)) is None
    assert beats == [1]
    assert not kept.llen(f"rq:queue:{bell.SEND}")


def test_nobody_listens_beyond_the_time_or_after_a_signal(
    harbor: Any, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = accepted("Hello")
    assert bells.hear(time.monotonic(), lambda: None) is None
    stop = Stop()
    monkeypatch.setattr(bells, "stopping", stop)
    assert bells.hear(time.monotonic() + 30, lambda: None) == text
    looks: list[None] = []
    assert bells.hear(time.monotonic() + 3, lambda: looks.append(stop.set())) is None
    assert len(looks) == 1


def test_who_cannot_hear_redis_any_more_goes_back_to_rq(harbor: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(url: str) -> None:
        raise redis.ConnectionError

    monkeypatch.setattr(bell, "heard", away)
    assert bells.hear(time.monotonic() + 30, lambda: None) is None


@pytest.fixture
def own_redis() -> Iterator[tuple[str, psutil.Process]]:
    """A Valkey that a test may stop."""
    with valkey("stopped") as url:
        pid = int((FOLDER / "valkey-stopped.pid").read_text())
        server = psutil.Process(pid)
        yield url, server
        with contextlib.suppress(psutil.NoSuchProcess):
            server.resume()


@pytest.mark.fault("F21")
def test_f21_a_hung_redis_does_not_keep_a_person_waiting_and_the_sweep_sends(
    new_app: Any, carrier_settings: dict[str, str], sandbox: Any, own_redis: tuple[str, psutil.Process]
) -> None:
    url, server = own_redis
    app = new_app(**{**carrier_settings, "FIRMTEXT_REDIS_URL": url})
    with app.app_context():
        adopt()
        accepted("Warm")
        drain.run()
        bell._client.cache_clear()  # a connection that is new waits in more places than one that stands
        server.suspend()
        began = time.monotonic()
        text = accepted("Hello")
        assert time.monotonic() - began < 2.5
        began = time.monotonic()
        accepted("Hello", contact="grace")
        assert time.monotonic() - began < 0.5, "the second does not wait at all"
        assert counted("bell_failed") == 1
        heartbeats.beat(heartbeats.SEND)
        sweeping = Sweep(app)
        sweeping.one_pass()
        assert state(text) == "queued", "Redis is given 30 s"
        sweeping.redis_seen -= 31
        sweeping.one_pass()
        sweeping.finish()
        assert states() == {"submitted": 3}


def test_a_dead_redis_of_one_application_does_not_silence_another(
    new_app: Any, carrier_settings: dict[str, str], kept: redis.Redis
) -> None:
    dead = new_app(**{**carrier_settings, "FIRMTEXT_REDIS_URL": f"redis://127.0.0.1:{free_port()}"})
    live = new_app(**carrier_settings)
    with dead.app_context():
        adopt()
        accepted("Hello")
        assert counted("bell_failed") == 1
    with live.app_context():
        accepted("Hello", contact="grace")
    assert len(jobs(kept)) == 1


def test_a_sign_of_life_of_one_application_is_none_of_another(new_app: Any, carrier_settings: dict[str, str]) -> None:
    first, second = new_app(**carrier_settings), new_app(**carrier_settings)
    with first.app_context():
        heartbeats.beat_now_and_then(heartbeats.SEND)
        rewrite(Heartbeat, Heartbeat.kind == heartbeats.SEND, beat_at=firmtext.clock.now() - timedelta(seconds=46))
        heartbeats.beat_now_and_then(heartbeats.SEND)
        assert heartbeats.is_gone(heartbeats.SEND), "it beats every ten seconds"
        assert "worker" in readiness.reasons()
    with second.app_context():
        heartbeats.beat_now_and_then(heartbeats.SEND)
        assert not heartbeats.is_gone(heartbeats.SEND)
        heartbeats.beat_now_and_then(heartbeats.MEDIA)
        assert "worker" not in readiness.reasons()


@pytest.mark.fault("F19")
def test_f19_a_dead_redis_does_not_keep_a_person_waiting(
    new_app: Any, carrier_settings: dict[str, str], own_redis: tuple[str, psutil.Process]
) -> None:
    url, server = own_redis
    app = new_app(**{**carrier_settings, "FIRMTEXT_REDIS_URL": url})
    with app.app_context():
        adopt()
        server.kill()
        server.wait(5)
        began = time.monotonic()
        text = accepted("Hello")
        assert time.monotonic() - began < PAGE
        assert state(text) == "queued"


@pytest.mark.fault("F22", "F23")
@pytest.mark.parametrize("how", ["full", "replica", "no dump"])
def test_f22_f23_a_redis_that_refuses_writes_is_as_no_redis(
    how: str, new_app: Any, carrier_settings: dict[str, str], own_redis: tuple[str, psutil.Process]
) -> None:
    url, _ = own_redis
    app = new_app(**{**carrier_settings, "FIRMTEXT_REDIS_URL": url})
    with redis.Redis.from_url(url) as client:
        if how == "full":
            client.config_set("maxmemory", "1mb")
        elif how == "no dump":
            client.config_set("save", "3600 1")
            shutil.rmtree(client.config_get("dir")["dir"])
            client.bgsave()
            until(lambda: client.info("persistence")["rdb_last_bgsave_status"] == "err")
        else:
            client.execute_command("REPLICAOF", "127.0.0.1", "1")
        with app.app_context():
            adopt()
            began = time.monotonic()
            text = accepted("Hello")
            assert time.monotonic() - began < PAGE
            assert state(text) == "queued"
            assert counted("bell_failed") == 1
        client.config_set("save", "")  # else it does not end without having saved


@pytest.mark.slow
@pytest.mark.fault("F28")
def test_f28_what_redis_dropped_for_want_of_memory_is_sent_once(
    new_app: Any, carrier_settings: dict[str, str], host_environment: dict[str, str], tmp_path: Path, sandbox: Any,
    own_redis: tuple[str, psutil.Process],
) -> None:  # fmt: skip
    url, _ = own_redis
    with redis.Redis.from_url(url) as client, new_app(**{**carrier_settings, "FIRMTEXT_REDIS_URL": url}).app_context():
        adopt()
        text = accepted("Hello")
        client.config_set("maxmemory-policy", "allkeys-lru")
        client.config_set("maxmemory", "8mb")
        for n in range(2000):
            client.set(f"filler-{n}", b"x" * 10_000)
        client.delete(f"rq:queue:{bell.SEND}")  # which of the keys go is luck; without its list none is a ring
        older(31, text)
        assert bells.ring_again() == 1
        with working(host_environment, tmp_path, "--no-sweep", FIRMTEXT_REDIS_URL=url):
            until(lambda: state(text) == "submitted")
        assert len(sandbox.posts) == len(attempts(text)) == 1


@pytest.mark.fault("F19")
def test_without_any_redis_the_sweep_sends_within_seconds(
    harbor: Any, sandbox: Any, host_environment: dict[str, str], tmp_path: Path
) -> None:
    with working(host_environment, tmp_path, FIRMTEXT_REDIS_URL="") as worker:
        worker.ready(1)
        text = accepted("Hello")
        until(lambda: state(text) == "submitted", seconds=10)
        assert worker.stop() == 0


@pytest.mark.fault("F16", "F19")
def test_a_worker_without_its_redis_is_alive_and_takes_rings_when_it_comes(
    new_app: Any, carrier_settings: dict[str, str], host_environment: dict[str, str], tmp_path: Path
) -> None:
    port = free_port()
    url = f"redis://127.0.0.1:{port}/0"
    with new_app(**{**carrier_settings, "FIRMTEXT_REDIS_URL": url}).app_context():
        adopt()
        with working(host_environment, tmp_path, "--no-sweep", FIRMTEXT_REDIS_URL=url) as worker:
            worker.ready(1)
            until(lambda: heartbeats.newest(heartbeats.SEND))
            assert "worker" not in readiness.reasons()
            assert "redis" in readiness.reasons()
            with valkey("late", port):
                text = accepted("Hello")
                bells.ring([str(text)], n=1)
                until(lambda: state(text) == "submitted", seconds=20)
            assert worker.stop() == 0


def test_a_signal_between_two_jobs_is_heeded_before_the_next_wait(
    kept: redis.Redis, monkeypatch: pytest.MonkeyPatch, harbor: Any
) -> None:
    monkeypatch.setattr(sends, "stopping", Stop())
    sender = sends.Sender([Queue(bell.SEND, connection=kept, serializer=JSONSerializer)], connection=kept)
    sender.set_state(WorkerStatus.BUSY)
    sender.request_stop(signal.SIGTERM, None)
    with pytest.raises(StopRequested):
        sender.dequeue_job_and_maintain_ttl(1, max_idle_time=1)


def test_a_worker_that_redis_left_comes_back_with_it(
    new_app: Any, carrier_settings: dict[str, str], host_environment: dict[str, str], tmp_path: Path,
    own_redis: tuple[str, psutil.Process],
) -> None:  # fmt: skip
    url, _ = own_redis
    with new_app(**{**carrier_settings, "FIRMTEXT_REDIS_URL": url}).app_context():
        adopt()
        with working(host_environment, tmp_path, "--no-sweep", FIRMTEXT_REDIS_URL=url) as worker:
            worker.ready(1)
            with redis.Redis.from_url(url) as client:
                until(lambda: client.keys("rq:worker:*"))
                client.client_kill_filter(_type="normal", skipme=True)
            text = accepted("Hello")
            until(lambda: state(text) == "submitted", seconds=20)
            assert worker.stop() == 0


@pytest.mark.fault("F02", "F20")
def test_a_stored_text_of_which_nobody_was_told_is_rung_within_75_seconds() -> None:
    a_pass = sweep.EVERY + sweep.JITTER
    assert bells.OLD + timedelta(seconds=a_pass) < timedelta(seconds=75)
    assert sweep.TOO_LONG_DUE + timedelta(seconds=a_pass) <= timedelta(seconds=75)


def test_a_text_that_somebody_is_busy_with_does_not_keep_the_others_from_being_rung_for(harbor: Any) -> None:
    """Locks are the database's: on SQLite there is one writer, and the ring waits for its turn."""
    busy, other = accepted("Hello"), accepted("Hello", contact="grace")
    older(31, busy, other)
    if firmtext.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has one writer")
    with ThreadPoolExecutor(1) as beside, own() as session:
        session.execute(update(Message).where(Message.id == busy).values(tries=1))
        assert beside.submit(in_app(harbor, bells.ring_again)).result(timeout=5) == 1
    assert (message(busy).rings, message(other).rings) == (0, 1)


def in_app(app: Any, step: Callable[[], Any]) -> Callable[[], Any]:
    def run() -> Any:
        with app.app_context():
            return step()

    return run


def test_the_bell_is_not_rung_again_before_30_seconds(harbor: Any, kept: redis.Redis) -> None:
    text = accepted("Hello")
    older(29, text)
    assert bells.ring_again() == 0
    older(31, text)
    assert bells.ring_again() == 1
    assert bells.ring_again() == 0, "it was rung just now"
    assert message(text).rings == 1
    assert firmtext.settings.redis_url
