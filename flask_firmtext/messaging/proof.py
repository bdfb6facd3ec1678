"""Whether this number may be texted, and everything that was said about it: one page that proves it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from ..current import firmtext
from ..language import either, marked
from ..language import gettext as _
from ..ports.values import Firm
from ..store import audit, consent_queries, inbox_queries
from ..store.models import ConsentEvent, Conversation, Message, OptOut
from ..store.states import Change, Direction
from ..store.transactions import reading
from . import numbers, owners
from .owners import Known
from .shown import read_bodies, read_phones
from .thread_rows import Question, question
from .threads import UNREADABLE
from .wording import opted_out, who_said

PAGE = 50

CHANGES: Mapping[str, str] = {
    Change.OPTED_OUT: marked("Opted out"),
    Change.OPTED_IN: marked("Opted in"),
    Change.ASKED: marked("Seems to ask for no more texts; automatic texts wait"),
    Change.NOT_AN_OPT_OUT: marked("Not an opt-out"),
    Change.UNDECIDED: marked("Nobody decided; automatic texts go on"),
}
#: How it is known, by the evidence up to its colon; ``word`` stands behind it.
EVIDENCE: Mapping[str, str] = {
    "client": marked("wrote %(word)s"),
    "network": marked("wrote %(word)s; the carriers act on that by themselves"),
    "carrier": marked("refused a text, because this phone has blocked the number"),
    "asked": marked("decided about the client's text"),
    "staff": marked("noted it: %(word)s"),
    "number_left": marked("no longer have this number with whoever asked"),
}
#: The ways in which staff hear of it, as they choose among them.
WAYS: Mapping[str, str] = {
    "phone": marked("the client said so on the phone"),
    "letter": marked("the client wrote so in an email or letter"),
    "person": marked("the client said so in person"),
    "wrong_number": marked("the number is not the client's"),
    "other": marked("another way"),
}
FREE, ASKED = (
    marked("Yes. Nobody has opted this number out."),
    marked(
        "People may. Automatic texts wait until somebody decides about a text that seems to ask for no more of them."
    ),
)
CARRIER, COLLEAGUE, HOST = marked("Carrier"), marked("Former colleague"), marked("The contacts")


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that was said or decided. ``body`` and ``position`` are its text's, where that is of this conversation.

    ``noted`` is when we heard of it, where that was later.
    """

    at: datetime
    noted: datetime | None
    what: str
    by: str = field(repr=False)
    how: str
    message: uuid.UUID | None = None
    position: int | None = None
    body: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Proof:
    """What is known about texting a number; ``first`` is who texted first and when.

    ``events`` are a page of them; ``earlier`` is the one before which there are more.
    """

    conversation: uuid.UUID
    names: tuple[str, ...] = field(repr=False)
    number: str = field(repr=False)
    ours: str
    answer: str = field(repr=False)
    opted_out: bool
    first: tuple[str, datetime] | None
    events: tuple[Event, ...]
    earlier: uuid.UUID | None = None
    question: Question | None = None


@dataclass(frozen=True, slots=True)
class _Stored:
    row: Conversation
    ours: str
    phone: str | None = field(repr=False)
    refs: tuple[str, ...]
    standing: OptOut | None
    first: Message | None
    events: Sequence[ConsentEvent]
    texts: Mapping[uuid.UUID, tuple[int, str | None]] = field(repr=False)
    earlier: uuid.UUID | None
    question: Question | None


def show(firm: Firm, conversation_id: uuid.UUID, *, before: uuid.UUID | None = None) -> Proof | None:
    """What is known about the number of a conversation; None when the firm has no such conversation.

    Of what was said, the last things, or those ``before`` one of them.
    """
    with reading() as session:
        stored = _read(session, firm.ref, conversation_id, before)
    if stored is None:
        return None
    ended = stored.row.closed_at is not None
    known = Known(stored.phone, stored.refs, ended) if stored.phone else None
    whose = owners.of_conversation(firm.ref, known) if known else owners.UNKNOWN
    number = numbers.display(stored.phone) if stored.phone else _(UNREADABLE)
    names = tuple(contact.name for contact in whose.contacts) or (number,)
    people = owners.names_of(event.by for event in stored.events)
    standing = stored.standing
    return Proof(
        conversation=conversation_id,
        names=names,
        number=number,
        ours=numbers.display(stored.ours),
        answer=_answer(firm, names, standing, stored.row.created_at),
        opted_out=standing is not None and standing.opted_out,
        first=_first(firm, names, stored.first),
        events=tuple(_event(event, names, people, stored) for event in stored.events),
        earlier=stored.earlier,
        question=stored.question,
    )


def _read(session: Session, firm: str, conversation_id: uuid.UUID, before: uuid.UUID | None) -> _Stored | None:
    found = inbox_queries.conversation(session, firm, conversation_id)
    if found is None:
        return None
    row, ours = found
    found_events = consent_queries.history(session, firm, row.phone_index, limit=PAGE + 1, before=before)
    events = found_events[-PAGE:]
    standing = consent_queries.standing(session, firm, row.phone_index)
    return _Stored(
        row,
        ours,
        read_phones(session, [row])[row.id],
        inbox_queries.contacts(session, firm, [row.id]).get(row.id, ()),
        standing,
        consent_queries.first_text(session, firm, row.id),
        events,
        _texts(session, row, events),
        events[0].id if len(found_events) > PAGE else None,
        None if row.closed_at is not None else question(session, standing, row.id, shown=0),
    )


def _texts(
    session: Session, row: Conversation, events: Sequence[ConsentEvent]
) -> dict[uuid.UUID, tuple[int, str | None]]:
    """The texts in which it was said. Those of another conversation may be another owner's: they stay there."""
    wanted = [event.message_id for event in events if event.message_id is not None]
    messages = consent_queries.texts(session, row.firm, row.id, wanted)
    bodies = read_bodies(session, messages)
    return {message.id: (message.position, bodies[message.id]) for message in messages}


def _answer(firm: Firm, names: Sequence[str], standing: OptOut | None, begun: datetime) -> str:
    if standing is not None and standing.opted_out:
        said_by, now = who_said(names, standing.since, begun), firmtext.clock.now()
        return _("No. %(why)s", why=opted_out(said_by, standing.evidence, standing.since, now, firm.zone))
    return _(FREE if standing is None or standing.asked_at is None else ASKED)


def _first(firm: Firm, names: Sequence[str], message: Message | None) -> tuple[str, datetime] | None:
    if message is None:
        return None
    return (firm.name if message.direction == Direction.OUT else either(names)), message.shown_at


def _event(
    event: ConsentEvent,
    names: Sequence[str],
    people: Mapping[str, str],
    stored: _Stored,
) -> Event:
    known = {audit.CLIENT: who_said(names, event.at, stored.row.created_at), audit.CARRIER: _(CARRIER)}
    known[audit.HOST] = _(HOST)
    position, body = stored.texts.get(event.message_id, (None, None)) if event.message_id else (None, None)
    return Event(
        at=event.at,
        noted=event.noted_at if (event.noted_at - event.at).total_seconds() >= 60 else None,
        what=_(CHANGES.get(event.change, event.change)),
        by=known.get(event.by) or people.get(event.by) or _(COLLEAGUE),
        how=how(event.evidence),
        message=event.message_id if position is not None else None,
        position=position,
        body=body,
    )


def how(evidence: str) -> str:
    """How a change is known, in words that go on after who it was."""
    kind, word = [*evidence.split(":", 1), ""][:2]
    if evidence == "client:text":
        return _("wrote it in a text")
    return _(EVIDENCE.get(kind, kind), word=_(WAYS.get(word, word)) if kind == "staff" else word)
