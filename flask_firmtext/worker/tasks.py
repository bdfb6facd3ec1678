"""What a worker may be asked to do. A task takes ids and calls one function."""

from __future__ import annotations

import os
import uuid

from ..errors import where
from . import drain as drains
from . import heartbeats
from .bells import hear, ring_next

#: As a process that the kernel ended for want of memory (128 and SIGKILL).
OUT_OF_MEMORY = 137


class NotDrained(Exception):
    """What RQ writes into Redis and its log of a drain that failed: type and place, without the error's own words."""


def drain(message_id: str) -> None:
    """Send this text if it is due, then what else is due or rung for. Rung twice or late, it does no harm.

    A process that gets no more memory ends here, and its parent starts another. RQ would go on in it and fail again
    with each ring, alive and of no use.
    """
    try:
        drains.run(uuid.UUID(message_id), beat=lambda: heartbeats.beat_now_and_then(heartbeats.SEND), hear=hear)
        ring_next()
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    except Exception as error:
        raise NotDrained(where(error)) from None
