"""Which way a text goes: from which number of the firm to which phone, and into which conversation."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy.orm import Session, scoped_session

from ..current import firmtext
from ..errors import TextRefused
from ..language import gettext as _
from ..ports import promises
from ..ports.values import Contact
from ..store import conversation_queries, inbox_queries, indexes, queries
from ..store.models import Conversation, Number
from ..store.states import NumberState
from .numbers import parse
from .owners import Subject

Sessions = Session | scoped_session[Any]


@dataclass(frozen=True, slots=True)
class Route:
    """The way of one text. ``phone`` is E.164, ``owners`` the contacts (references) who have it now.

    ``subject`` is what the host is asked before the text takes this way.
    """

    number: Number
    phone: str = field(repr=False)
    index: bytes
    owners: tuple[str, ...]
    subject: Subject

    def reaches(self, conversation: Conversation) -> bool:
        """Whether a text in this conversation of the firm went to the same phone."""
        return conversation.phone_index == self.index


def find(
    session: Sessions, firm: str, contact: Contact, *, to: str | None, conversation: uuid.UUID | None = None
) -> Route:
    """The way to one of a contact's numbers (``to`` in E.164, None: the contact's texting number). Nothing is written.

    An answer leaves from the number of the open ``conversation`` while that is verified; everything else, and what
    is said to be an answer in a conversation of another firm or phone, from the firm's main number.

    :raises TextRefused: there is no way, with a stable code and a sentence for the person.
    :raises HostContractError: what Contacts.by_number returned is no list of contacts.
    """
    main = queries.sending_number(session, firm)
    if main is None:
        raise TextRefused(
            "not_on", _("Your firm cannot send texts yet: it has no number that the carriers have verified.")
        )
    phone = phone_of(contact, queries.own_numbers(session, firm), to=to)
    index = indexes.standing(session, firm, phone)
    number = _answering(session, firm, index, conversation) or main
    found = promises.contacts("by_number", firmtext.host.for_firm(firm).contacts.by_number(phone))
    owners = tuple(owner.ref for owner in found)
    return Route(number, phone, index, owners, _subject(session, number, index, contact.ref, owners))


def of_conversation(session: Sessions, conversation: Conversation) -> Subject:
    """What the host is asked about a conversation as this session sees it."""
    refs = inbox_queries.contacts(session, conversation.firm, [conversation.id]).get(conversation.id, ())
    return Subject(conversation.firm, refs, str(conversation.id))


def _answering(session: Sessions, firm: str, index: bytes, conversation: uuid.UUID | None) -> Number | None:
    found = inbox_queries.conversation(session, firm, conversation) if conversation else None
    if found is None or found[0].phone_index != index:
        return None
    number = session.get(Number, found[0].number_id)
    return number if number and number.state == NumberState.VERIFIED and number.release_at is None else None


def _subject(session: Sessions, number: Number, index: bytes, contact: str, owners: Collection[str]) -> Subject:
    """The conversation that the text would join; those who have the phone alone when it begins one."""
    people = tuple(dict.fromkeys((contact, *owners)))
    found = conversation_queries.open_conversation(session, number, index)
    if found is None:
        return Subject(number.firm, people)
    known = of_conversation(session, found)
    if known.contacts and not set(people) & set(known.contacts):
        return Subject(number.firm, people)
    return replace(known, contacts=tuple(dict.fromkeys((*known.contacts, *people))))


def phone_of(contact: Contact, own: Collection[str], *, to: str | None = None) -> str:
    """The number (E.164) on which a contact is texted, ``to`` or the texting number; ``own`` are the firm's.

    :raises TextRefused: there is none, with a stable code and a sentence for the person.
    """
    labels = {number.e164: number.label for number in contact.numbers}
    if not labels:
        raise TextRefused(
            "no_number", _("%(name)s has no phone number. Add one to the contact, then text it.", name=contact.name)
        )
    chosen = to or contact.texting_number or next(iter(labels))
    if chosen not in labels:
        raise TextRefused(
            "number_not_textable",
            _("%(name)s no longer has this number. Choose one of the contact's.", name=contact.name),
        )
    return parse(chosen, label=labels[chosen], own=own)
