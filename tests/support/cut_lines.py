"""A line to PostgreSQL that is cut, once, at a word that is on its way there."""

from __future__ import annotations

import select
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress

import sqlalchemy as sa


@contextmanager
def cutting(url: str, word: bytes, *, passes: bool) -> Iterator[tuple[str, threading.Event]]:
    """An address that leads to ``url``; once the event is set, the line that says ``word`` is cut, before the server
    has heard it or, where it ``passes``, before its answer."""
    there, cut = sa.make_url(url), threading.Event()
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        threading.Thread(target=_serve, args=(server, there, word, cut, passes), daemon=True).start()
        here = there.difference_update_query(["host"]).set(host="127.0.0.1", port=server.getsockname()[1])
        yield here.render_as_string(hide_password=False), cut


def _serve(server: socket.socket, goal: sa.URL, word: bytes, cut: threading.Event, passes: bool) -> None:
    with suppress(OSError):
        while True:
            line = server.accept()[0], _connected(goal)
            threading.Thread(target=_carry, args=(*line, word, cut, passes), daemon=True).start()


def _connected(goal: sa.URL) -> socket.socket:
    host, port = str(goal.host or goal.query.get("host")), int(goal.port or 5432)
    if not host.startswith("/"):
        return socket.create_connection((host, port))
    there = socket.socket(socket.AF_UNIX)
    there.connect(f"{host}/.s.PGSQL.{port}")
    return there


def _carry(client: socket.socket, database: socket.socket, word: bytes, cut: threading.Event, passes: bool) -> None:
    ends = False
    with closing(client), closing(database), suppress(OSError):
        while True:
            for ready in select.select([client, database], [], [])[0]:
                data = ready.recv(65536)
                if ready is client and word in data and cut.is_set():
                    cut.clear()
                    ends = True
                if not data or (ends and (ready is database or not passes)):
                    return
                (database if ready is client else client).sendall(data)
