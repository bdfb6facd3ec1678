"""``python -m benchmarks.published RUN.jsonl``: that run's figures into README.md, and its growth drawn."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from . import plot

HERE = Path(__file__).parent
RUN, PAGE, DRAWN = HERE / "last_run.jsonl", HERE / "README.md", HERE / "growth.svg"
BEGIN, END = "<!-- figures of last_run.jsonl -->", "<!-- end of figures -->"

Told = Mapping[str, Any]


def main(run: Path) -> int:
    figures = [json.loads(line) for line in run.read_text(encoding="utf-8").splitlines() if line.startswith("{")]
    RUN.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in figures), encoding="utf-8")
    PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8"), figures), encoding="utf-8")
    DRAWN.write_text(drawn(figures), encoding="utf-8")
    return 0


def with_table(page: str, figures: Sequence[Told]) -> str:
    before, _, rest = page.partition(BEGIN)
    return f"{before}{BEGIN}\n\n{table(figures)}\n{END}{rest.partition(END)[2]}"


def table(figures: Sequence[Told]) -> str:
    head = ("", "what", "database", "ours", "baseline", "ratio", "target", "reached")
    rows = [head, ("---",) * len(head), *(_row(one) for one in figures)]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _row(one: Told) -> Sequence[str]:
    reached = "–" if one["target"] == "told" else "yes" if one["met"] else "**no**"
    figures = (f"{one['ours']:,} {one['unit']}", f"{one['baseline']:,} {one['unit']}", f"{one['ratio']:,}")
    return one["id"], one["what"], one["db"] or "", *figures, one["target"].replace("told", ""), reached


def drawn(figures: Sequence[Told]) -> str:
    grown = {
        one["what"]: {int(n): ratio for n, ratio in one["ratios"].items()} for one in figures if one["id"] == "P12"
    }
    return plot.svg(grown)


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1])))
