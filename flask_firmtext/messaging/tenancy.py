"""What a host hands over though it was not asked for it may be another firm's: dropped, and operators are told."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TypeVar

from ..current import firmtext
from ..ports import promises
from ..ports.host import Ports
from ..ports.values import Contact, Firm, User
from . import alarms

T = TypeVar("T", Contact, Firm)


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


def administrators(ref: str) -> Sequence[User]:
    """The administrators of this firm, nobody else's."""
    found = promises.users("administrators", firmtext.host.users.administrators(ref))
    ours = [user for user in found if user.firm == ref]
    if len(ours) < len(found):
        _tell("Users.administrators")
    return ours


def _same(verb: str, ref: str, found: T | None) -> T | None:
    if found is None or found.ref == ref:
        return found
    _tell(verb)
    return None


def _tell(verb: str) -> None:
    alarms.tell("host_tenancy", f"the host's {verb} returned what it was not asked for")
