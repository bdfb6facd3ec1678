"""The demo, started by ``make demo``, with ports and a folder of its own."""

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
VENV = sys.prefix
#: The virtual environment is there and is not made anew, whatever the times of its stamps say.
MAKE = ["make", "--old-file", f"{VENV}/.demo", f"VENV={VENV}", "demo"]


class Run:
    """One ``make demo``. ``starter`` is that ``make``, or the shell ``around`` it."""

    def __init__(self, environment: dict[str, str], output: Path, around: Sequence[str] = ()) -> None:
        self.environment = environment
        self.output = output
        with output.open("wb") as log:
            self.starter = subprocess.Popen(
                [*around, *MAKE],
                env=environment,
                cwd=ROOT,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_as_on_a_terminal,  # noqa: PLW1509 - only system calls
            )

    @property
    def said(self) -> str:
        return self.output.read_text(encoding="utf-8", errors="replace")

    @property
    def demo(self) -> psutil.Process:
        return next(one for one in self.family() if one.cmdline()[-2:] == ["-m", "sample_host_app.demo"])

    def family(self) -> list[psutil.Process]:
        """Every process of the run."""
        return psutil.Process(self.starter.pid).children(recursive=True)

    def part(self, words: str) -> list[psutil.Process]:
        """The processes of the run with these words in their command line."""
        found = []
        with contextlib.suppress(psutil.Error):
            for process in self.family():
                with contextlib.suppress(psutil.Error):
                    found += [process] if words in " ".join(process.cmdline()) else []
        return found

    def ready(self) -> None:
        until(lambda: self.starter.poll() is not None or "Ctrl-C ends everything" in self.said, seconds=60)
        assert self.starter.poll() is None, self.said


def _as_on_a_terminal() -> None:
    """Who runs the tests in the background may have these ignored, and ``make`` would ignore them, too."""
    for number in (signal.SIGINT, signal.SIGQUIT):
        signal.signal(number, signal.SIG_DFL)


def surroundings(folder: Path) -> dict[str, str]:
    """Ports and a folder of its own; nothing of the ``make`` that runs the tests."""
    ports = {name: str(free_port()) for name in ("DEMO_PORT", "SANDBOX_PORT", "SANDBOX_TLS_PORT")}
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS", "DEMO_"))}
    return {**inherited, **ports, "DEMO_DIR": str(folder / "demo")}


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return surroundings(tmp_path)


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
            with contextlib.suppress(psutil.Error, StopIteration):
                run.demo.terminate()
        end(run.starter)


def gone(processes: list[psutil.Process]) -> bool:
    return not any(process.is_running() and process.status() != psutil.STATUS_ZOMBIE for process in processes)


@pytest.mark.slow
@pytest.mark.parametrize("victim", ["make", "demo"])
def test_after_a_kill_no_process_is_left_and_the_demo_starts_again_on_its_ports(
    start: Callable[..., Run], environment: dict[str, str], victim: str
) -> None:
    first = start()
    first.ready()
    family = first.family()
    for words in ("valkey-server", "flask_firmtext.sandbox", "gunicorn", "firmtext worker"):
        assert first.part(words), words

    os.kill(first.starter.pid if victim == "make" else first.demo.pid, signal.SIGKILL)

    until(lambda: gone(family), seconds=20)
    second = start()
    second.ready()
    assert answers(int(environment["DEMO_PORT"]))


@pytest.mark.slow
def test_a_run_whose_shell_was_killed_gives_way_to_the_next(environment: dict[str, str], tmp_path: Path) -> None:
    shell = [sys.executable, "-c", "import subprocess, sys; sys.exit(subprocess.call(sys.argv[1:]))"]
    first = Run(environment, tmp_path / "first", around=shell)
    first.ready()
    family = first.family()
    first.starter.kill()
    first.starter.wait()
    assert not gone(family)

    second = Run(environment, tmp_path / "second")
    with ending(family):
        try:
            second.ready()
            assert gone(family)
        finally:
            end(second.starter)
    until(lambda: not _running(environment), seconds=30)


def _running(environment: dict[str, str]) -> bool:
    return any(answers(int(environment[name])) for name in ("DEMO_PORT", "SANDBOX_PORT"))


@pytest.mark.slow
def test_a_signal_ends_every_process_in_good_order(start: Callable[..., Run]) -> None:
    run = start()
    run.ready()
    family = run.family()
    run.demo.terminate()
    assert run.starter.wait(40) == 0, run.said
    assert gone(family)
    assert "Traceback" not in run.said


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """A demo for tests that only look at it."""
    folder = tmp_path_factory.mktemp("running")
    run = Run(surroundings(folder), folder / "said")
    run.ready()
    yield run
    run.demo.terminate()
    end(run.starter, seconds=40)


def test_a_second_terminal_speaks_to_the_run(running: Run) -> None:
    folder = running.environment["DEMO_DIR"]
    done = subprocess.run(
        ["/bin/sh", "-c", f". {shlex.quote(folder)}/env && flask firmtext messages failed --json"],
        env={"HOME": folder, "PATH": os.defpath},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert '"unreachable_number"' in done.stdout


def test_keys_are_for_their_owner_only(running: Run) -> None:
    folder = Path(running.environment["DEMO_DIR"])
    for private in ("env", "keys.json", "sandbox/application.pem"):
        assert (folder / private).stat().st_mode & 0o077 == 0, private


def test_a_second_demo_beside_a_running_one_is_refused_and_the_first_goes_on(running: Run, tmp_path: Path) -> None:
    remembered = (Path(running.environment["DEMO_DIR"]) / "pids").read_bytes()
    family = running.family()
    second = Run(running.environment, tmp_path / "second")
    assert second.starter.wait(30) == 1
    assert f"already running as process {running.demo.pid}" in second.said
    assert running.starter.poll() is None
    assert running.family() == family
    assert (Path(running.environment["DEMO_DIR"]) / "pids").read_bytes() == remembered
    assert requests.get(f"http://127.0.0.1:{running.environment['DEMO_PORT']}/login", timeout=5).status_code == 200


@pytest.mark.slow
def test_what_a_killed_demo_left_is_ended_by_the_next_although_one_between_was_refused(
    start: Callable[..., Run],
) -> None:
    first = start()
    first.ready()
    assert start().starter.wait(30) == 1
    frozen = first.part("gunicorn")[1:]
    with ending(frozen):
        for worker in frozen:
            worker.suspend()
        first.demo.kill()
        first.starter.wait(10)
        assert frozen
        assert not gone(frozen)

        start().ready()
        assert gone(frozen)


@contextlib.contextmanager
def ending(processes: list[psutil.Process]) -> Iterator[None]:
    """Whatever happens inside, these do not outlive it."""
    try:
        yield
    finally:
        for process in processes:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()


def test_a_port_that_somebody_else_has_is_named_with_its_variable(
    start: Callable[..., Run], environment: dict[str, str]
) -> None:
    with socket.create_server(("127.0.0.1", int(environment["SANDBOX_PORT"]))):
        run = start()
        assert run.starter.wait(30) == 1, run.said
    assert f"Port {environment['SANDBOX_PORT']} is in use" in run.said
    assert "SANDBOX_PORT=" in run.said


def test_the_check_succeeds_with_every_part_at_work(start: Callable[..., Run]) -> None:
    run = start(DEMO_SECONDS="20")
    assert run.starter.wait(90) == 0, run.said
    for step in ("Signed in", "Delivered", "unread"):
        assert step in run.said


@pytest.mark.slow
def test_the_check_fails_when_the_worker_was_killed(start: Callable[..., Run], environment: dict[str, str]) -> None:
    run = start(DEMO_SECONDS="12")
    until(lambda: run.part("firmtext worker"), seconds=60)[0].kill()
    assert run.starter.wait(90) == 1, run.said
    assert "The worker process has ended by itself" in run.said
    assert "no   Delivered: the text is not Delivered" in run.said, run.said


@pytest.mark.slow
def test_a_carrier_in_the_environment_is_used_and_no_sandbox_started(
    start: Callable[..., Run], environment: dict[str, str], sandbox_process: object
) -> None:
    given = {**sandbox_process.settings}  # type: ignore[attr-defined]
    run = start(**given)
    run.ready()
    assert not run.part("flask_firmtext.sandbox")
    told = (Path(environment["DEMO_DIR"]) / "env").read_text()
    assert given["FIRMTEXT_VONAGE_API_HOST"] in told
    assert requests.get(f"http://127.0.0.1:{environment['DEMO_PORT']}/login", timeout=5).status_code == 200
