"""R1 to R11 and the counts of the campaign, from the two witnesses only. Each violation is a record."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from .driver import Driver, Written
from .histories import Archive
from .witnesses import Ledger, Tables

SENT = {"submitted", "delivered", "unconfirmed"}
ENDS = SENT | {"failed", "cancelled", "expired"}
#: What leaves open whether a POST was made: no such attempt is ever closed as not sent.
DOUBTS = {"claimer_gone", "timeout", "reset", "server_error", "unreadable_2xx", "redirect", "uuid_reused"}
#: What a violation is about that is no text's.
NOBODY = "-"
#: Within so many seconds a stored text is claimed, whatever happened to the bell.
HANDED_OVER = 75.0


def excluding(begin: datetime, end: datetime, blocked: list[tuple[datetime, datetime]]) -> float:
    """Seconds from ``begin`` to ``end`` outside of what is blocked."""
    seconds, at = 0.0, begin
    for since, until in sorted(blocked):
        if since > at:
            seconds += max((min(since, end) - at).total_seconds(), 0)
        at = max(at, until)
    return seconds + max((end - at).total_seconds(), 0)


@dataclass(frozen=True)
class Violation:
    """One promise broken: which, about what, and everything that is known of it."""

    count: str
    about: str
    what: str
    history: tuple[str, ...] = ()


@dataclass
class Oracle:
    """Holds the witnesses against each other.

    ``unknown`` are the texts that were so when all was quiet, before the person decided about ``decided`` of them.
    """

    driver: Driver
    rows: Tables
    carrier: Ledger
    left: dict[str, int] = field(default_factory=dict)
    canaries: list[str] = field(default_factory=list)
    replayed: list[str] = field(default_factory=list)
    grown: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)
    unseen: list[str] = field(default_factory=list)
    readable: list[tuple[str, str]] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    at_most_unknown: float | None = None
    decided: int = 0
    found: list[Violation] = field(default_factory=list)
    checked: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.posts = self.carrier.by_reference
        self.allowed = self.driver.stack.allowed
        against = [
            (str(self.rows.attempts[one].message_id), line.evidence)
            for one, lines in self.rows.audit.items()
            for line in lines
            if one in self.rows.attempts and line.action == "evidence.contradiction"
        ]
        self.contradicted = {message for message, _ in against}
        #: F65 is a 429 that sent: these may have been posted again, because the carrier lied.
        self.excused = {message for message, why in against if why == "throttled" and self.allowed["contradiction"]}

    def judge(self, checks: tuple[Check, ...]) -> list[Violation]:
        """Count; each violation comes with the whole history of what it is about."""
        archive = Archive(self.rows, self.carrier, self.driver)
        for check in checks:
            before = len(self.found)
            for about, what in check(self):
                lines = () if about == NOBODY else archive.history(about)
                self.found.append(Violation(check.__name__, about, what, lines))
            self.checked[check.__name__] = len(self.found) - before
        return self.found

    def waits(self) -> Iterator[tuple[str, float]]:
        """For how long texts of staff waited for their first claim, without what could not be helped."""
        if self.skewed:
            return
        pairs: dict[str, list[Any]] = {}
        for key, row in self.outgoing():
            pairs.setdefault(str(row.conversation_id), []).append((row.position, key, row))
        for texts in pairs.values():
            free = None
            for _, key, row in sorted(texts, key=lambda one: one[0]):
                attempts = self.rows.by_message.get(key, [])
                if row.kind == "staff" and attempts:
                    due = max(row.created_at, free or row.created_at)
                    yield key, excluding(due, attempts[0].claimed_at, self.driver.stack.blocked)
                closed = [one.closed_at for one in attempts if one.closed_at]
                free = max([*closed, free or row.created_at])

    def neglected(self) -> Iterator[tuple[str, float]]:
        """The same; of those that waited too long, since their firm's last older text went: a queue is no neglect."""
        first = {key: lines[0].claimed_at for key, lines in self.rows.by_message.items() if lines}
        for key, seconds in self.waits():
            if seconds <= HANDED_OVER:
                yield key, seconds
                continue
            row, claimed = self.rows.messages[key], first[key]
            older = [
                first[other]
                for other, one in self.rows.messages.items()
                if one.firm == row.firm and one.created_at < row.created_at and first.get(other, claimed) < claimed
            ]
            yield key, min(seconds, excluding(max([*older, row.created_at]), claimed, self.driver.stack.blocked))

    @property
    def skewed(self) -> bool:
        """Whether rows are as early or late as a process's clock was wrong: SQLite has none of its own."""
        return bool(self.allowed["clock"]) and self.driver.stack.scale.db == "sqlite"

    def people(self, message: str) -> bool:
        """Whether a person decided about this text."""
        return any(line.action in ("message.resolve", "message.resend") for line in self.rows.audit.get(message, ()))

    def is_erased(self, message: str) -> bool:
        """Whether a text went with its conversation."""
        row = self.rows.messages.get(message)
        return row is not None and str(row.conversation_id) in self.rows.erased

    def accepted(self) -> Iterator[Written]:
        return (one for one in self.driver.written if one.id)

    def outgoing(self) -> Iterator[tuple[str, Any]]:
        return ((key, row) for key, row in self.rows.messages.items() if row.direction == "out")


Found = Iterator[tuple[str, str]]
Check = Callable[[Oracle], Found]
