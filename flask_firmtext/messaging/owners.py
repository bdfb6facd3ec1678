"""Whose a conversation is: under whom it is shown, and what the host is asked before somebody may see it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from ..current import firmtext
from ..errors import HostContractError
from ..ports import promises
from ..ports.values import Contact, Matter

log = logging.getLogger(__name__)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Subject:
    """What ``Users.may`` is asked about: a firm's conversation, or texting one of its contacts before there is one.

    ``contacts`` are the host's references of everybody under whom it was shown.
    """

    firm: str
    contacts: tuple[str, ...] = ()
    conversation: str | None = None


@dataclass(frozen=True, slots=True)
class Owners:
    """The contacts who have the number now. ``asked`` is False while the host cannot say.

    ``moved``: the number has left everybody under whom the texts were shown. Then nobody is named, because the new
    owner is a stranger to these texts.
    """

    contacts: tuple[Contact, ...] = ()
    moved: bool = False
    asked: bool = True


UNKNOWN = Owners(asked=False)


def of_numbers(firm: str, known: Mapping[str, Sequence[str]]) -> Mapping[str, Owners]:
    """The owners of each number (E.164); ``known`` gives the contacts under whom its texts were shown so far."""
    ports = firmtext.host.for_firm
    found = shielded(
        "Contacts.by_numbers",
        lambda: promises.contacts_by_number("by_numbers", ports(firm).contacts.by_numbers(list(known))),
        None,
    )
    if found is None:
        return dict.fromkeys(known, UNKNOWN)
    return {number: _owners(found.get(number, ()), refs) for number, refs in known.items()}


def _owners(contacts: Sequence[Contact], known: Sequence[str]) -> Owners:
    if known and not any(contact.ref in known for contact in contacts):
        return Owners(moved=True)
    first = sorted(contacts, key=lambda contact: contact.ref not in known)
    return Owners(tuple(first))


def matters_of(firm: str, contacts: Iterable[Contact]) -> tuple[Matter, ...]:
    """Every matter in which one of these contacts is the client, once each, open ones first.

    What the host raises goes on to the caller.
    """
    port = firmtext.host.for_firm(firm).matters
    found: dict[str, Matter] = {}
    for contact in contacts:
        theirs = promises.matters("of_contact", port.of_contact(contact.ref))
        found.update((matter.ref, matter) for matter in theirs)
    return tuple(sorted(found.values(), key=lambda matter: not matter.open))


def matters_told(firm: str, contacts: Iterable[Contact]) -> tuple[Matter, ...] | None:
    """The same; None while the host cannot say."""
    return shielded("Matters.of_contact", partial(matters_of, firm, contacts), None)


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
