"""A TCP proxy of ours between two real programs: it can refuse, hang, drip, cut after so many bytes, and reset."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

Dial = Callable[[], socket.socket]

#: What it can do to connections. ``after``: forward what the client said, then cut before any answer.
WAYS = ("refuse", "hang", "drip", "cut", "reset", "after")


@dataclass(frozen=True)
class Mischief:
    """One way, at byte ``at`` of what the client says; ``mark``: only once the client has said these bytes."""

    way: str
    at: int = 0
    mark: bytes = b""


class Proxy:
    """Listens on a port of 127.0.0.1 and passes bytes on, except as :attr:`mischief` says."""

    def __init__(self, dial: Dial) -> None:
        self.dial = dial
        self.mischief: Mischief | None = None
        self.seen: Counter[str] = Counter()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port = int(self._listener.getsockname()[1])
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        threading.Thread(target=self._accept, daemon=True, name=f"proxy-{self.port}").start()

    def close(self) -> None:
        self._listener.close()
        self.drop()

    def drop(self) -> None:
        """Cut every connection that stands."""
        with self._lock:
            standing, self._open = self._open, set()
        for one in standing:
            _shut(one)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self.seen["connections"] += 1
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        mischief = self.mischief
        if mischief and mischief.way in ("refuse", "reset"):
            self.seen[mischief.way] += 1
            _reset(client)
            return
        if mischief and mischief.way == "hang":
            self.seen["hang"] += 1
            while self.mischief is mischief:
                time.sleep(0.05)
            _reset(client)
            return
        try:
            server = self.dial()
        except OSError:
            _reset(client)
            return
        with self._lock:
            self._open |= {client, server}
        back = threading.Thread(target=self._pump, args=(server, client, False), daemon=True)
        back.start()
        self._pump(client, server, True)
        back.join()
        with self._lock:
            self._open -= {client, server}
        client.close()
        server.close()

    def _pump(self, source: socket.socket, target: socket.socket, upwards: bool) -> None:
        said = 0
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                mischief = self.mischief
                self.seen["bytes"] += len(data) if upwards else 0
                if mischief is None or not self._spoil(mischief, source, target, data, said, upwards):
                    target.sendall(data)
                said += len(data)
                if mischief is not None and mischief.way == "after" and upwards and mischief.mark in data:
                    self._cut(source, target, "after")
                    return
        with contextlib.suppress(OSError):
            target.shutdown(socket.SHUT_WR)

    def _spoil(
        self, mischief: Mischief, source: socket.socket, target: socket.socket, data: bytes, said: int, upwards: bool
    ) -> bool:
        """Do what is wanted with these bytes; False: they go on as they are."""
        if mischief.way == "drip":
            for place in range(len(data)):
                target.sendall(data[place : place + 1])
                time.sleep(0.01 if self.mischief is mischief else 0)
            return True
        if mischief.way == "cut" and upwards and said + len(data) >= mischief.at:
            target.sendall(data[: max(mischief.at - said, 0)])
            self._cut(source, target, "cut")
            raise ConnectionAbortedError
        return False

    def _cut(self, source: socket.socket, target: socket.socket, way: str) -> None:
        self.seen[way] += 1
        if way == "after":
            time.sleep(0.05)  # what was said arrives, its answer does not
        _shut(source)
        _shut(target)


def tcp(port: int) -> Dial:
    return lambda: socket.create_connection(("127.0.0.1", port), timeout=None)


def unix(path: str) -> Dial:
    def dial() -> socket.socket:
        made = socket.socket(socket.AF_UNIX)
        made.connect(path)
        return made

    return dial


def _reset(sock: socket.socket) -> None:
    with contextlib.suppress(OSError):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        sock.close()


def _shut(sock: socket.socket) -> None:
    with contextlib.suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)
