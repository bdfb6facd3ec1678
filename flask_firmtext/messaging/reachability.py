"""What the carrier said of a number when it was texted last: whoever is about to text it again reads that first."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from ..current import firmtext
from ..language import gettext as _
from ..language import marked
from ..store import reach_queries
from ..store.reach_queries import Settled
from ..store.states import State
from . import codes
from .moments import day
from .wording import Words

#: By what a code says of the number (``Meaning.number``); the codes stand in the carrier's adapter, each with the word
#: that belongs to it. The empty one is for every other code of a number that cannot be reached, and for none.
WARNINGS: Mapping[str, Words] = {
    "": Words(
        marked("could not be reached"),
        marked("The carrier said on %(day)s that it cannot reach this number."),
        marked("Check the number with the client before you text it again."),
    ),
    "not_in_service": Words(
        marked("not in service"),
        marked("The carrier said on %(day)s that this number is not in service."),
        marked("Ask the client for the number that is, and correct it in the contact."),
    ),
    "no_texts": Words(
        marked("cannot receive texts"),
        marked("The carrier said on %(day)s that this number cannot receive texts; it may be a landline."),
        marked("Call, or ask the client for a mobile number."),
    ),
    "no_number": Words(
        marked("cannot be texted"),
        marked("The carrier said on %(day)s that this is not a number that can be texted."),
        marked("Check the number with the client and correct it in the contact."),
    ),
}


def warning(session: Session, firm: str, zone: str, phone_index: bytes, contacts: tuple[str, ...]) -> Words | None:
    """What to read before texting a phone of these contacts (references); None when nothing is known against it.

    Only texts that were shown under them count: of a number that has changed hands, the new owner knows nothing.
    """
    found = reach_queries.settled(session, firm, contacts=contacts, phones=[phone_index])
    return _words(max(found, key=_age, default=None), zone)


def warnings(session: Session, firm: str, zone: str, phones: Mapping[str, bytes]) -> Mapping[str, Words]:
    """The same for a list of contacts (references), each with one phone; those without a warning are left out."""
    newest: dict[str, Settled] = {}
    found = reach_queries.settled(session, firm, contacts=phones.keys(), phones=set(phones.values()))
    for one in sorted(found, key=_age):
        if phones[one.contact] == one.phone_index:
            newest[one.contact] = one
    told = {contact: _words(one, zone) for contact, one in newest.items()}
    return {contact: words for contact, words in told.items() if words is not None}


def _age(one: Settled) -> datetime:
    """By when it was written: a report may come days late."""
    return one.created_at


def _words(last: Settled | None, zone: str) -> Words | None:
    if last is None or last.state == State.DELIVERED:
        return None
    words = WARNINGS[codes.meaning(last.code).number]
    when = day(last.state_at, firmtext.clock.now(), zone)
    return Words(_(words.label), _(words.meaning, day=when), _(words.next_step))
