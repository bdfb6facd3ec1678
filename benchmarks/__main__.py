"""``python -m benchmarks``: ``QUICK=1`` for under two minutes, ``ONLY=P2`` (or ``P2,P7``) for some of them."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

from servers import FOLDER, folder_of_this_run_ends, forget_dead_runs

from .programs import PROGRAMS
from .rounds import Scale
from .stage import Stage


def main() -> int:
    wanted = [name.strip().upper() for name in os.environ.get("ONLY", "").split(",") if name.strip()]
    unknown = set(wanted) - PROGRAMS.keys()
    if unknown:
        sys.stderr.write(f"ONLY: there is no {', '.join(sorted(unknown))}; there are {', '.join(PROGRAMS)}.\n")
        return 2
    scale = Scale(quick=os.environ.get("QUICK", "") not in ("", "0"))
    forget_dead_runs()
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bench-", dir=FOLDER) as folder:
        stage = Stage(Path(folder))
        try:
            return play(stage, scale, wanted or list(PROGRAMS))
        finally:
            stage.close()
            folder_of_this_run_ends()


def play(stage: Stage, scale: Scale, wanted: list[str]) -> int:
    """Says every figure as soon as it is there; 1 when a target was missed."""
    missed = []
    for name in wanted:
        began = time.monotonic()
        for figure in PROGRAMS[name].run(stage, scale):
            figure.say()
            missed += [] if figure.met else [f"{figure.id} {figure.what} ({figure.db or '-'})"]
        sys.stderr.write(f"{name} took {time.monotonic() - began:.0f} s\n")
    if missed:
        sys.stderr.write(f"Missed: {', '.join(missed)}\n")
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
