"""Files of received texts: reliability.md section 5, attacks A28 to A31, faults F71 and F72."""

from __future__ import annotations

import gzip
import os
import socket
import time
from collections.abc import Callable, Iterator
from typing import Any

import psutil
import pytest

from flask_firmtext.adapters import vonage_media
from flask_firmtext.adapters.addresses import is_public
from flask_firmtext.adapters.vonage import VonageGateway
from flask_firmtext.errors import CarrierBusy, CarrierError, CarrierRefused, Scope
from flask_firmtext.settings import Settings

PATH = "/v3/media/1b456509-974c-458b-aafa-45fc48a4d976"
MEBIBYTE = 1024 * 1024


@pytest.fixture
def url(carrier: Any) -> str:
    return f"https://{carrier.host}{PATH}"


def refused(gateway: VonageGateway, url: str, kind: type[CarrierError] = CarrierRefused) -> CarrierError:
    with pytest.raises(kind) as caught, gateway.fetch_media(url) as file:
        file.read()
    assert caught.value.__context__ is None or isinstance(caught.value, CarrierError)
    assert "127.0.0.1" not in str(caught.value)
    return caught.value


def test_a_file_is_read_in_pieces_with_the_token_and_uncompressed(
    carrier: Any, gateway: VonageGateway, url: str
) -> None:
    content = os.urandom(300_000)
    carrier.answers(200, content, Content_Type="image/jpeg")
    with gateway.fetch_media(url) as file:
        assert file.read(5) == content[:5]
        assert file.read() == content[5:]
        assert file.read() == b""
    (request,) = carrier.requests
    assert (request.method, request.path) == ("GET", PATH)
    assert request.headers["authorization"].startswith("Bearer ey")
    assert request.headers["accept-encoding"] == "identity"


def test_an_error_of_the_reader_goes_through_and_ends_the_connection(
    carrier: Any, gateway: VonageGateway, url: str
) -> None:
    carrier.answers(200, b"x" * MEBIBYTE)
    with pytest.raises(ZeroDivisionError), gateway.fetch_media(url) as file:
        raise ZeroDivisionError(file.read(1))


@pytest.mark.parametrize(
    "address",
    [
        "http://{host}" + PATH,
        "https://user@{host}" + PATH,
        "https://user:pass@{host}" + PATH,
        "https://127.0.0.1" + PATH,
        "https://127.0.0.1:1" + PATH,
        "https://2130706433:{port}" + PATH,
        "https://0x7f.1:{port}" + PATH,
        "https://[::ffff:127.0.0.1]:{port}" + PATH,
        "https://[::1]:{port}" + PATH,
        "https://localhost:{port}" + PATH,
        "https://169.254.169.254/latest/meta-data",
        "https://api.nexmo.com.evil.example" + PATH,
        "https://api.nexmo.com:8443" + PATH,
        "https://api.nexmo.com:0443x" + PATH,
        "https://evil.example/https://api.nexmo.com",
        "https://evil.example\\@{host}" + PATH,
        "https://{host}\\@evil.example" + PATH,
        "https://{host} .evil.example" + PATH,
        "https://{host}\n" + PATH,
        "https://ａpi.nexmo.com.evil" + PATH,
        "https://" + "a" * 300 + PATH,
        "file:///etc/passwd",
        "ftp://{host}" + PATH,
        "//{host}" + PATH,
        "https://",
        "https://[",
        "x",
        "",
    ],
)
@pytest.mark.attack("A28")
def test_an_address_elsewhere_is_refused_before_any_connection(
    carrier: Any, gateway: VonageGateway, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    def look_up(*_: object, **__: object) -> None:
        raise AssertionError("a name was looked up")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    error = refused(gateway, address.replace("{host}", carrier.host).replace("{port}", str(carrier.port)))
    assert isinstance(error, CarrierRefused)
    assert (error.evidence, error.scope) == ("host", Scope.TEXT)
    assert carrier.connections == 0


@pytest.mark.parametrize("given", ["https://API.nexmo.com", "https://api.nexmo.com:443", "https://ａpi.nexmo.com"])
@pytest.mark.attack("A29")
def test_a_listed_name_that_leads_to_a_private_address_is_refused_at_the_connection(
    carrier: Any, new_settings: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch, given: str
) -> None:
    real = socket.getaddrinfo("127.0.0.1", carrier.port, type=socket.SOCK_STREAM)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: real)
    for host in ("api.nexmo.com", carrier.host):
        gateway = VonageGateway(new_settings(FIRMTEXT_VONAGE_API_HOST=host))
        assert refused(gateway, given + PATH).evidence == "host"
    assert carrier.requests == []


@pytest.mark.parametrize(
    "peer",
    [
        "127.0.0.1", "10.0.0.1", "172.16.5.4", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
        "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "::ffff:10.0.0.1", "64:ff9b::a00:1",
        "2002:a00:1::1", "ff02::1", "fec0::1", "::127.0.0.1", "64:ff9b:1::a00:1", "::ffff:0:10.0.0.1", "2001:0:a00:1::",
    ],
)  # fmt: skip
@pytest.mark.attack("A28")
def test_an_address_inside_is_not_public(peer: str) -> None:
    assert not is_public(peer)


@pytest.mark.parametrize("peer", ["8.8.8.8", "216.147.1.1", "2600::1", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_an_address_outside_is_public(peer: str) -> None:
    assert is_public(peer)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.attack("A29", "A31")
def test_a_redirect_is_refused_and_the_token_stays_here(
    carrier: Any, gateway: VonageGateway, url: str, status: int
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as elsewhere:
        elsewhere.setblocking(False)
        carrier.answers(status, b"x", Location=f"https://127.0.0.1:{elsewhere.getsockname()[1]}/")
        assert refused(gateway, url).evidence == "redirect"
        with pytest.raises(BlockingIOError):
            elsewhere.accept()


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "GZIP", "identity, gzip"])
@pytest.mark.attack("A30")
def test_a_compressed_answer_is_refused(carrier: Any, gateway: VonageGateway, url: str, encoding: str) -> None:
    carrier.answers(200, gzip.compress(b"0" * MEBIBYTE), Content_Encoding=encoding)
    assert refused(gateway, url).evidence == "encoding"


@pytest.mark.parametrize("status", [404, 410])
def test_a_file_that_is_gone_is_said_to_be_gone(carrier: Any, gateway: VonageGateway, url: str, status: int) -> None:
    carrier.answers(status, b"")
    assert refused(gateway, url).evidence == "gone"


@pytest.mark.parametrize(
    ("status", "evidence"),
    [(400, "refused"), (401, "auth"), (402, "balance"), (403, "odd_4xx"), (418, "odd_4xx"), (429, "throttled"),
     (500, "server_error"), (503, "server_error"), (202, "unreadable_2xx"), (204, "unreadable_2xx"),
     (206, "unreadable_2xx")],
)  # fmt: skip
def test_every_other_answer_may_be_tried_again(
    carrier: Any, gateway: VonageGateway, url: str, status: int, evidence: str
) -> None:
    carrier.answers(status, b"")
    assert refused(gateway, url, CarrierBusy).evidence == evidence


@pytest.mark.parametrize("status", [401, 403])
def test_the_try_after_a_refused_token_has_a_fresh_one(
    carrier: Any, gateway: VonageGateway, url: str, status: int
) -> None:
    carrier.answers(status, b"")
    for _ in range(2):
        refused(gateway, url, CarrierBusy)
    assert len({request.headers["authorization"] for request in carrier.requests}) == 2


@pytest.fixture
def small(carrier: Any, new_settings: Callable[..., Settings]) -> VonageGateway:
    """A gateway that takes 100 KB."""
    return VonageGateway(new_settings(FIRMTEXT_MEDIA_MAX_BYTES=100_000))


def chunked(size: int) -> bytes:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    return head + b"%x\r\n%b\r\n0\r\n\r\n" % (size, b"x" * size)


@pytest.mark.parametrize("said", [
    b"HTTP/1.1 200 OK\r\nContent-Length: 100001\r\n\r\n" + b"x" * 100_001,
    b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\nx",
    b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 200_000,
    chunked(100_001),
])  # fmt: skip
@pytest.mark.attack("A30")
def test_too_many_bytes_are_refused_however_they_come(
    carrier: Any, small: VonageGateway, url: str, said: bytes
) -> None:
    carrier.says(said)
    assert refused(small, url).evidence == "too_large"


@pytest.mark.parametrize(
    "said", [b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + b"x" * 100_000, chunked(100_000)]
)
def test_just_as_many_bytes_as_allowed_are_read(carrier: Any, small: VonageGateway, url: str, said: bytes) -> None:
    carrier.says(said)
    with small.fetch_media(url) as file:
        assert len(file.read()) == 100_000


@pytest.mark.parametrize("said", [
    b"",
    b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhalf",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n50\r\nhalf",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhalf",
])  # fmt: skip
def test_half_a_file_is_no_file(carrier: Any, gateway: VonageGateway, url: str, said: bytes) -> None:
    carrier.says(said)
    refused(gateway, url, CarrierBusy)


@pytest.mark.parametrize("how", ["stays_silent", "drips"])
@pytest.mark.parametrize("head", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\n"])
def test_a_dripping_or_silent_file_ends_by_the_total_deadline(
    carrier: Any, gateway: VonageGateway, url: str, monkeypatch: pytest.MonkeyPatch, how: str, head: bytes
) -> None:
    monkeypatch.setattr(vonage_media, "TOTAL_SECONDS", 0.6)
    getattr(carrier, how)(head)
    began = time.monotonic()
    assert refused(gateway, url, CarrierBusy).evidence == "timeout"
    assert time.monotonic() - began < 3


def test_a_read_that_stalls_ends_by_its_own_time(
    carrier: Any, gateway: VonageGateway, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vonage_media, "READ_SECONDS", 0.3)
    carrier.stays_silent(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\nx")
    began = time.monotonic()
    refused(gateway, url, CarrierBusy)
    assert time.monotonic() - began < 3


def pieces(size: int) -> Iterator[bytes]:
    for _ in range(size // MEBIBYTE):
        yield os.urandom(MEBIBYTE)


def test_fifty_megabytes_pass_through_without_being_held(carrier: Any, gateway: VonageGateway, url: str) -> None:
    size = 48 * MEBIBYTE

    def behave(sock: socket.socket, _: Any) -> None:
        sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size)
        for piece in pieces(size):
            sock.sendall(piece)

    carrier.behaves = behave
    process = psutil.Process()
    before, most, read = process.memory_info().rss, 0, 0
    with gateway.fetch_media(url) as file:
        while piece := file.read(65536):
            read += len(piece)
            most = max(most, process.memory_info().rss)
    assert read == size
    assert most - before < 20 * MEBIBYTE
