"""The last lines: what was counted, and each violation with the seed and the text's whole history."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from .oracle import CHECKS, Violation

SHOWN = 5


def table(counts: Mapping[str, int]) -> list[str]:
    width = max(len(check.__name__) for check in CHECKS)
    lines = []
    for check in CHECKS:
        number = counts.get(check.__name__, 0)
        words = check.__name__.replace("_", " ")
        lines.append(f"  {words:<{width}}  {number:>6}  {'must be 0' if not number else 'VIOLATED'}")
    return lines


def figures(found: Mapping[str, Any]) -> list[str]:
    width = max(map(len, found), default=0)
    return [f"  {name:<{width}}  {_short(value)}" for name, value in found.items()]


def _short(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.1f}"
    return json.dumps(value, default=str, ensure_ascii=False) if isinstance(value, dict | list) else str(value)


def violations(found: list[Violation], seed: int) -> list[str]:
    lines = []
    shown: dict[str, int] = {}
    for one in found:
        shown[one.count] = shown.get(one.count, 0) + 1
        if shown[one.count] > SHOWN:
            continue
        lines.append(f"seed {seed}: {one.count.replace('_', ' ')}: {one.about}: {one.what}")
        lines += [f"    {line}" for line in one.history]
    return lines
