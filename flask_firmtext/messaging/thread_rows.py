"""What our tables say of a conversation that is about to be shown; nobody else is asked here."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from ..ports.values import Firm
from ..store import consent_queries, erasure_queries, inbox_queries, queries
from ..store.models import Erased, Hold, Message, OptOut
from . import files, offers, pay_links, reachability, readiness, sequels
from .files import Received
from .offers import Kept
from .sequels import Sequels
from .shown import read_bodies, read_phones
from .wording import Words

#: So many texts are shown at a time.
PAGE = 50


@dataclass(frozen=True, slots=True)
class Pair:
    """The two numbers of a conversation: ours, and the phone's (None when it cannot be read) with its index."""

    ours: str
    phone: str | None = field(repr=False)
    index: bytes
    refs: tuple[str, ...]
    ended: bool = False
    begun: datetime | None = None
    erased: Erased | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """A request for no more texts that waits for a decision and is out of sight in ``conversation``.

    ``id`` is its text, None where that is nowhere; ``position`` is where in this conversation, None where it is not.
    """

    id: uuid.UUID | None
    conversation: uuid.UUID
    position: int | None


@dataclass(frozen=True, slots=True)
class Stored:
    """What our tables say, read in one go."""

    now: int
    holds: Sequence[Hold]
    not_ready: str | None
    consent: OptOut | None
    question: Question | None
    warning: Words | None
    own: Sequence[str] = field(repr=False)
    messages: Sequence[Message]
    bodies: Mapping[uuid.UUID, str | None] = field(repr=False)
    files: Received
    kept: Kept
    payments: Mapping[uuid.UUID, list[str]] = field(default_factory=dict, repr=False)
    sequels: Sequels = sequels.NOTHING


def pair(session: Session, firm: str, conversation_id: uuid.UUID) -> Pair | None:
    """The numbers of a firm's conversation; None when there is no such."""
    found = inbox_queries.conversation(session, firm, conversation_id)
    if found is None:
        return None
    refs = inbox_queries.contacts(session, firm, [conversation_id]).get(conversation_id, ())
    phone = read_phones(session, [found[0]])[conversation_id]
    row, erased = found[0], None
    if row.erased_at is not None:
        erased = erasure_queries.erased(session, firm, conversation_id)
    return Pair(found[1], phone, row.phone_index, refs, row.closed_at is not None, row.created_at, erased)


def stored(
    session: Session,
    firm: Firm,
    pair: Pair,
    now: int,
    messages: Sequence[Message],
    conversation_id: uuid.UUID | None = None,
) -> Stored:
    """Everything that is shown with these texts."""
    consent = consent_queries.standing(session, firm.ref, pair.index)
    return Stored(
        now=now,
        holds=queries.standing_holds(session, firm.ref),
        not_ready=readiness.why_not(session, firm),
        consent=consent,
        question=None if pair.ended else question(session, consent, conversation_id, shown=PAGE),
        warning=reachability.warning(session, firm.ref, firm.zone, pair.index, pair.refs),
        own=queries.own_numbers(session, firm.ref),
        messages=messages,
        bodies=read_bodies(session, messages),
        files=files.read(session, firm.ref, messages),
        kept=offers.read(session, firm.ref, conversation_id) if conversation_id else offers.NOTHING,
        payments=pay_links.told(session, firm, messages),
        sequels=sequels.read(session, firm.ref, messages, consent),
    )


def question(
    session: Session, consent: OptOut | None, conversation_id: uuid.UUID | None, *, shown: int
) -> Question | None:
    """The open question about a number, unless it stands in a conversation's newest texts, as many as are ``shown``."""
    if consent is None or consent.asked_at is None or conversation_id is None:
        return None
    wanted = [consent.asked_by] if consent.asked_by is not None else []
    text = next(iter(consent_queries.texts(session, consent.firm, conversation_id, wanted)), None)
    if text is None:
        return Question(consent.asked_by, conversation_id, None)
    if consent_queries.newer_texts(session, consent.firm, conversation_id, text.position) < shown:
        return None
    return Question(text.id, conversation_id, text.position)
