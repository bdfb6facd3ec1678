"""Whom staff find to text: on the page of a matter its clients first, then related contacts, then everyone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ..language import gettext as _
from ..language import marked
from ..messaging import tenancy
from ..messaging.owners import Subject
from ..ports import promises
from ..ports.values import Contact, Party, Side
from .access import Visitor, asked

ORDER = (Side.CLIENT, Side.RELATED, Side.OPPOSING)
ROLES = {
    Side.CLIENT: marked("Client in this matter"),
    Side.RELATED: marked("Related contact in this matter"),
    Side.OPPOSING: marked("Other side in this matter"),
}
#: Few matters have more people, and a list is to be read.
MOST = 50


@dataclass(frozen=True, slots=True)
class Match:
    """A contact and the words for its part in the matter, empty outside."""

    contact: Contact
    role: str = field(default="", repr=False)


def matches(who: Visitor, typed: str, matter: str | None = None) -> list[Match]:
    """Contacts whose name or number holds ``typed`` and whom this user may text. :raises Problem: 503."""
    everyone = asked("Contacts.search", lambda: tenancy.search(who.ports, typed))
    known = {contact.ref for contact in everyone}
    in_matter = [
        Match(party.contact, _(ROLES[party.side]))
        for party in parties(who, matter)
        if party.contact.ref in known or _is_meant(party.contact, typed)
    ]
    found = list(_once([*in_matter, *map(Match, everyone)]))
    allowed: list[Match] = []
    while found and len(allowed) < MOST:
        some, found = found[:MOST], found[MOST:]
        answers = who.may_each("message.send", [Subject(who.firm.ref, (one.contact.ref,)) for one in some])
        allowed += [one for one, yes in zip(some, answers, strict=True) if yes]
    return allowed[:MOST]


def parties(who: Visitor, matter: str | None) -> list[Party]:
    """Those of a matter (the host's reference), client before related contact before the other side."""
    if matter is None:
        return []
    of_it = asked("Matters.contacts_of", lambda: promises.parties("contacts_of", who.ports.matters.contacts_of(matter)))
    return sorted(of_it, key=lambda party: ORDER.index(party.side))


def _is_meant(contact: Contact, typed: str) -> bool:
    """The host finds at most twenty, and those of the matter may not be among them."""
    digits = "".join(filter(str.isdecimal, typed))
    by_number = digits and any(digits in number.e164 for number in contact.numbers)
    return typed.casefold() in contact.name.casefold() or bool(by_number)


def _once(found: Iterable[Match]) -> Iterator[Match]:
    seen: set[str] = set()
    for one in found:
        if one.contact.ref not in seen:
            seen.add(one.contact.ref)
            yield one
