"""One campaign from the first process to the last count."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from servers import until

from . import canaries, caretaker, person, replay, schedule, usage
from .caretaker import Caretaker
from .driver import Driver
from .oracle import Oracle, Violation
from .scale import Scale
from .schedule import Weather
from .stack import Stack, standing
from .witnesses import ledger, tables

#: In less time than this the caches of processes are still warming up when they are first looked at.
WARM = 600.0
Say = Callable[..., None]


@dataclass
class Found:
    """What came of it."""

    counts: dict[str, int]
    figures: dict[str, Any]
    violations: list[Violation] = field(default_factory=list)


def run(scale: Scale, folder: Path, faults: str, bug: str, say: Say) -> Found:
    began = time.monotonic()
    plan = schedule.drawn(scale, faults)
    say(f"seed {scale.seed}, {scale.db}, {scale.seconds:g} s, {scale.texts} texts", *map(str, plan))
    with standing(scale, folder, bug) as stack:
        say(f"everything runs after {time.monotonic() - began:.1f} s")
        driver, watch, weather = Driver(stack), Caretaker(stack), Weather(stack, plan)
        watch.start()
        driver.start()
        weather.start()
        early = _when_warm(stack)
        driver.join()
        weather.join()
        watch.stop()
        say(f"faults are over after {time.monotonic() - began:.1f} s")
        backlog = caretaker.states().get("queued", 0)
        limit = caretaker.SOON if scale.hasty else caretaker.QUIET
        quiet, left = caretaker.settle(driver, limit)
        unknown = caretaker.states().get("unknown", 0)
        decided = person.resolve(tables(), ledger(stack.carrier))
        if decided:
            caretaker.settle(driver, 60)
        late = usage.measured(stack.crew)
        stack.crew.stop()
        rows, carrier = tables(), ledger(stack.carrier)
        stack.blocked += rows.holds
        oracle = Oracle(driver, rows, carrier, left)
        oracle.canaries = canaries.search(stack)
        oracle.replayed = replay.again(stack, carrier)
        if scale.seconds >= WARM:
            oracle.grown = usage.grown(early, late)
        oracle.judge()
        texts = sum(1 for _ in oracle.accepted())
        figures = {
            "texts accepted": texts,
            "accepted POSTs": len(carrier.posts),
            "texts of clients": len(driver.said),
            "with files": sum(bool(one.media) for one in driver.said),
            "events": len(driver.invited),
            "webhooks": len(carrier.webhooks),
            "states": caretaker.states(),
            "unknown at quiet": f"{unknown} ({100 * unknown / max(len(oracle.rows.messages), 1):.2f} %)",
            "the person": dict(decided),
            "queued when the faults ended": backlog,
            "quiet after (s)": quiet,
            "left then": left,
            "worst hand-over (s)": max((seconds for _, seconds in oracle.waits()), default=0.0),
            "holds lifted": watch.lifted,
            "counters": rows.counters,
            "faults": dict(sorted(weather.happened.items())),
            "bitten": dict(stack.bitten),
            "restarts": dict(stack.crew.restarts),
            "trouble": (driver.trouble + weather.trouble)[:9],
            **usage.compared(early, late),
            "wall (s)": time.monotonic() - began,
        }
    return Found(oracle.checked, figures, oracle.found)


def _when_warm(stack: Stack) -> dict[int, usage.Use]:
    """What is used once the first fifth of the time is over."""
    time.sleep(stack.scale.seconds / 5)
    until(stack.crew.beating, seconds=60, every=0.5)
    return usage.measured(stack.crew)
