"""Named points at which the next process that comes there stops or dies: once, whichever it is.

``FIRMTEXT_TEST_PAUSE`` does it to every process that is started with it and each time; here a file in a folder does
it to one process that runs already. Only processes that load :mod:`campaign.practice` look there.
"""

from __future__ import annotations

import contextlib
import os
import signal
import time
from pathlib import Path

import psutil

from flask_firmtext import points

FOLDER = "CAMPAIGN_TRAPS"
KILL, STOP = "kill", "stop"
GONE = (psutil.STATUS_STOPPED, psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD)


def install() -> None:
    """Let the points of this process heed the folder."""
    folder = os.environ.get(FOLDER)
    if folder:
        points.reach = lambda name: reach(Path(folder), name)


def reach(folder: Path, name: str) -> None:
    for how, number in ((KILL, signal.SIGKILL), (STOP, signal.SIGSTOP)):
        with contextlib.suppress(OSError):
            (folder / f"{how}@{name}").rename(folder / f"taken-{how}@{name}-{os.getpid()}")
            os.kill(os.getpid(), number)


def set_(folder: Path, how: str, name: str) -> None:
    (folder / f"{how}@{name}").touch()


def wait(folder: Path, how: str, name: str, seconds: float) -> None:
    """Wait until somebody is in it, no longer than ``seconds``."""
    limit = time.monotonic() + seconds
    while (folder / f"{how}@{name}").exists() and time.monotonic() < limit:
        time.sleep(0.05)


def lift(folder: Path, how: str, name: str) -> int:
    """Take the trap away and let whoever is stopped in it go on; how many were in it."""
    (folder / f"{how}@{name}").unlink(missing_ok=True)
    taken = list(folder.glob(f"taken-{how}@{name}-*"))
    for one in taken:
        pid = int(one.name.rpartition("-")[2])
        _is_in_it(pid)
        with contextlib.suppress(OSError):
            os.kill(pid, signal.SIGCONT)
        one.rename(one.with_name(f"was-{one.name}"))
    return len(taken)


def _is_in_it(pid: int) -> None:
    """Whoever takes a trap stops a moment later: one that went on before it stopped would stand still for ever."""
    limit = time.monotonic() + 1
    with contextlib.suppress(psutil.NoSuchProcess):
        while psutil.Process(pid).status() not in GONE and time.monotonic() < limit:
            time.sleep(0.01)
