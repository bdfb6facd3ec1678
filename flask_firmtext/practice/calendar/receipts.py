"""What a client gets to read after an answer: that it was noted, or which one it was meant for. An answer to a text.

The host is asked outside of any transaction for the firm and the contact. While it cannot say who the firm is, it is
tried again, until nobody waits for it any more.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from ...current import firmtext
from ...errors import where
from ...firm import details, templates, templates_values
from ...firm.details import Details
from ...firm.templates_syntax import render
from ...firm.templates_words import MOST_SEGMENTS
from ...messaging import auto_replies, consent, owners, tenancy
from ...messaging.segments import measure
from ...ports.values import Answer, Contact, Firm
from ...store import counters, reply_queries
from ...store.base import new_id
from ...store.models import CalendarEvent, Conversation, Invitation, Message, Notice, ReplyDue, Texting
from ...store.states import Purpose
from ...store.transactions import own, reading
from . import event_words, needs, openings
from .event_words import CUTS
from .facts import Facts
from .openings import Open
from .receipts_words import THANKS, WHICH

log = logging.getLogger(__name__)

#: A list, and the same thanks again, not more often than this.
LIST_ONCE_IN, THANK_ONCE_IN = timedelta(hours=1), timedelta(days=1)
#: So many a list names, those that come first.
MOST = 5
LONGEST_NAME = 30


@dataclass(frozen=True, slots=True)
class Receipt:
    """What is owed to a client's text: thanks for the ``answer`` to an ``invitation``, or the question which of
    ``choices`` it is for."""

    message: uuid.UUID
    answer: Answer | None
    invitation: uuid.UUID | None = None
    choices: tuple[Open, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Words:
    """The text, and which invitations it is about: by number where it lists them."""

    purpose: Purpose
    text: str = field(repr=False)
    about: Mapping[int | None, tuple[uuid.UUID, int]]


def write(receipt: Receipt) -> uuid.UUID | None:
    """Write it; the id of its text, None when there is none (yet). Run twice, or by two, it is written once."""
    with reading() as session:
        late = firmtext.clock.now() - session.get_one(Message, receipt.message).shown_at > auto_replies.USEFUL
    words = None
    if not late:
        try:
            words = _words(receipt)
        except Exception as error:
            log.error("what a client reads after an answer waits, because the host failed: %s", where(error))
            with own() as session:
                counters.count(session, "answer_waits")
            return None
    with own() as session:
        return _queued(session, receipt, words)


def _words(receipt: Receipt) -> Words | None:
    firm_ref, _conversation = _place(receipt)
    firm = tenancy.firm(firm_ref)
    if firm is None:
        return None
    with reading() as session:
        row = session.get(Texting, firm_ref)
        own_values = templates_values.ways_to_reach(firm, details.of(session, row) if row else Details())
    return _which(receipt, firm, own_values) if receipt.choices else _thanks(receipt, firm, own_values)


def _place(receipt: Receipt) -> tuple[str, uuid.UUID]:
    with reading() as session:
        row = session.get_one(Message, receipt.message)
        return row.firm, row.conversation_id


def _thanks(receipt: Receipt, firm: Firm, own_values: Mapping[str, str]) -> Words | None:
    with reading() as session:
        one = session.get_one(Invitation, receipt.invitation)
        event = session.get_one(CalendarEvent, one.event_id)
        now = needs.read(session, event)
    if now is None or receipt.answer is None:
        return None
    contact = _known(firm, one.contact) or Contact(one.contact, "")
    language = templates.language_of(contact.language)
    body = THANKS[receipt.answer, language]

    def fill(most: int) -> str:
        return render(body, dict(own_values) | event_words.values(now, None, contact, language, most))

    return Words(Purpose.THANKS, _short(fill), {None: (one.id, event.sequence)})


def _short(fill: Callable[[int], str]) -> str:
    """The first that is short enough, title and names cut as little as may be."""
    for most in CUTS:
        text = fill(most)
        if measure(text).count <= MOST_SEGMENTS:
            break
    return text


def _which(receipt: Receipt, firm: Firm, own_values: Mapping[str, str]) -> Words | None:
    """The list; None when it would not say whose appointments they are."""
    at = firmtext.clock.now()
    choices = [one for one in receipt.choices if one.facts.starts_at > at]
    refs = openings.contacts(choices)
    shared = len(refs) > 1
    people = {ref: _contact(firm, ref) if shared else _known(firm, ref) for ref in refs}
    if shared and not all(people.values()):
        return None
    language = templates.language_of(next((one.language for one in people.values() if one and one.language), None))
    head = render(WHICH[language], own_values)
    for listed in range(min(len(choices), MOST), 1, -1):
        numbered = openings.numbered(choices[:listed])

        def fill(most: int, numbered: Mapping[int, Open] = numbered) -> str:
            return "\n".join((head, *_lines(numbered, people, shared, language, most)))

        text = _short(fill)
        if measure(text).count <= MOST_SEGMENTS or listed == 2:
            return Words(Purpose.WHICH, text, {n: (one.invitation, one.sequence) for n, one in numbered.items()})
    return None


def _lines(
    numbered: Mapping[int, Open], people: Mapping[str, Contact | None], shared: bool, language: str, most: int
) -> Iterator[str]:
    for n, one in numbered.items():
        contact = people[one.contact] or Contact(one.contact, "")
        whose = f" ({contact.name[:LONGEST_NAME]})" if shared else ""
        yield f"{n} {_title(one.facts, contact, language, most)}{whose}"


def _title(now: Facts, contact: Contact, language: str, most: int) -> str:
    title = event_words.values(now, None, contact, language, most)["title"]
    return f"{title}, {event_words.moment(now, contact, language)}"


def _contact(firm: Firm, ref: str) -> Contact | None:
    return tenancy.contact(firmtext.host.for_firm(firm.ref), ref)


def _known(firm: Firm, ref: str) -> Contact | None:
    """The contact; None while the host cannot say."""
    return owners.shielded("Contacts.get", lambda: _contact(firm, ref), None)


def _queued(session: Session, receipt: Receipt, words: Words | None) -> uuid.UUID | None:
    taken = session.execute(
        delete(ReplyDue).where(ReplyDue.message_id == receipt.message).returning(ReplyDue.message_id)
    )
    if taken.first() is None or words is None:
        return None
    asked = session.get_one(Message, receipt.message)
    conversation = session.get_one(Conversation, asked.conversation_id)
    consent.lock_pair(session, conversation.firm, conversation.phone_index)
    if not _fits(session, receipt, conversation):
        return None
    token = f"{words.purpose}:{receipt.message}"
    written = auto_replies.queue(session, conversation, words.text, answers=receipt.message, token=token)
    if written is None:
        return None
    for n, (invitation, sequence) in words.about.items():
        row = {"invitation_id": invitation, "purpose": words.purpose, "sequence": sequence, "n": n}
        session.add(Notice(id=new_id(), firm=asked.firm, message_id=written.id, created_at=firmtext.clock.now(), **row))
    return written.id


def _fits(session: Session, receipt: Receipt, conversation: Conversation) -> bool:
    """Whether the client still has the phone, wants texts, and has not read the same just before.

    Who answered to what has changed since gets no thanks that name another time.
    """
    session.refresh(conversation)
    if conversation.closed_at is not None:
        return False
    firm, index = conversation.firm, conversation.phone_index
    if not auto_replies.may_be_texted(session, firm, index):
        return False
    if receipt.invitation is None:
        return not reply_queries.was_listed(session, firm, conversation.id, LIST_ONCE_IN, f"{Purpose.WHICH}:")
    answer = receipt.answer or ""
    return reply_queries.stands(session, receipt.message) and not reply_queries.was_thanked(
        session, receipt.invitation, answer, THANK_ONCE_IN
    )
