"""The eight ports in memory."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import BinaryIO

from ..ports.host import Calendar, Contacts, Documents, Firms, Matters, Payments, TimeEntries, Users
from ..ports.permissions import ADMINISTRATOR, STAFF
from ..ports.values import Account, Answer, Bill, Contact, Event, Firm, Link, Matter, Party, Relation, Side, User
from .faults import Faults, faulty
from .files import Document, Files, TimeEntry

SEARCH_LIMIT = 20


class MemoryUsers(Users):
    """Who is signed in is a matter of each thread, as each request has a thread."""

    may_each = faulty(Users.may_each)  # type: ignore[type-var]

    def __init__(self, faults: Faults) -> None:
        self.faults = faults
        self.all: dict[str, User] = {}
        self._refused: set[tuple[str, str]] = set()
        self._walls: dict[str, set[str]] = {}
        self._thread = threading.local()

    def sign_in(self, ref: str | None) -> None:
        """Let the user with this reference be the current one of this thread; None signs out, so does a stranger."""
        self._thread.ref = ref

    def refuse(self, user: str, action: str) -> None:
        """Take a right from a user."""
        self._refused.add((user, action))

    def wall_off(self, user: str, *refs: str) -> None:
        """Let a user know nothing of these contacts, matters and events (references)."""
        self._walls.setdefault(user, set()).update(refs)

    @faulty
    def current(self) -> User | None:
        return self.all.get(getattr(self._thread, "ref", None) or "")

    @faulty
    def may(self, user: User, action: str, object: object | None = None) -> bool:  # noqa: A002 - the port's name
        if user.ref not in self.all or (user.ref, action) in self._refused:
            return False
        if getattr(object, "firm", user.firm) != user.firm:
            return False
        about = {*getattr(object, "contacts", ()), getattr(object, "event", None), getattr(object, "matter", None)}
        if not about.isdisjoint(self._walls.get(user.ref, ())):
            return False
        return action in STAFF or (user.administrator and action in ADMINISTRATOR)

    @faulty
    def names(self, refs: Iterable[str]) -> Mapping[str, str]:
        return {ref: self.all[ref].name for ref in refs if ref in self.all}

    @faulty
    def administrators(self, firm: str) -> Sequence[User]:
        return [user for user in self.all.values() if user.firm == firm and user.administrator]


class MemoryFirms(Firms):
    def __init__(self, faults: Faults) -> None:
        self.faults = faults
        self.all: dict[str, Firm] = {}

    @faulty
    def get(self, ref: str) -> Firm | None:
        return self.all.get(ref)


class _OfOneFirm:
    def __init__(self, files: Files, faults: Faults) -> None:
        self.files = files
        self.faults = faults


class MemoryContacts(_OfOneFirm, Contacts):
    @faulty
    def get(self, ref: str) -> Contact | None:
        return self.files.contacts.get(ref)

    @faulty
    def search(self, text: str) -> Sequence[Contact]:
        wanted, digits = text.strip().casefold(), "".join(filter(str.isdecimal, text))
        found = [contact for contact in self.files.contacts.values() if _matches(contact, wanted, digits)]
        best = sorted(
            found, key=lambda contact: (not contact.name.casefold().startswith(wanted), contact.name.casefold())
        )
        return best[:SEARCH_LIMIT]

    @faulty
    def by_number(self, number: str) -> Sequence[Contact]:
        return self._with(number)

    @faulty
    def by_refs(self, refs: Sequence[str]) -> Mapping[str, Contact]:
        return {ref: self.files.contacts[ref] for ref in refs if ref in self.files.contacts}

    @faulty
    def by_numbers(self, numbers: Sequence[str]) -> Mapping[str, Sequence[Contact]]:
        return {number: self._with(number) for number in numbers}

    def _with(self, number: str) -> Sequence[Contact]:
        return [
            contact
            for contact in self.files.contacts.values()
            if any(number == known.e164 for known in contact.numbers)
        ]


def _matches(contact: Contact, wanted: str, digits: str) -> bool:
    in_number = digits and any(digits in known.e164 for known in contact.numbers)
    return wanted in contact.name.casefold() or bool(in_number)


class MemoryMatters(_OfOneFirm, Matters):
    @faulty
    def get(self, ref: str) -> Matter | None:
        return self.files.matters.get(ref)

    @faulty
    def of_contact(self, contact: str) -> Sequence[Matter]:
        return self._of(contact)

    @faulty
    def of_contacts(self, contacts: Sequence[str]) -> Mapping[str, Sequence[Matter]]:
        return {contact: self._of(contact) for contact in contacts}

    @faulty
    def related_to(self, contacts: Sequence[str]) -> Mapping[str, Sequence[Relation]]:
        return {contact: self._related(contact) for contact in contacts}

    def _related(self, contact: str) -> Sequence[Relation]:
        files = self.files
        sides = [(matter, files.sides[matter.ref].get(contact)) for matter in files.matters.values()]
        found = [
            Relation(matter, side, files.roles.get((matter.ref, contact), ""))
            for matter, side in sides
            if side not in (None, Side.CLIENT)
        ]
        return sorted(found, key=lambda relation: not relation.matter.open)

    def _of(self, contact: str) -> Sequence[Matter]:
        mine = [
            matter for matter in self.files.matters.values() if self.files.sides[matter.ref].get(contact) is Side.CLIENT
        ]
        return sorted(mine, key=lambda matter: not matter.open)

    @faulty
    def contacts_of(self, matter: str) -> Sequence[Party]:
        sides = self.files.sides.get(matter, {})
        parties = [Party(self.files.contacts[ref], side) for ref, side in sides.items() if ref in self.files.contacts]
        return sorted(parties, key=lambda party: party.side is not Side.CLIENT)


class MemoryDocuments(_OfOneFirm, Documents):
    @faulty
    def file(self, place: str, name: str, media_type: str, stream: BinaryIO, *, token: str) -> str:
        with self.files.lock:
            if token not in self.files.tokens:
                if place not in self.files.matters and place not in self.files.contacts:
                    raise LookupError("no matter and no contact has this reference")
                ref = f"document-{len(self.files.documents) + 1}"
                self.files.documents[ref] = Document(ref, place, name, media_type, stream.read())
                self.files.tokens[token] = ref
            return self.files.tokens[token]

    @faulty
    def url(self, document: str) -> str | None:
        return f"/documents/{document}" if document in self.files.documents else None


class MemoryTimeEntries(_OfOneFirm, TimeEntries):
    increment = 6

    @faulty
    def add(self, user: str, matter: str, minutes: int, day: date, note: str, *, token: str) -> str:
        with self.files.lock:
            if token not in self.files.tokens:
                if matter not in self.files.matters:
                    raise LookupError("no matter has this reference")
                ref = f"time-{len(self.files.time_entries) + 1}"
                self.files.time_entries[ref] = TimeEntry(ref, user, matter, minutes, day, note)
                self.files.tokens[token] = ref
            return self.files.tokens[token]

    @faulty
    def url(self, entry: str) -> str | None:
        return f"/time#{entry}" if entry in self.files.time_entries else None


class MemoryPayments(_OfOneFirm, Payments):
    @faulty
    def accounts(self) -> Sequence[Account]:
        return list(self.files.accounts.values())

    @faulty
    def bills(self, contact: str) -> Sequence[Bill]:
        due = [bill for owner, bill in self.files.bills.values() if owner == contact and bill.due > 0]
        return sorted(due, key=lambda bill: bill.issued or date.max)

    @faulty
    def bill(self, ref: str) -> Bill | None:
        return self.files.bills[ref][1] if ref in self.files.bills else None

    @faulty
    def bill_link(self, bill: str, account: str) -> Link:
        _, what = self.files.bills[bill]
        return self._link(bill, account, f"pay bill {what.number} (${what.due:,.2f}) here")

    @faulty
    def link(self, account: str) -> Link:
        return self._link("", account, "pay here")

    @faulty
    def link_for(self, account: str, contact: str) -> Link:
        return self._link(f"/{contact}", account, "pay here")

    def _link(self, bill: str, account: str, label: str) -> Link:
        if account not in self.files.accounts:
            raise LookupError("no account has this reference")
        with self.files.lock:
            url = f"https://pay.practice.example/{secrets.token_urlsafe(16)}"
            return self.files.links.setdefault((bill, account), Link(url, label))


class MemoryCalendar(_OfOneFirm, Calendar):
    @faulty
    def event(self, ref: str) -> Event | None:
        return self.files.events.get(ref)

    @faulty
    def respond(self, event: str, contact: str, answer: Answer, *, token: str) -> None:
        with self.files.lock:
            if event not in self.files.events or contact not in self.files.contacts:
                raise LookupError("no event or no contact has this reference")
            if token not in self.files.tokens:
                self.files.tokens[token] = event
                self.files.answers[event, contact] = answer

    @faulty
    def url(self, event: str) -> str | None:
        return f"/calendar/{event}" if event in self.files.events else None
