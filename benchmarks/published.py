"""``python -m benchmarks.published RUN.jsonl``: its figures into README.md and operations.md, and its growth drawn."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from . import plot

HERE = Path(__file__).parent
RUN, PAGE, DRAWN = HERE / "last_run.jsonl", HERE / "README.md", HERE / "growth.svg"
SIZING = HERE.parent / "docs" / "operations.md"
BEGIN, END = "<!-- figures of last_run.jsonl -->", "<!-- end of figures -->"

Told = Mapping[str, Any]


def main(run: Path) -> int:
    figures = [json.loads(line) for line in run.read_text(encoding="utf-8").splitlines() if line.startswith("{")]
    RUN.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in figures), encoding="utf-8")
    PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8"), figures), encoding="utf-8")
    SIZING.write_text(with_sizes(SIZING.read_text(encoding="utf-8"), figures), encoding="utf-8")
    DRAWN.write_text(drawn(figures), encoding="utf-8")
    return 0


def with_table(page: str, figures: Sequence[Told]) -> str:
    return _between(page, table(figures))


def with_sizes(page: str, figures: Sequence[Told]) -> str:
    return _between(page, sizes(figures))


def _between(page: str, words: str) -> str:
    before, _, rest = page.partition(BEGIN)
    return f"{before}{BEGIN}\n\n{words}\n{END}{rest.partition(END)[2]}"


def sizes(figures: Sequence[Told]) -> str:
    """What one process of each kind does, on the engine of production."""
    ours = {(one["id"], one["what"]): one["ours"] for one in figures if one["db"] == "postgresql"}
    webhooks, texts = ours["P1", "webhook ingest"], ours["P2", "sending"]
    inbox, thread, badge = (ours["P7", page] for page in ("inbox", "thread", "badge"))
    slow, fast = sorted((1000 / inbox, 1000 / thread))
    rows = [
        ("one process", "does", "and takes"),
        ("---",) * 3,
        ("web: webhooks", f"{webhooks:.0f} a second", f"{1000 / webhooks:.0f} ms each"),
        ("web: inbox, conversation", f"{slow:.0f} to {fast:.0f} a second", f"{inbox:.0f} and {thread:.0f} ms each"),
        ("web: badge", f"{1000 / badge:.0f} a second", f"{badge:.0f} ms each"),
        ("sender", f"{texts:.0f} texts a second", "more than a carrier's account allows (30 requests a second)"),
        ("sweep: planning", f"200 events in {ours['P8', 'planning']:.0f} ms", ""),
        ("media", f"50 MiB in {ours['P10', 'memory for a file of 50 MiB']:.1f} MiB of memory", ""),
    ]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


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
