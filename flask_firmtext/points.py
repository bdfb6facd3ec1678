"""Named places at which a test can stop or end a process exactly. Without ``FIRMTEXT_TEST_PAUSE`` they do nothing.

``FIRMTEXT_TEST_PAUSE=post.before`` stops the process (SIGSTOP) when it gets there; ``kill:post.before`` ends it as a
power cut would (SIGKILL). Several are separated by commas.
"""

from __future__ import annotations

import os
import signal

_WANTED = frozenset(filter(None, os.environ.get("FIRMTEXT_TEST_PAUSE", "").split(",")))


def reach(name: str) -> None:
    """Mark the point ``name``."""
    if not _WANTED:
        return
    if name in _WANTED:
        os.kill(os.getpid(), signal.SIGSTOP)
    if f"kill:{name}" in _WANTED:
        os.kill(os.getpid(), signal.SIGKILL)
