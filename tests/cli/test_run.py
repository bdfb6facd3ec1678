"""``worker``, ``sweep`` and ``sandbox`` as processes."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import psutil
import pytest
import sqlalchemy as sa
from flask import Flask
from flask_firmtext.cli import firmtext as group

from flask_firmtext import FirmText
from flask_firmtext.current import firmtext
from flask_firmtext.store.models import Heartbeat, Message
from flask_firmtext.store.transactions import reading
from rows import accepted, changed, verified_number
from servers import answers, free_port, process, until


def run(app: Flask, *arguments: str) -> Any:
    return app.test_cli_runner().invoke(group, arguments)


def kinds_alive() -> set[str]:
    with reading() as session:
        return set(session.scalars(sa.select(Heartbeat.kind)))


def state_of(message: object) -> str:
    with reading() as session:
        return str(session.scalar(sa.select(Message.state).where(Message.id == message)))


def test_a_worker_sends_and_ends_with_all_its_children(
    carrier_app: Flask, worker: subprocess.Popen[bytes], sandbox: Any
) -> None:
    verified_number()
    until(lambda: {"sweep", "send"} <= kinds_alive())
    children = psutil.Process(worker.pid).children(recursive=True)
    assert children
    message = accepted("sent by a worker")
    until(lambda: state_of(message) in ("submitted", "delivered"))
    assert [post["client_ref"] for post in sandbox.posts] != []
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(30) == 0
    until(lambda: not any(child.is_running() and child.status() != psutil.STATUS_ZOMBIE for child in children))


@pytest.mark.parametrize("command", ["worker", "sweep"])
def test_an_interruption_is_told_by_the_exit_code(
    carrier_app: Flask, host_environment: dict[str, str], tmp_path: Path, command: str
) -> None:
    arguments = [sys.executable, "-m", "flask", "firmtext", command]
    with process(arguments, env=host_environment, log=tmp_path / "log", cwd=tmp_path) as running:
        until(lambda: "sweep" in kinds_alive())
        running.send_signal(signal.SIGINT)
        assert running.wait(30) == 130


def test_without_redis_the_sweep_cannot_be_left_out(new_app: Callable[..., Flask]) -> None:
    result = run(new_app(), "worker", "--no-sweep")
    assert result.exit_code == 2
    assert "leave out --no-sweep" in result.stderr


def test_one_pass_of_the_sweep_sends_what_is_due(carrier_app: Flask, sandbox: Any) -> None:
    verified_number()
    message = accepted("sent by the sweep")
    result = run(carrier_app, "sweep", "--once")
    assert (result.exit_code, result.stdout) == (0, "")
    assert state_of(message) in ("submitted", "delivered")
    assert len(sandbox.posts) == 1


def test_as_of_sends_what_would_be_due_then(carrier_app: Flask, sandbox: Any) -> None:
    verified_number()
    message = accepted("in three hours")
    due = firmtext.clock.now().replace(microsecond=0) + timedelta(hours=3)
    changed(message, not_before=due)
    assert run(carrier_app, "sweep", "--once").exit_code == 0
    assert sandbox.posts == []
    assert run(carrier_app, "sweep", "--once", "--as-of", due.isoformat()).exit_code == 0
    assert len(sandbox.posts) == 1


def test_as_of_tells_of_events_and_reminds_in_one_call(
    new_app: Callable[..., Flask], carrier_settings: dict[str, str], sandbox: Any
) -> None:
    app = new_app(**carrier_settings, FIRMTEXT_QUIET_HOURS="off")
    with app.app_context():
        verified_number()
        host, start = app.extensions["memory_host"], firmtext.clock.now() + timedelta(days=3)

        def saves(contact: str, **more: Any) -> None:
            event = host.add_event("harbor", "Hearing", start, ref=contact, **more)
            FirmText().event_saved(event, [contact], firm="harbor")
            firmtext.db.session.commit()

        saves("rosa")
        assert run(app, "sweep", "--once").exit_code == 0
        assert len(sandbox.posts) == 1
        saves("rosa", place="Courtroom 4")
        saves("sara")
        as_of = (start - timedelta(minutes=10)).isoformat()
        assert run(app, "sweep", "--once", "--as-of", as_of).exit_code == 0
        texts = [post["text"] for post in sandbox.posts[1:]]
        assert [
            sum(part in text for text in texts) for part in ("new appointment", "Courtroom 4 (was", "a reminder")
        ] == [
            1,
            1,
            2,
        ]
        assert run(app, "sweep", "--once", "--as-of", as_of).exit_code == 0
        assert len(sandbox.posts) == 5


def test_as_of_is_for_the_sandbox_only(new_app: Callable[..., Flask]) -> None:
    result = run(new_app(), "sweep", "--once", "--as-of", "2031-01-01")
    assert result.exit_code == 2
    assert "real texts" in result.stderr


def test_as_of_needs_once(carrier_app: Flask) -> None:
    assert run(carrier_app, "sweep", "--as-of", "2031-01-01").exit_code == 2


@pytest.mark.parametrize("command", [["worker"], ["sweep"], ["sweep", "--once"]])
def test_pending_migrations_keep_a_worker_from_starting(
    new_database: Callable[[str], str], new_app: Callable[..., Flask], command: list[str]
) -> None:
    result = run(new_app(SQLALCHEMY_DATABASE_URI=new_database("sqlite")), *command)
    assert result.exit_code == 1
    assert "flask firmtext db upgrade" in result.stderr


def test_an_engine_in_autocommit_keeps_a_worker_from_starting(new_app: Callable[..., Flask]) -> None:
    result = run(new_app(SQLALCHEMY_ENGINE_OPTIONS={"isolation_level": "AUTOCOMMIT"}), "worker")
    assert result.exit_code == 1
    assert "two workers could send one text" in result.stderr


@pytest.mark.fault("F79")
def test_another_key_than_wrote_here_keeps_a_worker_from_starting(new_app: Callable[..., Flask]) -> None:
    with new_app().app_context():
        verified_number()
        accepted("protected")
    other = new_app(FIRMTEXT_INDEX_KEY="ZWluIGFuZGVyZXIgU2NobHVlc3NlbCwgMzIgQnl0ZXM=")
    result = run(other, "worker")
    assert result.exit_code == 1
    assert "FIRMTEXT_INDEX_KEY" in result.stderr


@pytest.mark.parametrize("arguments", [["--processes", "0"], ["--processes", "two"], ["--fast"]])
def test_a_wrong_option_of_the_worker_is_wrong_usage(app: Flask, arguments: list[str]) -> None:
    assert run(app, "worker", *arguments).exit_code == 2


def test_the_sandbox_runs_without_an_application(tmp_path: Path) -> None:
    port, tls_port = free_port(), free_port()
    arguments = ["--port", str(port), "--tls-port", str(tls_port), "--state-dir", str(tmp_path / "state")]
    command = [sys.executable, "-m", "flask", "firmtext", "sandbox", *arguments, "--webhooks", "http://127.0.0.1:9/x"]
    with process(command, env={"PATH": os.environ["PATH"]}, log=tmp_path / "log", cwd=tmp_path) as running:
        until(lambda: running.poll() is not None or (answers(port) and answers(tls_port)))
        assert running.poll() is None, (tmp_path / "log").read_text()
        running.terminate()
        assert running.wait(20) == 0


@pytest.mark.parametrize("option", ["--port", "--tls-port"])
def test_a_sandbox_whose_port_is_taken_says_which_option_to_change(tmp_path: Path, option: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ports = {"--port": "0", "--tls-port": "0", option: port}
        options = [word for pair in ports.items() for word in pair]
        more = ["--state-dir", str(tmp_path / "state"), "--webhooks", "http://127.0.0.1:9/x"]
        command = [sys.executable, "-m", "flask", "firmtext", "sandbox", *options, *more]
        done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=60)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"Error: Port {port} is in use by another program. Choose another one with {option};")
    assert done.stderr.count("\n") == 1


def test_an_unready_installation_says_what_it_speaks_of(new_app: Callable[..., Flask], tmp_path: Path) -> None:
    result = run(new_app(SQLALCHEMY_DATABASE_URI=f"sqlite:///{tmp_path}/nowhere/x.db"), "worker")
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: database: It does not answer: unable to open database file. Start it, or ")
