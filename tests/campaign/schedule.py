"""Which fault happens when, and for how long: drawn by a seed and printed first, or twelve placed by hand."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches

from . import faults_carrier, faults_process, faults_store
from .faults import ELSEWHERE, TABLE, Fault
from .scale import Scale
from .stack import Stack

EVERY = 5.0
#: While these are broken nobody can send, and for a moment after them: a text that waits then was not forgotten. What
#: only loses bells (Valkey, a dead web process) is no excuse.
STOPPING = {"database", "disk", "carrier-wire", "post", "send", "sweep", "stop", "kill"}
RECOVERY = timedelta(seconds=8)
#: So long may the end of a fault take (seconds): some wait for what they were set to.
LONGEST = 40.0
LOADED = (faults_carrier, faults_process, faults_store)

#: The short cut: which fault begins at which part of the time. All are exact, none waits for luck.
CUT = (
    (0.02, "F02"), (0.12, "F06"), (0.18, "F48"), (0.25, "F01"), (0.30, "F61"), (0.36, "F53"),
    (0.42, "F08"), (0.46, "F66"), (0.55, "F04"), (0.60, "F36"), (0.64, "F20"), (0.80, "F59"), (0.90, "F07"),
)  # fmt: skip
#: What PostgreSQL has instead of SQLite's lock.
INSTEAD = {"F36": "F30"}


@dataclass(frozen=True)
class Planned:
    """One fault: when it begins (seconds), and how long it lasts."""

    at: float
    fault: Fault
    lasting: float

    def __str__(self) -> str:
        return f"{self.at:7.1f} s  {self.fault.id:<5} for {self.lasting:4.1f} s  {self.fault.what}"


def chosen(db: str, ids: str) -> list[Fault]:
    """The faults with these ids that this engine has (all, when none are named).

    :raises UnknownFault: there is none left.
    """
    named = [one.strip() for one in ids.split(",")] if ids else list(TABLE)
    for one in named:
        if one not in TABLE and one not in ELSEWHERE:
            like = get_close_matches(one.upper(), [*TABLE, *ELSEWHERE], n=1)
            hint = f" (did you mean {like[0]}?)" if like else ""
            raise UnknownFault(f"there is no fault {one!r}{hint}; `make campaign ARGS=--list` names them all")
    found = [TABLE[one] for one in named if one in TABLE and db in TABLE[one].on]
    if not found:
        why = "; ".join(f"{one}: {ELSEWHERE.get(one) or 'only on ' + TABLE[one].on[0]}" for one in named)
        raise UnknownFault(
            f"none of these is injected on {db}: {why}; `make campaign ARGS=--list` names those that are"
        )
    return found


class UnknownFault(ValueError):
    """Who asks for faults that do not exist must not be told that all is well."""


def drawn(scale: Scale, ids: str = "") -> list[Planned]:
    """The schedule of these seconds: one at a time in the first half, two in the second."""
    if ids == "none":
        return []
    if ids == "cut":
        return by_hand(scale)
    dice = random.Random(scale.seed)
    among = chosen(scale.db, ids)
    end, plan = scale.seconds * 0.93, []
    busy: dict[str, float] = {}
    at = min(3.0, EVERY)
    while at < end:
        free = [one for one in among if busy.get(one.part, 0) <= at]
        if free:
            one = dice.choice(free)
            plan.append(planned(scale, at, one, dice.uniform(*one.lasting)))
            busy[one.part] = at + plan[-1].lasting + 1
        at += EVERY if at < scale.seconds / 2 else EVERY / 2
    return plan


def planned(scale: Scale, at: float, one: Fault, lasting: float) -> Planned:
    # Where waits are short, so is the freezing after which a claim is over.
    return Planned(at, one, 7.0 if one.id == "F08" and scale.hasty else lasting)


def by_hand(scale: Scale) -> list[Planned]:
    ids = [(at, INSTEAD.get(one, one) if scale.db == "postgresql" else one) for at, one in CUT]
    return [planned(scale, at * scale.seconds, TABLE[one], TABLE[one].lasting[0]) for at, one in ids]


@dataclass
class Weather:
    """Lets a schedule happen, each fault in a thread of its own."""

    stack: Stack
    plan: list[Planned]
    happened: Counter[str] = field(default_factory=Counter)
    trouble: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._threads: list[threading.Thread] = []
        self._driver = threading.Thread(target=self._run, daemon=True)
        self._over = threading.Event()

    def __enter__(self) -> Weather:
        return self

    def __exit__(self, *_: object) -> None:
        """Who is interrupted mends what is broken just now: else it would be mended when everything has been ended."""
        self._over.set()
        for one in [self._driver, *self._threads]:
            if one.ident is not None:
                one.join(LONGEST)

    def start(self) -> None:
        self._driver.start()

    def join(self) -> None:
        """Wait until the last fault is over, and clear the carrier's whatever happened."""
        self._driver.join()
        for one in self._threads:
            one.join()
        self.stack.carrier.session.delete(f"{self.stack.carrier.control}/_sandbox/faults", timeout=10)

    def _run(self) -> None:
        began = time.monotonic()
        for one in self.plan:
            if self._over.wait(max(began + one.at - time.monotonic(), 0)):
                return
            dice = random.Random(f"{self.stack.scale.seed} {one.at} {one.fault.id}")
            thread = threading.Thread(target=self._happen, args=(one, dice), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _happen(self, one: Planned, dice: random.Random) -> None:
        began = datetime.now(UTC)
        try:
            with one.fault.happens(self.stack, dice):
                self.happened[one.fault.id] += 1
                self._over.wait(one.lasting)
        except Exception as error:
            self.trouble.append(f"{one.fault.id}: {error!r}")
        if one.fault.part in STOPPING:
            self.stack.blocked.append((began, datetime.now(UTC) + RECOVERY))


def lines(plan: Iterable[Planned]) -> list[str]:
    return [str(one) for one in plan]
