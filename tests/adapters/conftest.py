"""A carrier of raw sockets over TLS: it answers any bytes, or none, and counts what reached it."""

from __future__ import annotations

import datetime as dt
import ipaddress
import json
import socket
import ssl
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from cryptography.x509.oid import NameOID

from flask_firmtext.adapters.vonage import VonageGateway
from flask_firmtext.ports.gateway import Outbound, Receipt
from flask_firmtext.settings import Settings, read
from hostapp import KEYS

APPLICATION = "aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab"
SECRETS = ("the newest signature secret, long enough", "an older signature secret, long enough, too")
TEXT = "canary-text-4711: your hearing is moved"
PHONE = "+14155550123"
NUMBER = "+18335550100"
PATIENCE = 20


class Authority:
    """A certificate authority of its own, its certificate in ``path``."""

    def __init__(self, folder: Path) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"authority {folder.name}")])
        self._folder = folder
        certificate = self._certificate(self._name, self._key.public_key(), authority=True)
        self.path = folder / "ca.pem"
        self.path.write_bytes(certificate.public_bytes(Encoding.PEM))

    def context(self, address: str = "127.0.0.1", *, expired: bool = False) -> ssl.SSLContext:
        """What a server at ``address`` shows."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, address)])
        certificate = self._certificate(name, key.public_key(), address=address, expired=expired)
        path = self._folder / f"{uuid.uuid4()}.pem"
        secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        path.write_bytes(secret + certificate.public_bytes(Encoding.PEM))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        return context

    def _certificate(
        self, name: x509.Name, key: Any, *, authority: bool = False, address: str | None = None, expired: bool = False
    ) -> x509.Certificate:
        now = dt.datetime.now(dt.UTC)
        day = dt.timedelta(days=1)
        builder = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(self._name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - 9 * day)
            .not_valid_after(now - day if expired else now + 9 * day)
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        )
        if address is not None:
            names = [x509.IPAddress(ipaddress.ip_address(address))]
            builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        return builder.sign(self._key, hashes.SHA256())


@dataclass
class Request:
    """One request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


Behaviour = Callable[[socket.socket, Request], object]


@dataclass
class RawCarrier:
    """A TLS server on 127.0.0.1. ``behaves`` answers a request; ``greets`` has each fresh connection before TLS."""

    context: ssl.SSLContext
    requests: list[Request] = field(default_factory=list)
    connections: int = 0
    greets: Callable[[socket.socket], object] | None = None
    closing: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.behaves: Behaviour = accept
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._live: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._listen)]
        self._threads[0].start()

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def answers(self, status: int, body: object = b"", **headers: str) -> None:
        """Answer every request so; ``body`` is bytes or becomes JSON. ``Retry_After=…`` is a header."""
        self.behaves = lambda sock, _: sock.sendall(response(status, body, **headers))

    def says(self, content: bytes) -> None:
        """Say exactly this to every request, and hang up."""

        def behave(sock: socket.socket, _: Request) -> None:
            sock.sendall(content)
            hang_up(sock)

        self.behaves = behave

    def drips(self, content: bytes, *, every: float = 0.05) -> None:
        """Send ``content``, then one byte now and then for ever."""

        def behave(sock: socket.socket, _: Request) -> None:
            sock.sendall(content)
            while not self.closing.wait(every):
                sock.sendall(b"x")

        self.behaves = behave

    def stays_silent(self, content: bytes = b"") -> None:
        """Send ``content`` and nothing more until the other side has gone."""

        def behave(sock: socket.socket, _: Request) -> None:
            sock.sendall(content)
            while not self.closing.is_set() and sock.recv(4096):
                pass

        self.behaves = behave

    def close(self) -> None:
        self.closing.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for sock in self._live:
            with suppress(OSError):
                socket.socket.shutdown(sock, socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(PATIENCE)
            assert not thread.is_alive()

    def _listen(self) -> None:
        while not self.closing.is_set():
            try:
                plain, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            thread = threading.Thread(target=self._serve, args=(plain,))
            self._threads.append(thread)
            thread.start()

    def _serve(self, plain: socket.socket) -> None:
        plain.settimeout(PATIENCE)
        self._live.append(plain)
        with plain, suppress(OSError, ValueError):
            if self.greets is not None:
                self.greets(plain)
            with self.context.wrap_socket(plain, server_side=True) as sock, sock.makefile("rb") as lines:
                self._live.append(sock)
                while (request := self._read(lines)) is not None:
                    self.requests.append(request)
                    self.behaves(sock, request)

    @staticmethod
    def _read(lines: Any) -> Request | None:
        words = lines.readline().decode("latin-1").split()
        if len(words) != 3:
            return None
        headers = {}
        while line := lines.readline().decode("latin-1").strip():
            name, _, value = line.partition(":")
            headers[name.strip().lower()] = value.strip()
        body = lines.read(int(headers.get("content-length", 0)))
        return Request(words[0], words[1], headers, body)


def response(status: int, body: object = b"", **headers: str) -> bytes:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = {"Content-Type": "application/json", "Content-Length": str(len(content)), **headers}
    head = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in lines.items() if value)
    return f"HTTP/1.1 {status} Said\r\n{head}\r\n".encode() + content


def accept(sock: socket.socket, _: Request) -> None:
    sock.sendall(response(202, {"message_uuid": str(uuid.uuid4())}))


def hang_up(sock: socket.socket) -> None:
    with suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """An authority that nobody trusts."""
    return Authority(tmp_path_factory.mktemp("stranger"))


@pytest.fixture(scope="session")
def private_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


@pytest.fixture(scope="session")
def pem(private_key: rsa.RSAPrivateKey) -> str:
    return private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


@pytest.fixture(scope="session")
def public_pem(private_key: rsa.RSAPrivateKey) -> str:
    return private_key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


@pytest.fixture(scope="session")
def certified(authority: Authority) -> ssl.SSLContext:
    """What the carrier shows."""
    return authority.context()


@pytest.fixture
def carrier(certified: ssl.SSLContext) -> Iterator[RawCarrier]:
    served = RawCarrier(certified)
    yield served
    served.close()


@pytest.fixture
def new_settings(carrier: RawCarrier, authority: Authority, pem: str) -> Callable[..., Settings]:
    """``new_settings(FIRMTEXT_X=…)``: the carrier's settings with changes."""

    def make(**changes: object) -> Settings:
        config = {
            **KEYS,
            "FIRMTEXT_VONAGE_API_KEY": "abcd1234",
            "FIRMTEXT_VONAGE_API_SECRET": "canary-api-secret",
            "FIRMTEXT_VONAGE_APPLICATION_ID": APPLICATION,
            "FIRMTEXT_VONAGE_PRIVATE_KEY": pem,
            "FIRMTEXT_VONAGE_SIGNATURE_SECRETS": list(SECRETS),
            "FIRMTEXT_VONAGE_API_HOST": carrier.host,
            "FIRMTEXT_VONAGE_REST_HOST": carrier.host,
            "FIRMTEXT_VONAGE_CA_BUNDLE": str(authority.path),
        }
        return read({**config, **changes}, {})

    return make


@pytest.fixture
def gateway(new_settings: Callable[..., Settings]) -> VonageGateway:
    return VonageGateway(new_settings())


@pytest.fixture
def send(gateway: VonageGateway) -> Callable[..., Receipt]:
    """``send()`` posts the text with the canary."""

    def post(seconds: float = 10, **changes: str) -> Receipt:
        text = {"sender": NUMBER, "to": PHONE, "text": TEXT, "reference": str(uuid.uuid4()), **changes}
        return gateway.send(Outbound(**text), seconds=seconds)

    return post
