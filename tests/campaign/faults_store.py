"""The database and Valkey: restarted, gone, full, locked, emptied, frozen."""

from __future__ import annotations

import random
import signal
import time
import uuid
from collections.abc import Iterator

from rq import Queue
from rq.serializers import JSONSerializer

from flask_firmtext.adapters import bell
from proxy import Mischief

from . import practice
from .faults import POSTGRESQL, SQLITE, fault
from .stack import Stack
from .stores import Postgresql, Sqlite


@fault("F19", "Valkey is down", lasting=(2, 8), part="valkey")
def _f19(stack: Stack, dice: random.Random) -> Iterator[None]:
    stack.valkey.stop()
    yield
    stack.valkey.start()


@fault("F20", "FLUSHALL", part="valkey")
def _f20(stack: Stack, dice: random.Random) -> Iterator[None]:
    with stack.valkey.client() as client:
        client.flushall()
    yield


@fault("F21", "Valkey hangs", lasting=(2, 8), part="valkey")
def _f21(stack: Stack, dice: random.Random) -> Iterator[None]:
    stack.valkey.kill(signal.SIGSTOP)
    yield
    stack.valkey.kill(signal.SIGCONT)


@fault("F22", "Valkey has no memory left", part="valkey")
def _f22(stack: Stack, dice: random.Random) -> Iterator[None]:
    with stack.valkey.client() as client:
        client.config_set("maxmemory", "1mb")
        yield
        client.config_set("maxmemory", "0")


@fault("F23", "Valkey becomes a read-only replica of nobody", part="valkey")
def _f23(stack: Stack, dice: random.Random) -> Iterator[None]:
    with stack.valkey.client() as client:
        client.execute_command("REPLICAOF", "127.0.0.1", "1")
        yield
        client.execute_command("REPLICAOF", "NO", "ONE")


@fault("F28", "Valkey evicts keys", part="valkey")
def _f28(stack: Stack, dice: random.Random) -> Iterator[None]:
    with stack.valkey.client() as client:
        client.set("ballast", b"x" * 200_000)
        client.config_set("maxmemory-policy", "allkeys-lru")
        client.config_set("maxmemory", int(client.info("memory")["used_memory"]) - 100_000)
        yield
        client.config_set("maxmemory", "0")
        client.config_set("maxmemory-policy", "noeviction")
        client.delete("ballast")


def _ids(stack: Stack, where: str, limit: int) -> list[str]:
    with stack.store.engine.connect() as connection:
        statement = f"SELECT id FROM firmtext_message WHERE direction = 'out' AND {where} LIMIT {limit}"
        return [str(uuid.UUID(str(one))) for (one,) in connection.exec_driver_sql(statement)]


@fault("F24", "the same text is rung fifty times, and the queue's list is lost", part="valkey")
def _f24(stack: Stack, dice: random.Random) -> Iterator[None]:
    for one in _ids(stack, "state IN ('queued', 'sending')", 3):
        for n in range(50):
            bell.ring(stack.valkey.url, one, 1000 + n)
    with stack.valkey.client() as client:
        client.delete(f"rq:queue:{bell.SEND}")
    yield


@fault("F25", "jobs with garbage in them", part="valkey")
def _f25(stack: Stack, dice: random.Random) -> Iterator[None]:
    with stack.valkey.client() as client:
        queue = Queue(bell.SEND, connection=client, serializer=JSONSerializer)
        queue.enqueue_call("os.getcwd", job_id=f"odd-{uuid.uuid4()}", failure_ttl=0)
        queue.enqueue_call(bell.DRAIN, args=("no id", 7), job_id=f"odd-{uuid.uuid4()}", failure_ttl=0)
        client.rpush(f"rq:queue:{bell.SEND}", "no such job")
    yield


@fault("F26", "stale jobs for texts that are done", part="valkey")
def _f26(stack: Stack, dice: random.Random) -> Iterator[None]:
    for one in _ids(stack, "state NOT IN ('queued', 'sending')", 10):
        bell.ring(stack.valkey.url, one, 2000)
    yield


@fault("F21p", "the connections to Valkey are cut, and refused for a while", part="valkey")
def _f21p(stack: Stack, dice: random.Random) -> Iterator[None]:
    stack.to_valkey.mischief = Mischief(dice.choice(["refuse", "hang", "drip"]))
    stack.to_valkey.drop()
    yield
    stack.to_valkey.mischief = None


def _postgresql(stack: Stack) -> Postgresql:
    assert isinstance(stack.store, Postgresql)
    return stack.store


@fault("F29", "PostgreSQL restarts at once", on=(POSTGRESQL,), part="database")
def _f29(stack: Stack, dice: random.Random) -> Iterator[None]:
    _postgresql(stack).restart()
    yield


@fault("F30", "every session of the database is ended", on=(POSTGRESQL,), part="database")
def _f30(stack: Stack, dice: random.Random) -> Iterator[None]:
    _postgresql(stack).terminate()
    yield


@fault("F31", "the database is away", on=(POSTGRESQL,), lasting=(4, 12), part="database")
def _f31(stack: Stack, dice: random.Random) -> Iterator[None]:
    _postgresql(stack).stop()
    yield
    _postgresql(stack).start()


def _commits_cut(stack: Stack, dice: random.Random) -> Iterator[None]:
    """For a moment every COMMIT arrives and its answer does not."""
    proxy = _postgresql(stack).proxy
    assert proxy is not None
    proxy.mischief = Mischief("after", mark=b"COMMIT")
    time.sleep(dice.uniform(0.3, 1.0))
    proxy.mischief = None
    stack.bitten["COMMITs without an answer"] = proxy.seen["after"]
    yield


# One proxy serves all processes: the claim's and the accepting commit lose their answers alike.
fault("F33", "the answer to a claim's COMMIT is lost", on=(POSTGRESQL,), part="database")(_commits_cut)
fault("F34", "the answer to an accepting COMMIT is lost", on=(POSTGRESQL,), part="database")(_commits_cut)


@fault("F34p", "the connections to the database are refused or reset", on=(POSTGRESQL,), part="database")
def _f34p(stack: Stack, dice: random.Random) -> Iterator[None]:
    proxy = _postgresql(stack).proxy
    assert proxy is not None
    proxy.mischief = Mischief(dice.choice(["refuse", "reset"]))
    proxy.drop()
    yield
    proxy.mischief = None


@fault(
    "F36",
    "somebody else holds SQLite's lock for longer than anybody waits",
    on=(SQLITE,),
    part="database",
    lasting=(6.5, 7),
)
def _f36(stack: Stack, dice: random.Random) -> Iterator[None]:
    assert isinstance(stack.store, Sqlite)
    with stack.store.locked():
        yield


@fault("F37", "SQLite's disk is full", on=(SQLITE,), part="disk", lasting=(2, 5))
def _f37(stack: Stack, dice: random.Random) -> Iterator[None]:
    full = stack.folder / practice.FULL
    full.touch()
    yield
    full.unlink()
