"""What the demo remembers of its processes, and how the next one ends what was left."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from sample_host_app.demo.processes import Memory
from servers import until

#: Starts a process that stays, tells its number, and ends.
ENDS = """
import subprocess, sys
print(subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]).pid, flush=True)
"""


@pytest.fixture
def memory(tmp_path: Path) -> Memory:
    return Memory(tmp_path / "pids")


@pytest.fixture
def ended() -> Iterator[tuple[psutil.Process, psutil.Process]]:
    """A process that has ended and was not yet fetched, and what it left."""
    with subprocess.Popen(
        [sys.executable, "-c", ENDS], stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as parent:
        assert parent.stdout
        left = psutil.Process(int(parent.stdout.readline()))
        gone = psutil.Process(parent.pid)
        until(lambda: gone.status() == psutil.STATUS_ZOMBIE)
        yield gone, left
        with contextlib.suppress(psutil.NoSuchProcess):
            left.kill()


def remember(memory: Memory, child: psutil.Process, born: float) -> None:
    nobody = [child.pid, 1.0]
    told = {"demo": nobody, "started_by": [], "children": [[child.pid, born]]}
    memory.file.write_text(json.dumps(told))


def runs(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_what_a_process_left_is_ended_although_nobody_has_fetched_the_process_itself(
    memory: Memory, ended: tuple[psutil.Process, psutil.Process]
) -> None:
    gone, left = ended
    remember(memory, gone, gone.create_time())
    memory.end_leftovers()
    assert not runs(left)
    assert not memory.file.exists()


def test_a_process_that_got_the_number_of_ours_is_left_alone(
    memory: Memory, ended: tuple[psutil.Process, psutil.Process]
) -> None:
    gone, left = ended
    remember(memory, gone, gone.create_time() - 100)
    memory.end_leftovers()
    assert runs(left)


def test_a_run_forgets_itself_and_nobody_else(memory: Memory) -> None:
    memory.write([])
    memory.forget()
    assert not memory.file.exists()
    memory.file.write_text(json.dumps({"demo": [1, 1.0], "started_by": [], "children": []}))
    memory.forget()
    assert memory.file.exists()
