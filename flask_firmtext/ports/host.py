"""What we ask of the practice system. A host implements the ports it has; the others stand for their absence.

Every port speaks for one firm: :meth:`Host.for_firm` is asked with the firm's reference, because a webhook has no
signed-in user. Ports use the host's own session; they never commit, never flash and never read our tables. The three
writing verbs take an idempotency ``token``: called again with the same token they return the same reference and write
nothing new.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ..zones import is_zone, no_zone
from .values import Contact, Firm, Matter, Party, Relation, User
from .work import (
    Calendar,
    Documents,
    NoCalendar,
    NoDocuments,
    NoPayments,
    NoTimeEntries,
    Payments,
    TimeEntries,
)

__all__ = [
    "Calendar",
    "Contacts",
    "Documents",
    "Firms",
    "Host",
    "Matters",
    "NoCalendar",
    "NoDocuments",
    "NoMatters",
    "NoPayments",
    "NoTimeEntries",
    "OneFirm",
    "Payments",
    "Ports",
    "TimeEntries",
    "Users",
]


class Users(ABC):
    """Who is signed in, and what they may do."""

    @abstractmethod
    def current(self) -> User | None:
        """The user of this request, or None when nobody is signed in."""

    @abstractmethod
    def may(self, user: User, action: str, object: object | None = None) -> bool:  # noqa: A002 - the word for it
        """Whether ``user`` may do ``action`` (``docs/permissions.md``) to ``object``.

        An action that the host does not know is refused.
        """

    def may_each(self, user: User, action: str, objects: Sequence[object]) -> Sequence[bool]:
        """The same for many objects at once, in their order; a host that looks into tables for each answers it with
        one query."""
        return [self.may(user, action, one) for one in objects]

    def names(self, refs: Iterable[str]) -> Mapping[str, str]:
        """The names of users by reference, for the line above a text; unknown ones are left out."""
        return {}

    def administrators(self, firm: str) -> Sequence[User]:
        """Who may change a firm's settings (``settings.edit``), for colleagues to know whom to ask."""
        return ()


class Firms(ABC):
    """The firms of this installation."""

    @abstractmethod
    def get(self, ref: str) -> Firm | None:
        """The firm with this reference, or None."""


class Contacts(ABC):
    """Who a firm texts, as the practice system knows them. Numbers are E.164."""

    @abstractmethod
    def get(self, ref: str) -> Contact | None:
        """The firm's contact with this reference; None also for another firm's."""

    def by_refs(self, refs: Sequence[str]) -> Mapping[str, Contact]:
        """The same for many references at once, without those that are nobody's; a host with many contacts answers it
        with one query."""
        found = ((ref, self.get(ref)) for ref in refs)
        return {ref: contact for ref, contact in found if contact is not None}

    @abstractmethod
    def search(self, text: str) -> Sequence[Contact]:
        """Contacts whose name or number contains ``text``, best first, at most 20; all by name when it is empty."""

    @abstractmethod
    def by_number(self, number: str) -> Sequence[Contact]:
        """Every contact with this number: a family may share one."""

    def by_numbers(self, numbers: Sequence[str]) -> Mapping[str, Sequence[Contact]]:
        """The same for many numbers at once; a host with many contacts answers it with one query."""
        return {number: self.by_number(number) for number in numbers}


class Matters(ABC):
    """A firm's cases and who is in them."""

    @abstractmethod
    def get(self, ref: str) -> Matter | None:
        """The firm's matter with this reference; None also for another firm's."""

    @abstractmethod
    def of_contact(self, contact: str) -> Sequence[Matter]:
        """The matters in which this contact is the client, open ones first."""

    def of_contacts(self, contacts: Sequence[str]) -> Mapping[str, Sequence[Matter]]:
        """The same for many contacts at once; a host with many matters answers it with one query."""
        return {contact: self.of_contact(contact) for contact in contacts}

    def related_to(self, contacts: Sequence[str]) -> Mapping[str, Sequence[Relation]]:
        """The matters in which each of these contacts is not the client: where it is related, or on the other side.

        Those of ``contacts_of`` from the contact's end, open ones first, with one query for all. Staff who are about
        to text the other side are warned with it; without it, only where the client's conversation says so. What
        clients send is never filed into these matters.
        """
        return {}

    @abstractmethod
    def contacts_of(self, matter: str) -> Sequence[Party]:
        """Everyone in a matter, the client first, related contacts included, each with its side."""


class OneFirm(Firms):
    """The absent Firms port: one firm for the whole installation."""

    def __init__(self, firm: Firm = Firm("default", "Our firm", "UTC")) -> None:  # noqa: B008 - frozen
        self.firm = firm

    def faults(self) -> Sequence[str]:
        """What is wrong with the firm, a sentence each with its cure."""
        return () if is_zone(self.firm.zone) else (f"Firm(…), zone: {no_zone(self.firm.zone)}",)

    def get(self, ref: str) -> Firm | None:
        return self.firm if ref == self.firm.ref else None


class NoMatters(Matters):
    """No matters: their tabs and lists are not shown."""

    def get(self, ref: str) -> Matter | None:
        return None

    def of_contact(self, contact: str) -> Sequence[Matter]:
        return ()

    def contacts_of(self, matter: str) -> Sequence[Party]:
        return ()


@dataclass(frozen=True)
class Ports:
    """The ports of one firm."""

    contacts: Contacts
    matters: Matters = field(default_factory=NoMatters)
    documents: Documents = field(default_factory=NoDocuments)
    time_entries: TimeEntries = field(default_factory=NoTimeEntries)
    payments: Payments = field(default_factory=NoPayments)
    calendar: Calendar = field(default_factory=NoCalendar)


class Host(ABC):
    """The practice system: who is signed in, which firms there are, and each firm's ports."""

    users: Users
    firms: Firms

    def faults(self) -> Sequence[str]:
        """What is wrong with the host itself, a sentence each with its cure; ``init_app`` refuses to go on with any.

        It is asked without a database. One that has its own asks this, too.
        """
        firms = vars(self).get("firms", getattr(type(self), "firms", None))  # a property is not run so early
        return firms.faults() if isinstance(firms, OneFirm) else ()

    def late_faults(self) -> Sequence[str]:
        """What is wrong with it that is known only once the application is whole; ``doctor`` asks, inside of it."""
        return ()

    @abstractmethod
    def for_firm(self, ref: str) -> Ports:
        """The ports of one firm. Each of their verbs sees that firm's things only."""
