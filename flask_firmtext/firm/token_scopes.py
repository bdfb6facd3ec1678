"""What a token may: each scope with the actions of ``docs/permissions.md`` that it lets its holder ask the host for.

A scope gives nothing by itself: the host is asked for every action, of the administrator for whom the token acts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ..language import marked


@dataclass(frozen=True, slots=True)
class Scope:
    """``words`` are shown where a token is made; ``actions`` are what the host may be asked for with it."""

    words: str
    actions: frozenset[str]


def _scope(words: str, *actions: str) -> Scope:
    return Scope(words, frozenset(actions))


#: What every look at a conversation asks.
_LOOK = ("conversation.list", "conversation.read")

SCOPES: Mapping[str, Scope] = {
    "conversations:read": _scope(marked("See conversations and contacts"), *_LOOK),
    "conversations:write": _scope(marked("Mark conversations read and done"), *_LOOK, "conversation.done"),
    "texts:read": _scope(marked("Read and search texts"), *_LOOK),
    "texts:send": _scope(
        marked("Send texts, now and later, and decide about those that failed"),
        *_LOOK,
        "message.send",
        "message.cancel",
        "message.retry",
        "message.resolve",
    ),
    "consent:read": _scope(marked("See who may be texted, and why"), *_LOOK),
    "consent:write": _scope(marked("Note that a client wants no more texts"), *_LOOK, "optout.set"),
    "files:read": _scope(marked("Download received files"), *_LOOK, "attachment.read"),
    "files:write": _scope(marked("File received files"), *_LOOK, "attachment.read", "attachment.file"),
    "replies:read": _scope(marked("Read saved replies"), "saved_reply.use"),
    "replies:write": _scope(marked("Write saved replies"), "saved_reply.use", "settings.edit"),
    "templates:read": _scope(marked("Read the words of automatic texts"), "template.read"),
    "time:write": _scope(marked("Record time"), *_LOOK, "time.add"),
    "payments:write": _scope(marked("Make payment links"), "payment.insert"),
    "events:read": _scope(marked("See how invitations stand"), *_LOOK, "event.read"),
    "events:write": _scope(marked("Send what an event's clients are waiting for"), "event.read", "message.send"),
    "settings:read": _scope(marked("See the settings and numbers"), "template.read"),
    "settings:write": _scope(marked("Change the settings"), "template.read", "settings.edit"),
    "registration:read": _scope(marked("See the registration with the carriers"), "number.verify"),
    "registration:write": _scope(marked("Fill in the registration with the carriers"), "number.verify"),
    "retention:read": _scope(
        marked("See what is kept, held and erased"), *_LOOK, "retention.set", "legal_hold", "contact.erase"
    ),
    "retention:write": _scope(marked("Set what is kept, and legal holds"), *_LOOK, "retention.set", "legal_hold"),
    "erasures:write": _scope(marked("Erase texts, for good"), *_LOOK, "legal_hold", "contact.erase"),
    "record:read": _scope(marked("Read the record of who did what"), *_LOOK, "event.read", "audit.read"),
    "webhooks:read": _scope(marked("See where webhooks go, and what became of them"), "webhook.edit"),
    "webhooks:write": _scope(marked("Say where webhooks go, and post them again"), "webhook.edit"),
    "quarantine:read": _scope(marked("See webhooks that have no place yet"), *_LOOK, "quarantine.read"),
}


def actions_of(scopes: Iterable[str]) -> frozenset[str]:
    """What the host may be asked for with these; a scope that is no more gives nothing."""
    return frozenset[str]().union(*(SCOPES[one].actions for one in scopes if one in SCOPES))
