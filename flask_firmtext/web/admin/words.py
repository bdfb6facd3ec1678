"""Rows in words for administrators: kinds, outcomes, who did it and when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from urllib.parse import urlencode

from markupsafe import Markup

from ...current import firmtext
from ...language import gettext as _
from ...language import marked
from ...messaging import owners
from ...messaging.wording import STATES
from ...store.models import Message
from ...store.states import Direction, Kind, Outcome, State
from ..times import exact

DIRECTIONS: Mapping[str, str] = {Direction.OUT: marked("Outgoing"), Direction.IN: marked("Incoming")}
KINDS: Mapping[str, str] = {
    Kind.STAFF: marked("By a person"),
    Kind.AUTO_REPLY: marked("Automatic reply"),
    Kind.NOTIFICATION: marked("Notification"),
    Kind.REMINDER: marked("Reminder"),
}
OUTCOMES: Mapping[str, str] = {
    Outcome.OPEN: marked("Not answered yet"),
    Outcome.ACCEPTED: marked("Accepted by the carrier"),
    Outcome.NOT_SENT: marked("Not sent"),
    Outcome.REFUSED: marked("Refused by the carrier"),
    Outcome.UNSURE: marked("Not known"),
}
ACTIONS: Mapping[str, str] = {
    "message.accept": marked("Written"),
    "message.retry": marked("Tried again"),
    "message.resolve": marked("Somebody said what became of it"),
    "message.resend": marked("Sent again, though it may have arrived"),
    "message.cancel": marked("Withdrawn"),
    "message.show": marked("Opened on the command line"),
    "message.view": marked("Opened in the administration"),
    "conversation.view": marked("Opened in the administration"),
    "quarantine.view": marked("Opened in the administration"),
}
ACTORS: Mapping[str, str] = {
    "worker": marked("Worker"),
    "sweep": marked("Sweep"),
    "carrier": marked("Carrier"),
    "client": marked("Client"),
    "system": marked("This system"),
    "host": marked("Practice system"),
    "probe": marked("This system"),
}
CLI = "cli:"
SOMEBODY = marked("Former colleague")


def kind(message: Message) -> str:
    """Who wanted this text."""
    return _("From a client") if message.direction == Direction.IN else _(KINDS.get(message.kind, message.kind))


def state(name: str) -> str:
    """A state of a text's history, where what waits and what is on its way must be told apart."""
    words = _(STATES.get(name, name))
    return f"{words} ({name})" if name in (State.QUEUED, State.SENDING) else words


def actors(refs: Iterable[str | None]) -> Mapping[str, str]:
    """The names of those who did something, by what stands in the row; the host is asked once."""
    found = {ref for ref in refs if ref}
    people = {ref for ref in found - ACTORS.keys() if not ref.startswith(CLI)}
    names = owners.names_of(people)
    return {ref: _(ACTORS.get(ref, "")) or names.get(ref) or _stranger(ref) for ref in found}


def _stranger(ref: str) -> str:
    on_it = _("%(name)s on the command line", name=ref.removeprefix(CLI))
    return on_it if ref.startswith(CLI) else _(SOMEBODY)


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
