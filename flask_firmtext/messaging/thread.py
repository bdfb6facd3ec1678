"""One conversation as it is read: its texts a page at a time, whose it is, and whether it can be answered."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ..language import gettext as _
from ..ports.values import Contact, Firm, Matter, Relation
from ..store import changes, inbox_queries, indexes, queries
from ..store.transactions import reading
from . import closing, files, numbers, owners, places, readiness, recipients, relations, thread_rows
from .files import Rights, Shelf
from .moments import LATE
from .offers import Offer
from .owners import Known, Owners, Subject
from .recipients import Recipient
from .relations import Parts
from .rights import subject
from .shown import Text, Wording
from .thread_rows import Pair, Question, Stored
from .threads import ERASED, UNREADABLE
from .wording import Words, hold_words

PAGE = thread_rows.PAGE


@dataclass(frozen=True, slots=True)
class Thread:
    """A conversation on a page. ``id`` is None before its first text, ``closed`` says why it cannot be answered now.

    ``key`` stands for the phone number in forms and addresses, where a number would end up in logs. ``earlier`` is
    the position before which there are more texts. ``now`` is the firm's count of changes that the page shows.
    ``recipient`` is whom an answer would go to, None where there can be none.
    """

    id: uuid.UUID | None
    number: str = field(repr=False)
    key: str
    contact: Contact | None
    contacts: tuple[Contact, ...]
    matters: tuple[Relation, ...]
    texts: tuple[Text, ...]
    offers: tuple[Offer, ...]
    earlier: int | None
    now: int
    hold: Words | None
    warning: Words | None
    question: Question | None
    closed: str | None
    recipient: Recipient | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Who it is with; the number where that is nobody's."""
        return tuple(contact.name for contact in self.contacts) or (self.number,)

    @property
    def newest(self) -> int:
        """The position of the newest text shown, 0 when there is none."""
        return max((text.position for text in self.texts), default=0)


@dataclass(frozen=True, slots=True)
class Fresh:
    """The newest texts that changed, at most a page and one; whom they are with; what holds sending back now; what may
    be filed. ``stopped`` says that the client wants no texts any more, since the page was drawn maybe."""

    texts: tuple[Text, ...] = ()
    offers: tuple[Offer, ...] = ()
    names: tuple[str, ...] = field(default=(), repr=False)
    hold: Words | None = None
    warning: Words | None = None
    stopped: str | None = None
    question: Question | None = None


def find(firm: str, conversation_id: uuid.UUID) -> Subject | None:
    """What to ask the host before this conversation is opened; None when the firm has no such conversation."""
    with reading() as session:
        found = inbox_queries.conversation(session, firm, conversation_id)
        refs = inbox_queries.contacts(session, firm, [conversation_id])
    return subject(found[0], refs.get(conversation_id, ())) if found else None


def with_phone(firm: str, index: bytes) -> uuid.UUID | None:
    """The conversation that a new text to the phone of this index goes into, None before the first.

    While no number of the firm can send, the one of the newest text: it can be read all the same.
    """
    with reading() as session:
        sender = queries.sending_number(session, firm)
        return inbox_queries.conversation_with(session, firm, index, number=sender.id if sender else None)


def show(
    firm: Firm,
    conversation_id: uuid.UUID,
    *,
    before: int | None = None,
    contact: str | None = None,
    rights: Rights = files.NONE,
    size: int = PAGE,
) -> Thread | None:
    """A page of a conversation, the newest texts or those ``before`` a position; None when there is no such.

    ``contact`` is the reference of the one whom the user chose, when several share the number.
    ``rights`` are the user's over its files.
    """
    with reading() as session:
        now = changes.now(session, firm.ref)
        pair = thread_rows.pair(session, firm.ref, conversation_id)
        if pair is None:
            return None
        messages = inbox_queries.texts(session, firm.ref, conversation_id, limit=size + 1, before=before)
        stored = thread_rows.stored(session, firm, pair, now, messages[-size:], conversation_id)
    earlier = messages[-size].position if len(messages) > size else None
    return _thread(firm, pair, stored, id=conversation_id, earlier=earlier, chosen=contact, rights=rights)


def begin(firm: Firm, contact: Contact, e164: str) -> Thread:
    """A conversation with one of a contact's numbers before its first text."""
    with reading() as session:
        sender = queries.sending_number(session, firm.ref)
        pair = Pair(sender.e164 if sender else "", e164, indexes.standing(session, firm.ref, e164), (contact.ref,))
        stored = thread_rows.stored(session, firm, pair, changes.now(session, firm.ref), ())
    return _thread(firm, pair, stored, chosen=contact.ref)


def changed(firm: Firm, conversation_id: uuid.UUID, *, since: int, rights: Rights = files.NONE) -> Fresh:
    """What an open page has to show after the firm's count ``since``; -1 means everything."""
    with reading() as session:
        now = changes.now(session, firm.ref)
        pair = thread_rows.pair(session, firm.ref, conversation_id)
        if pair is None:
            return Fresh()
        messages = inbox_queries.texts(session, firm.ref, conversation_id, limit=PAGE + 1, since=since)
        stored = thread_rows.stored(session, firm, pair, now, messages, conversation_id)
    whose = _whose(firm, pair)
    names = tuple(contact.name for contact in whose.contacts) or (_written(pair),)
    matters = owners.matters_told(firm.ref, whose.clients) if stored.kept.files or stored.files.rows else ()
    shelf = _shelf(firm, stored, matters, rights)
    return Fresh(
        _texts(firm, pair, stored, shelf),
        stored.kept.offers(shelf),
        names,
        _hold(pair, stored),
        stored.warning,
        closing.stopped(firm, pair, stored, whose),
        stored.question,
    )


def _thread(
    firm: Firm,
    pair: Pair,
    stored: Stored,
    *,
    id: uuid.UUID | None = None,  # noqa: A002 - the field's name
    earlier: int | None = None,
    chosen: str | None = None,
    rights: Rights = files.NONE,
) -> Thread:
    whose = _whose(firm, pair)
    contact = next((one for one in whose.contacts if one.ref == chosen), next(iter(whose.contacts), None))
    matters = owners.matters_told(firm.ref, whose.clients)
    parts, shelf = _parts(firm, whose, matters), _shelf(firm, stored, matters, rights)
    return Thread(
        id=id,
        number=_written(pair),
        key=pair.index.hex(),
        contact=contact,
        contacts=whose.contacts,
        matters=parts.all,
        texts=tuple(in_time(_texts(firm, pair, stored, shelf))),
        offers=stored.kept.offers(shelf),
        earlier=earlier,
        now=stored.now,
        hold=_hold(pair, stored),
        warning=stored.warning,
        question=stored.question,
        **_answered(firm, pair, stored, whose, contact, parts),
    )


def _answered(
    firm: Firm, pair: Pair, stored: Stored, whose: Owners, contact: Contact | None, parts: Parts
) -> dict[str, Any]:
    """To whom an answer would go, or why there can be none."""
    closed = stored.not_ready or closing.why(firm, pair, stored, whose, contact)
    if closed or pair.phone is None or contact is None:
        return {"closed": closed}
    last = max((message.shown_at for message in stored.messages), default=None)
    return {
        "closed": None,
        "recipient": recipients.of(firm.ref, pair.phone, contact, whose.contacts, parts, last),
    }


def _whose(firm: Firm, pair: Pair) -> Owners:
    if pair.phone is None:
        return owners.UNKNOWN
    return owners.of_conversation(firm.ref, Known(pair.phone, pair.refs, pair.ended))


def _parts(firm: Firm, whose: Owners, matters: Sequence[Matter] | None) -> Parts:
    """Who has the number now is a stranger to the old owner's matters."""
    theirs = () if whose.moved else matters
    return relations.parts(whose.contacts, theirs, relations.told(firm.ref, whose.contacts))


def _written(pair: Pair) -> str:
    return numbers.display(pair.phone) if pair.phone else _(ERASED if pair.erased else UNREADABLE)


def _hold(pair: Pair, stored: Stored) -> Words | None:
    code = readiness.hold_on(stored.holds, pair.ours)
    return hold_words(code) if code else None


def _shelf(firm: Firm, stored: Stored, matters: Sequence[Matter] | None, rights: Rights) -> Shelf:
    """The host is asked for its documents only where there are files."""
    documents = places.documents_told(firm.ref) if stored.files.rows or stored.kept.files else None
    return Shelf(stored.files, rights, matters, documents)


def _texts(firm: Firm, pair: Pair, stored: Stored, shelf: Shelf) -> tuple[Text, ...]:
    after = stored.sequels
    names = owners.names_of([*(one.author for one in stored.messages if one.author), *after.people])
    wording = Wording(firm, stored.holds, names, stored.consent)
    texts = (wording.text(one, stored.bodies[one.id], pair.ours, shelf.of(one)) for one in stored.messages)
    return tuple(
        replace(text, payments=tuple(stored.payments.get(text.id, ())), sequel=after.of(one, names, firm.zone))
        for one, text in zip(stored.messages, texts, strict=True)
    )


def in_time(texts: Iterable[Text]) -> list[Text]:
    """Texts in the order of their positions, but one that was kept elsewhere for long stands where it came."""
    found: list[Text] = []
    for text in texts:
        place = len(found)
        while place and found[place - 1].at > text.at + LATE:
            place -= 1
        found.insert(place, text)
    return found
