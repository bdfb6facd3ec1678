"""Contacts: who can be texted, and what was said about that."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from pydantic import Field

from ...errors import TextRefused
from ...messaging import consent as consents
from ...messaging import proof, routes, tenancy, textable
from ...messaging.numbers import can_be_texted
from ...messaging.owners import Subject
from ...ports.values import Contact
from ...store import inbox_queries, queries
from ...store.models import Conversation
from ...store.transactions import own, reading
from .. import limits
from ..access import asked
from ..thread import may_read
from .bearer import Bearer
from .operations import get, post
from .problems import nothing
from .shapes import Answer, Asked, Done, Given, Page

Way = Literal["phone", "letter", "person", "wrong_number", "other"]


class ContactNumber(Answer):
    """A number of a contact."""

    number: str = Field(description="E.164.")
    label: str
    can_be_texted: bool = Field(description="Whether it is a number to which texts go at all.")


class Textable(Answer):
    """A contact, and whether a text to it would be accepted now."""

    ref: str
    name: str
    numbers: list[ContactNumber]
    texting_number: str | None
    refusal: str | None = Field(description="Why a text would not be accepted, as a code; null: it would.")
    detail: str = Field(description="The same for people, where a text by a person would be refused.")


class Contacts(Page[Textable]):
    """What was found, the best first; at most 20."""


class Sought(Asked):
    """A name or a number, or a part of one."""

    q: str = Field(min_length=1, max_length=200)


class Said(Answer):
    """One thing that was said or decided about texting a number."""

    at: datetime
    what: str
    by: str
    how: str
    text: uuid.UUID | None


class Consent(Answer):
    """Whether a number may be texted, and everything that was said about it, the newest first."""

    may_be_texted: bool
    words: str
    asks: bool = Field(description="Whether a text waits for somebody to decide if it asks for no more texts.")
    text: uuid.UUID | None = Field(description="That text.")
    events: list[Said]


class Heard(Given):
    """How the client said so."""

    way: Way


class Decided(Given):
    """What a text that seems to ask for no more texts means."""

    opt_out: bool
    text: uuid.UUID | None = Field(None, description="`text` of the consent that was shown.")


@get("/contacts", "conversations:read")
def find_contacts(who: Bearer, query: Sought) -> Contacts:
    """Find contacts by name or number"""
    who.must("conversation.list")
    limits.look_up(who, query.q)
    found = asked("Contacts.search", lambda: tenancy.search(who.ports, query.q))
    allowed = who.may_each("conversation.read", [Subject(who.firm.ref, (one.ref,)) for one in found])
    return Contacts(items=_shown(who, [one for one, yes in zip(found, allowed, strict=True) if yes]), next=None)


@get("/contacts/{contact}", "conversations:read")
def show_contact(who: Bearer, contact: str) -> Textable:
    """Show a contact, and whether it can be texted"""
    found = asked("Contacts.get", lambda: tenancy.contact(who.ports, contact))
    who.must("conversation.read", Subject(who.firm.ref, (contact,)))
    if found is None:
        raise nothing()
    return _shown(who, [found])[0]


@get("/conversations/{conversation}/consent", "consent:read")
def show_consent(who: Bearer, conversation: uuid.UUID) -> Consent:
    """Show whether a number may be texted, and why"""
    may_read(who, conversation)
    found = proof.show(who.firm, conversation)
    if found is None:
        raise nothing()
    events = [Said(at=one.at, what=one.what, by=one.by, how=one.how, text=one.message) for one in found.events]
    return Consent(
        may_be_texted=not found.opted_out,
        words=found.answer,
        asks=found.question is not None,
        text=found.question.id if found.question else None,
        events=events,
    )


@post("/conversations/{conversation}/opt-out", "consent:write")
def note_opt_out(who: Bearer, conversation: uuid.UUID, given: Heard) -> Done:
    """Note that the client wants no more texts

    Only the client's own START lifts it.
    """
    row = _deciding(who, conversation)
    with own() as session:
        return Done(done=consents.note_opt_out(session, row, given.way, user=who.user))


@post("/conversations/{conversation}/consent", "consent:write")
def decide_consent(who: Bearer, conversation: uuid.UUID, given: Decided) -> Done:
    """Say what a text means that seems to ask for no more texts

    Whoever is first decides.
    """
    row = _deciding(who, conversation)
    decide = consents.opt_out_as_asked if given.opt_out else consents.not_an_opt_out
    with own() as session:
        return Done(done=decide(session, row, given.text, user=who.user))


def _deciding(who: Bearer, conversation: uuid.UUID) -> Conversation:
    who.must("optout.set", may_read(who, conversation))
    return _row(who, conversation)


def _row(who: Bearer, conversation: uuid.UUID) -> Conversation:
    with reading() as session:
        found = inbox_queries.conversation(session, who.firm.ref, conversation)
    if found is None:
        raise nothing()
    return found[0]


def _shown(who: Bearer, found: Sequence[Contact]) -> list[Textable]:
    with reading() as session:
        refused = textable.refusals(session, who.firm.ref, found)
        own_numbers = queries.own_numbers(session, who.firm.ref)
    return [_textable(one, refused.get(one.ref), own_numbers) for one in found]


def _textable(contact: Contact, code: str | None, own_numbers: Sequence[str]) -> Textable:
    detail = ""
    try:
        routes.phone_of(contact, own_numbers)
    except TextRefused as refused:
        detail = refused.sentence
    return Textable(
        ref=contact.ref,
        name=contact.name,
        numbers=[
            ContactNumber(number=one.e164, label=one.label, can_be_texted=can_be_texted(one.e164, one.label))
            for one in contact.numbers
        ],
        texting_number=contact.texting_number,
        refusal=code,
        detail=detail,
    )
