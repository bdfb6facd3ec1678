"""Where an epoch ends: a number has left everybody under whom its texts were shown.

What was written stays with them; whoever has the number next is a stranger to it, and it to the firm.
"""

from __future__ import annotations

from itertools import groupby
from typing import Any

from sqlalchemy.orm import Session, scoped_session

from ..current import firmtext
from ..store import audit, inbox_queries, indexes
from ..store.models import Conversation
from ..store.transactions import notes
from . import conversations, owners, tenancy, threads
from .shown import read_phones

Sessions = Session | scoped_session[Any]


def contact_changed(session: Sessions, contact: str) -> int:
    """End the conversations whose numbers have left ``contact`` and everybody else who had them; returns how many.

    Joined: nothing is committed here. The host is asked what the numbers are now, inside its own transaction. While
    it cannot say, nothing ends: the pages find out by themselves that a number has moved.
    """
    found = inbox_queries.open_under(session, contact)
    ended = 0
    for firm, some in groupby(found, key=lambda row: row.firm):
        rows = list(some)
        refs = inbox_queries.contacts(session, firm, [row.id for row in rows])
        known = threads.known_of(rows, read_phones(session, rows), refs)
        whose = owners.of_conversations(firm, known)
        ended += sum(_end(session, row) for row in rows if row.id in whose and whose[row.id].moved)
    for row in inbox_queries.erased_under(session, contact):
        _part(session, row, contact)
    return ended


def _part(session: Sessions, conversation: Conversation, contact: str) -> None:
    """What was erased goes on under whoever had it, until the number has left: only the host knows it in words."""
    firm = conversation.firm
    refs = inbox_queries.contacts(session, firm, [conversation.id]).get(conversation.id, ())
    ports = firmtext.host.for_firm
    found = owners.shielded("Contacts.by_refs", lambda: tenancy.contacts(ports(firm), refs), None)
    if found is None:
        return
    numbers = {index for one in found.values() for number in one.numbers for index in indexes.all_of(firm, number.e164)}
    if bytes(conversation.phone_index) not in numbers:
        conversations.part(session, conversation)


def _end(session: Sessions, conversation: Conversation) -> bool:
    if not conversations.close(session, conversation):
        return False
    table = (Conversation.__tablename__, conversation.id)
    audit.record(session, "conversation.end", table, firm=conversation.firm, actor=audit.HOST, evidence="number_left")
    notes(session).show(conversation.firm)
    return True
