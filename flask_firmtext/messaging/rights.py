"""What a user may, asked for many things at once: a page of fifty costs the host one question."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ..store.models import Conversation
from .owners import Subject

May = Callable[[Subject], bool]


def each(may: May, subjects: Sequence[Subject]) -> Sequence[bool]:
    """Whether ``may`` allows each of these. One that can answer for all of them has a verb ``each``."""
    asks: Callable[[Sequence[Subject]], Sequence[bool]] | None = getattr(may, "each", None)
    return asks(subjects) if asks else [may(one) for one in subjects]


def subject(conversation: Conversation, contacts: tuple[str, ...]) -> Subject:
    """What the host is asked about before this conversation is shown."""
    return Subject(conversation.firm, contacts, str(conversation.id))
