"""Texts on their way: claimed by our own verb, concluded by hand. They need an application context."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

from flask_firmtext.messaging import pace, sending
from flask_firmtext.store.models import Account, Attempt, Conversation, Message, Number
from flask_firmtext.store.queries import Due
from flask_firmtext.store.states import RANK, State
from flask_firmtext.store.transactions import own, reading
from rows import accepted

LONG_AGO = datetime(2021, 1, 1, tzinfo=UTC)


def due(message_id: uuid.UUID) -> Due:
    """A text as a sender sees it before it tries to claim it."""
    with reading() as session:
        text = session.get_one(Message, message_id)
        number = session.get_one(Conversation, text.conversation_id).number_id
        return Due(text.id, text.conversation_id, number, text.firm, text.segments, text.priority)


def claimed(text: str = "Hello", *, contact: str = "rosa") -> Attempt:
    """The open attempt of a text that was just claimed; what becomes of its POST nobody knows."""
    message_id = accepted(text, contact=contact)
    with own() as session:  # neither the pace nor an earlier text is what is tested
        pace.ensure_account(session)
        for model in (Number, Account):
            session.query(model).update({"next_free_at": LONG_AGO})
        earlier = session.query(Message).filter(Message.state == State.QUEUED, Message.id != message_id)
        earlier.update({"state": State.DELIVERED, "rank": RANK[State.DELIVERED]})
    assert sending.claim(due(message_id)) is not None
    return attempt_of(message_id)


def attempt_of(message_id: uuid.UUID) -> Attempt:
    with reading() as session:
        return session.query(Attempt).filter_by(message_id=message_id).one()


def closed(attempt: Attempt, state: State, **columns: Any) -> Attempt:
    """The text of this attempt in ``state``, the attempt with ``columns`` (such as its outcome)."""
    with own() as session:
        session.query(Message).filter_by(id=attempt.message_id).update({"state": state, "rank": RANK[state]})
        if columns:
            session.query(Attempt).filter_by(id=attempt.id).update(columns)
    return attempt_of(attempt.message_id)


def state_of(attempt: Attempt) -> str:
    with reading() as session:
        return str(session.get_one(Message, attempt.message_id).state)
