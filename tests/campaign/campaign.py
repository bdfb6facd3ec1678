"""One campaign from the first process to the last count."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from servers import until

from . import canaries, caretaker, erased, neighbours, operators, person, replay, schedule, usage
from .caretaker import Caretaker
from .counts import CHECKS
from .driver import Driver
from .oracle import HANDED_OVER, Oracle, Violation
from .scale import Scale, at_most_unknown
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
    with standing(scale, folder, bug) as stack, Weather(stack, plan) as weather:
        say(f"everything runs after {time.monotonic() - began:.1f} s")
        driver, watch = Driver(stack), Caretaker(stack)
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
        before = tables()
        unknown = [key for key, row in before.messages.items() if row.state == "unknown"]
        unshown = operators.unshown(stack, before)
        decided = person.resolve(before, ledger(stack.carrier))
        if decided:
            caretaker.settle(driver, 60)
        late = usage.measured(stack.crew)
        unseen = operators.silences(stack) if not scale.hasty else []
        stack.crew.stop()
        rows, carrier = tables(), ledger(stack.carrier)
        stack.blocked += rows.held
        oracle = Oracle(driver, rows, carrier, left, unknown=unknown, decided=sum(decided.values()))
        oracle.at_most_unknown = at_most_unknown(scale, faults)
        oracle.unseen = unshown + unseen + operators.unshown(stack, rows)
        oracle.canaries = [*driver.heard, *canaries.search(stack)]
        oracle.strangers = neighbours.seen(stack.app, stack.firms, rows)
        oracle.readable = erased.readable(stack, rows)
        oracle.replayed = replay.again(stack, carrier)
        if scale.seconds >= WARM:
            oracle.grown = usage.grown(early, late)
        # What comes again brings nothing back.
        oracle.readable += [one for one in erased.readable(stack, rows) if one not in oracle.readable]
        oracle.judge(CHECKS)
        figures = {
            **_what_happened(oracle, weather),
            "the person": dict(decided),
            "queued when the faults ended": backlog,
            "quiet after": f"{quiet:.0f} s, at most {limit:.0f}",
            "left then": left or "nothing",
            "holds lifted": watch.lifted,
            "counters": rows.counters,
            "processes started again": dict(stack.crew.restarts),
            "trouble of the driver": (driver.trouble + weather.trouble)[:9] or "none",
            **{f"{kind}, early and late": line for kind, line in usage.compared(early, late).items()},
            "took": f"{time.monotonic() - began:.0f} s",
        }
    return Found(oracle.checked, figures, oracle.found)


def _what_happened(oracle: Oracle, weather: Weather) -> dict[str, Any]:
    """The figures that are asked for first."""
    driver, rows, unknown = oracle.driver, oracle.rows, len(oracle.unknown)
    texts = sum(1 for _ in oracle.outgoing())
    worst = max((seconds for _, seconds in oracle.neglected()), default=0.0)
    limit = "no limit" if oracle.at_most_unknown is None else f"at most {oracle.at_most_unknown:.0%}"
    return {
        "texts accepted": sum(1 for _ in oracle.accepted()),
        "with automatic and repeated ones": texts,
        "they are now": Counter(str(row.state) for _, row in oracle.outgoing()),
        "POSTs accepted by the carrier": f"{len(oracle.carrier.posts)}, {_attempts(oracle)}",
        "texts of clients": f"{len(driver.said)}, {sum(bool(one.media) for one in driver.said)} with files",
        "events": f"{len(driver.invited)}, {len(rows.reminders)} reminders",
        "erasings": _erasings(oracle),
        "webhooks": len(oracle.carrier.webhooks),
        "faults": dict(sorted(weather.happened.items())),
        "faults, all together": sum(weather.happened.values()),
        "of these hit": dict(sorted(driver.stack.bitten.items())),
        "unknown at quiet": f"{unknown} ({100 * unknown / max(texts, 1):.2f} %), {limit}",
        "worst hand-over": f"{worst:.0f} s, at most {HANDED_OVER:.0f}",
    }


def _erasings(oracle: Oracle) -> str:
    """What was asked for, and what went."""
    asked, rows = oracle.driver.asked, oracle.rows
    refused = Counter(one.refused for one in asked if one.refused)
    went = f"{len(rows.erased)} conversations, {sum(one.texts for one in rows.erased.values())} texts"
    stood = f"{len(rows.legal_holds)} holds, {sum(one.lifted_at is not None for one in rows.legal_holds)} lifted"
    left: Counter[str] = Counter()
    for row in rows.erasures.values():
        left.update(row.left)
    return f"{len(asked)} asked for, refused {dict(refused)}; {went} went, left {dict(left)}; {stood}"


def _attempts(oracle: Oracle) -> str:
    """The other side of the balance of POSTs."""
    outcomes = Counter(str(oracle.rows.attempts[one].outcome) for one in oracle.posts if one in oracle.rows.attempts)
    return " + ".join(f"{many} attempts {name}" for name, many in sorted(outcomes.items()))


def _when_warm(stack: Stack) -> dict[int, usage.Use]:
    """What is used once the first fifth of the time is over."""
    time.sleep(stack.scale.seconds / 5)
    until(stack.crew.beating, seconds=60, every=0.5)
    return usage.measured(stack.crew)
