"""What one firm has in a practice system in memory."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import date

from ..ports.values import Account, Answer, Bill, Contact, Event, Link, Matter, Side


@dataclass(frozen=True)
class Document:
    """A file that was put into Documents."""

    ref: str
    place: str
    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True)
class TimeEntry:
    """Time that was recorded."""

    ref: str
    user: str
    matter: str
    minutes: int
    day: date
    note: str


@dataclass
class Files:
    """What one firm has in its practice system."""

    contacts: dict[str, Contact] = field(default_factory=dict)
    matters: dict[str, Matter] = field(default_factory=dict)
    sides: dict[str, dict[str, Side]] = field(default_factory=dict)
    roles: dict[tuple[str, str], str] = field(default_factory=dict)
    documents: dict[str, Document] = field(default_factory=dict)
    time_entries: dict[str, TimeEntry] = field(default_factory=dict)
    accounts: dict[str, Account] = field(default_factory=dict)
    bills: dict[str, tuple[str, Bill]] = field(default_factory=dict)
    links: dict[tuple[str, str], Link] = field(default_factory=dict)
    events: dict[str, Event] = field(default_factory=dict)
    answers: dict[tuple[str, str], Answer] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock)
