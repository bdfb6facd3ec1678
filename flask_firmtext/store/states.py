"""The words a row may hold: states with their ranks, kinds, outcomes."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """Where a text is. See ``docs/states.md``."""

    QUEUED = "queued"
    SENDING = "sending"
    UNKNOWN = "unknown"
    SUBMITTED = "submitted"
    UNCONFIRMED = "unconfirmed"
    FAILED = "failed"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    RECEIVED = "received"


#: Certainty rises; a status never takes a text down (R6). The two last are ends of their own.
RANK = {
    State.QUEUED: 0,
    State.SENDING: 1,
    State.UNKNOWN: 1,
    State.SUBMITTED: 2,
    State.UNCONFIRMED: 2,
    State.FAILED: 3,
    State.DELIVERED: 4,
    State.CANCELLED: 0,
    State.EXPIRED: 0,
    State.RECEIVED: 4,
}


class Direction(StrEnum):
    OUT = "out"
    IN = "in"


class Kind(StrEnum):
    """Who wants a text sent. A person's goes before an automatic one."""

    STAFF = "staff"
    AUTO_REPLY = "auto_reply"
    NOTIFICATION = "notification"
    REMINDER = "reminder"


#: The smaller goes first.
PRIORITY = {Kind.STAFF: 0, Kind.AUTO_REPLY: 0, Kind.NOTIFICATION: 1, Kind.REMINDER: 1}


class Outcome(StrEnum):
    """What became of an attempt, which is one POST."""

    OPEN = "open"
    ACCEPTED = "accepted"
    NOT_SENT = "not_sent"
    REFUSED = "refused"
    UNSURE = "unsure"


class NumberState(StrEnum):
    """Where a firm's number stands with the carriers; only a verified one sends."""

    BOUGHT = "bought"
    LINKED = "linked"
    SUBMITTED = "submitted"
    VERIFIED = "verified"
    REFUSED = "refused"
    UPDATES_REQUIRED = "updates_required"
    RELEASED = "released"


class HoldKind(StrEnum):
    ACCOUNT = "account"
    NUMBER = "number"
    FIRM = "firm"


class FileState(StrEnum):
    """Where a received file is. ``parked``: a stranger's, not fetched before somebody wants it."""

    WANTED = "wanted"
    FETCHING = "fetching"
    STORED = "stored"
    REFUSED = "refused"
    GONE = "gone"
    LATE = "late"
    PARKED = "parked"


class FilingState(StrEnum):
    """Whether a file is in a matter's documents."""

    WANTED = "wanted"
    FILING = "filing"
    FILED = "filed"
    NOT_FILED = "not_filed"


class EndpointState(StrEnum):
    """Whether a firm's webhooks go to an address. ``gone``: the firm has removed it."""

    ON = "on"
    OFF = "off"
    GONE = "gone"


class DeliveryState(StrEnum):
    """What became of one event at one address. ``failed``: nobody tries any more unless a person says so."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"


class Change(StrEnum):
    """What a consent event changed."""

    OPTED_OUT = "opted_out"
    OPTED_IN = "opted_in"
    ASKED = "asked"
    NOT_AN_OPT_OUT = "not_an_opt_out"
    UNDECIDED = "undecided"


class Answer(StrEnum):
    """What an automatic answer to a client's text is about."""

    STOPPED = "stopped"
    STARTED = "started"
    HELP = "help"
    REFUSED = "refused"


class EventState(StrEnum):
    """Whether an event takes place. ``gone``: the host has it no more and never said that it was cancelled."""

    PLANNED = "planned"
    CANCELLED = "cancelled"
    GONE = "gone"


class ReminderState(StrEnum):
    """Where a reminder is. ``made``: its text is written, and has a state of its own from then on."""

    PLANNED = "planned"
    MADE = "made"
    CANCELLED = "cancelled"
    MISSED = "missed"


class Purpose(StrEnum):
    """What an automatic text about an event is for. ``which`` asks which of several events an answer is for."""

    CREATED = "created"
    UPDATED = "updated"
    CANCELLED = "cancelled"
    REMINDER = "reminder"
    THANKS = "thanks"
    WHICH = "which"


class Later(StrEnum):
    """Where a text stands that is to be sent at a time of its own, as long as it is no text yet."""

    WAITING = "waiting"
    SENT = "sent"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class KeyState(StrEnum):
    """An active key encrypts, a replaced one still has readers, a retired one has had none for long enough."""

    ACTIVE = "active"
    REPLACED = "replaced"
    RETIRED = "retired"
    DESTROYED = "destroyed"


class OrderState(StrEnum):
    """Whether an order for a number goes on by itself, waits for a person, or is done."""

    WORKING = "working"
    FAILED = "failed"
    DONE = "done"


class Step(StrEnum):
    """What an order does next. Each is written down before it is tried, and can be repeated."""

    CHOOSE = "choose"
    BUY = "buy"
    LINK = "link"
    POINT = "point"
    CHECK = "check"
