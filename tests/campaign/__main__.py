"""``python -m campaign [--seconds 1800] [--seed 7] [--faults F01,F17] [--db postgresql|sqlite] [--texts 200]``.

Exit code 0 when every count is what it must be, 1 when one is not, 2 when it was asked for in a wrong way, 130 when it
was interrupted.
"""

from __future__ import annotations

import argparse
import json
import math
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

from servers import folder_of_this_run_ends, forget_dead_runs

from . import campaign, report, schedule
from .bugs import BUGS
from .faults import ELSEWHERE, TABLE
from .scale import Scale, scaled

#: The first fault comes after three seconds: in less time than this nothing would be proved.
SHORTEST = 10.0


def say(*lines: str) -> None:
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


def seconds(text: str) -> float:
    try:
        found = float(text)
    except ValueError:
        found = math.nan
    if not SHORTEST <= found < math.inf:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no number of seconds from {SHORTEST:g} on; say SECONDS=60, or SECONDS=1800 for the whole one"
        )
    return found


def number(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number; say SEED=7, or leave it out to have one drawn")
    return int(text)


def engine(text: str) -> str:
    if text not in ("postgresql", "sqlite"):
        raise argparse.ArgumentTypeError(f"there is no {text!r}; say DB=postgresql or DB=sqlite")
    return text


def parsed() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="campaign", description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=seconds, default=1800.0)
    parser.add_argument("--seed", type=number, default=0, help="0: one is drawn and printed")
    parser.add_argument("--faults", default="", help="ids, separated by commas; `none`; `cut`: thirteen by hand")
    parser.add_argument("--db", type=engine, default="postgresql", help="postgresql or sqlite")
    parser.add_argument("--texts", type=number, default=None, help="another number of texts than the seconds ask for")
    parser.add_argument("--house", choices=("small", "large"), default="", help="else as large as the seconds allow")
    parser.add_argument("--bug", choices=("", *BUGS), default="", help="patch one of campaign.bugs into every process")
    parser.add_argument("--json", type=Path, help="write what was counted there, too")
    parser.add_argument("--keep", type=Path, help="keep logs and files there")
    parser.add_argument("--list", action="store_true", help="print the faults, and those that are not injected here")
    return parser


def main() -> int:
    parser = parsed()
    given = parser.parse_args()
    if given.list:
        say(
            *[f"{one.id:<5} {', '.join(one.on):<19} {one.what}" for one in sorted(TABLE.values(), key=lambda it: it.id)]
        )
        say("", "not here:", *[f"{name:<5} {why}" for name, why in ELSEWHERE.items()])
        return 0
    seed = given.seed or int(time.time()) % 1_000_000
    scale = scaled(given.seconds, given.db, seed, given.texts, given.house)
    try:
        schedule.drawn(scale, given.faults)
    except schedule.UnknownFault as error:
        parser.error(str(error))
    say(*[f"{name} is not injected here: {why}" for name, why in ELSEWHERE.items() if name in given.faults.split(",")])
    found = run(scale, given)
    arguments = {"texts": given.texts and str(given.texts), "house": given.house, "bug": given.bug}
    say("", *report.violations(found.violations, seed))
    say("", f"seed {seed}, {scale.db}, {scale.seconds:g} s", *report.figures(found.figures), "")
    say(*report.table(found.counts), "")
    say(*report.end(found.counts, report.command(scale, given.faults, arguments)))
    if given.json:
        document = {"seed": seed, "counts": found.counts, "figures": found.figures}
        given.json.write_text(json.dumps(document, default=str, indent=2))
    return 1 if any(found.counts.values()) else 0


def run(scale: Scale, given: argparse.Namespace) -> campaign.Found:
    # Whoever ends us, by a time limit say, ends what we have started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    forget_dead_runs()
    try:
        with tempfile.TemporaryDirectory(prefix="firmtext-campaign-") as folder:
            found = campaign.run(scale, Path(folder), given.faults, given.bug, say)
            if given.keep:
                shutil.copytree(folder, given.keep, dirs_exist_ok=True)
            return found
    finally:
        folder_of_this_run_ends()


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        say("interrupted: everything that was started has ended, and nothing was counted")
        sys.exit(130)
