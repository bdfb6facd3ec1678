"""A text's reason, what it means and what to do, in the words of the thread; and for operators what to mend."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..messaging import codes
from ..messaging.shown import MEANINGS
from ..messaging.wording import Words, failure_words
from ..store.models import Message
from ..store.states import State
from .output import say

#: For one of which nobody knows, beside what the thread says: where else there may be evidence.
LOOK_IT_UP = (
    "The carrier's interface cannot be asked what became of a text; a report that comes later is evidence by itself. "
    "Until then look in the carrier's own log for from, to and the time of an attempt (claimed_at, UTC), for its id, "
    "which the carrier got as client reference, or for its carrier_id; then `flask firmtext messages resolve`."
)


def words_of(message: Message) -> Words | None:
    """What a thread says beside this text; None where nothing has to be explained."""
    if message.state == State.FAILED:
        return failure_words(message.reason, message.code)
    words = MEANINGS.get(State(message.state))
    return words.said() if words else None


def explained(message: Message) -> dict[str, Any]:
    """For one text; the carrier's own words and the cure are for operators only."""
    words, means = words_of(message), codes.meaning(message.code)
    return {
        "label": words.label if words else None,
        "meaning": words.meaning if words else None,
        "next_step": words.next_step if words else None,
        "code_title": means.title if message.code else None,
        "cure": means.cure or None if message.code else None,
    }


def tell(messages: Iterable[Message]) -> None:
    """Below a list: each explanation once."""
    found = dict.fromkeys(words for words in map(words_of, messages) if words)
    for words in found:
        say(f"{words.label}: {words.meaning} {words.next_step}")
