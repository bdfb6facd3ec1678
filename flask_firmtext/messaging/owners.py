"""Whose a conversation is: under whom it is shown, and what the host is asked before somebody may see it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from ..current import firmtext
from ..errors import HostContractError
from ..ports import promises
from ..ports.host import NoMatters
from ..ports.values import Contact, Matter
from . import tenancy

log = logging.getLogger(__name__)

K = TypeVar("K")
T = TypeVar("T")
MattersByContact = Mapping[str, Sequence[Matter]]


@dataclass(frozen=True, slots=True)
class Subject:
    """What ``Users.may`` is asked about: a firm's conversation, texting one of its contacts before there is one, or an
    event.

    ``contacts`` are the host's references of everybody under whom it was shown. ``event`` and ``matter`` are those of
    an event and of what it belongs to.
    """

    firm: str
    contacts: tuple[str, ...] = ()
    conversation: str | None = None
    event: str | None = None
    matter: str | None = None


@dataclass(frozen=True, slots=True)
class Owners:
    """The contacts who have the number now. ``asked`` is False while the host cannot say.

    ``moved``: the number has left everybody under whom the texts were shown. Then nobody is named, because the new
    owner is a stranger to these texts. ``clients`` (references) are those whose texts they are all the same: what came
    with them goes on to belong to their matters.
    """

    contacts: tuple[Contact, ...] = ()
    moved: bool = False
    asked: bool = True
    clients: tuple[str, ...] = ()


UNKNOWN = Owners(asked=False)


@dataclass(frozen=True, slots=True)
class Known:
    """What we know of a conversation: its phone (E.164), under whom it was shown so far, whether its epoch ended."""

    phone: str = field(repr=False)
    contacts: Sequence[str]
    ended: bool = False


def of_conversations(firm: str, known: Mapping[K, Known]) -> Mapping[K, Owners]:
    """Whose each of these conversations is; the host is asked once.

    Two may have one phone and be two people's: that of the number's old owner and that of the new one.
    """
    ports, numbers = firmtext.host.for_firm, list(dict.fromkeys(one.phone for one in known.values()))
    whose = shielded("Contacts.by_numbers", lambda: tenancy.by_numbers(ports(firm), numbers), None)
    if whose is None:
        return dict.fromkeys(known, UNKNOWN)
    return {key: _owners(whose[one.phone], one) for key, one in known.items()}


def of_conversation(firm: str, known: Known) -> Owners:
    """Whose this conversation is."""
    return of_conversations(firm, {"": known})[""]


def _owners(contacts: Sequence[Contact], known: Known) -> Owners:
    refs = known.contacts
    if refs and not any(contact.ref in refs for contact in contacts):
        return Owners(moved=True, clients=tuple(refs))
    if known.ended:  # who got the number since has no part in it
        contacts = [contact for contact in contacts if contact.ref in refs]
    first = sorted(contacts, key=lambda contact: contact.ref not in refs)
    return Owners(tuple(first), clients=tuple(contact.ref for contact in first))


def matters_of(firm: str, clients: Iterable[str]) -> tuple[Matter, ...]:
    """Every matter in which one of these contacts (references) is the client, once each, open ones first.

    What the host raises goes on to the caller.
    """
    port = firmtext.host.for_firm(firm).matters
    found: dict[str, Matter] = {}
    for client in clients:
        theirs = promises.matters("of_contact", port.of_contact(client))
        found.update((matter.ref, matter) for matter in theirs)
    return tuple(sorted(found.values(), key=lambda matter: not matter.open))


def matters_by_contact(firm: str, contacts: Iterable[str]) -> MattersByContact:
    """The matters of each of these contacts (references) as their client; the host is asked once. A page goes on
    without them."""
    wanted = list(dict.fromkeys(contacts))
    nothing: MattersByContact = {}
    if not wanted:
        return nothing
    ports = firmtext.host.for_firm
    return shielded(
        "Matters.of_contacts",
        lambda: promises.matters_by_contact("of_contacts", ports(firm).matters.of_contacts(wanted)),
        nothing,
    )


def has_matters(firm: str) -> bool:
    """Whether the host has matters at all, as far as it can say."""
    return shielded("Host.for_firm", lambda: not isinstance(firmtext.host.for_firm(firm).matters, NoMatters), False)


def matters_told(firm: str, clients: Iterable[str]) -> tuple[Matter, ...] | None:
    """The same; None while the host cannot say."""
    return shielded("Matters.of_contact", partial(matters_of, firm, clients), None)


def names_of(users: Iterable[str]) -> Mapping[str, str]:
    """The names of the firm's people, as far as the host knows them."""
    wanted = set(users)
    nobody: Mapping[str, str] = {}
    if not wanted:
        return nobody
    return shielded("Users.names", lambda: promises.names("names", firmtext.host.users.names(wanted)), nobody)


def shielded(verb: str, ask: Callable[[], T], otherwise: T) -> T:
    """What the host says. A page of texts is worth more than a name: a port that raises leaves out what it knows."""
    try:
        return ask()
    except Exception as error:
        told = error if isinstance(error, HostContractError) else type(error).__name__
        log.warning("the host's %s failed with %s; the page goes on without it", verb, told)
        return otherwise
