"""How an answer leaves the carrier: whole, or damaged in one of the ways that happen on real networks."""

from __future__ import annotations

import socket
import struct
import time
from dataclasses import dataclass

#: Ways to damage an answer on its way.
WAYS = ("half", "drip", "stall", "bad_gzip", "wrong_length", "endless", "reset")

#: Seconds after which a connection that answers too slowly is given up.
PATIENCE = 600


@dataclass(frozen=True)
class Wire:
    """What becomes of an answer.

    `how` is one of WAYS, `whole`, `drop` (hang up without a word) or `silence`; `at` is the number of bytes after
    which `half` cuts, None for the middle of the body; `seconds` is how long `stall` and `silence` last.
    """

    how: str = "whole"
    at: int | None = None
    seconds: float | None = None


def send(connection: socket.socket, head: bytes, body: bytes, wire: Wire) -> bool:
    """Send an answer in one piece, or damage it.

    True when the connection can carry another request.
    """
    if wire.how == "whole":
        # One piece: head and body in two would wait for each other by Nagle's algorithm and delayed acknowledgement.
        connection.sendall(head + body)
        return True
    if wire.how in ("half", "stall"):
        cut = len(head) + len(body) // 2 if wire.at is None else wire.at
        connection.sendall((head + body)[:cut])
    if wire.how in ("stall", "silence"):
        wait_for_hang_up(connection, PATIENCE if wire.seconds is None else wire.seconds)
    elif wire.how == "drip":
        _drip(connection, head + body)
    elif wire.how == "endless":
        _pour(connection, head, body)
    elif wire.how == "reset":
        reset(connection)
    elif wire.how == "wrong_length":
        connection.sendall(head + body[: max(0, len(body) - 7)])
    elif wire.how == "bad_gzip":
        connection.sendall(head.replace(b"\r\n\r\n", b"\r\nContent-Encoding: gzip\r\n\r\n") + body)
    return False


def reset(connection: socket.socket) -> None:
    """Close so that the other side sees a reset instead of an end."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def wait_for_hang_up(connection: socket.socket, seconds: float) -> None:
    """Say nothing for `seconds`, or until the other side has gone."""
    connection.settimeout(seconds)
    while connection.recv(4096):
        pass


def _drip(connection: socket.socket, answer: bytes) -> None:
    end = time.monotonic() + PATIENCE
    for place in range(len(answer)):
        if time.monotonic() > end:
            return
        connection.sendall(answer[place : place + 1])
        time.sleep(1)


def _pour(connection: socket.socket, head: bytes, body: bytes) -> None:
    """The answer, and then more of it for ever."""
    lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"content-length:")]
    connection.sendall(b"\r\n".join(lines) + body)
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        connection.sendall(b"\xff" * 65536)
