"""The carrier calls a real server: at once, again and again, while something of ours is broken."""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from away import away
from carrier import Carrier
from evidence import everything, heard, kept, rows
from flask_firmtext.current import firmtext
from flask_firmtext.messaging import receiving
from flask_firmtext.store.models import Message, Quarantine
from rows import accepted, verified_number
from servers import answers, process, until
from serving import serving
from signing import HARBOR, ROSA, Signer, packed, words

OTHER_KEK = "test1:Zm9yIHRlc3RzIG9ubHk6IGFub3RoZXIga2V5IC4uLi4="


@pytest.fixture
def harbor(carrier_app: Any) -> None:
    """Harbor has a number and has texted Rosa."""
    verified_number()
    accepted("How are you?")


def received() -> list[Message]:
    return rows(Message, Message.direction == "in")


def codes(sandbox: Carrier) -> list[int | None]:
    return [webhook["http_status"] for webhook in sandbox.webhooks]


@pytest.mark.fault("F59")
def test_f59_the_same_text_ten_times_at_once_is_one_row_and_ten_times_200(
    harbor: None, served: str, sandbox: Carrier
) -> None:
    sandbox.fault("inbound", "duplicate", times=10)
    sandbox.text(ROSA, HARBOR, "once")
    until(lambda: len(codes(sandbox)) == 10)
    assert codes(sandbox) == [200] * 10
    assert len(received()) == 1
    assert kept() == []


@pytest.mark.fault("F59")
def test_f59_the_same_stranger_ten_times_at_once_is_one_row(harbor: None, served: str, sandbox: Carrier) -> None:
    sandbox.fault("inbound", "duplicate", times=10)
    sandbox.text("13125550177", HARBOR, "once")
    until(lambda: len(codes(sandbox)) == 10)
    assert codes(sandbox) == [200] * 10
    assert len(kept()) == 1


@pytest.mark.fault("F67")
def test_f67_many_texts_at_once_are_all_stored_in_one_order(harbor: None, served: str, sandbox: Carrier) -> None:
    for n in range(20):
        sandbox.text(ROSA, HARBOR, f"text {n}")
    until(lambda: len(codes(sandbox)) == 20)
    assert codes(sandbox) == [200] * 20
    positions = [message.position for message in received()]
    assert len(set(positions)) == 20


@pytest.mark.fault("F69", "F76")
@pytest.mark.attack("A01", "A02", "A03", "A04")
def test_every_forgery_that_the_sandbox_knows_is_refused_and_the_honest_one_is_stored(
    harbor: None, served: str, sandbox: Carrier
) -> None:
    before = everything()
    wanted = {"unsigned": 503, "wrong_secret": 503, "old": 503, "far_future": 503}
    wanted |= {"wrong_hash": 401, "stranger": 401, "none": 401}
    for how, code in wanted.items():
        sandbox.reset()
        sandbox.option(retry_speed=1000)
        sandbox.fault("inbound", "forge", how=how)
        sandbox.text(ROSA, HARBOR, "STOP")
        until(lambda: codes(sandbox))
        assert codes(sandbox) == [code], how
    assert everything() == before
    sandbox.reset()
    sandbox.fault("inbound", "forge", how="future")  # two minutes: clocks differ
    sandbox.text(ROSA, HARBOR, "Hello")
    until(lambda: codes(sandbox) == [200])
    assert len(received()) == 1


def raw(url: str, request: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])), timeout=10) as line:
        line.sendall(request)
        return line.recv(65536)


@pytest.mark.attack("A09")
def test_a09_a_body_without_a_length_is_cut_at_256_kb(harbor: None, served: str, sandbox: Carrier) -> None:
    head = b"POST /texting/webhooks/inbound HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n"
    head += b"Authorization: Bearer x\r\n"
    piece = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    assert raw(served, head + b"\r\n" + piece * 5 + b"0\r\n\r\n").startswith(b"HTTP/1.1 413")
    body = packed(words())
    head += b"Connection: close\r\n"
    head = head.replace(b"Bearer x", b"Bearer " + Signer.of(sandbox).token(body).encode())
    sent = head + b"\r\n" + f"{len(body):x}\r\n".encode() + body + b"\r\n0\r\n\r\n"
    assert raw(served, sent).startswith(b"HTTP/1.1 200")


@pytest.mark.attack("A09")
def test_a09_a_length_over_256_kb_is_413_before_the_body_is_read(harbor: None, served: str) -> None:
    head = b"POST /texting/webhooks/status HTTP/1.1\r\nHost: x\r\nContent-Length: 2000000000\r\n\r\n"
    assert raw(served, head).startswith(b"HTTP/1.1 413")


@pytest.mark.fault("F31")
def test_f31_while_the_database_is_away_it_is_503_and_the_repeat_is_stored(
    harbor: None, served: str, sandbox: Carrier, carrier_app: Any
) -> None:
    firmtext.db.session.remove()
    with away(carrier_app):
        sandbox.text(ROSA, HARBOR, "Do not lose me")
        until(lambda: len(codes(sandbox)) >= 2)
        assert set(codes(sandbox)) == {503}
    until(lambda: codes(sandbox)[-1] == 200)
    assert len(received()) == 1


@pytest.mark.fault("F36")
def test_a_lock_that_somebody_holds_is_503_before_the_carrier_gives_up(
    carrier_settings: dict[str, str],
    new_app: Callable[..., Any],
    sandbox: Carrier,
    public_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(receiving, "PROMPTLY", "SET LOCAL statement_timeout = 200")
    options = {"hide_parameters": True}
    config = {**carrier_settings, "FIRMTEXT_SQLITE_PRAGMAS": "0", "SQLALCHEMY_ENGINE_OPTIONS": options}
    if (plain := new_app(**config)).config["SQLALCHEMY_DATABASE_URI"].startswith("sqlite"):
        config["SQLALCHEMY_ENGINE_OPTIONS"] = options | {"connect_args": {"timeout": 0.2}}
    app = new_app(**config)
    with app.app_context():
        verified_number()
        accepted("How are you?")
        with plain.app_context(), firmtext.engine.connect() as holder, serving(app, int(public_url.rpartition(":")[2])):
            holder.exec_driver_sql("UPDATE firmtext_conversation SET turn = turn + 1")
            sandbox.text(ROSA, HARBOR, "Do not lose me")
            until(lambda: codes(sandbox), seconds=5)
            assert codes(sandbox)[0] == 503
            holder.rollback()
            until(lambda: codes(sandbox)[-1] == 200)
        assert len(received()) == 1


@pytest.mark.fault("F79")
@pytest.mark.parametrize(
    "changes",
    [
        {"FIRMTEXT_ENCRYPTION_KEYS": OTHER_KEK},
        {"FIRMTEXT_ENCRYPTION_KEYS": OTHER_KEK.replace("test1", "test2")},
        {"FIRMTEXT_INDEX_KEY": OTHER_KEK.partition(":")[2]},
    ],
    ids=["another key under the same id", "key missing", "another index key"],
)
def test_f79_without_the_right_keys_it_is_503_and_nothing_is_stored(
    harbor: None,
    new_app: Callable[..., Any],
    carrier_settings: dict[str, str],
    sandbox: Carrier,
    changes: dict[str, str],
    carrier_app: Any,
) -> None:
    before = everything()
    app, signer = new_app(**carrier_settings | changes), Signer.of(sandbox)
    with app.app_context(), heard() as alarms:
        for body in (words("Hello"), words("Hello", sender="13125550177"), b"unreadable", words(to="18445550177")):
            assert signer.post(app.test_client(), "inbound", body).status_code == 503
        assert [alarm["kind"] for alarm in alarms] == ["key_unavailable"]
        assert everything() == before
    body = words("Hello")
    assert signer.post(carrier_app.test_client(), "inbound", body).status_code == 200


@pytest.mark.fault("F79")
def test_f79_keys_that_disappear_from_a_running_process_are_missed_once_its_memory_is_over(
    harbor: None, sandbox: Carrier, carrier_app: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    signer, state = Signer.of(sandbox), carrier_app.extensions["firmtext"]
    assert signer.post(carrier_app.test_client(), "inbound", words("Hello")).status_code == 200
    with monkeypatch.context() as away:
        away.setattr(state.settings, "encryption_keys", {})
        assert signer.post(carrier_app.test_client(), "inbound", words("Remembered")).status_code == 200
        for memory in (state.active, state.unwrapped):
            memory._kept.clear()
        before = everything()
        for body in (words("Again"), words("Again", sender="13125550177"), b"unreadable"):
            assert signer.post(carrier_app.test_client(), "inbound", body).status_code == 503
        assert everything() == before
    assert signer.post(carrier_app.test_client(), "inbound", words("Again")).status_code == 200


@pytest.mark.fault("F69")
def test_f69_a_secret_that_was_changed_at_the_carrier_first_loses_nothing(
    harbor: None,
    served: str,
    sandbox: Carrier,
    carrier_app: Any,
    carrier_settings: dict[str, str],
    new_app: Callable[..., Any],
) -> None:
    new, old = "the-secret-that-only-the-carrier-knows", carrier_settings["FIRMTEXT_VONAGE_SIGNATURE_SECRETS"]
    try:
        sandbox.option(signature_secret=new)
        with heard() as alarms:
            sandbox.text(ROSA, HARBOR, "Do not lose me")
            until(lambda: len(codes(sandbox)) >= 2)
        assert set(codes(sandbox)) == {503}
        assert [alarm["kind"] for alarm in alarms] == ["secret_rotated"]
        repaired = new_app(**carrier_settings | {"FIRMTEXT_VONAGE_SIGNATURE_SECRETS": f"{new},{old}"})
        # The same server goes on with the repaired configuration.
        carrier_app.extensions["firmtext"].__dict__["gateway"] = repaired.extensions["firmtext"].gateway
        until(lambda: codes(sandbox)[-1] == 200)
    finally:
        sandbox.option(signature_secret=old)
    assert len(received()) == 1


@pytest.mark.attack("A08")
@pytest.mark.fault("F69")
def test_a_secret_is_replaced_under_traffic_and_the_carrier_never_has_to_repeat(
    harbor: None,
    served: str,
    sandbox: Carrier,
    carrier_app: Any,
    carrier_settings: dict[str, str],
    new_app: Callable[..., Any],
) -> None:
    """As docs/operations.md says: added, changed at the carrier, the old one taken out."""
    new, old = "the-next-secret-of-the-account", carrier_settings["FIRMTEXT_VONAGE_SIGNATURE_SECRETS"]
    sent: list[str] = []

    def deployed(secrets: str) -> None:
        app = new_app(**carrier_settings | {"FIRMTEXT_VONAGE_SIGNATURE_SECRETS": secrets})
        carrier_app.extensions["firmtext"].__dict__["gateway"] = app.extensions["firmtext"].gateway

    def texts() -> None:
        for _n in range(4):
            sent.append(f"text {len(sent)}")
            sandbox.text(ROSA, HARBOR, sent[-1])

    try:
        for step in (
            lambda: None,
            lambda: deployed(f"{old},{new}"),
            lambda: sandbox.option(signature_secret=new),
            lambda: deployed(new),
        ):
            step()
            texts()
            until(lambda: len(codes(sandbox)) == len(sent))
        assert set(codes(sandbox)) == {200}
        assert len(received()) == len(sent) == 16
        # The leaked one is worth nothing any more, and who has it is told nothing.
        forged = Signer.of(sandbox).post(carrier_app.test_client(), "inbound", words("Forged"), secret=old)
        assert (forged.status_code, forged.data) == (503, b"")
        assert len(received()) == 16
    finally:
        sandbox.option(signature_secret=old)


@pytest.mark.fault("F66")
@pytest.mark.parametrize("sender", [ROSA, "13125550177"], ids=["a text", "a stranger's"])
def test_f66_a_web_process_that_dies_between_commit_and_200_makes_one_row(
    harbor: None,
    sandbox: Carrier,
    host_environment: dict[str, str],
    public_url: str,
    tmp_path: Path,
    sender: str,
) -> None:
    port = public_url.rpartition(":")[2]
    command = [sys.executable, "-m", "flask", "run", "--port", port, "--no-reload", "--no-debugger"]
    dying = host_environment | {"FIRMTEXT_TEST_PAUSE": "kill:webhook.after_commit"}
    with process(command, env=dying, log=tmp_path / "first.log", cwd=tmp_path) as first:
        until(lambda: answers(int(port)))
        sandbox.text(sender, HARBOR, "Do not double me")
        until(lambda: first.poll() is not None)
    model = Message if sender == ROSA else Quarantine
    where = [Message.direction == "in"] if sender == ROSA else []
    assert len(rows(model, *where)) == 1
    with process(command, env=host_environment, log=tmp_path / "second.log", cwd=tmp_path):
        until(lambda: 200 in codes(sandbox), seconds=40)
    assert len(rows(model, *where)) == 1
