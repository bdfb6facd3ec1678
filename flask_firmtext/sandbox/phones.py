"""The phones in people's hands, and what the network between them and our numbers blocks."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Any

from .journal import Journal


@dataclass
class Phone:
    """One phone with its texts, oldest first."""

    msisdn: str
    name: str = ""
    texts: list[dict[str, Any]] = field(default_factory=list)


class Phones:
    """All phones that were heard of. Safe for threads."""

    def __init__(self, journal: Journal, named: dict[str, str]) -> None:
        self._journal = journal
        self._named = named
        self._lock = threading.Lock()
        self.empty()

    def empty(self) -> None:
        """Back to the named phones without texts."""
        with self._lock:
            self._phones = {msisdn: Phone(msisdn, name) for msisdn, name in self._named.items()}
            self._blocked: set[tuple[str, str]] = set()

    def add(self, msisdn: str, text: dict[str, Any]) -> None:
        """Put a text, in or out, on a phone."""
        self._journal.add("phone_text", msisdn=msisdn, text=text)
        self.replay_text(msisdn, text)

    def replay_text(self, msisdn: str, text: dict[str, Any]) -> None:
        """Take over a text that the journal remembers."""
        with self._lock:
            self._phones.setdefault(msisdn, Phone(msisdn)).texts.append(text)

    def block(self, msisdn: str, number: str, blocked: bool) -> None:
        """Let no text of `number` reach the phone any more, or let them through again."""
        self._journal.add("block", msisdn=msisdn, number=number, blocked=blocked)
        self.replay_block(msisdn, number, blocked)

    def replay_block(self, msisdn: str, number: str, blocked: bool) -> None:
        """Take over a block that the journal remembers."""
        with self._lock:
            (self._blocked.add if blocked else self._blocked.discard)((msisdn, number))

    def blocks(self, msisdn: str, number: str) -> bool:
        """Whether the network stops texts of `number` to this phone."""
        with self._lock:
            return (msisdn, number) in self._blocked

    def get(self, msisdn: str) -> Phone:
        """A copy of one phone; any number may be one."""
        with self._lock:
            phone = self._phones.get(msisdn, Phone(msisdn))
            return Phone(phone.msisdn, phone.name, list(phone.texts))

    def all(self) -> list[Phone]:
        """Copies of all, those with the newest text first."""
        with self._lock:
            copies = [Phone(one.msisdn, one.name, list(one.texts)) for one in self._phones.values()]
        return sorted(copies, key=lambda one: one.texts[-1]["at"] if one.texts else "", reverse=True)
