"""Which way a text goes: from which number of the firm to which phone, and into which conversation."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session, scoped_session

from ..current import firmtext
from ..errors import TextRefused
from ..language import gettext as _
from ..ports.values import Contact
from ..store import conversation_queries, indexes
from ..store.conversation_queries import Shown
from ..store.models import Conversation, Number
from ..store.states import NumberState
from . import tenancy
from .numbers import parse
from .owners import Subject

Sessions = Session | scoped_session[Any]


@dataclass(frozen=True, slots=True)
class Route:
    """The way of one text. ``phone`` is E.164, ``owners`` the contacts (references) who have it now.

    ``subject`` is what the host is asked before the text takes this way; ``shown`` the open conversation between number
    and phone, as it was then.
    """

    number: Number
    phone: str = field(repr=False)
    index: bytes
    owners: tuple[str, ...]
    subject: Subject
    shown: Shown | None = None

    def goes_on(self, contact: str) -> Conversation | None:
        """The conversation that a text to this contact joins, if none is to be begun, ended or shown anew for it."""
        shown = self.shown
        return shown.conversation if shown and {contact, *self.owners} <= {*shown.contacts} else None

    def reaches(self, conversation: Conversation) -> bool:
        """Whether a text in this conversation of the firm went to the same phone."""
        return conversation.phone_index == self.index


@dataclass(frozen=True, slots=True)
class Way:
    """A route before the host is asked who has the phone: it may take its time, and no connection is to wait for it."""

    number: Number
    phone: str = field(repr=False)
    index: bytes
    contact: str
    shown: Shown | None

    def asked(self) -> Route:
        """The route. :raises HostContractError: what Contacts.by_number returned is no list of contacts."""
        firm = self.number.firm
        owners = tuple(owner.ref for owner in tenancy.by_number(firmtext.host.for_firm(firm), self.phone))
        subject = _subject(firm, self.shown, self.contact, owners)
        return Route(self.number, self.phone, self.index, owners, subject, self.shown)


def find(
    session: Sessions, firm: str, contact: Contact, *, to: str | None, conversation: uuid.UUID | None = None
) -> Route:
    """:func:`look`, and then the host is asked. :raises TextRefused, HostContractError: as these two."""
    return look(session, firm, contact, to=to, conversation=conversation).asked()


def look(
    session: Sessions, firm: str, contact: Contact, *, to: str | None, conversation: uuid.UUID | None = None
) -> Way:
    """The way to one of a contact's numbers (``to`` in E.164, None: the contact's texting number). Nothing is written.

    An answer leaves from the number of the open ``conversation`` while that is verified; everything else, and what
    is said to be an answer in a conversation of another firm or phone, from the firm's main number.

    :raises TextRefused: there is no way, with a stable code and a sentence for the person.
    """
    numbers = conversation_queries.numbers(session, firm)
    main = next((number for number, sends in numbers if sends), None)
    if main is None:
        raise TextRefused(
            "not_on", _("Your firm cannot send texts yet: it has no number that the carriers have verified.")
        )
    phone = phone_of(contact, [number.e164 for number, _sends in numbers], to=to)
    index = indexes.standing(session, firm, phone)
    answered = conversation_queries.shown(session, firm, conversation) if conversation else None
    number = _answering([number for number, _sends in numbers], index, answered) or main
    return Way(number, phone, index, contact.ref, _open(session, number, index, answered))


def of_conversation(session: Sessions, conversation: Conversation) -> Subject:
    """What the host is asked about a conversation as this session sees it."""
    shown = conversation_queries.shown(session, conversation.firm, conversation.id)
    return Subject(conversation.firm, shown.contacts if shown else (), str(conversation.id))


def _answering(numbers: Collection[Number], index: bytes, answered: Shown | None) -> Number | None:
    """The number of the conversation that is answered, where that is one with this phone, and it may send."""
    if answered is None or answered.conversation.phone_index != index:
        return None
    verified = (one for one in numbers if one.state == NumberState.VERIFIED and one.release_at is None)
    return next((one for one in verified if one.id == answered.conversation.number_id), None)


def _open(session: Sessions, number: Number, index: bytes, answered: Shown | None) -> Shown | None:
    """The conversation between number and phone that goes on: mostly the one that is answered."""
    there = answered.conversation if answered else None
    if there is not None and there.closed_at is None and (there.number_id, there.phone_index) == (number.id, index):
        return answered
    found = conversation_queries.open_conversation(session, number, index)
    return conversation_queries.shown(session, number.firm, found.id) if found else None


def _subject(firm: str, shown: Shown | None, contact: str, owners: Collection[str]) -> Subject:
    """The conversation that the text would join; those who have the phone alone when it begins one."""
    people = tuple(dict.fromkeys((contact, *owners)))
    if shown is None or (shown.contacts and not set(people) & set(shown.contacts)):
        return Subject(firm, people)
    return Subject(firm, tuple(dict.fromkeys((*shown.contacts, *people))), str(shown.conversation.id))


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
