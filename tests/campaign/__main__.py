"""``python -m campaign [--seconds 1800] [--seed 7] [--faults F01,F17] [--db postgresql|sqlite] [--texts 200]``.

Exit code 0 when every count is what it must be, 1 when one is not.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

from servers import folder_of_this_run_ends, forget_dead_runs

from . import campaign, report, schedule
from .faults import ELSEWHERE, TABLE
from .scale import scaled


def say(*lines: str) -> None:
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


def main() -> int:
    parser = argparse.ArgumentParser(prog="campaign", description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=1800.0)
    parser.add_argument("--seed", type=int, default=0, help="0: one is drawn and printed")
    parser.add_argument("--faults", default="", help="ids, separated by commas; `none`; `cut`: twelve by hand")
    parser.add_argument("--db", choices=("sqlite", "postgresql"), default="postgresql")
    parser.add_argument("--texts", type=int, default=None, help="another number of texts than the seconds ask for")
    parser.add_argument("--house", choices=("small", "large"), default="", help="else as large as the seconds allow")
    parser.add_argument("--bug", default="", help="patch one of campaign.bugs into every process")
    parser.add_argument("--json", type=Path, help="write what was counted there, too")
    parser.add_argument("--keep", type=Path, help="keep logs and files there")
    parser.add_argument("--list", action="store_true", help="print the faults, and those that are not injected here")
    given = parser.parse_args()
    if given.list:
        say(
            *[f"{one.id:<5} {', '.join(one.on):<19} {one.what}" for one in sorted(TABLE.values(), key=lambda it: it.id)]
        )
        say("", "not here:", *[f"{name:<5} {why}" for name, why in ELSEWHERE.items()])
        return 0
    # Whoever ends us, by a time limit say, ends what we have started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    seed = given.seed or int(time.time()) % 1_000_000
    forget_dead_runs()
    scale = scaled(given.seconds, given.db, seed, given.texts, given.house)
    try:
        schedule.drawn(scale, given.faults)
    except schedule.UnknownFault as error:
        parser.error(str(error))
    say(*[f"{name} is not injected here: {why}" for name, why in ELSEWHERE.items() if name in given.faults.split(",")])
    try:
        with tempfile.TemporaryDirectory(prefix="firmtext-campaign-") as folder:
            found = campaign.run(scale, Path(folder), given.faults, given.bug, say)
            if given.keep:
                shutil.copytree(folder, given.keep, dirs_exist_ok=True)
    finally:
        folder_of_this_run_ends()
    say("", f"seed {seed}, {scale.db}, {scale.seconds:g} s", *report.figures(found.figures), "")
    say(*report.table(found.counts), "", *report.violations(found.violations, seed))
    wrong = {name: count for name, count in found.counts.items() if count}
    say("WRONG: " + ", ".join(wrong).replace("_", " ") if wrong else "Nothing lost, nothing doubled.")
    if given.json:
        document = {"seed": seed, "counts": found.counts, "figures": found.figures}
        given.json.write_text(json.dumps(document, default=str, indent=2))
    return 1 if wrong else 0


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        sys.exit(main())
