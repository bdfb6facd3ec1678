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
    "F13": "RQ's job timeout is a constant of the worker, far above everything that lasts here",
    "F14": "needs a barrier of twenty processes; tests/faults/test_worker_faults.py has one",
    "F18": "gunicorn's timeout is one setting of a whole run",
    "F27": "when RQ cleans its registries is RQ's affair; F12 and K01 leave such jobs behind",
    "F32": "READ COMMITTED is set by ourselves: a serialization failure needs a host of another kind",
    "F35": "needs a file system of its own for PostgreSQL, which an ordinary user may not mount",
    "F38": "K01 kills every process; to pull the plug of the machine needs another machine",
    "F39": "needs slow queries, and we ship none",
    "F40": "there is one server and no replica",
    "F41": "a restore is an operator's act between two campaigns",
    "F42": "there is one version of the tables",
    "F44": "addresses are numbers here, and no name is looked up",
    "F62": "five days are too long; no clock goes so far without the webhooks' signatures being refused",
    "F68": "numbers are bought before the campaign begins and kept to its end",
    "F75": "this practice system's ports answer from memory and write nothing",
    "F77": "clock changes of zones need other dates than today",
    "F78": "needs a barrier between STOP and claim; here they meet by chance only, and R9 is counted",
    "F79": "a process without its keys does not start: nothing would happen",
    "F80": "rotation is an operator's command of its own",
    "F81": "this practice system has no consumer of webhooks",
    "F82": "this practice system has no consumer of webhooks",
    "F83": "this practice system has no consumer of webhooks",
}
