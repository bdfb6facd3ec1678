"""A practice system in memory: several firms, who is signed in, and faults. For tests of hosts and of ours."""

from __future__ import annotations

import itertools
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from ..ports.host import Host, Ports
from ..ports.values import Account, Bill, Contact, Event, Firm, Matter, PhoneNumber, Side, User
from .faults import Fault, Faults
from .files import Files
from .ports import (
    MemoryCalendar,
    MemoryContacts,
    MemoryDocuments,
    MemoryFirms,
    MemoryMatters,
    MemoryPayments,
    MemoryTimeEntries,
    MemoryUsers,
)


class MemoryHost(Host):
    """Every port, in memory. Each ``add_…`` returns the value that the ports will return.

    References are given or counted ("contact-1"), so that equal calls make equal hosts in every process.
    """

    users: MemoryUsers
    firms: MemoryFirms

    def __init__(self) -> None:
        self._faults = Faults()
        self._files: dict[str, Files] = {}
        self._numbers: dict[str, itertools.count[int]] = {}
        self.users = MemoryUsers(self._faults)
        self.firms = MemoryFirms(self._faults)

    def for_firm(self, ref: str) -> Ports:
        """The ports of one firm. :raises LookupError: there is no such firm."""
        files = self.files(ref)
        return Ports(
            MemoryContacts(files, self._faults),
            MemoryMatters(files, self._faults),
            MemoryDocuments(files, self._faults),
            MemoryTimeEntries(files, self._faults),
            MemoryPayments(files, self._faults),
            MemoryCalendar(files, self._faults),
        )

    def files(self, firm: str) -> Files:
        """What a firm has, to look at and to change: documents, time entries, answers to invitations."""
        if firm not in self._files:
            raise LookupError(f"no firm has the reference {firm!r}")
        return self._files[firm]

    @property
    def calls(self) -> list[str]:
        """Every verb that was called, as "Contacts.get", in order."""
        return self._faults.calls

    def fault(self, verb: str, **how: Any) -> Fault:
        """Let a verb go wrong; see :meth:`.faults.Faults.add`."""
        return self._faults.add(verb, **how)

    def mend(self) -> None:
        """Let every verb work again."""
        self._faults.clear()

    def add_firm(self, ref: str, name: str, zone: str = "America/Chicago", **more: Any) -> Firm:
        """A firm. ``more`` are the other fields of :class:`Firm`."""
        self._files.setdefault(ref, Files())
        self.firms.all[ref] = firm = Firm(ref, name, zone, **more)
        return firm

    def add_user(self, firm: str, name: str, *, administrator: bool = False, ref: str | None = None) -> User:
        """A user of a firm."""
        self.files(firm)
        user = User(ref or self._next("user"), name, firm, administrator)
        self.users.all[user.ref] = user
        return user

    def add_contact(
        self, firm: str, name: str, *numbers: str | PhoneNumber, ref: str | None = None, **more: Any
    ) -> Contact:
        """A contact; texts go to the first of ``numbers`` unless ``texting_number`` says which.

        ``more`` are the other fields of :class:`Contact`.
        """
        known = tuple(PhoneNumber(number) if isinstance(number, str) else number for number in numbers)
        more.setdefault("texting_number", known[0].e164 if known else None)
        contact = Contact(ref or self._next("contact"), name, known, **more)
        return self.put_contact(firm, contact)

    def put_contact(self, firm: str, contact: Contact) -> Contact:
        """Put a contact in the place of the one with its reference, or add it."""
        self.files(firm).contacts[contact.ref] = contact
        return contact

    def remove_contact(self, firm: str, ref: str) -> None:
        """Delete a contact; its matters stay."""
        del self.files(firm).contacts[ref]

    def add_matter(self, firm: str, title: str, *, client: Contact, ref: str | None = None, **more: Any) -> Matter:
        """A matter of ``client``. ``more`` are the other fields of :class:`Matter`."""
        matter = Matter(ref or self._next("matter"), title, **more)
        files = self.files(firm)
        files.matters[matter.ref] = matter
        files.sides[matter.ref] = {client.ref: Side.CLIENT}
        return matter

    def relate(self, firm: str, matter: Matter, contact: Contact, side: Side = Side.RELATED, *, role: str = "") -> None:
        """Tie a contact to a matter beside its client; ``role`` is the word for its part ("Witness")."""
        files = self.files(firm)
        files.sides[matter.ref][contact.ref] = side
        files.roles[matter.ref, contact.ref] = role

    def add_event(
        self,
        firm: str,
        title: str,
        start: datetime,
        *,
        end: datetime | None = None,
        ref: str | None = None,
        **more: Any,
    ) -> Event:
        """An event, of an hour and in the firm's zone unless told otherwise. ``more`` are other fields of it."""
        more.setdefault("zone", self.firms.all[firm].zone)
        event = Event(ref or self._next("event"), title, start, end or start + timedelta(hours=1), **more)
        return self.put_event(firm, event)

    def put_event(self, firm: str, event: Event) -> Event:
        """Put an event in the place of the one with its reference, or add it."""
        self.files(firm).events[event.ref] = event
        return event

    def remove_event(self, firm: str, ref: str) -> None:
        """Delete an event."""
        del self.files(firm).events[ref]

    def add_account(self, firm: str, name: str, *, trust: bool = False, ref: str | None = None) -> Account:
        """A bank account."""
        account = Account(ref or self._next("account"), name, trust)
        self.files(firm).accounts[account.ref] = account
        return account

    def add_bill(
        self, firm: str, contact: Contact, due: Decimal | str, *, issued: date | None = None, ref: str | None = None
    ) -> Bill:
        """A bill of a contact, in US dollars; one with 0 due is paid or void."""
        ref = ref or self._next("bill")
        bill = Bill(ref, ref.rpartition("-")[2], Decimal(due), issued=issued, contact=contact.ref)
        self.files(firm).bills[bill.ref] = (contact.ref, bill)
        return bill

    def _next(self, kind: str) -> str:
        return f"{kind}-{next(self._numbers.setdefault(kind, itertools.count(1)))}"
