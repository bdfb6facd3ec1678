"""Processes of this run: started, watched, ended in reverse order, and remembered in case nobody ends them."""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import psutil

from .plan import ROOT, DemoError, write_private

PATIENCE = 15.0  # seconds for an orderly end, a text under way included
PR_SET_PDEATHSIG = 1


class Child:
    """A process of ours and everything it starts (they share a session). Its words go to ``<name>.log``."""

    def __init__(self, name: str, arguments: Sequence[str], environment: Mapping[str, str], logs: Path) -> None:
        self.name = name
        self.log = logs / f"{name}.log"
        self.reported = False
        with self.log.open("ab") as log:
            self.log_begins = log.tell()
            self.process = subprocess.Popen(
                arguments,
                env={**environment, "PYTHONUNBUFFERED": "1"},
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_end_with(os.getpid()) if sys.platform == "linux" else None,  # noqa: PLW1509
            )

    @property
    def ended(self) -> bool:
        return self.process.poll() is not None

    def end(self) -> None:
        """Ask, wait, insist."""
        if not self.ended:
            self.process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(PATIENCE)
        _kill_group(self.process.pid)
        self.process.wait()

    def last_words(self, lines: int = 15) -> str:
        text = self.log.read_bytes()[self.log_begins :].decode(errors="replace")
        return "\n".join(f"    {line}" for line in text.splitlines()[-lines:])


def _end_with(parent: int) -> Callable[[], None]:
    """Between fork and exec: the kernel kills the child when its parent dies, however that happens."""
    libc = ctypes.CDLL(None, use_errno=True)

    def prepare() -> None:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)

    return prepare


def _kill_group(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


class Memory:
    """``.demo/pids``: who runs, with start times, because a number is given to another process later."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.started_by = _starters()

    def write(self, children: Sequence[Child]) -> None:
        """Remember this process, who started it, and its children."""
        running = [_identity(child.process.pid) for child in children if not child.ended]
        remembered = {
            "demo": _identity(os.getpid()),
            "started_by": self.started_by,
            "children": [identity for identity in running if identity],
        }
        write_private(self.file, json.dumps(remembered))

    def forget(self) -> None:
        """Forget this run. What another run remembers is not ours to forget: it may still go on."""
        remembered = self._read()
        if remembered is not None and remembered["demo"][0] == os.getpid():
            self.file.unlink(missing_ok=True)

    def end_leftovers(self) -> None:
        """End what an earlier run left.

        :raises DemoError: the earlier run is still wanted: it runs, and so do those who started it.
        """
        remembered = self._read()
        if remembered is None:
            return
        if _alive(remembered["demo"]) and all(map(_alive, remembered["started_by"])):
            pid = remembered["demo"][0]
            raise DemoError(f"The demo is already running as process {pid}. End it with Ctrl-C there, or: kill {pid}")
        if _alive(remembered["demo"]):
            leftover = psutil.Process(remembered["demo"][0])
            leftover.kill()
            psutil.wait_procs([leftover], timeout=5)
        for identity in reversed(remembered["children"]):
            _end_with_session(identity)
        self.file.unlink(missing_ok=True)

    def orphaned(self) -> bool:
        """Whether ``make`` started us and is gone: killed, it cannot take us along."""
        return bool(os.environ.get("DEMO_PARENT")) and not _alive(next(iter(self.started_by), None))

    def _read(self) -> dict[str, Any] | None:
        try:
            remembered: dict[str, Any] = json.loads(self.file.read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return None
        return remembered


def _starters() -> list[tuple[int, float]]:
    """``make``, which names itself in ``DEMO_PARENT``, and who started it; without ``make`` our parent and its."""
    parents = [parent.pid for parent in psutil.Process().parents()]
    named = int(os.environ.get("DEMO_PARENT") or os.getppid())
    wanted = parents[parents.index(named) :][:2] if named in parents else []
    return [identity for pid in wanted if (identity := _identity(pid))]


def _identity(pid: int) -> tuple[int, float] | None:
    try:
        process = psutil.Process(pid)
        return (pid, process.create_time()) if process.status() != psutil.STATUS_ZOMBIE else None
    except psutil.NoSuchProcess:
        return None


def _alive(identity: Sequence[float] | None) -> bool:
    """Whether this very process still runs."""
    now = identity and _identity(int(identity[0]))
    return bool(identity and now and abs(now[1] - identity[1]) < 1)


def _end_with_session(identity: Sequence[float]) -> None:
    """End a process and what it started, also when only the latter is left: its session still bears its number."""
    pid = int(identity[0])
    if _given_to_another(identity):
        return
    session = [process for process in psutil.process_iter() if _session(process.pid) == pid and _identity(process.pid)]
    for process in session:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(session, timeout=5)


def _given_to_another(identity: Sequence[float]) -> bool:
    """Whether another process has this number now. One that has ended and was not yet fetched is no other."""
    try:
        return abs(psutil.Process(int(identity[0])).create_time() - identity[1]) >= 1
    except psutil.NoSuchProcess:
        return False


def _session(pid: int) -> int:
    try:
        return os.getsid(pid)
    except OSError:
        return -1
