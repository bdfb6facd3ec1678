"""Each row of the carrier-answer table (reliability.md 2.4), by real answers over TLS."""

from __future__ import annotations

import socket
import ssl
import struct
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from flask_firmtext.adapters import exchanges
from flask_firmtext.adapters.vonage import VonageGateway
from flask_firmtext.adapters.vonage_answers import retry_after
from flask_firmtext.errors import CarrierBusy, CarrierRefused, CarrierUnsure, Scope
from flask_firmtext.ports.gateway import Outbound, Reason, Receipt
from flask_firmtext.settings import Settings
from proxy import Mischief, Proxy, tcp

Send = Callable[..., Receipt]
UUID = "aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab"
ERRORS = "https://developer.vonage.com/api-errors"


def told(fragment: str, title: str = "Said", **more: object) -> dict[str, object]:
    return {"type": f"{ERRORS}/messages#{fragment}", "title": title, "instance": "x", **more}


@pytest.mark.parametrize("status", [200, 202])
def test_any_2xx_with_a_message_uuid_is_a_receipt(carrier: Any, send: Send, status: int) -> None:
    carrier.answers(status, {"message_uuid": UUID.upper(), "workflow_id": "w"})
    assert send() == Receipt(UUID)


@pytest.mark.fault("F54")
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"{}",
        b"[]",
        b'"text"',
        b"null",
        b"\xff\xfe",
        b'{"message_uuid": ',
        {"message_uuid": 7},
        {"message_uuid": None},
        {"message_uuid": ""},
        {"message_uuid": "not a uuid"},
        {"message_uuid": "a" * 10_000},
        {"message_uuid": UUID + "\n"},
        b"[" * 100_000,
        b" " * 2_000_000,
    ],
)
def test_a_2xx_without_a_readable_uuid_is_unsure(carrier: Any, send: Send, body: object) -> None:
    carrier.answers(202, body)
    with pytest.raises(CarrierUnsure) as caught:
        send()
    assert caught.value.evidence == "unreadable_2xx"
    assert not caught.value.holds_account
    assert len(carrier.requests) == 1


@pytest.mark.parametrize("status", [300, 301, 302, 303, 304, 307, 308])
@pytest.mark.parametrize("location", ["https://127.0.0.1:1/x", "http://[", "//", ""])
def test_a_redirect_is_unsure_and_holds_the_account(carrier: Any, send: Send, status: int, location: str) -> None:
    carrier.answers(status, {"message_uuid": UUID}, Location=location)
    with pytest.raises(CarrierUnsure) as caught:
        send()
    assert (caught.value.evidence, caught.value.holds_account) == ("redirect", True)
    assert [request.method for request in carrier.requests] == ["POST"]


@pytest.mark.parametrize("status", [400, 413, 415, 422])
def test_a_refused_request_refuses_the_text_alone(
    carrier: Any, send: Send, gateway: VonageGateway, status: int
) -> None:
    carrier.answers(status, {"title": f"{TEXT_ECHO} is not valid"})
    with pytest.raises(CarrierRefused) as caught:
        send()
    assert (caught.value.evidence, caught.value.scope) == ("refused", Scope.TEXT)
    assert caught.value.code == f"http-{status}"
    assert gateway.meaning(caught.value.code).reason is Reason.CARRIER_ERROR
    assert gateway.meaning(caught.value.code).operator
    assert caught.value.detail == str(status)


TEXT_ECHO = "canary-text-4711"


@pytest.mark.parametrize(
    ("fragment", "code", "reason"),
    [
        ("110", "1430", Reason.UNREACHABLE_NUMBER),
        ("1430", "1430", Reason.UNREACHABLE_NUMBER),
        ("1100", "1400", Reason.CARRIER_ERROR),
        ("1110", "1410", Reason.CARRIER_ERROR),
        ("1140", "1440", Reason.CARRIER_ERROR),
        ("1060", "1450", Reason.CARRIER_ERROR),
        ("1150", "http-422", Reason.CARRIER_ERROR),
        ("invalid-json", "http-422", Reason.CARRIER_ERROR),
        ("1190", "http-422", Reason.CARRIER_ERROR),
    ],
)
def test_a_422_is_read_by_the_numbers_of_http_answers(
    carrier: Any, send: Send, gateway: VonageGateway, fragment: str, code: str, reason: Reason
) -> None:
    carrier.answers(422, told(fragment))
    with pytest.raises(CarrierRefused) as caught:
        send()
    assert (caught.value.scope, caught.value.code) == (Scope.TEXT, code)
    assert gateway.meaning(caught.value.code).reason is reason


@pytest.mark.parametrize(
    "body",
    [
        told("1120", "Invalid sender"),
        told("1420"),
        told("1150", "Invalid params", invalid_parameters=[{"name": "from", "reason": "not yours"}]),
    ],
)
def test_a_422_about_from_holds_the_number(carrier: Any, send: Send, body: object) -> None:
    carrier.answers(422, body)
    with pytest.raises(CarrierRefused) as caught:
        send()
    assert (caught.value.evidence, caught.value.scope, caught.value.hold_after) == ("number", Scope.NUMBER, None)


@pytest.mark.fault("F56")
@pytest.mark.parametrize(("status", "evidence"), [(401, "auth"), (402, "balance")])
def test_401_and_402_hold_the_account_at_once(carrier: Any, send: Send, status: int, evidence: str) -> None:
    carrier.answers(status, {"type": f"{ERRORS}/#unathorized", "title": "No"})
    with pytest.raises(CarrierRefused) as caught:
        send()
    assert (caught.value.evidence, caught.value.scope, caught.value.hold_after) == (evidence, Scope.ACCOUNT, None)


@pytest.mark.parametrize(
    "body",
    [
        told("1120"),
        {"title": "Forbidden", "detail": "This number is not linked to the application."},
        {"title": "The sender is blocked"},
        {"title": "The `from` parameter is not allowed"},
    ],
)
def test_a_403_that_names_the_sender_holds_the_number(carrier: Any, send: Send, body: object) -> None:
    carrier.answers(403, body)
    with pytest.raises(CarrierRefused) as caught:
        send()
    assert (caught.value.evidence, caught.value.scope) == ("number", Scope.NUMBER)


@pytest.mark.parametrize(
    ("status", "body", "evidence"),
    [
        (403, {"type": f"{ERRORS}/#forbidden", "title": "Requests from your address are forbidden"}, "odd_4xx"),
        (403, b"<html>firewall</html>", "odd_4xx"),
        (404, {"type": f"{ERRORS}#not-found"}, "wrong_address"),
        (405, b"", "wrong_address"),
        (406, b"", "odd_4xx"),
        (409, b"", "odd_4xx"),
        (410, b"", "odd_4xx"),
        (418, b"", "odd_4xx"),
        (451, b"", "odd_4xx"),
        (499, b"", "odd_4xx"),
    ],
)
def test_any_other_4xx_says_nothing_against_the_text(
    carrier: Any, send: Send, status: int, body: object, evidence: str
) -> None:
    carrier.answers(status, body)
    with pytest.raises(CarrierRefused) as caught:
        send()
    assert (caught.value.evidence, caught.value.scope, caught.value.hold_after) == (evidence, Scope.ACCOUNT, 3)


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        ("", None),
        ("7", timedelta(seconds=7)),
        ("86400", timedelta(minutes=5)),
        ("9" * 400, timedelta(minutes=5)),
        ("0", None),
        ("-5", None),
        ("soon", None),
        ("1.5", None),
        ("Thu, 01 Jan 1970 00:00:00 GMT", None),
    ],
)
def test_429_is_busy_with_the_carriers_wait_capped(
    carrier: Any, send: Send, header: str, wait: timedelta | None
) -> None:
    carrier.answers(429, told("1000", "Rate Limit Hit"), Retry_After=header)
    with pytest.raises(CarrierBusy) as caught:
        send()
    assert (caught.value.evidence, caught.value.retry_after, caught.value.hold_after) == ("throttled", wait, None)
    assert len(carrier.requests) == 1


def test_a_wait_given_as_a_date_is_read() -> None:
    wait = retry_after(format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True))
    assert wait is not None
    assert timedelta(seconds=50) < wait <= timedelta(seconds=60)
    assert retry_after("Fri, 31 Dec 9999 23:59:59 GMT") == timedelta(minutes=5)


@pytest.mark.parametrize("status", [500, 501, 502, 503, 504, 599])
@pytest.mark.parametrize("body", [b"", b"<html>", told("1000", "Internal error"), told("1030", "Throttled")])
def test_5xx_is_unsure_with_or_without_the_carriers_words(carrier: Any, send: Send, status: int, body: object) -> None:
    carrier.answers(status, body)
    with pytest.raises(CarrierUnsure) as caught:
        send()
    assert (caught.value.evidence, caught.value.holds_account) == ("server_error", False)


def test_only_a_503_of_the_throttling_type_counts_as_429(carrier: Any, send: Send) -> None:
    carrier.answers(503, told("1000", "Rate Limit Hit"), Retry_After="3")
    with pytest.raises(CarrierBusy) as caught:
        send()
    assert (caught.value.evidence, caught.value.retry_after) == ("throttled", timedelta(seconds=3))
    carrier.answers(500, told("1000", "Rate Limit Hit"))
    with pytest.raises(CarrierUnsure):
        send()


@pytest.mark.parametrize("status", [101, 199, 600, 999])
def test_a_status_that_is_none_is_unsure(carrier: Any, send: Send, status: int) -> None:
    carrier.answers(status, b"")
    with pytest.raises(CarrierUnsure):
        send()


@pytest.mark.fault("F44")
def test_a_name_that_does_not_resolve_is_busy(send: Send, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(CarrierBusy) as caught:
        send()
    assert caught.value.evidence == "connect"


@pytest.mark.fault("F43")
def test_a_refused_connection_is_busy(carrier: Any, send: Send) -> None:
    carrier.close()
    with pytest.raises(CarrierBusy) as caught:
        send()
    assert caught.value.evidence == "connect"


@pytest.mark.fault("F46")
def test_a_connection_that_is_never_made_is_busy_in_time(new_settings: Callable[..., Settings]) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        address = listener.getsockname()
        crowd = [socket.socket() for _ in range(4)]
        for one in crowd:
            one.setblocking(False)
            one.connect_ex(address)
        gateway = VonageGateway(new_settings(FIRMTEXT_VONAGE_API_HOST=f"127.0.0.1:{address[1]}"))
        began = time.monotonic()
        with pytest.raises(CarrierBusy) as caught:
            gateway.send(Outbound("+18335550100", "+14155550123", "x", "r"), seconds=1)
        assert caught.value.evidence == "connect"
        assert time.monotonic() - began < 3
        for one in crowd:
            one.close()


def test_all_addresses_of_a_name_share_one_time_to_connect(
    carrier: Any, send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = socket.getaddrinfo("127.0.0.1", carrier.port, type=socket.SOCK_STREAM)
    dead = (*real[0][:4], ("127.0.0.1", 1))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [dead, dead, *real])
    assert send().carrier_id


@pytest.mark.fault("F45")
@pytest.mark.parametrize("how", ["authority", "name", "expired"])
def test_a_wrong_certificate_is_busy_and_holds_after_three(
    carrier: Any, authority: Any, stranger: Any, send: Send, how: str
) -> None:
    carrier.context = {
        "authority": stranger.context,
        "name": lambda: authority.context("127.0.0.2"),
        "expired": lambda: authority.context(expired=True),
    }[how]()
    with pytest.raises(CarrierBusy) as caught:
        send()
    assert (caught.value.evidence, caught.value.hold_after) == ("tls", 3)
    assert carrier.requests == []


@pytest.mark.parametrize("how", ["hangs up", "speaks no TLS", "stalls", "drips"])
def test_a_handshake_that_fails_is_busy_in_time(carrier: Any, send: Send, how: str) -> None:
    def greet(plain: socket.socket) -> None:
        if how == "speaks no TLS":
            plain.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        while how == "drips" and not carrier.closing.wait(0.05):
            plain.sendall(b"\x16\x03\x03\x3f\xff")
        if how == "stalls":
            plain.recv(1_000_000)
            plain.recv(1)
        raise OSError

    carrier.greets = greet
    began = time.monotonic()
    with pytest.raises(CarrierBusy) as caught:
        send(seconds=1)
    assert (caught.value.evidence, caught.value.hold_after) == ("tls", 3)
    assert time.monotonic() - began < 3
    assert carrier.requests == []


def test_a_proxy_that_refuses_is_busy(carrier: Any, send: Send, gateway: VonageGateway) -> None:
    with socket.create_server(("127.0.0.1", 0)) as proxy:

        def refuse() -> None:
            asked, _ = proxy.accept()
            with asked:
                asked.recv(4096)
                asked.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")

        thread = threading.Thread(target=refuse)
        thread.start()
        gateway._lines.mine().wire.session.proxies = {"https": f"http://127.0.0.1:{proxy.getsockname()[1]}"}
        with pytest.raises(CarrierBusy) as caught:
            send()
        thread.join()
    assert (caught.value.evidence, caught.value.hold_after) == ("connect", None)
    assert carrier.connections == 0


def _reset(sock: ssl.SSLSocket, _: object) -> None:
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    raise OSError  # the server closes, and sends a reset


GOOD = b'{"message_uuid": "%s"}' % UUID.encode()
HEAD = b"HTTP/1.1 202 Accepted\r\nContent-Type: application/json\r\n"


@pytest.mark.fault("F47", "F49")
@pytest.mark.parametrize(
    ("said", "evidence"),
    [
        (b"", "reset"),
        (b"H", "reset"),
        (b"HTTP/1.1 20", "reset"),
        (b"HTTP/1.1 202", "unreadable_2xx"),
        (b"garbage\r\n\r\n", "reset"),
        (b"HTTP/1.1 abc OK\r\n\r\n", "reset"),
        (HEAD + b"Content-Length: 99\r\n\r\n" + GOOD, "unreadable_2xx"),
        (HEAD + b"Content-Length: 50\r\n\r\n" + GOOD[:20], "unreadable_2xx"),
        (HEAD + b"Content-Length: 7\r\n\r\n" + GOOD, "unreadable_2xx"),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n" + GOOD, "unreadable_2xx"),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n32\r\n" + GOOD, "unreadable_2xx"),
        (HEAD + b"Content-Encoding: gzip\r\nContent-Length: 52\r\n\r\n" + GOOD, "unreadable_2xx"),
    ],
)
def test_what_is_cut_or_broken_after_the_first_byte_is_unsure(
    carrier: Any, send: Send, said: bytes, evidence: str
) -> None:
    carrier.says(said)
    with pytest.raises(CarrierUnsure) as caught:
        send()
    assert (caught.value.evidence, caught.value.holds_account) == (evidence, False)
    assert len(carrier.requests) == carrier.connections == 1


@pytest.fixture
def between(carrier: Any) -> Iterator[Proxy]:
    proxy = Proxy(tcp(carrier.port))
    yield proxy
    proxy.close()


@pytest.mark.fault("F47")
@pytest.mark.parametrize("step", [211, pytest.param(1, marks=[pytest.mark.slow, pytest.mark.timeout(900)])])
def test_a_connection_that_is_cut_at_any_byte_is_one_connection_and_no_text(
    carrier: Any, between: Proxy, new_settings: Callable[..., Settings], step: int
) -> None:
    """Before the request it was certainly not sent; from its first byte on nobody can know."""
    gateway = VonageGateway(new_settings(FIRMTEXT_VONAGE_API_HOST=f"127.0.0.1:{between.port}"))
    text = Outbound("+18335550100", "+14155550123", "Hello", UUID)
    gateway.send(text, seconds=10)
    between.drop()
    whole, ends = between.seen["bytes"], list[type[Exception]]()
    carrier.requests.clear()
    for at in range(1, whole - 8, step):  # the last bytes are the end of TLS, and the numbers in it vary in length
        between.mischief, before = Mischief("cut", at), between.seen["connections"]
        with pytest.raises((CarrierBusy, CarrierUnsure)) as caught:
            gateway.send(text, seconds=10)
        ends.append(caught.type)
        assert between.seen["connections"] == before + 1, f"cut at byte {at}"
    assert [one for one in carrier.requests if len(one.body) == int(one.headers["content-length"])] == []
    assert ends == sorted(ends, key=lambda end: end is CarrierUnsure)
    assert set(ends) == {CarrierBusy, CarrierUnsure}


@pytest.mark.fault("F48")
def test_a_reset_after_the_request_is_unsure(carrier: Any, send: Send) -> None:
    carrier.behaves = _reset
    with pytest.raises(CarrierUnsure) as caught:
        send()
    assert caught.value.evidence == "reset"
    assert len(carrier.requests) == 1


@pytest.mark.fault("F50")
@pytest.mark.parametrize("said", [b"", b"HTTP/1.1 20", HEAD, HEAD + b"Content-Length: 50\r\n\r\n{"])
@pytest.mark.parametrize("how", ["stays_silent", "drips"])
def test_a_silent_or_dripping_answer_ends_by_the_total_deadline(
    carrier: Any, send: Send, said: bytes, how: str
) -> None:
    getattr(carrier, how)(said)
    began = time.monotonic()
    with pytest.raises(CarrierUnsure) as caught:
        send(seconds=1)
    assert 0.9 < time.monotonic() - began < 3
    assert caught.value.evidence == "timeout"
    assert len(carrier.requests) == 1


def test_a_refusal_stands_although_its_body_is_cut(carrier: Any, send: Send) -> None:
    carrier.says(b"HTTP/1.1 429 Too Many\r\nRetry-After: 2\r\nContent-Length: 500\r\n\r\n{")
    with pytest.raises(CarrierBusy) as caught:
        send()
    assert caught.value.retry_after == timedelta(seconds=2)


@pytest.mark.parametrize(
    "change",
    [
        {"text": ""},
        {"text": "x" * 3201},
        {"text": "half a pair \ud83d"},
        {"to": "14155550123"},
        {"to": "+1 415 555 0123"},
        {"to": "+123"},
        {"sender": "+1 (800) x"},
        {"sender": "HARBOR"},
        {"reference": ""},
        {"reference": "r" * 101},
    ],
)
def test_a_text_that_cannot_be_built_is_refused_before_the_call(
    carrier: Any, send: Send, gateway: VonageGateway, change: dict[str, str]
) -> None:
    with pytest.raises(CarrierRefused) as caught:
        send(**change)
    assert (caught.value.evidence, caught.value.scope) == ("local", Scope.TEXT)
    assert gateway.meaning(caught.value.code).reason is Reason.CARRIER_ERROR
    assert carrier.connections == 0


@pytest.mark.parametrize(
    "change",
    [
        {"FIRMTEXT_VONAGE_PRIVATE_KEY": "/nowhere/key.pem"},
        {"FIRMTEXT_VONAGE_PRIVATE_KEY": "-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----"},
        {"FIRMTEXT_VONAGE_APPLICATION_ID": "", "FIRMTEXT_VONAGE_PRIVATE_KEY": ""},
        {"FIRMTEXT_VONAGE_CA_BUNDLE": "/nowhere/ca.pem"},
        {"FIRMTEXT_VONAGE_API_HOST": "127.0.0.1:port"},
    ],
)
def test_a_broken_setting_holds_the_account(
    carrier: Any, new_settings: Callable[..., Settings], change: dict[str, str]
) -> None:
    with pytest.raises(CarrierRefused) as caught:
        VonageGateway(new_settings(**change)).send(Outbound("+18335550100", "+14155550123", "x", "r"), seconds=5)
    assert (caught.value.evidence, caught.value.scope, caught.value.hold_after) == ("local", Scope.ACCOUNT, None)
    assert carrier.connections == 0


def test_an_unforeseen_error_before_the_first_byte_was_not_sent(
    carrier: Any, send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    def bug(*_: object, **__: object) -> None:
        raise ZeroDivisionError("canary-text-4711")

    monkeypatch.setattr(socket, "getaddrinfo", bug)
    with pytest.raises(CarrierBusy) as caught:
        send()
    assert caught.value.evidence == "bug"
    assert caught.value.detail.startswith("ZeroDivisionError at test_vonage_answers.py:")


def test_an_unforeseen_error_after_the_first_byte_is_unsure(
    carrier: Any, send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    def bug(*_: object) -> None:
        raise ZeroDivisionError("canary-text-4711")

    monkeypatch.setattr("http.client.HTTPConnection.getresponse", bug)
    with pytest.raises(CarrierUnsure) as caught:
        send()
    assert caught.value.evidence == "bug"
    assert "canary" not in str(caught.value)


def test_a_process_that_was_frozen_before_the_first_byte_does_not_post(
    carrier: Any, send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    # To a process that was stopped, the clock jumps.
    jump = [0.0]
    monkeypatch.setattr(exchanges, "monotonic", lambda: time.monotonic() + jump[0])
    carrier.greets = lambda _: jump.append(jump.pop() + 11)
    with pytest.raises(CarrierBusy) as caught:
        send()
    assert caught.value.evidence == "frozen"
    assert carrier.requests == []


def test_the_carrier_gets_digits_the_reference_and_the_version(carrier: Any, send: Send) -> None:
    reference = str(uuid.uuid4())
    send(text="Zoë 👋", reference=reference)
    (request,) = carrier.requests
    assert (request.method, request.path) == ("POST", "/v1/messages")
    assert request.json == {
        "to": "14155550123",
        "from": "18335550100",
        "text": "Zoë 👋",
        "channel": "sms",
        "message_type": "text",
        "client_ref": reference,
        "webhook_version": "v1",
    }
