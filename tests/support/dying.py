"""A step of ours that a power cut ends at a named point: in a child of this process, by SIGKILL."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

from flask_firmtext import points
from flask_firmtext.current import firmtext


def dies_at(point: str, step: Callable[[], object]) -> bool:
    """Run ``step`` until it reaches ``point``. Returns whether it came there and was killed."""
    child = os.fork()
    if child == 0:
        for engine in firmtext.db.engines.values():
            engine.dispose(close=False)  # the sockets are the parent's
        points._WANTED = frozenset({f"kill:{point}"})
        try:
            step()
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
