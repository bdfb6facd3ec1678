"""What a host hands over though it was not asked for it may be another firm's: dropped, and operators are told."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TypeVar

from ..current import firmtext
from ..ports import promises
from ..ports.host import Ports
from ..ports.values import Contact, Firm, User
from . import alarms

T = TypeVar("T", Contact, Firm)
Some = TypeVar("Some", Contact, User)


def firm(ref: str) -> Firm | None:
    """The firm with this reference, no other; what the host raises goes on to the caller, here and below."""
    return _same("Firms.get", ref, promises.firm("get", firmtext.host.firms.get(ref)))


def contact(ports: Ports, ref: str) -> Contact | None:
    """The contact with this reference, no other."""
    return _same("Contacts.get", ref, promises.contact("get", ports.contacts.get(ref)))


def contacts(ports: Ports, refs: Collection[str]) -> Mapping[str, Contact]:
    """The contacts with these references, no others, in this order; the host is asked once."""
    wanted = list(dict.fromkeys(refs))
    found = promises.contacts_by_ref("by_refs", ports.contacts.by_refs(wanted)) if wanted else {}
    ours = {ref: found[ref] for ref in wanted if ref in found and found[ref].ref == ref}
    if len(ours) < len(found):
        _tell("Contacts.by_refs")
    return ours


def search(ports: Ports, text: str) -> Sequence[Contact]:
    """What a search of the firm finds, without what its own ``by_refs`` does not know."""
    found = promises.contacts("search", ports.contacts.search(text))
    known = contacts(ports, [one.ref for one in found])
    return _only("Contacts.search", found, lambda one: one.ref in known)


def by_number(ports: Ports, number: str) -> Sequence[Contact]:
    """The contacts with this number (E.164), no others."""
    return with_number("by_number", promises.contacts("by_number", ports.contacts.by_number(number)), number)


def by_numbers(ports: Ports, numbers: Sequence[str]) -> Mapping[str, Sequence[Contact]]:
    """The contacts with each of these numbers (E.164), no others; the host is asked once."""
    if not numbers:
        return {}
    found = promises.contacts_by_number("by_numbers", ports.contacts.by_numbers(numbers))
    return {number: with_number("by_numbers", found.get(number, ()), number) for number in numbers}


def with_number(verb: str, found: Sequence[Contact], number: str) -> Sequence[Contact]:
    """Those of these who have the number (E.164) for which ``verb`` of Contacts was asked."""
    return _only(f"Contacts.{verb}", found, lambda one: any(number == known.e164 for known in one.numbers))


def administrators(ref: str) -> Sequence[User]:
    """The administrators of this firm, nobody else's."""
    found = promises.users("administrators", firmtext.host.users.administrators(ref))
    return _only("Users.administrators", found, lambda user: user.firm == ref)


def _only(verb: str, found: Sequence[Some], ours: Callable[[Some], bool]) -> Sequence[Some]:
    kept = [one for one in found if ours(one)]
    if len(kept) < len(found):
        _tell(verb)
    return kept


def _same(verb: str, ref: str, found: T | None) -> T | None:
    if found is None or found.ref == ref:
        return found
    _tell(verb)
    return None


def _tell(verb: str) -> None:
    alarms.tell("host_tenancy", f"the host's {verb} returned what it was not asked for")
