"""What a worker may be asked to do. A task takes ids and calls one function."""

from __future__ import annotations

import uuid

from . import drain as drains
from . import heartbeats
from .bells import hear, ring_next


def drain(message_id: str) -> None:
    """Send this text if it is due, then what else is due or rung for. Rung twice or late, it does no harm."""
    drains.run(uuid.UUID(message_id), beat=lambda: heartbeats.beat_now_and_then(heartbeats.SEND), hear=hear)
    ring_next()
