"""The demo, started as ``make demo`` starts it: from a parent that can be killed."""

from __future__ import annotations

import contextlib
import os
import shlex
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import psutil
import pytest
import requests
from servers import answers, end, free_port, until

ROOT = Path(__file__).resolve().parents[2]
#: Like make: a process that starts the demo as its child and waits for it.
STARTER = (
    "import os, subprocess, sys; os.environ['DEMO_PARENT'] = str(os.getpid()); sys.exit(subprocess.call(sys.argv[1:]))"
)
DEMO = [sys.executable, "-m", "sample_host_app.demo"]


class Run:
    """One start of the demo. ``starter`` is what a person's ``make`` is."""

    def __init__(self, environment: dict[str, str], output: Path, around: Sequence[str] = ()) -> None:
        self.output = output
        with output.open("wb") as log:
            self.starter = subprocess.Popen(
                [*around, sys.executable, "-c", STARTER, *DEMO],
                env=environment,
                cwd=ROOT,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def said(self) -> str:
        return self.output.read_text(encoding="utf-8", errors="replace")

    @property
    def demo(self) -> psutil.Process:
        return psutil.Process(self.starter.pid).children()[0]

    def family(self) -> list[psutil.Process]:
        """Every process of the run."""
        return psutil.Process(self.starter.pid).children(recursive=True)

    def ready(self) -> None:
        until(lambda: self.starter.poll() is not None or "Ctrl-C ends everything" in self.said, seconds=60)
        assert self.starter.poll() is None, self.said


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    ports = {name: str(free_port()) for name in ("DEMO_PORT", "SANDBOX_PORT", "SANDBOX_TLS_PORT")}
    return {**os.environ, **ports, "DEMO_DIR": str(tmp_path / "demo")}


@pytest.fixture
def start(environment: dict[str, str], tmp_path: Path) -> Iterator[Callable[..., Run]]:
    """``start(DEMO_SECONDS="20")`` starts the demo; what still runs at the end is ended."""
    runs: list[Run] = []

    def start(**more: str) -> Run:
        runs.append(Run({**environment, **more}, tmp_path / f"said-{len(runs)}"))
        return runs[-1]

    yield start
    for run in runs:
        if run.starter.poll() is None:
            with contextlib.suppress(psutil.Error, IndexError):
                run.demo.terminate()
        end(run.starter)


def gone(processes: list[psutil.Process]) -> bool:
    return not any(process.is_running() and process.status() != psutil.STATUS_ZOMBIE for process in processes)


@pytest.mark.parametrize("victim", ["starter", "demo"])
def test_after_a_kill_no_process_is_left_and_the_demo_starts_again_on_its_ports(
    start: Callable[..., Run], environment: dict[str, str], victim: str
) -> None:
    first = start()
    first.ready()
    family = first.family()
    names = " ".join(" ".join(process.cmdline()) for process in family)
    for part in ("valkey-server", "flask_firmtext.sandbox", "gunicorn", "firmtext worker"):
        assert part in names

    os.kill(first.starter.pid if victim == "starter" else first.demo.pid, signal.SIGKILL)

    until(lambda: gone(family), seconds=20)
    second = start()
    second.ready()
    assert answers(int(environment["DEMO_PORT"]))


def test_a_run_whose_shell_was_killed_gives_way_to_the_next(environment: dict[str, str], tmp_path: Path) -> None:
    shell = [sys.executable, "-c", "import subprocess, sys; sys.exit(subprocess.call(sys.argv[1:]))"]
    first = Run(environment, tmp_path / "first", around=shell)
    first.ready()
    family = first.family()
    first.starter.kill()
    first.starter.wait()
    assert not gone(family)

    second = Run(environment, tmp_path / "second")
    try:
        second.ready()
        assert gone(family)
    finally:
        end(second.starter)
        until(lambda: not _running(environment), seconds=30)


def _running(environment: dict[str, str]) -> bool:
    return any(answers(int(environment[name])) for name in ("DEMO_PORT", "SANDBOX_PORT"))


def test_a_signal_ends_every_process_in_good_order(start: Callable[..., Run]) -> None:
    run = start()
    run.ready()
    family = run.family()
    run.demo.terminate()
    assert run.starter.wait(40) == 0, run.said
    assert gone(family)
    assert "Traceback" not in run.said


def test_a_second_terminal_speaks_to_the_run(start: Callable[..., Run], environment: dict[str, str]) -> None:
    run = start()
    run.ready()
    env = shlex.quote(f"{environment['DEMO_DIR']}/env")
    done = subprocess.run(
        ["/bin/sh", "-c", f". {env} && flask firmtext messages failed --json"],
        env={"HOME": environment["DEMO_DIR"], "PATH": os.defpath},
        cwd=environment["DEMO_DIR"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert '"unreachable_number"' in done.stdout
    for private in ("env", "keys.json"):
        assert (Path(environment["DEMO_DIR"]) / private).stat().st_mode & 0o077 == 0


def test_a_second_demo_beside_a_running_one_is_refused(start: Callable[..., Run]) -> None:
    first = start()
    first.ready()
    second = start()
    assert second.starter.wait(30) == 1
    assert f"already running as process {first.demo.pid}" in second.said
    assert first.starter.poll() is None


def test_a_port_that_somebody_else_has_is_named_with_its_variable(
    start: Callable[..., Run], environment: dict[str, str]
) -> None:
    with socket.create_server(("127.0.0.1", int(environment["SANDBOX_PORT"]))):
        run = start()
        assert run.starter.wait(30) == 1
    assert f"Port {environment['SANDBOX_PORT']} is in use" in run.said
    assert "SANDBOX_PORT=" in run.said


def test_the_check_succeeds_with_every_part_at_work(start: Callable[..., Run]) -> None:
    run = start(DEMO_SECONDS="20")
    assert run.starter.wait(90) == 0, run.said
    for step in ("Signed in", "Delivered", "unread"):
        assert step in run.said


def test_the_check_fails_when_the_worker_was_killed(start: Callable[..., Run], environment: dict[str, str]) -> None:
    run = start(DEMO_SECONDS="12")
    worker = until(lambda: next((p for p in _safely(run.family) if "worker" in p.cmdline()), None), seconds=60)
    worker.kill()
    assert run.starter.wait(90) == 1, run.said
    assert "The worker process has ended by itself" in run.said
    assert "Delivered" in run.said.splitlines()[-1]


def _safely(family: Callable[[], list[psutil.Process]]) -> list[psutil.Process]:
    with contextlib.suppress(psutil.Error):
        return family()
    return []


def test_a_carrier_in_the_environment_is_used_and_no_sandbox_started(
    start: Callable[..., Run], environment: dict[str, str], sandbox_process: object
) -> None:
    given = {**sandbox_process.settings}  # type: ignore[attr-defined]
    run = start(**given)
    run.ready()
    assert not any("flask_firmtext.sandbox" in process.cmdline() for process in run.family())
    told = (Path(environment["DEMO_DIR"]) / "env").read_text()
    assert given["FIRMTEXT_VONAGE_API_HOST"] in told
    assert requests.get(f"http://127.0.0.1:{environment['DEMO_PORT']}/login", timeout=5).status_code == 200
