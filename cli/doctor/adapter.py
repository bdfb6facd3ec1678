"""Whether the host keeps its promises: verbs that only read, asked for one firm. The contract suite asks the rest."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import TypeVar

from flask import current_app
from sqlalchemy import select

from ...current import firmtext
from ...errors import HostContractError, where
from ...ports import promises
from ...ports.host import OneFirm, Ports
from ...ports.values import Firm
from ...store.models import Texting
from ...store.transactions import reading
from ...zones import is_zone
from . import patience
from .finding import Finding, doubtful, fine, wrong

T = TypeVar("T")

#: Pages wait for the host, so one verb should not take longer (seconds).
SLOW = 2.0
_LIMIT = "Give what it waits for a time limit: every page that asks it waits, too."
_SUITE = "Mend the port; flask_firmtext.testing.HostContract shows each promise as a test."
_MADE = "Mend it where the host is made (docs/host.md); until then it is left out."
_ZONE = "Give the firm one such as America/Chicago; until then its times are told in UTC."
#: The time zones of so many firms are looked at.
MOST = 20
ID = "host"


class _Asking:
    """Asks one verb after the other and keeps what is to be told of them."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []

    def ask(self, verb: str, question: Callable[[], T]) -> T | None:
        """The answer; None, and a finding, when there is none that can be used."""
        began = time.monotonic()
        try:
            answer = patience.answered(question, patience.VERB)
        except patience.Late:
            seen = f"The host's {verb} has not answered within {patience.VERB:g} s; the rest of it was not asked."
            self.findings.append(wrong(ID, seen, _LIMIT))
            raise
        except HostContractError as error:
            self.must(False, verb, f"breaks its promise: it must return {error.expected}")
            return None
        except Exception as error:
            self.must(False, verb, f"raised {where(error)}")
            return None
        took = time.monotonic() - began
        if took > SLOW:
            seen = f"{verb} took {took:.1f} s, and our pages wait for it."
            self.findings.append(doubtful(ID, seen, "Give its query an index."))
        return answer

    def must(self, holds: object, verb: str, otherwise: str) -> None:
        if not holds:
            self.findings.append(wrong(ID, f"The host's {verb} {otherwise}", _SUITE))


def adapter() -> Iterator[Finding]:
    """Users, Firms, Contacts and Matters of the first firm that has texting; nothing is written, nobody named."""
    late = [wrong(ID, fault, _MADE) for fault in firmtext.host.late_faults()]
    yield from late
    refs = _firms()
    if not refs:
        seen = "No firm has turned texting on yet, so the host was not asked for one."
        yield doubtful(ID, seen, "Run the contract of a host as a test before one does (docs/host.md, Try it).")
        return
    asking = _Asking()
    with suppress(patience.Late), current_app.test_request_context():
        _everything(asking, refs)
        firmtext.db.session.rollback()  # not when a verb hangs, who still has the session in hand
    yield from asking.findings
    if not (late or asking.findings):
        yield fine(ID, "Its ports keep their promises, as far as reading one firm tells.")


def _everything(asking: _Asking, refs: Sequence[str]) -> None:
    """:raises Late: a verb hangs, and may have the host's session in hand: nothing else is asked."""
    ref, *others = refs
    _people(asking, ref)
    for other in others:
        _firm(asking, other)
    ports = asking.ask("for_firm", lambda: firmtext.host.for_firm(ref))
    asking.must(isinstance(ports, Ports), "for_firm", "must return Ports")
    if isinstance(ports, Ports):
        _contacts(asking, ports)


def _firms() -> Sequence[str]:
    """The firms that have texting, or the only one there is."""
    with reading() as session:
        asked = select(Texting.firm).where(Texting.off_at.is_(None)).order_by(Texting.firm).limit(MOST)
        chosen = session.scalars(asked).all()
    firms = firmtext.host.firms
    return chosen or ([firms.firm.ref] if isinstance(firms, OneFirm) else [])


def _firm(asking: _Asking, ref: str) -> Firm | None:
    """A firm as the host has it; its zone is looked at."""
    firm = asking.ask("Firms.get", lambda: promises.firm("get", firmtext.host.firms.get(ref)))
    if firm is not None and not is_zone(firm.zone):
        seen = f"The host's Firms.get says of {ref} that its zone is {firm.zone!r}, which is no IANA time zone."
        asking.findings.append(wrong(ID, seen, _ZONE))
    return firm


def _people(asking: _Asking, ref: str) -> None:
    host = firmtext.host
    firm = _firm(asking, ref)
    asking.must(firm is not None and firm.ref == ref, "Firms.get", f"does not know {ref}, which has turned texting on")
    asking.ask("Users.current", lambda: promises.user("current", host.users.current()))
    found = asking.ask("Users.administrators", lambda: promises.users("administrators", host.users.administrators(ref)))
    if found is not None and not found:
        seen = f"The host's Users.administrators names nobody for {ref}: staff are not told whom to ask."
        asking.findings.append(doubtful(ID, seen, "Return who may change the firm's settings."))
    asking.must(all(user.firm == ref for user in found or ()), "Users.administrators", "returned another firm's user")


def _contacts(asking: _Asking, ports: Ports) -> None:
    """The first contact there is, found again in each way."""
    contacts = ports.contacts
    found = asking.ask("Contacts.search", lambda: promises.contacts("search", contacts.search("")))
    nobody = asking.ask("Contacts.get", lambda: promises.contact("get", contacts.get("no such contact")))
    asking.must(nobody is None, "Contacts.get", "must return None for a reference that is nobody's")
    if not found:
        return
    first = found[0]
    again = asking.ask("Contacts.get", lambda: promises.contact("get", contacts.get(first.ref)))
    asking.must(again is not None and again.ref == first.ref, "Contacts.get", "does not find whom search found")
    asking.ask("Matters.of_contact", lambda: promises.matters("of_contact", ports.matters.of_contact(first.ref)))
    if first.numbers:
        e164 = first.numbers[0].e164
        same = asking.ask("Contacts.by_number", lambda: promises.contacts("by_number", contacts.by_number(e164)))
        there = any(one.ref == first.ref for one in same or ())
        asking.must(there, "Contacts.by_number", "does not find a contact by the number that search gave")
