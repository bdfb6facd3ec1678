"""Ours and the baseline by turns, and what comes of it: one JSON line a figure."""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

Step = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Scale:
    """How much is measured: all of it, or what takes a few seconds."""

    quick: bool = False

    def rounds(self, many: int = 11) -> int:
        return 5 if self.quick else many

    def of(self, many: int, few: int) -> int:
        return few if self.quick else many


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure. ``ratio`` is ours by the baseline in the sense of ``target``, the median of the rounds' ratios."""

    id: str
    what: str
    db: str | None
    ours: float
    baseline: float
    ratio: float
    unit: str
    target: str
    met: bool
    rounds: int
    more: dict[str, Any] = field(default_factory=dict)

    def say(self) -> None:
        shown = asdict(self)
        shown |= shown.pop("more")
        for name in ("ours", "baseline", "ratio"):
            shown[name] = float(f"{shown[name]:.4g}")
        sys.stdout.write(json.dumps(shown, ensure_ascii=False) + "\n")
        sys.stdout.flush()


@dataclass(frozen=True, slots=True)
class Pair:
    """What the rounds found: a figure a round of each."""

    ours: Sequence[float]
    baseline: Sequence[float]

    @property
    def ratio(self) -> float:
        """Two that ran one after the other had the same machine: their ratio says more than that of the medians."""
        return statistics.median(a / b for a, b in zip(self.ours, self.baseline, strict=True))

    def figure(self, id_: str, what: str, target: Target, *, unit: str, db: str | None = None, **more: Any) -> Figure:
        ours, baseline = statistics.median(self.ours), statistics.median(self.baseline)
        met = target.met(ours if target.absolute else self.ratio)
        return Figure(
            id_, what, db, ours, baseline, self.ratio, unit, target.words, met, len(self.ours), more
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Target:
    """What is to be reached: a ratio, or (``absolute``) a figure of ours."""

    words: str
    least: float | None = None
    most: float | None = None
    absolute: bool = False

    def met(self, figure: float) -> bool:
        return (self.least is None or figure >= self.least) and (self.most is None or figure <= self.most)


def alternating(ours: Step, baseline: Step, rounds: int) -> Pair:
    """A round of each to get warm, then ``rounds`` of both by turns; who begins changes each time."""
    baseline(), ours()
    found: tuple[list[float], list[float]] = ([], [])
    for n in range(rounds):
        for which in (0, 1) if n % 2 else (1, 0):
            found[which].append((ours, baseline)[which]())
    return Pair(*found)


def seconds(step: Callable[[], object]) -> float:
    began = time.perf_counter()
    step()
    return time.perf_counter() - began


def percentile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]
