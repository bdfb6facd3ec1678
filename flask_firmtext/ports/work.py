"""What we ask of the practice system's records: documents, time, payments and events. Each may be absent.

``ports.host`` says how they are reached, and what holds for all.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import date
from typing import BinaryIO

from .values import Account, Answer, Bill, Event, Link


class Documents(ABC):
    """Where received files are kept. Writes, so it takes a token."""

    @abstractmethod
    def file(self, place: str, name: str, media_type: str, stream: BinaryIO, *, token: str) -> str:
        """Keep a file under ``place`` (a matter's or contact's reference) and return the document's reference.

        ``name`` is ours and harmless, and not unique. ``stream`` is read once, forwards; it may be large, and what it
        raises must come out. The same ``token`` is the same document, however often it is said and whatever died in
        between. Runs in your session without a request, often in another process; never commit or roll back here.
        """

    def url(self, document: str) -> str | None:
        """The document's page in the host, None where there is none."""
        return None


class TimeEntries(ABC):
    """Where time is recorded. Writes, so it takes a token.

    ``increment`` is in how many minutes the firm bills: what we offer is rounded up to a multiple of it.
    """

    increment: int = 1

    @abstractmethod
    def add(self, user: str, matter: str, minutes: int, day: date, note: str, *, token: str) -> str:
        """Record ``minutes`` of work (1 to 1440) and return the entry's reference.

        ``note`` is what the user left of ours: by itself it names the contact and no word of a text.
        """

    def url(self, entry: str) -> str | None:
        """The entry's page in the host, None where there is none."""
        return None


class Payments(ABC):
    """Where clients pay. What is paid, the host tells with ``firmtext.payment_received``.

    The verbs that return a link may write: they run in your session, which is committed with our row. Asked again for
    the same, return the same link, so that a second press makes no second one.
    """

    @abstractmethod
    def accounts(self) -> Sequence[Account]:
        """The accounts into which the firm takes payments."""

    @abstractmethod
    def bills(self, contact: str) -> Sequence[Bill]:
        """The contact's bills with something still due, oldest first."""

    def bill(self, ref: str) -> Bill | None:
        """The firm's bill with this reference; None also for another firm's. Without it a bill page offers no link."""
        return None

    @abstractmethod
    def bill_link(self, bill: str, account: str) -> Link:
        """A link on which the client pays what is due on this bill."""

    @abstractmethod
    def link(self, account: str) -> Link:
        """A link without an amount, for anybody."""

    def link_for(self, account: str, contact: str) -> Link:
        """The same for one contact, so that its payment is known to be that contact's."""
        return self.link(account)


class Calendar(ABC):
    """The host's events. ``respond`` writes, so it takes a token."""

    @abstractmethod
    def event(self, ref: str) -> Event | None:
        """The event as it stands now, None when it is cancelled or gone."""

    def url(self, event: str) -> str | None:
        """The event's page in the host, None where there is none."""
        return None

    @abstractmethod
    def respond(self, event: str, contact: str, answer: Answer, *, token: str) -> None:
        """Note what the contact answered; a later answer replaces an earlier one."""


class NoDocuments(Documents):
    """No documents: files stay with us."""

    def file(self, place: str, name: str, media_type: str, stream: BinaryIO, *, token: str) -> str:
        raise NotImplementedError("this host keeps no documents")


class NoTimeEntries(TimeEntries):
    """No time entries: "Add time" is not offered."""

    def add(self, user: str, matter: str, minutes: int, day: date, note: str, *, token: str) -> str:
        raise NotImplementedError("this host keeps no time entries")


class NoPayments(Payments):
    """No payments: "Insert payment link" is not offered."""

    def accounts(self) -> Sequence[Account]:
        return ()

    def bills(self, contact: str) -> Sequence[Bill]:
        return ()

    def bill_link(self, bill: str, account: str) -> Link:
        raise NotImplementedError("this host takes no payments")

    def link(self, account: str) -> Link:
        raise NotImplementedError("this host takes no payments")


class NoCalendar(Calendar):
    """No calendar: no invitations and no reminders."""

    def event(self, ref: str) -> Event | None:
        return None

    def respond(self, event: str, contact: str, answer: Answer, *, token: str) -> None:
        raise NotImplementedError("this host has no calendar")
