"""With whom a conversation is, and in which matters: what is asked of the host before something is done from it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field

from ..messaging import owners, thread_rows
from ..messaging.numbers import display
from ..messaging.owners import Known, Subject
from ..ports.values import Contact
from ..store.transactions import reading
from .access import Visitor
from .problems import not_available, nothing_here
from .thread import may_read


@dataclass(frozen=True, slots=True)
class People:
    """Everybody who has the number of a conversation that this user may read."""

    conversation: uuid.UUID
    subject: Subject
    contacts: tuple[Contact, ...]
    names: tuple[str, ...] = field(repr=False)


def of_conversation(who: Visitor, conversation_id: uuid.UUID) -> People:
    """:raises Problem: 404, the user may not read it or it cannot be read; 503, the host cannot say."""
    subject = may_read(who, conversation_id)
    with reading() as session:
        row = thread_rows.pair(session, who.firm.ref, conversation_id)
    if row is None or row.phone is None:
        raise nothing_here()
    known = Known(row.phone, row.refs, row.ended)
    whose = owners.of_conversation(who.firm.ref, known)
    if not whose.asked:
        raise not_available()
    names = tuple(contact.name for contact in whose.contacts) or (display(row.phone),)
    return People(conversation_id, subject, whose.contacts, names)
