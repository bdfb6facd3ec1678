"""An HTTP server for WSGI applications that answers in one piece, keeps connections, and can hang up."""

from __future__ import annotations

import contextlib
import io
import socket
import socketserver
import sys
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes, urlsplit

from werkzeug.test import run_wsgi_app

from . import wire as wires
from .wire import Wire

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

#: The key in the WSGI environment of the list to which an application appends a Wire.
_WIRES = "sandbox.wires"
#: Seconds that a connection may idle between two requests, and that a handshake may take.
IDLE, HANDSHAKE = 75, 10
LARGEST_BODY = 96 * 1024 * 1024

#: What to do with a fresh connection: wrap it in TLS, or raise OSError to hang up.
Greeting = Callable[[socket.socket], socket.socket]


def damage(environ: dict[str, Any], wire: Wire) -> None:
    """Let the answer to the request of `environ` leave by `wire`."""
    environ[_WIRES].append(wire)


class Listener(socketserver.ThreadingTCPServer):
    """One listening socket with one WSGI application; a thread a connection."""

    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True
    request_queue_size = 256

    def __init__(self, port: int, app: WSGIApplication, greeting: Greeting | None = None) -> None:
        self.app = app
        self.greeting = greeting
        super().__init__(("127.0.0.1", port), Handler)

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self.server_address[1])

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A peer that goes away is everyday life; anything else is our bug and shows."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    server_version = "nginx"
    sys_version = ""
    timeout = IDLE
    server: Listener

    def setup(self) -> None:
        """Handshake here, in the connection's thread: a slow client must not stop the others."""
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.request.settimeout(HANDSHAKE)
        self.refused = False
        if self.server.greeting is not None:
            try:
                self.request = self.server.greeting(self.request)
            except OSError:
                self.refused = True
        super().setup()

    def handle(self) -> None:
        """Serve requests until one side has enough."""
        if not self.refused:
            with contextlib.suppress(OSError):
                super().handle()

    def finish(self) -> None:
        """Close what the handshake made; the server closes the plain socket only."""
        with contextlib.suppress(OSError):
            super().finish()
        self.request.close()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("do_"):
            return self._answer
        raise AttributeError(name)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class says so
        """Keep texts and numbers out of the terminal: the ledger tells what happened."""

    def _answer(self) -> None:
        body = self._body()
        if body is None:
            return
        environ = self._environ(body)
        chunks, status, headers = run_wsgi_app(self.server.app, environ, buffered=True)
        answer = b"".join(chunks)
        wire = [Wire(), *environ[_WIRES]][-1]
        self.close_connection = self.close_connection or self.headers.get("Connection", "").lower() == "close"
        head = f"HTTP/1.1 {status}\r\n" + "".join(f"{name}: {value}\r\n" for name, value in headers)
        if "Content-Length" not in headers and status[:3] != "204":
            head += f"Content-Length: {len(answer)}\r\n"
        connection = "close" if self.close_connection else "keep-alive"
        head += f"Date: {self.date_time_string()}\r\nConnection: {connection}\r\n"
        if self.command == "HEAD":
            answer = b""
        if not wires.send(self.connection, head.encode("latin-1") + b"\r\n", answer, wire):
            self.close_connection = True

    def _body(self) -> bytes | None:
        """The request's body; None when there is none that can be read, and then the connection ends."""
        length = self.headers.get("Content-Length", "0")
        if "Transfer-Encoding" in self.headers or not length.isdigit() or int(length) > LARGEST_BODY:
            self.close_connection = True
            self.send_error(411 if "Transfer-Encoding" in self.headers else 413)
            return None
        body = self.rfile.read(int(length))
        if len(body) < int(length):
            self.close_connection = True
            return None
        return body

    def _environ(self, body: bytes) -> dict[str, Any]:
        url = urlsplit(self.path)
        environ: dict[str, Any] = {
            "REQUEST_METHOD": self.command,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote_to_bytes(url.path).decode("latin-1"),
            "QUERY_STRING": url.query,
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": str(self.server.port),
            "SERVER_PROTOCOL": self.request_version,
            "REMOTE_ADDR": self.client_address[0],
            "CONTENT_LENGTH": str(len(body)),
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            _WIRES: [],
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "https" if self.server.greeting else "http",
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
        for name, value in self.headers.items():
            environ.setdefault("HTTP_" + name.upper().replace("-", "_"), value)
        return environ
