"""Whether this process is to stop: asked by a signal, heeded between texts."""

from __future__ import annotations

from contextlib import suppress
from queue import Empty, SimpleQueue
from types import FrameType


class Stop:
    """What ``threading.Event`` would be if a signal's handler could set it.

    An Event's lock is not reentrant: a handler that runs while its own thread holds it waits for ever. Here a flag is
    set, and waiters are woken by a ``SimpleQueue``, whose ``put`` is documented to be reentrant.
    """

    def __init__(self) -> None:
        self._asked = False
        self._wake: SimpleQueue[None] = SimpleQueue()

    def set(self, number: int = 0, frame: FrameType | None = None) -> None:
        """Ask to stop; fit to be a signal's handler."""
        self._asked = True
        self._wake.put(None)

    def is_set(self) -> bool:
        """Whether somebody has asked."""
        return self._asked

    def wait(self, seconds: float) -> bool:
        """Wait until asked, at most ``seconds``. Returns whether that is so."""
        if not self._asked:
            with suppress(Empty):
                self._wake.get(timeout=seconds)
                self._wake.put(None)  # for whoever else waits
        return self._asked


#: This process's own.
stopping = Stop()
