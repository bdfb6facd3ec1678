"""One campaign from the first process to the last count."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import caretaker, person, schedule
from .driver import Driver
from .caretaker import Caretaker
from .oracle import Oracle, Violation
from .scale import Scale
from .schedule import Weather
from .stack import standing
from .witnesses import ledger, tables

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
        driver.join()
        weather.join()
        watch.stop()
        say(f"faults are over after {time.monotonic() - began:.1f} s")
        quiet, left = caretaker.settle(driver, caretaker.SOON if scale.hasty else caretaker.QUIET)
        unknown = caretaker.states().get("unknown", 0)
        decided = person.resolve(tables(), ledger(stack.carrier))
        if decided:
            caretaker.settle(driver, 60)
        rows, carrier = tables(), ledger(stack.carrier)
        oracle = Oracle(driver, rows, carrier, left)
        oracle.judge()
        figures = {
            "texts accepted": sum(1 for _ in oracle.accepted()),
            "accepted POSTs": len(carrier.posts),
            "states": caretaker.states(),
            "texts of clients": len(driver.said),
            "quiet after (s)": quiet,
            "left": left,
            "unknown": unknown,
            "decided": dict(decided),
            "holds lifted": watch.lifted,
            "faults": dict(weather.happened),
            "bitten": dict(stack.bitten),
            "restarts": dict(stack.crew.restarts),
            "trouble": (driver.trouble + weather.trouble)[:9],
            "wall (s)": time.monotonic() - began,
        }
    return Found(oracle.checked, figures, oracle.found)
