"""The last lines: each violation with the seed and the text's whole history, the figures, what was counted, the end."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from .counts import CHECKS, PROMISES
from .oracle import Violation
from .scale import Scale

WIDTH = max(len(check.__name__) for check in CHECKS)


def table(counts: Mapping[str, int]) -> list[str]:
    """A line a promise, with all its counts together, and below it a line a count."""
    lines = ["what was counted; each must be 0"]
    for name, (promise, checks) in PROMISES.items():
        lines.append(_line(f"{name:<4} {promise}", sum(counts.get(check.__name__, 0) for check in checks)))
        lines += [_line(f"       {words(check.__name__)}", counts.get(check.__name__, 0)) for check in checks]
    return lines


def _line(what: str, number: int) -> str:
    return f"  {what:<{WIDTH + 24}} {number:>6}  {'VIOLATED' if number else 'ok'}"


def words(name: str) -> str:
    return name.replace("_", " ")


def figures(found: Mapping[str, Any]) -> list[str]:
    width = max(map(len, found), default=0)
    return [f"  {name:<{width}}  {_short(value)}" for name, value in found.items()]


def _short(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.1f}"
    if isinstance(value, dict):
        return ", ".join(f"{name} {each}" for name, each in value.items()) or "none"
    return json.dumps(value, default=str, ensure_ascii=False) if isinstance(value, list) else str(value)


def violations(found: list[Violation], seed: int) -> list[str]:
    """All of them: whatever is wrong once may be wrong in another way the next time."""
    lines = []
    for one in found:
        lines.append(f"seed {seed}: {words(one.count)}: {one.about}: {one.what}")
        lines += [f"    {line}" for line in one.history]
    return lines


def command(scale: Scale, faults: str, arguments: Mapping[str, str]) -> str:
    """What repeats a campaign: the same faults at the same moments. What they hit depends on the machine."""
    given = {"SECONDS": f"{scale.seconds:g}", "SEED": str(scale.seed), "FAULTS": faults, "DB": scale.db}
    more = " ".join(f"--{name} {value}" for name, value in arguments.items() if value)
    return "make campaign " + " ".join(
        [*(f"{name}={value}" for name, value in given.items() if value), *([f'ARGS="{more}"'] if more else [])]
    )


def end(counts: Mapping[str, int], again: str) -> list[str]:
    """Whether it passed, in one line, and how it is done again."""
    wrong = [f"{words(name)} {count}" for name, count in counts.items() if count]
    verdict = "FAIL: " + ", ".join(wrong) if wrong else "PASS: nothing lost, nothing doubled."
    return [verdict, f"again: {again}"]
