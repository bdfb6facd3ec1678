"""Who files received documents: a process of the worker, else the sweep."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

import pytest

from flask_firmtext.current import firmtext
from flask_firmtext.worker import filing, heartbeats, sweep
from flask_firmtext.worker.stop import Stop
from mailroom import arrives, filings
from office import Office
from servers import until
from workers import beating, gone, working


@pytest.fixture
def office(app: Any) -> Office:
    made = Office(app)
    made.sends()
    return made


def states() -> list[str]:
    return [str(row.state) for row in filings()]


def test_the_process_files_what_is_due_and_beats_and_stops(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    arrives(office)
    stop = Stop()
    monkeypatch.setattr(filing, "stopping", stop)
    monkeypatch.setattr(stop, "wait", lambda seconds: stop.set())
    filing.run(office.app)
    assert states() == ["filed"]
    assert beating(heartbeats.FILING) == {os.getpid()}


def test_a_process_without_a_database_goes_on(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    stop = Stop()
    monkeypatch.setattr(filing, "stopping", stop)
    monkeypatch.setattr(stop, "wait", lambda seconds: stop.set())

    def fail(*_: Any) -> None:
        raise ConnectionError

    monkeypatch.setattr(filing.filing, "run_due", fail)
    filing.run(office.app)


def test_the_sweep_files_while_no_process_does(office: Office) -> None:
    arrives(office)
    swept = sweep.Sweep(office.app)
    swept.registry.look()
    swept.finish()
    assert states() == ["filed"]


def test_the_sweep_leaves_it_to_a_process_that_lives(office: Office) -> None:
    arrives(office)
    heartbeats.beat(heartbeats.FILING)
    swept = sweep.Sweep(office.app)
    swept.registry.look()
    swept.finish()
    assert states() == []


def test_a_hanging_host_does_not_hold_up_a_pass(office: Office) -> None:
    arrives(office)
    office.host.fault("Documents.file", seconds=1.5, times=1)
    swept = sweep.Sweep(office.app)
    swept.registry.look()
    first = swept.registry.work
    swept.registry.look()
    assert swept.registry.work is first
    swept.finish()
    assert states() == ["filed"]


def test_one_sweep_files_what_is_due_by_then(office: Office) -> None:
    arrives(office)
    office.host.fault("Documents.file", raises=RuntimeError(), times=1)
    sweep.once()
    assert states() == ["wanted"]
    sweep.once(firmtext.clock.now().replace(year=firmtext.clock.now().year + 1))
    assert states() == ["filed"]


@pytest.mark.slow
def test_a_worker_runs_one_process_that_files_and_gets_another_when_it_is_killed(
    carrier_app: Any, host_environment: dict[str, str], tmp_path: Path
) -> None:
    office = Office(carrier_app)
    office.sends()
    with working(host_environment, tmp_path) as worker:
        worker.ready()
        (first,) = [one for one in worker.children() if one.pid in beating(heartbeats.FILING)]
        arrives(office)
        until(lambda: states() == ["filed"])
        first.send_signal(signal.SIGKILL)
        gone([first])
        arrives(office)
        until(lambda: states() == ["filed"] * 2, seconds=30)
        assert worker.stop() == 0
