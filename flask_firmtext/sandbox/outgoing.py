"""One HTTP request to the customer's server."""

from __future__ import annotations

import http.client
from typing import NamedTuple
from urllib.parse import urlsplit

#: Seconds for the connection, and for each wait on the answer.
CONNECT, ANSWER = 3, 15
LARGEST_ANSWER = 1024 * 1024


class Answer(NamedTuple):
    """What came back; `status` is None when no answer came."""

    status: int | None
    body: bytes = b""


def ask(method: str, url: str, body: bytes | None, headers: dict[str, str], patience: float = ANSWER) -> Answer:
    """Make the request, following no redirect."""
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=CONNECT)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.connect()
        connection.sock.settimeout(patience)
        connection.request(method, target, body, {"Connection": "close", **headers})
        response = connection.getresponse()
        return Answer(response.status, response.read(LARGEST_ANSWER))
    except (OSError, http.client.HTTPException, ValueError):
        return Answer(None)
    finally:
        connection.close()
