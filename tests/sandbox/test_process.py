"""The sandbox as a process: starts, ends, remembers."""

from __future__ import annotations

import ast
import json
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
import requests

from flask_firmtext.sandbox import Options, Sandbox, credentials
from servers import until

ROOM = Path(sys.modules["flask_firmtext.sandbox"].__path__[0])


class Started:
    def __init__(self, *more: str | Path) -> None:
        arguments = [sys.executable, "-m", "flask_firmtext.sandbox", "--port", "0", "--tls-port", "0", *map(str, more)]
        self.process = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.ready = json.loads(self.process.stdout.readline() or "null")
        if self.ready:
            self.control = f"http://127.0.0.1:{self.ready['port']}/_sandbox"
            self.http = requests.Session()
            self.http.trust_env = False

    def end(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.closed()

    def closed(self) -> int:
        code = self.process.wait(10)
        self.process.stdout.close()
        self.process.stderr.close()
        if self.ready:
            self.http.close()
        return code


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture
def started(state: Path) -> Iterator[Any]:
    """`started(…)` starts a sandbox process on `state`."""
    all_: list[Started] = []

    def start(*more: str | Path) -> Started:
        all_.append(Started("--state-dir", state, "--speed", "0", *more))
        return all_[-1]

    yield start
    for one in all_:
        one.process.kill()
        one.closed()


def _send(one: Started, state: Path, **more: str) -> str:
    body = {"to": "14155550123", "from": "18335550100", "text": "x", "channel": "sms", "message_type": "text", **more}
    settings = credentials(state)
    answer = one.http.post(
        f"https://127.0.0.1:{one.ready['tls_port']}/v1/messages",
        json=body,
        auth=(settings["FIRMTEXT_VONAGE_API_KEY"], settings["FIRMTEXT_VONAGE_API_SECRET"]),
        verify=settings["FIRMTEXT_VONAGE_CA_BUNDLE"],
        timeout=10,
    )
    return str(answer.json()["message_uuid"])


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_it_says_its_ports_and_ends_when_told(started: Any, state: Path, number: int, code: int) -> None:
    one = started()
    assert set(one.ready) == {"port", "tls_port", "pid"}
    _send(one, state)
    assert one.end(number) == code


def test_it_remembers_across_a_kill(started: Any, state: Path, customer: Any) -> None:
    phones = state.parent / "phones.json"
    phones.write_text(json.dumps([{"msisdn": "14155550199", "name": "Ada"}]))
    one = started("--webhooks", customer.address, "--phones", phones)
    message_uuid = _send(one, state)
    until(lambda: customer.statuses(message_uuid) == ["submitted", "delivered"])
    one.http.post(f"{one.control}/phones/14155550123/texts", json={"to": "18335550100", "text": "STOP"})
    until(lambda: len(one.http.get(f"{one.control}/ledger").json()["webhooks"]) == 3)
    before = [one.http.get(f"{one.control}/{what}").json() for what in ("ledger", "phones")]
    one.end(signal.SIGKILL)
    with (state / "journal.jsonl").open("a") as journal:
        journal.write('{"kind":"post","po')

    two = started("--webhooks", customer.address, "--phones", phones)
    assert [two.http.get(f"{two.control}/{what}").json() for what in ("ledger", "phones")] == before
    assert "14155550199" in [phone["msisdn"] for phone in before[1]]
    blocked = _send(two, state)
    until(lambda: customer.statuses(blocked) == ["submitted", "rejected"])
    two.http.post(f"{two.control}/reset")
    assert two.http.get(f"{two.control}/ledger").json() == {"posts": [], "webhooks": []}
    assert [phone["texts"] for phone in two.http.get(f"{two.control}/phones").json()] == [[]]
    two.end()
    three = started("--webhooks", customer.address)
    assert three.http.get(f"{three.control}/ledger").json() == {"posts": [], "webhooks": []}


def test_a_webhook_that_was_on_its_way_goes_on_after_a_kill(started: Any, state: Path, customer: Any) -> None:
    customer.answers = [503]
    one = started("--webhooks", customer.address, "--retry-speed", "1000")
    one.http.post(f"{one.control}/phones/14155550123/texts", json={"to": "18335550100", "text": "important"})
    until(lambda: customer.of("/inbound"))
    until(lambda: one.http.get(f"{one.control}/ledger").json()["webhooks"])
    one.end(signal.SIGKILL)
    started("--webhooks", customer.address)
    until(lambda: len(customer.of("/inbound")) == 2)
    assert customer.received[0].raw == customer.received[1].raw


def test_it_ends_with_the_process_that_started_it(state: Path) -> None:
    code = (
        "import subprocess, sys, os, time;"
        "subprocess.Popen([sys.executable, '-m', 'flask_firmtext.sandbox', '--port', '0', '--tls-port', '0',"
        " '--state-dir', sys.argv[1], '--end-with-parent', str(os.getpid())]); time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", code, state], stdout=subprocess.PIPE, text=True)
    sandbox = psutil.Process(json.loads(parent.stdout.readline())["pid"])
    parent.kill()
    parent.wait()
    parent.stdout.close()
    gone, _ = psutil.wait_procs([sandbox], timeout=10)
    assert gone


def test_it_ends_at_once_when_its_parent_is_already_gone(started: Any) -> None:
    one = started("--end-with-parent", "1")
    assert one.process.wait(10) == 0


def test_a_customer_who_never_answers_does_not_keep_it_from_ending(started: Any, customer: Any) -> None:
    customer.pause.clear()
    one = started("--webhooks", customer.address)
    one.http.post(f"{one.control}/phones/14155550123/texts", json={"to": "18335550100", "text": "x"})
    until(lambda: customer.received)
    start = time.monotonic()
    assert one.end() == 0
    assert time.monotonic() - start < 5


def test_a_port_that_is_taken_is_said_so(state: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        arguments = ["--port", str(taken.getsockname()[1]), "--tls-port", "0", "--state-dir", str(state)]
        done = subprocess.run(
            [sys.executable, "-m", "flask_firmtext.sandbox", *arguments], capture_output=True, text=True, timeout=30
        )
    assert done.returncode == 1
    assert done.stderr.startswith("The sandbox cannot run: Port ")
    assert "is in use by another program. Choose another one with --port" in done.stderr


@pytest.mark.parametrize(("port", "tls_port", "option"), [(70000, 0, "--port"), (0, 70000, "--tls-port")])
def test_a_port_that_is_none_is_said_so(state: Path, port: int, tls_port: int, option: str) -> None:
    with pytest.raises(OSError, match=f"Port 70000 cannot be listened on. Choose another one with {option}"):
        Sandbox(port, tls_port, state, Options("http://127.0.0.1:9"))
    with Sandbox(0, 0, state, Options("http://127.0.0.1:9")) as sandbox:
        assert sandbox.port


def test_two_sandboxes_cannot_share_their_memory(state: Path) -> None:
    said = rf"Another sandbox runs on {state}\..* --state-dir"
    with Sandbox(0, 0, state, Options("http://127.0.0.1:9")), pytest.raises(OSError, match=said):
        Sandbox(0, 0, state, Options("http://127.0.0.1:9"))


def test_a_phones_file_with_a_mistake_is_named(state: Path, tmp_path: Path) -> None:
    phones = tmp_path / "phones.json"
    phones.write_text('{"14155550123": "Ada"}')
    arguments = ["--port", "0", "--tls-port", "0", "--state-dir", str(state), "--phones", str(phones)]
    done = subprocess.run(
        [sys.executable, "-m", "flask_firmtext.sandbox", *arguments], capture_output=True, text=True, timeout=30
    )
    assert done.returncode == 1
    assert str(phones) in done.stderr


def test_nobody_else_can_read_what_it_keeps(started: Any, state: Path) -> None:
    one = started()
    media = [{"name": "a", "type": "image/png", "data": "aGk="}]
    one.http.post(f"{one.control}/phones/14155550123/texts", json={"to": "18335550100", "text": "", "media": media})
    files = [path for path in state.rglob("*") if path.is_file() and path.name != ".lock"]
    assert len(files) >= 6
    assert [path for path in files if stat.S_IMODE(path.stat().st_mode) & 0o077] == []


def test_an_answer_leaves_in_one_piece_and_the_connection_stays(carrier: Any) -> None:
    host, _, port = carrier.control.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), 5) as connection:
        for _ in range(2):
            connection.sendall(b"GET /_sandbox/ledger HTTP/1.1\r\nHost: x\r\n\r\n")
            answer = connection.recv(65536)
            assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
            assert answer.endswith(b'{"posts":[],"webhooks":[]}\n')
            assert b"Connection: keep-alive" in answer


def test_half_a_request_is_no_request(carrier: Any, customer: Any) -> None:
    host, _, port = carrier.control.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), 5) as connection:
        connection.sendall(b"POST /_sandbox/phones/14155550123/texts HTTP/1.1\r\nContent-Length: 999\r\n\r\n{")
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(100) == b""
    assert carrier.ask("GET", "/phones").json()[0]["texts"] == []


def test_the_sandbox_imports_nothing_of_the_rest() -> None:
    for path in ROOM.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom):
                assert node.level <= 1, path
                assert not (node.module or "").startswith("flask_firmtext"), path
                assert node in ast.parse(path.read_text()).body or node.col_offset in (0, 4), path
            if isinstance(node, ast.Import):
                assert not any(
                    name.name.startswith(("flask_firmtext", "redis", "sqlalchemy")) for name in node.names
                ), path
