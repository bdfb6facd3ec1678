"""One request to the carrier and its answer: within a total time, and it is known how far it got.

How far is the whole question after a failure: before the first byte was handed to the socket nothing was sent, after it
nobody can know. The exceptions of the libraries do not tell (a TLS handshake that stalls is a "read timeout" to them),
so the connection notes it here.
"""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from enum import IntEnum
from math import inf
from time import monotonic
from types import TracebackType

from ..errors import CarrierBusy, CarrierRefused, Scope

CONNECT_SECONDS = 5.0
#: A request whose first byte is not out by then (a process that was frozen) is not begun any more.
BEGIN_SECONDS = 10.0

Peer = Callable[[str], bool]


class Stage(IntEnum):
    """How far a request got."""

    DIALING = 0
    SECURING = 1
    WRITTEN = 2


class Exchange(AbstractContextManager["Exchange"]):
    """One request and its answer, cut off after ``seconds`` in all, however slowly the answer drips.

    Only the look-up of a name cannot be cut; when it took too long the request is not begun.
    ``peer`` judges the address that was connected to. ``status``, ``headers`` and ``body`` are what has come.
    """

    def __init__(self, seconds: float, peer: Peer | None = None) -> None:
        self.stage = Stage.DIALING
        self.expired = False
        self.status: int | None = None
        self.headers: dict[str, str] = {}
        self.body = b""
        self._peer = peer
        self._begin_by = monotonic() + min(seconds, BEGIN_SECONDS)
        self._lock = threading.Lock()
        self._handle: socket.socket | None = None
        self._seconds = seconds

    def __enter__(self) -> Exchange:
        watch.begins(self, monotonic() + self._seconds)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        watch.ends(self)
        with self._lock:
            if self._handle is not None:
                self._handle.close()
                self._handle = None

    def seconds_to_connect(self) -> float:
        left = min(CONNECT_SECONDS, self._begin_by - monotonic())
        if left <= 0:
            # A slow name server or several dead addresses, most likely: to be tried again later, not at once.
            raise CarrierBusy("connect", "no time left")
        return left

    def judge(self, address: str) -> None:
        """:raises CarrierRefused: nobody is to be connected to there, not even to learn whether somebody listens."""
        if self._peer is not None and not self._peer(address):
            raise CarrierRefused("host", "address not public", scope=Scope.TEXT)

    def connected(self, sock: socket.socket) -> None:
        self._hold(sock)
        self.judge(sock.getpeername()[0])
        self.stage = Stage.SECURING

    def write(self, sock: socket.socket) -> None:
        """Judge the time directly before the first byte of the request."""
        if self.stage is Stage.WRITTEN:
            return
        if monotonic() >= self._begin_by:
            raise CarrierBusy("frozen")
        self._hold(sock)
        self.stage = Stage.WRITTEN

    def _hold(self, sock: socket.socket) -> None:
        # A second descriptor of the same connection: shutting it down cuts the connection under a TLS object that
        # another thread is reading from, without touching that object.
        with self._lock:
            if self.expired:
                raise CarrierBusy("frozen")
            if self._handle is None:
                self._handle = socket.socket(fileno=os.dup(sock.fileno()))

    def cut(self) -> None:
        """The time is over."""
        with self._lock:
            self.expired = True
            if self._handle is not None:
                with suppress(OSError):
                    self._handle.shutdown(socket.SHUT_RDWR)


class Watch:
    """One thread that cuts off whichever exchange is over: to start one for each costs a tenth of a send."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Watch nothing: a child of fork has none of its parent's threads, and maybe a lock that one of them held."""
        self._changed = threading.Condition()
        self._ends: dict[Exchange, float] = {}
        self._wakes = 0.0
        self._thread: threading.Thread | None = None

    def begins(self, exchange: Exchange, end: float) -> None:
        """Cut ``exchange`` off at ``end`` (monotonic)."""
        with self._changed:
            self._ends[exchange] = end
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="firmtext-watch", daemon=True)
                self._thread.start()
            elif end < self._wakes:
                self._changed.notify()

    def ends(self, exchange: Exchange) -> None:
        with self._changed:
            self._ends.pop(exchange, None)

    def _run(self) -> None:
        while True:
            for exchange in self._over():
                exchange.cut()

    def _over(self) -> list[Exchange]:
        """Wait until one is over at the latest, or a nearer end has been told."""
        with self._changed:
            self._wakes = min(self._ends.values(), default=inf)
            self._changed.wait(None if self._wakes == inf else max(self._wakes - monotonic(), 0))
            over = [exchange for exchange, end in self._ends.items() if end <= monotonic()]
            for exchange in over:
                del self._ends[exchange]
            return over


watch = Watch()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=watch.reset)
