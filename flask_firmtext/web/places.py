"""The conversations of a contact or of a matter, for the pages on which the practice system shows these."""

from __future__ import annotations

from collections.abc import Sequence

from ..language import either
from ..language import gettext as _
from ..messaging import tenancy, threads
from ..messaging.numbers import display
from ..messaging.owners import Subject
from ..ports import promises
from ..ports.values import Contact, Side
from ..store.inbox_pages import View
from . import inbox
from .access import Visitor, asked
from .inbox import Inbox, Place
from .problems import nothing_here


def contents(who: Visitor, contact: str | None = None, matter: str | None = None, view: View = View.OPEN) -> Inbox:
    """What stands at this place; without one the table of all, filtered. :raises Problem: 404, 503."""
    if contact is None and matter is None:
        return inbox.contents(who, view)
    place, contacts = _of_contact(who, contact) if contact is not None else _of_matter(who, matter or "")
    table = threads.table_of(who.firm, who.user, contacts, may=inbox.readable(who))
    return Inbox(table, who, inbox.why_not(who), place=place)


def _of_contact(who: Visitor, ref: str) -> tuple[Place, Sequence[Contact]]:
    contact = asked("Contacts.get", lambda: tenancy.contact(who.ports, ref))
    if contact is None:
        raise nothing_here()
    labels = {display(number.e164): number.label for number in contact.numbers}
    return Place(contact.name, contact=ref, to=_to(who, contact), labels=labels), [contact]


def _of_matter(who: Visitor, ref: str) -> tuple[Place, Sequence[Contact]]:
    """Its clients and related contacts. The other side's texts are no business of this matter."""
    parties = asked("Matters.contacts_of", lambda: promises.parties("contacts_of", who.ports.matters.contacts_of(ref)))
    ours = [party for party in parties if party.side != Side.OPPOSING]
    clients = [party.contact for party in ours if party.side == Side.CLIENT]
    name = either([client.name for client in clients]) or _("anybody in this matter")
    return Place(name, matter=ref), [party.contact for party in ours]


def _to(who: Visitor, contact: Contact) -> str | None:
    return contact.ref if who.may("message.send", Subject(who.firm.ref, (contact.ref,))) else None
