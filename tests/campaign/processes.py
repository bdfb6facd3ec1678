"""The processes of the practice system: web, workers and sweeps, started for real and started again when they die."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import sqlalchemy as sa

from servers import _die_with_parent, answers, end, until

WEB, WORKER, SWEEP = "web", "worker", "sweep"


@dataclass
class Process:
    """One that is kept running. ``name`` is its log."""

    name: str
    kind: str
    command: list[str]
    environment: dict[str, str]
    folder: Path
    running: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with (self.folder / f"{self.name}.log").open("ab") as log:
            self.running = subprocess.Popen(
                self.command,
                env={**self.environment, "CAMPAIGN_KIND": self.kind},
                cwd=self.folder,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=_die_with_parent,  # noqa: PLW1509 - only a system call
            )

    def dead(self) -> bool:
        return self.running is None or self.running.poll() is not None

    def family(self) -> list[psutil.Process]:
        """It and its children."""
        if self.dead() or self.running is None:
            return []
        with contextlib.suppress(psutil.NoSuchProcess):
            parent = psutil.Process(self.running.pid)
            return [parent, *parent.children(recursive=True)]
        return []


@dataclass
class Crew:
    """All of them. Whoever dies is started again; ``restarts`` counts by kind."""

    wanted: list[Process]
    port: int
    engine: sa.Engine
    restarts: Counter[str] = field(default_factory=Counter)
    away: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._over = threading.Event()
        self._keeper = threading.Thread(target=self._keep, daemon=True, name="keeper")

    def start(self) -> None:
        for one in self.wanted:
            one.start()
        until(self._up, seconds=90, every=0.1)
        self._keeper.start()

    def _up(self) -> bool:
        dead = [one.name for one in self.wanted if one.dead()]
        assert not dead, f"{dead} did not start: see their logs in {self.wanted[0].folder}"
        kinds = {"send", "media", "filing", "sweep"}
        return answers(self.port) and kinds <= {kind for kind, _ in self.beating()}

    def beating(self) -> list[tuple[str, int]]:
        """Kind and process id of whoever gave a sign of life and still runs, newest first."""
        statement = "SELECT kind, pid FROM firmtext_heartbeat ORDER BY beat_at DESC"
        with contextlib.suppress(sa.exc.SQLAlchemyError), self.engine.connect() as connection:
            rows = connection.exec_driver_sql(statement).all()
            return [(str(kind), int(pid)) for kind, pid in rows if psutil.pid_exists(int(pid))]
        return []

    def census(self) -> dict[str, list[psutil.Process]]:
        """Every living process by what it does: master, web, send, media, filing, sweep, worker (a parent)."""
        kinds = {pid: kind for kind, pid in self.beating()}
        found: dict[str, list[psutil.Process]] = {}
        for one in self.wanted:
            for place, each in enumerate(one.family()):
                first = "master" if one.kind == WEB else one.kind + "-parent"
                kind = first if place == 0 else kinds.get(each.pid, WEB if one.kind == WEB else "new")
                found.setdefault(kind, []).append(each)
        return found

    def _keep(self) -> None:
        while not self._over.wait(0.2):
            for one in self.wanted:
                if one.dead() and one.kind not in self.away:
                    self.restarts[one.kind] += 1
                    one.start()

    def rest(self, kind: str) -> None:
        """End those of a kind and leave them away."""
        self.away.add(kind)
        for one in self.wanted:
            if one.kind == kind and one.running is not None:
                end(one.running, seconds=65)

    def back(self, kind: str) -> None:
        self.away.discard(kind)

    def stop(self) -> None:
        self._over.set()
        if self._keeper.ident is not None:
            self._keeper.join()
        for one in self.wanted:
            for each in one.family():
                with contextlib.suppress(psutil.NoSuchProcess, ProcessLookupError):
                    each.send_signal(signal.SIGCONT)
            if one.running is not None:
                one.running.terminate()
        for one in self.wanted:
            if one.running is not None:
                end(one.running, seconds=40)


def crew(environment: dict[str, str], folder: Path, port: int, engine: sa.Engine, scale: Any) -> Crew:
    python = sys.executable
    gunicorn = [
        python, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--workers", "2", "--threads", "8", "--preload",
        "--timeout", "30", "--graceful-timeout", "10", "--log-level", "warning", "campaign.practice:create_app()",
    ]  # fmt: skip
    worker = [python, "-m", "flask", "firmtext", "worker", "--processes", str(scale.senders)]
    wanted = [Process(WEB, WEB, gunicorn, environment, folder)]
    if scale.sweeps == 1:
        wanted.append(Process(WORKER, WORKER, worker, environment, folder))
    else:
        wanted.append(Process(WORKER, WORKER, [*worker, "--no-sweep"], environment, folder))
        sweep = [python, "-m", "flask", "firmtext", "sweep"]
        wanted += [Process(f"{SWEEP}-{n}", SWEEP, sweep, environment, folder) for n in range(scale.sweeps)]
    return Crew(wanted, port, engine)


def signalled(processes: list[psutil.Process], number: int) -> list[int]:
    """Send a signal to each; those that were there."""
    told = []
    for one in processes:
        with contextlib.suppress(psutil.NoSuchProcess, ProcessLookupError):
            os.kill(one.pid, number)
            told.append(one.pid)
    return told
