"""The traps of the SDK and of the libraries below it (vonage.md, section 7), each held shut."""

from __future__ import annotations

import io
import logging
import os
import socket
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import jwt
import pytest
import requests

from flask_firmtext.adapters import vonage_client, wires
from flask_firmtext.adapters.vonage import VonageGateway
from flask_firmtext.errors import CarrierBusy, CarrierError, CarrierRefused, CarrierUnsure
from flask_firmtext.ports.gateway import Outbound, Receipt
from flask_firmtext.settings import Settings

Send = Callable[..., Receipt]
UUID = "aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab"
# Put together, because a traceback shows the lines of this file.
WORD = "can" + "ary"
PHONE = "+1" + "4155550123"
CANARIES = ("canary", "4155550123", "8335550100", "eyJ", "Bearer", "BEGIN")


def test_making_a_gateway_does_no_io(carrier: Any, new_settings: Callable[..., Settings]) -> None:
    VonageGateway(new_settings(FIRMTEXT_VONAGE_PRIVATE_KEY="/nowhere", FIRMTEXT_VONAGE_CA_BUNDLE="/nowhere"))
    assert carrier.connections == 0


def test_nothing_goes_out_without_tls(gateway: VonageGateway) -> None:
    with pytest.raises(requests.exceptions.InvalidSchema):
        gateway._lines.mine().wire.session.get_adapter("http://127.0.0.1")


@pytest.mark.fault("F48")
def test_a_dropped_connection_is_one_post(carrier: Any, send: Send) -> None:
    carrier.says(b"")
    with pytest.raises(CarrierUnsure):
        send()
    assert len(carrier.requests) == carrier.connections == 1


def test_the_next_text_after_a_dropped_connection_goes_out(carrier: Any, send: Send) -> None:
    accepting = carrier.behaves
    carrier.says(b"")
    with pytest.raises(CarrierUnsure):
        send()
    carrier.behaves = accepting
    assert send().carrier_id
    assert len(carrier.requests) == 2


def test_texts_share_a_connection(carrier: Any, send: Send) -> None:
    for _ in range(5):
        send()
    assert (len(carrier.requests), carrier.connections) == (5, 1)


def test_a_connection_that_idled_is_not_used_again(carrier: Any, send: Send, monkeypatch: pytest.MonkeyPatch) -> None:
    send()
    monkeypatch.setattr(wires, "IDLE_SECONDS", 0.0)
    send()
    assert (len(carrier.requests), carrier.connections) == (2, 2)


def test_no_thread_waits_for_a_text_that_is_done(carrier: Any, send: Send) -> None:
    send()
    assert not [thread for thread in threading.enumerate() if isinstance(thread, threading.Timer) and thread.is_alive()
                and not thread.finished.is_set()]  # fmt: skip


@pytest.mark.parametrize("status", [429, 503])
def test_a_question_is_not_repeated_either(carrier: Any, gateway: VonageGateway, status: int) -> None:
    carrier.answers(status, b"", Retry_After="1")
    began = time.monotonic()
    with pytest.raises(CarrierBusy):
        gateway.probe()
    assert len(carrier.requests) == 1
    assert time.monotonic() - began < 1


@pytest.mark.parametrize("status", [301, 302, 307, 308])
@pytest.mark.attack("A31")
def test_no_redirect_is_followed_with_text_or_token(carrier: Any, send: Send, status: int) -> None:
    with socket.create_server(("127.0.0.1", 0)) as elsewhere:
        elsewhere.setblocking(False)
        address = f"https://127.0.0.1:{elsewhere.getsockname()[1]}/v1/messages"
        carrier.answers(status, {"message_uuid": UUID}, Location=address)
        with pytest.raises(CarrierUnsure):
            send()
        with pytest.raises(BlockingIOError):
            elsewhere.accept()
    assert len(carrier.requests) == 1


def test_numbers_go_out_as_a_form_after_texts_and_questions(carrier: Any, gateway: VonageGateway, send: Send) -> None:
    send()
    carrier.answers(200, {"error-code": "200", "error-code-label": "success"})
    with suppress(CarrierError):
        gateway.owned()
    gateway.buy("+18885550111", "US")
    request = carrier.requests[-1]
    assert (request.path, request.headers["content-type"]) == ("/number/buy", "application/x-www-form-urlencoded")
    assert sorted(request.body.decode().split("&")) == ["country=US", "msisdn=18885550111"]
    assert request.headers["authorization"].startswith("Basic ")


def test_threads_and_texts_and_numbers_share_no_client(gateway: VonageGateway) -> None:
    lines = [gateway._lines.mine(), gateway._numbers._basic._lines.mine(), gateway._application._basic._lines.mine()]
    thread = threading.Thread(target=lambda: lines.append(gateway._lines.mine()))
    thread.start()
    thread.join()
    assert len({id(line.client) for line in lines}) == len({id(line.wire.session) for line in lines}) == 4
    assert gateway._lines.mine() is lines[0]


def test_threads_that_send_at_once_send_each_text_once(carrier: Any, gateway: VonageGateway) -> None:
    def work(name: str) -> None:
        for number in range(5):
            gateway.send(Outbound("+18335550100", "+14155550123", f"{name}", f"{name}-{number}"), seconds=20)

    threads = [threading.Thread(target=work, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({request.json["client_ref"] for request in carrier.requests}) == len(carrier.requests) == 20
    assert all(request.json["client_ref"][0] == request.json["text"] for request in carrier.requests)


@pytest.mark.fault("F17")
@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_forked_process_has_a_connection_of_its_own(carrier: Any, gateway: VonageGateway, send: Send) -> None:
    send()
    line = gateway._lines.mine()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writing, b"same" if gateway._lines.mine() is line else b"own ")
        os._exit(0)
    assert os.read(reading, 4) == b"own "
    os.waitpid(child, 0)
    os.close(reading)
    os.close(writing)
    send()
    assert carrier.connections == 1


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Everything that any logger says, at its lowest level, with its trace."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield stream
    root.setLevel(level)
    root.removeHandler(handler)


def echo(status: int) -> Callable[[socket.socket, Any], None]:
    """An answer that repeats what was asked, in its body and in odd headers."""

    def behave(sock: socket.socket, request: Any) -> None:
        body = request.body + request.headers["authorization"].encode()
        head = f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\nX-Echo: {request.headers['authorization']}\r\n"
        sock.sendall(head.encode() + b" odd: " + request.body.replace(b"\n", b"") + b"\r\n\r\n" + body)

    return behave


@pytest.mark.parametrize("status", [200, 202, 302, 400, 401, 403, 422, 429, 500, 503])
@pytest.mark.attack("A36")
def test_no_log_and_no_traceback_holds_text_number_or_token(
    carrier: Any, send: Send, gateway: VonageGateway, log: io.StringIO, status: int
) -> None:
    send()
    carrier.behaves = echo(status)
    with pytest.raises(CarrierError) as caught:
        send()
    said = log.getvalue() + "".join(traceback.format_exception(caught.value)) + repr(vars(caught.value))
    assert not [canary for canary in CANARIES if canary in said]
    assert caught.value.__context__ is caught.value.__cause__ is None


def test_no_log_of_a_cut_or_refused_call_holds_anything(
    carrier: Any, send: Send, gateway: VonageGateway, log: io.StringIO
) -> None:
    for failing in (
        lambda: (carrier.says(b"garbage %s\r\n\r\n" % WORD.encode()), send()),
        lambda: send(text=WORD * 3300),
        lambda: send(to=WORD),
        lambda: gateway.buy(PHONE, "US"),
        gateway.owned,
        gateway.probe,
        lambda: gateway.fetch_media(f"https://{WORD}.example/{PHONE}").__enter__(),
    ):
        with pytest.raises(CarrierError) as caught:
            failing()
        assert not [one for one in CANARIES if one in "".join(traceback.format_exception(caught.value))]
    assert not [canary for canary in CANARIES if canary in log.getvalue()]


def test_the_sdks_logger_says_nothing_even_when_asked(
    carrier: Any, send: Send, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    send()
    assert logging.getLogger("vonage").isEnabledFor(logging.CRITICAL) is False
    assert not [record for record in caplog.records if record.name.startswith(("vonage", "urllib3"))]


def test_a_netrc_does_not_replace_the_token(
    carrier: Any, send: Send, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    send()
    assert carrier.requests[0].headers["authorization"].startswith("Bearer ")


def test_the_environment_changes_neither_certificates_nor_the_way(
    carrier: Any, send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.setenv(name, "/nowhere.pem")
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.setenv("NO_PROXY", "")
    assert send().carrier_id


def test_without_a_bundle_only_the_systems_authorities_count(
    carrier: Any, new_settings: Callable[..., Settings], authority: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority.path))
    gateway = VonageGateway(new_settings(FIRMTEXT_VONAGE_CA_BUNDLE=""))
    with pytest.raises(CarrierBusy) as caught:
        gateway.send(Outbound("+18335550100", "+14155550123", "x", "r"), seconds=5)
    assert caught.value.evidence == "tls"


def test_an_odd_list_of_numbers_is_not_taken_for_none(carrier: Any, gateway: VonageGateway) -> None:
    for body in (b"<html>", b"[]", b"7", {"count": 3}, {"numbers": 3}, {"count": 1, "numbers": [{}]}, {"numbers": [1]}):
        carrier.answers(200, body)
        with pytest.raises(CarrierBusy) as caught:
            gateway.owned()
        assert caught.value.evidence == "unreadable_2xx"
    carrier.answers(200, {})
    assert gateway.owned() == []


@pytest.mark.parametrize("missing", ["FIRMTEXT_VONAGE_API_KEY", "FIRMTEXT_VONAGE_API_SECRET"])
def test_key_and_secret_go_together(carrier: Any, new_settings: Callable[..., Settings], missing: str) -> None:
    settings = new_settings()
    setattr(settings, missing.removeprefix("FIRMTEXT_").lower(), None)
    with pytest.raises(CarrierRefused) as caught:
        VonageGateway(settings).probe()
    assert caught.value.evidence == "local"
    assert missing in caught.value.detail
    assert carrier.connections == 0


def test_the_adapter_loads_only_what_it_needs_of_the_sdk() -> None:
    program = (
        "import sys, flask_firmtext.adapters.vonage as a; print('vonage' in sys.modules, 'vonage_voice' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]


def test_one_token_serves_many_texts_and_lives_fifteen_minutes(carrier: Any, send: Send, private_key: Any) -> None:
    for _ in range(5):
        send()
    tokens = {request.headers["authorization"].removeprefix("Bearer ") for request in carrier.requests}
    (token,) = tokens
    claims = jwt.decode(token, private_key.public_key(), algorithms=["RS256"])
    assert jwt.get_unverified_header(token) == {"alg": "RS256", "typ": "JWT"}
    assert set(claims) == {"application_id", "iat", "exp", "jti"}
    assert claims["exp"] - claims["iat"] == 900
    assert abs(claims["iat"] - time.time()) < 60


def test_a_refused_token_is_not_used_again(carrier: Any, send: Send) -> None:
    carrier.answers(401, {"type": "https://developer.vonage.com/api-errors/#jwt-expired", "title": "Unauthorized"})
    for _ in range(2):
        with pytest.raises(CarrierRefused) as caught:
            send()
        assert caught.value.detail == "401 jwt-expired"
    assert len({request.headers["authorization"] for request in carrier.requests}) == 2


def test_the_clients_parts_that_we_reach_into_are_there(gateway: VonageGateway) -> None:
    line = gateway._lines.mine()
    assert line.client._session is line.wire.session
    assert line.client._session.request == line.wire.request
    assert line.client.http_client_options.pool_maxsize == 1
    assert line.client.http_client_options.max_retries == 0
    assert vonage_client.version("vonage") in line.client.user_agent
