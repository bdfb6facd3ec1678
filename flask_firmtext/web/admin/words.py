"""Rows in words for administrators: kinds, outcomes, who did it and when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from urllib.parse import urlencode

from markupsafe import Markup

from ...current import firmtext
from ...messaging import owners
from ...messaging.wording import STATES
from ...store.models import Message
from ...store.states import Direction, Kind, Outcome, State
from ..times import exact

DIRECTIONS: Mapping[str, str] = {Direction.OUT: "Outgoing", Direction.IN: "Incoming"}
KINDS: Mapping[str, str] = {
    Kind.STAFF: "By a person",
    Kind.AUTO_REPLY: "Automatic reply",
    Kind.NOTIFICATION: "Notification",
    Kind.REMINDER: "Reminder",
}
OUTCOMES: Mapping[str, str] = {
    Outcome.OPEN: "Not answered yet",
    Outcome.ACCEPTED: "Accepted by the carrier",
    Outcome.NOT_SENT: "Not sent",
    Outcome.REFUSED: "Refused by the carrier",
    Outcome.UNSURE: "Not known",
}
ACTIONS: Mapping[str, str] = {
    "message.accept": "Written",
    "message.view": "Opened in the administration",
    "conversation.view": "Opened in the administration",
    "quarantine.view": "Opened in the administration",
}
ACTORS: Mapping[str, str] = {
    "worker": "Worker",
    "sweep": "Sweep",
    "carrier": "Carrier",
    "client": "Client",
    "system": "This system",
    "host": "Practice system",
}
CLI = "cli:"
SOMEBODY = "Former colleague"


def kind(message: Message) -> str:
    """Who wanted this text."""
    return "From a client" if message.direction == Direction.IN else KINDS.get(message.kind, message.kind)


def state(name: str) -> str:
    """A state of a text's history, where what waits and what is on its way must be told apart."""
    words = STATES.get(name, name)
    return f"{words} ({name})" if name in (State.QUEUED, State.SENDING) else words


def actors(refs: Iterable[str | None]) -> Mapping[str, str]:
    """The names of those who did something, by what stands in the row; the host is asked once."""
    found = {ref for ref in refs if ref}
    people = {ref for ref in found - ACTORS.keys() if not ref.startswith(CLI)}
    names = owners.names_of(people)
    return {ref: ACTORS.get(ref) or names.get(ref) or _stranger(ref) for ref in found}


def _stranger(ref: str) -> str:
    return f"{ref.removeprefix(CLI)} on the command line" if ref.startswith(CLI) else SOMEBODY


def time(at: datetime | None, zone: str) -> Markup | str:
    """On the firm's wall clock; the exact moment in UTC is in the title."""
    if at is None:
        return ""
    words = exact(at, firmtext.clock.now(), zone)
    moment = f"{at:%Y-%m-%d %H:%M:%S}"
    return Markup('<time datetime="{}" title="{} UTC">{}</time>').format(f"{at:%Y-%m-%dT%H:%M:%SZ}", moment, words)


def code(word: str | None) -> Markup | str:
    """A code as it stands in the row."""
    return Markup("<code>{}</code>").format(word) if word else ""


def link(address: str, label: object, **query: object) -> Markup:
    """A link; what it is labelled with is escaped unless it is Markup."""
    target = f"{address}?{urlencode(query)}" if query else address
    return Markup('<a href="{}">{}</a>').format(target, label)
