"""Files of received texts, from the carrier's media hosts and nowhere else.

The address of a file comes from outside and our token goes with the request, so: exactly a listed host, HTTPS, no
redirect, an address that is public, identity encoding, and a count of the bytes that are read.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO, cast
from urllib.parse import urlsplit

from requests import Response, Session

from ..coherence import loopback
from ..errors import CarrierBusy, CarrierError, CarrierRefused, CarrierUnsure, Scope
from ..settings import Settings
from .addresses import is_literal, is_public
from .exchanges import Exchange, Peer
from .vonage_answers import failure
from .vonage_token import Tokens
from .wires import Wire

READ_SECONDS = 10.0
TOTAL_SECONDS = 300.0


class MediaFiles:
    """Opens received files with the application's token."""

    def __init__(self, settings: Settings, tokens: Tokens) -> None:
        self._hosts = settings.vonage_media_hosts
        self._sandbox = loopback(settings.vonage_api_host)
        self._ca_bundle = settings.vonage_ca_bundle
        self._most = settings.media_max_bytes
        self._tokens = tokens

    @contextmanager
    def open(self, url: str) -> Iterator[BinaryIO]:
        """A file to read, once, within 300 seconds; its reads raise as this does.

        :raises CarrierRefused: evidence ``host``, ``redirect``, ``encoding``, ``gone`` or ``too_large``.
        :raises CarrierBusy: try again later.
        """
        host, port, rest = _parts(url)
        peer = self._peer(host, port)
        # Put together anew: what is fetched is what was judged, whatever another parser makes of the address.
        url = f"https://{host}{'' if port == 443 else f':{port}'}{rest}"
        token = self._tokens.current()
        with Session() as session:
            wire = Wire(session, self._ca_bundle)
            with wire.exchanging(TOTAL_SECONDS, peer) as exchange:
                response = self._ask(wire, exchange, url, token)
                if isinstance(response, CarrierError):
                    raise response
                with response:
                    body = _Body(response, exchange, self._most)
                    yield cast(BinaryIO, io.BufferedReader(body, 64 * 1024))

    def _ask(self, wire: Wire, exchange: Exchange, url: str, token: str) -> Response | CarrierError:
        headers = {"Authorization": f"Bearer {token}"}
        try:
            response = wire.open(method="GET", url=url, headers=headers, read_seconds=READ_SECONDS)
        except Exception as error:
            return _again(failure(exchange, error))
        if response.status_code in (401, 403):
            self._tokens.drop()
        refusal = self._judge(response, exchange)
        if refusal is not None:
            response.close()
            return refusal
        return response

    def _judge(self, response: Response, exchange: Exchange) -> CarrierError | None:
        status = response.status_code
        if 300 <= status < 400:
            return _refused("redirect", str(status))
        if status in (404, 410):
            return _refused("gone", str(status))
        if status != 200:
            return _again(failure(exchange, ValueError()))
        if response.headers.get("Content-Encoding", "identity").lower() != "identity":
            return _refused("encoding", "compressed")
        length = response.headers.get("Content-Length", "")
        if length.isdecimal() and int(length) > self._most:
            return _refused("too_large", length[:20])
        return None

    def _peer(self, host: str, port: int) -> Peer:
        """Judge the host of a file; the answer judges the address that it leads to."""
        if f"{host}:{port}" not in self._hosts and (port != 443 or host not in self._hosts):
            raise _refused("host", "not listed")
        if self._sandbox and (loopback(host) or is_literal(host)):
            return lambda peer: loopback(peer) if loopback(host) else peer == host
        return is_public


def _parts(url: str) -> tuple[str, int, str]:
    """Host, port and the rest of an address that may be fetched at all."""
    found = None
    try:
        parts = urlsplit(url)
        if parts.scheme == "https" and parts.hostname and "@" not in parts.netloc and url.isprintable():
            host = parts.hostname.encode("idna").decode().lower()
            rest = f"{parts.path}?{parts.query}" if parts.query else parts.path
            found = (host, 443 if parts.port is None else parts.port, rest)
    except ValueError:
        found = None
    if found is None or "\\" in url or " " in url:
        raise _refused("host", "not an https address")
    return found


def _refused(evidence: str, detail: str) -> CarrierRefused:
    return CarrierRefused(evidence, detail, scope=Scope.TEXT)


def _again(error: CarrierError) -> CarrierError:
    """Nothing was sent that could arrive twice: what is not refused for good may be tried again."""
    if isinstance(error, CarrierUnsure):
        return CarrierBusy(error.evidence, error.detail)
    if not isinstance(error, CarrierRefused) or error.evidence == "host":
        return error
    return _refused("host", error.detail) if error.evidence == "local" else CarrierBusy(error.evidence, error.detail)


class _Body(io.RawIOBase):
    """The bytes of a file as they come, counted."""

    def __init__(self, response: Response, exchange: Exchange, most: int) -> None:
        self._response = response
        self._exchange = exchange
        self._left = most

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        piece = self._read(len(buffer))
        if isinstance(piece, CarrierError):
            raise piece
        self._left -= len(piece)
        if self._left < 0:
            raise _refused("too_large", "more than allowed")
        buffer[: len(piece)] = piece
        return len(piece)

    def _read(self, size: int) -> bytes | CarrierError:
        try:
            piece: bytes = self._response.raw.read(size, decode_content=False)
        except Exception as error:
            return CarrierBusy("timeout" if self._exchange.expired else "reset", type(error).__name__)
        # A connection that we cut ourselves may look like the end of the file.
        return CarrierBusy("timeout") if self._exchange.expired else piece
