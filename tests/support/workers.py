"""Real processes of the host that send: ``flask firmtext worker`` and its kin."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil
from sqlalchemy import select

from flask_firmtext.store.models import Heartbeat
from flask_firmtext.store.transactions import reading
from flask_firmtext.worker import heartbeats
from servers import process, until


@dataclass
class Worker:
    """A running worker with its log."""

    parent: subprocess.Popen[bytes]
    log: Path

    def children(self) -> list[psutil.Process]:
        with contextlib.suppress(psutil.NoSuchProcess):
            return psutil.Process(self.parent.pid).children()
        return []

    def ready(self, count: int = 2) -> list[psutil.Process]:
        """Those of its children that send and sweep, once all of them run, and its helpers, too."""
        return until(lambda: self.parent.poll() is None and len(found := self._who_send()) == count and found)

    def _who_send(self) -> list[psutil.Process]:
        children = self.children()
        helpers = beating(heartbeats.MEDIA, heartbeats.FILING, heartbeats.WEBHOOKS)
        found = [one for one in children if one.pid not in helpers]
        return found if len(found) == len(children) - 3 else []

    def stop(self, *, everybody: bool = False, seconds: float = 40) -> int:
        """SIGTERM, as a deploy does it (``everybody``: to the whole group, as systemd does). Returns the exit code."""
        if everybody:
            os.killpg(self.parent.pid, signal.SIGTERM)
        else:
            self.parent.terminate()
        return self.parent.wait(seconds)


@contextlib.contextmanager
def working(environment: Mapping[str, str], folder: Path, *arguments: str, **env: str) -> Iterator[Worker]:
    """A worker; ``env`` is added to its environment."""
    log = folder / "worker.log"
    command = [sys.executable, "-m", "flask", "firmtext", "worker", *arguments]
    with process(command, env={**environment, **env}, log=log, cwd=folder) as running:
        yield Worker(running, log)


def beating(*kinds: str) -> set[int]:
    """The process ids of all that ever gave a sign of life as one of these kinds."""
    with reading() as session:
        return set(session.scalars(select(Heartbeat.pid).where(Heartbeat.kind.in_(kinds))))


def gone(processes: list[psutil.Process], *, seconds: float = 20) -> None:
    """Wait until none of these runs any more."""
    try:
        until(lambda: not any(map(_runs, processes)), seconds=seconds)
    except AssertionError as error:
        left = [f"{one.pid} {one.status()} {len(one.threads())} threads" for one in processes if _runs(one)]
        raise AssertionError(f"still running after {seconds} s: {left}") from error


def _runs(one: psutil.Process) -> bool:
    try:
        return bool(one.is_running() and one.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
