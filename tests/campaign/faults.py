"""The faults by their id in the fault list. Each begins, lasts, and ends: a generator that yields once between."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from .stack import Stack

SQLITE, POSTGRESQL = "sqlite", "postgresql"
BOTH = (SQLITE, POSTGRESQL)

Act = Callable[[Stack, random.Random], Iterator[None]]


@dataclass(frozen=True)
class Fault:
    """``part`` is what it breaks: two of one part never overlap. ``lasting`` are seconds, shortest and longest."""

    id: str
    what: str
    act: Act
    on: tuple[str, ...] = BOTH
    lasting: tuple[float, float] = (1.0, 5.0)
    part: str = ""

    def happens(self, stack: Stack, dice: random.Random) -> contextlib.AbstractContextManager[None]:
        return contextlib.contextmanager(self.act)(stack, dice)


TABLE: dict[str, Fault] = {}


def fault(
    id_: str,
    what: str,
    *,
    on: tuple[str, ...] = BOTH,
    lasting: tuple[float, float] = (1.0, 5.0),
    part: str = "",
) -> Callable[[Act], Act]:
    """Enter a fault into the table."""

    def enter(act: Act) -> Act:
        assert id_ not in TABLE, id_
        TABLE[id_] = Fault(id_, what, act, on, lasting, part or id_)
        return act

    return enter


#: What the list has and no campaign injects, with the reason.
ELSEWHERE = {
    "F13": "RQ's job timeout is a constant of the worker; its own test forces it",
    "F14": "a barrier of twenty processes: tests/faults/test_worker_faults.py",
    "F17": "the pool of size 1 is a setting of its own",
    "F18": "gunicorn's timeout is one setting a run",
    "F27": "RQ's registry is cleaned by RQ; F12 and K01 leave jobs behind",
    "F32": "READ COMMITTED is set by ourselves: a serialization failure needs a host of its own",
    "F35": "needs a file system of its own for PostgreSQL, which an ordinary user may not mount",
    "F38": "K01 kills every process and the file goes on; the reopened copy has a test of its own",
    "F39": "needs slow queries, which no shipped query is",
    "F40": "one server, no replica",
    "F41": "a restore is an operator's act between two campaigns",
    "F42": "the migrations have their own test",
    "F44": "addresses are numbers here: a name that does not resolve has its own test",
    "F62": "five days: the status tests move the clock",
    "F68": "numbers are bought before the campaign begins",
    "F75": "the host of the campaign writes no documents",
    "F77": "clock changes of zones need other dates: tests/practice",
    "F78": "a barrier between STOP and claim: tests/faults/test_consent_faults.py; here they meet by chance",
    "F79": "a missing key stops a process at its start: tests/cli",
    "F80": "rotation under load has its own test",
}
