"""A call to one of our numbers: which one rings, and what its caller hears."""

from __future__ import annotations

import json

from ..ports.gateway import RawRequest, Speech
from .vonage_events import e164
from .vonage_signature import payload

#: Of a longer text nothing is said: the call drops.
LONGEST = 1500


def called(request: RawRequest) -> str | None:
    """The number (E.164) in the question what to do with a call."""
    return e164((payload(request) or {}).get("to"))


def say(words: str) -> Speech:
    """An NCCO, the carrier's list of actions, that says the words and hangs up. ``loop`` 0 would be for ever."""
    talk = {"action": "talk", "text": words[:LONGEST], "language": "en-US", "loop": 1}
    return Speech("application/json", json.dumps([talk], ensure_ascii=False))
