"""The connection to the carrier: HTTPS, one at a time, each request posted once."""

from __future__ import annotations

import logging
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from time import monotonic
from typing import Any

from requests import Response, Session
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPSConnection
from urllib3.connectionpool import HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError
from urllib3.response import HTTPResponse
from urllib3.util import Retry

from .exchanges import CONNECT_SECONDS, Exchange, Peer

ANSWER_SECONDS = 20.0
#: A kept connection is used again only within this time: later the far end may just be closing it.
IDLE_SECONDS = 4.0
#: A page of 100 numbers is the longest answer there is.
ANSWER_BYTES = 1024 * 1024


def quiet() -> None:
    """Keep addresses and odd headers out of the logs, where urllib3 writes them."""
    for name, level in (
        ("urllib3", logging.WARNING),
        ("urllib3.connection", logging.ERROR),
        ("urllib3.connectionpool", logging.ERROR),
    ):
        logger = logging.getLogger(name)
        logger.setLevel(max(logger.level, level))


class Connection(HTTPSConnection):
    """A connection that tells its exchange how far the request got."""

    wire: Wire

    def _new_conn(self) -> socket.socket:
        exchange = self.wire.exchange
        try:
            sock = self._dial(exchange)
        except socket.gaierror as error:
            raise NameResolutionError(self.host, self, error) from error
        except TimeoutError as error:
            raise ConnectTimeoutError(self, "timed out") from error
        except OSError as error:
            raise NewConnectionError(self, "no connection") from error
        try:
            exchange.connected(sock)
        except BaseException:
            sock.close()
            raise
        return sock

    def _dial(self, exchange: Exchange) -> socket.socket:
        # The library gives each address of a name the whole time; ours is for all of them together.
        failure: OSError = TimeoutError()
        for family, kind, protocol, _, address in socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM):
            exchange.judge(str(address[0]))
            sock = socket.socket(family, kind, protocol)
            try:
                for option in self.socket_options or ():
                    sock.setsockopt(*option)
                sock.settimeout(exchange.seconds_to_connect())
                sock.connect(address)
            except BaseException as error:
                sock.close()
                if not isinstance(error, OSError):
                    raise
                failure = error
            else:
                return sock
        raise failure

    def send(self, data: Any) -> None:
        if isinstance(self.sock, ssl.SSLSocket):
            self.wire.exchange.write(self.sock)
        super().send(data)

    def getresponse(self) -> HTTPResponse:  # type: ignore[override]
        response = super().getresponse()
        # Without its address a redirect is an answer like any other to the layers above.
        response.headers.discard("Location")
        exchange = self.wire.exchange
        exchange.headers = {name.lower(): value for name, value in response.headers.items()}
        exchange.status = response.status
        return response


class _Pool(HTTPSConnectionPool):
    ConnectionCls = Connection

    def __init__(self, host: str, port: int | None = None, *, wire: Wire, **kw: Any) -> None:
        super().__init__(host, port, **kw)
        self._wire = wire

    def _new_conn(self) -> Any:
        connection: Any = super()._new_conn()
        connection.wire = self._wire
        return connection


class _Adapter(HTTPAdapter):
    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        super().__init__(pool_connections=1, pool_maxsize=1, max_retries=Retry(total=0))

    def init_poolmanager(self, *args: Any, **kw: Any) -> None:
        super().init_poolmanager(*args, **kw)
        self.poolmanager.pool_classes_by_scheme = {"https": partial(_Pool, wire=self._wire)}

    def proxy_manager_for(self, *args: Any, **kw: Any) -> Any:
        # A connection that does not note how far a request got would make every lost text look unsent.
        manager = super().proxy_manager_for(*args, **kw)
        manager.pool_classes_by_scheme = {"https": partial(_Pool, wire=self._wire)}
        return manager


class Wire:
    """A session made safe: one connection, HTTPS only, no retry, no redirect, nothing from the environment.

    One thread uses it at a time, one exchange after the other. ``ca_bundle`` is a path; None: the system's.
    """

    def __init__(self, session: Session, ca_bundle: str | None) -> None:
        self.session = session
        self.exchange = Exchange(0)
        self._idle_since = monotonic()
        # A netrc entry would replace our token, a proxy variable reroute the text, and the variables for
        # certificates override `verify`.
        session.trust_env = False
        session.verify = ca_bundle or True
        session.headers["Accept-Encoding"] = "identity"
        session.adapters.clear()
        session.mount("https://", _Adapter(self))
        self._request = session.request

    @contextmanager
    def exchanging(self, seconds: float, peer: Peer | None = None) -> Iterator[Exchange]:
        """One exchange of at most ``seconds``."""
        if monotonic() - self._idle_since > IDLE_SECONDS:
            self.session.close()
        with Exchange(seconds, peer) as exchange:
            self.exchange = exchange
            try:
                yield exchange
            finally:
                self._idle_since = monotonic()

    def request(self, **kw: Any) -> Response:
        """As :meth:`requests.Session.request`, but one that reads at most 1 MiB and never fails after the status."""
        response = self.open(**kw)
        try:
            self.exchange.body = self._body(response)
        finally:
            response.close()
        response._content, response._content_consumed = self.exchange.body, True  # type: ignore[attr-defined]
        return response

    def open(self, *, read_seconds: float = ANSWER_SECONDS, **kw: Any) -> Response:
        """A response whose body is still to be read."""
        fixed = {"allow_redirects": False, "stream": True, "timeout": (CONNECT_SECONDS, read_seconds)}
        return self._request(**{**kw, **fixed})

    @staticmethod
    def _body(response: Response) -> bytes:
        body = bytearray()
        try:
            for piece in response.iter_content(8192):
                body += piece
                if len(body) > ANSWER_BYTES:
                    return b""
        except Exception:
            # Cut, stalled, bad chunk, bad gzip: the status line stands all the same, and is judged.
            return b""
        return bytes(body)
