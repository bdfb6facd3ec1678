"""Harbor's earlier texts, in several states: written through FirmText's own verbs, encrypted like all others."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from flask import Flask
from sqlalchemy import insert, select

from flask_firmtext.clock import FixedClock
from flask_firmtext.current import firmtext
from flask_firmtext.messaging import accepting, placing, statuses
from flask_firmtext.messaging.moves import Move, move
from flask_firmtext.ports.gateway import InboundText, RawRequest, StatusEvent, StatusKind
from flask_firmtext.ports.values import Contact
from flask_firmtext.ports.values import User as UserValue
from flask_firmtext.store import audit, queries
from flask_firmtext.store.models import Attempt, Conversation, Message
from flask_firmtext.store.states import Outcome, State

from ..adapter import as_contact, as_user
from ..models import Contact as ContactRow
from ..models import User, db

FIRM = "harbor"
NO_REQUEST = RawRequest("POST", {}, b"")


class Text(NamedTuple):
    """``hours`` ago; ``became`` is ``in`` for a client's text, else what became of ours, a failure by its code."""

    hours: float
    became: str
    words: str


THREADS: dict[str, tuple[Text, ...]] = {
    "Maria Delgado": (
        Text(75, "delivered", "Hello Maria, Sam at Harbor Law here. Your mediation is set. When can we talk about it?"),
        Text(74.5, "in", "Hi Sam! Thursday morning is good, after 10"),
        Text(74.3, "delivered", "Thursday 10:30 it is. I will call you on this number."),
        Text(26, "in", "Do I need to bring the photos of the water damage?"),
        Text(25.8, "delivered", "We have them all. Please bring the storage contract, the original."),
    ),
    "Zoë Brontë-Lévesque": (
        Text(30, "delivered", "Zoë, the trade mark office has answered. It looks good. I sent you a summary by mail."),
        Text(3, "in", "Got it, thank you!! 🎉"),
        Text(2.9, "in", "One question: does this also cover the café in Québec?"),
    ),
    "Bartholomew Montgomery Featherstonehaugh-Cholmondeley III": (
        Text(
            52,
            "delivered",
            "Good afternoon. The draft of your will and of the eleven trusts is ready for your review. Please read in "
            "particular the section on the trustees' powers, which differs from the version of last spring in three "
            "places, all of them marked in the margin. We have kept Conference Room B for the signing, with two "
            "witnesses.",
        ),
    ),
    "רחל לוי-מזרחי": (
        Text(49, "delivered", "שלום רחל, חוזה השכירות מוכן לחתימה. מתי נוח לך?"),
        Text(48, "in", "מחר ב-9:00 בדירה, 88 Court Street. תודה!"),
    ),
    "Tom Okafor": (
        Text(28, "delivered", "The closing on 12 Elm Street is confirmed. Please both bring a photo ID."),
        Text(5, "in", "We will be there. Is parking possible? - Ngozi"),
    ),
    "Priya Raghunathan": (Text(27, "unknown", "Priya, their counsel accepts the notice period. Please call me."),),
    "Carlos Medina": (Text(80, "unconfirmed", "Señor Medina, le llamaremos mañana para preparar su declaración."),),
    "James Whitaker": (Text(29, "1190", "James, the probate court has set a date. Please call the office."),),
    "Susan Park": (Text(6, "1180", "Susan, the signed agreement has arrived. Next step: the filing."),),
}


def write(app: Flask) -> None:
    """Write the threads unless the firm has conversations; each text at its time, in one transaction of its own.

    Not while a worker runs: it would find nothing to send, but it is somebody else's clock that we set back.
    """
    if db.session.scalar(select(Conversation.id).where(Conversation.firm == FIRM).limit(1)):
        return
    now = datetime.now(UTC)
    sender = db.session.scalars(select(User).filter_by(email="staff@harbor.example")).one()
    user = as_user(sender)
    for name, texts in THREADS.items():
        contact = as_contact(db.session.scalars(select(ContactRow).filter_by(firm_ref=FIRM, name=name)).one())
        for text in texts:
            with at(app, now - timedelta(hours=text.hours)):
                if text.became == "in":
                    _received(contact, text)
                else:
                    _sent(user, contact, text)
                db.session.commit()


@contextmanager
def at(app: Flask, moment: datetime) -> Iterator[None]:
    state = app.extensions["firmtext"]
    real, state.clock = state.clock, FixedClock(moment)
    try:
        yield
    finally:
        state.clock = real


def _received(contact: Contact, text: Text) -> None:
    number = queries.sending_number(db.session, FIRM)
    if number is None:
        return
    now, digest = firmtext.clock.now(), text.words.encode()
    inbound = InboundText(str(uuid.uuid4()), _phone(contact), number.e164, text.words, now, digest=digest)
    placing.store(db.session(), inbound, NO_REQUEST)


def _sent(user: UserValue, contact: Contact, text: Text) -> None:
    """Accept a text and move it through its life at once, so that it is never queued when somebody looks."""
    token = accepting.new_token()
    message = accepting.accept(db.session, user=user, contact=contact, to=None, text=text.words, token=token)
    becomes(message, text.became)


def becomes(message: Message, how: str) -> None:
    """Move a text through its life: delivered, unknown, unconfirmed, or the code of a failure."""
    attempt, now = uuid.uuid4(), firmtext.clock.now()
    outcome = Outcome.UNSURE if how == "unknown" else Outcome.OPEN
    row = {"id": attempt, "firm": FIRM, "message_id": message.id, "n": 1, "outcome": outcome}
    db.session.execute(insert(Attempt).values(**row, claimed_at=now, claimed_by="seed", deadline=now))
    _move(message, Move.CLAIM, State.SENDING, current_attempt=attempt)
    if how == "unknown":
        _move(message, Move.UNSURE, State.UNKNOWN)
        return
    _believe(attempt, StatusKind.SUBMITTED)
    if how == "delivered":
        _believe(attempt, StatusKind.DELIVERED)
    elif how == "unconfirmed":
        _move(message, Move.SILENCE, State.UNCONFIRMED)
    else:
        _believe(attempt, StatusKind.FAILED, how)


def _move(message: Message, by: Move, to: State, **columns: Any) -> None:
    move(db.session, message.id, by, to, evidence="seed", actor=audit.WORKER, **columns)


def _believe(attempt: uuid.UUID, kind: StatusKind, code: str | None = None) -> None:
    meaning = firmtext.gateway.meaning(code) if code else None
    name = "rejected" if code else str(kind)
    digest = hashlib.sha256(f"{attempt} {kind}".encode()).digest()
    event = StatusEvent(str(attempt), str(attempt), kind, name, firmtext.clock.now(), digest, code, meaning)
    statuses.believe(db.session(), event, NO_REQUEST)


def _phone(contact: Contact) -> str:
    return contact.texting_number or contact.numbers[0].e164
