"""Whether a firm may text a number. Who changes that locks every conversation of the pair first, as a claim does.

Later carrier time wins, and a tie is a stop: an old START that comes late changes nothing. Every word is kept as an
event, also one that changes nothing, so that what holds does not depend on the order in which webhooks come.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session, scoped_session

from .. import signals
from ..current import firmtext
from ..ports.values import User
from ..store import audit, consent_queries
from ..store.base import new_id
from ..store.models import ConsentEvent, Conversation, Message, OptOut
from ..store.queries import is_in
from ..store.states import Change, State
from ..store.transactions import notes
from ..store.upsert import insert_or_update
from .moves import Move, move

Sessions = Session | scoped_session[Any]

TABLE = OptOut.__tablename__
#: How staff may have heard that a client wants no texts: what an event's evidence says after ``staff:``.
WAYS = ("phone", "letter", "person", "wrong_number", "other")


@dataclass(frozen=True, slots=True)
class Said:
    """How a change is known: by which evidence and whom, when it was said, in which conversation and text."""

    evidence: str
    by: str
    at: datetime | None = None
    conversation: uuid.UUID | None = None
    message: uuid.UUID | None = None

    def when(self) -> datetime:
        return self.at or firmtext.clock.now()


def opt_out_of(session: Sessions, firm: str, phone_index: bytes) -> OptOut | None:
    """The standing opt-out of a number at a firm, or None."""
    row = consent_queries.standing(session, firm, phone_index)
    return row if row is not None and row.opted_out else None


def lock_pair(session: Sessions, firm: str, phone_index: bytes) -> list[uuid.UUID]:
    """Lock every conversation of a firm with a phone, in one order: else one number sends while another hears STOP."""
    # Not FOR UPDATE, here or elsewhere: PostgreSQL's check of a foreign key would wait for it, against our order.
    conversations = list(
        session.scalars(
            select(Conversation.id)
            .where(Conversation.firm == firm, Conversation.phone_index == phone_index)
            .order_by(Conversation.id)
            .with_for_update(key_share=True)
        )
    )
    session.execute(
        update(Conversation)
        .where(Conversation.id.in_(conversations))
        .values(turn=Conversation.turn + 1)
        .execution_options(synchronize_session=False)
    )
    return conversations


def opt_out(session: Sessions, firm: str, phone_index: bytes, said: Said) -> bool:
    """Stop texting a number, and withdraw what is still queued for it. The caller holds :func:`lock_pair`.

    A standing opt-out keeps its date and its evidence: staff are told when and how the client said it. Returns
    whether the number was texted until now.
    """
    at = said.when()
    _keep(session, firm, phone_index, Change.OPTED_OUT, said, at)
    started = consent_queries.last(session, firm, phone_index, Change.OPTED_IN)
    if started is not None and started > at:
        return False
    row = consent_queries.standing(session, firm, phone_index)
    if row is not None and row.opted_out:
        # What confirms the first STOP is not withdrawn by the second.
        _withdraw(session, firm, phone_index, said, Message.answers.is_(None))
        return False
    _withdraw(session, firm, phone_index, said)
    _write(session, firm, phone_index, said, row, opted_out=True, since=at, evidence=said.evidence)
    _tell(session, firm, phone_index, "consent.opt_out", said, opted_out=True)
    return True


def opt_in(session: Sessions, firm: str, phone_index: bytes, said: Said) -> bool:
    """Text a number again: a client's own word, and only a later one than every stop. Returns whether it lifts one.

    The caller holds :func:`lock_pair`.
    """
    at = said.when()
    stopped = consent_queries.last(session, firm, phone_index, Change.OPTED_OUT)
    row = consent_queries.standing(session, firm, phone_index)
    _keep(session, firm, phone_index, Change.OPTED_IN, said, at)
    if row is None or (stopped is not None and stopped >= at) or (row.opted_out and row.since >= at):
        return False
    # What was asked after this START stays asked, whichever came first.
    asked = consent_queries.question(session, firm, phone_index, at)
    was_out = row.opted_out
    _write(session, firm, phone_index, said, row, asked, opted_out=False, since=at, evidence=said.evidence)
    if not was_out:
        return False
    _tell(session, firm, phone_index, "consent.opt_in", said, opted_out=False)
    return True


def ask(session: Sessions, firm: str, phone_index: bytes, said: Said) -> None:
    """A text plainly asks to stop: nothing automatic goes out until a person has decided. The caller holds the pair."""
    at = said.when()
    row = consent_queries.standing(session, firm, phone_index)
    started = consent_queries.last(session, firm, phone_index, Change.OPTED_IN)
    _keep(session, firm, phone_index, Change.ASKED, said, at)
    if (row is not None and row.opted_out) or (started is not None and started > at):
        return
    asked = {"asked_at": (row.asked_at if row else None) or firmtext.clock.now(), "asked_by": said.message}
    # The newest of several such texts is the one to decide about.
    if row is not None and row.asked_by is not None:
        notes(session).show(firm, row.asked_by)
    values = {"opted_out": False, "since": at, "evidence": said.evidence}
    _upsert(session, firm, phone_index, values | asked, asked)
    _record(session, firm, phone_index, "consent.ask", said)
    notes(session).show(firm)


def opt_out_as_asked(session: Sessions, conversation: Conversation, message: uuid.UUID, *, user: User) -> bool:
    """A person takes a client's text for an opt-out. False: somebody, or the client, has decided before."""
    lock_pair(session, conversation.firm, conversation.phone_index)
    if not _is_asked(session, conversation, message):
        return False
    said = Said("asked", user.ref, conversation=conversation.id, message=message)
    return opt_out(session, conversation.firm, conversation.phone_index, said)


def not_an_opt_out(session: Sessions, conversation: Conversation, message: uuid.UUID, *, user: User) -> bool:
    """A person says that a client's text asks for nothing of the kind. False: as above."""
    lock_pair(session, conversation.firm, conversation.phone_index)
    row = _is_asked(session, conversation, message)
    if row is None:
        return False
    firm, index = conversation.firm, conversation.phone_index
    said = Said("asked", user.ref, conversation=conversation.id, message=message)
    _keep(session, firm, index, Change.NOT_AN_OPT_OUT, said, said.when())
    _write(session, firm, index, said, row, opted_out=False, since=row.since, evidence=row.evidence)
    _record(session, firm, index, "consent.not_an_opt_out", said)
    return True


def note_opt_out(session: Sessions, conversation: Conversation, way: str, *, user: User) -> bool:
    """A person was told, ``way`` says how, that the client wants no texts. Only the client's START lifts it."""
    lock_pair(session, conversation.firm, conversation.phone_index)
    if opt_out_of(session, conversation.firm, conversation.phone_index) is not None:
        return False
    said = Said(f"staff:{way if way in WAYS else 'other'}", user.ref, conversation=conversation.id)
    return opt_out(session, conversation.firm, conversation.phone_index, said)


def _is_asked(session: Sessions, conversation: Conversation, message: uuid.UUID) -> OptOut | None:
    row = consent_queries.standing(session, conversation.firm, conversation.phone_index)
    return row if row is not None and row.asked_at is not None and row.asked_by == message else None


def _keep(session: Sessions, firm: str, phone_index: bytes, change: Change, said: Said, at: datetime) -> None:
    session.add(
        ConsentEvent(
            firm=firm,
            phone_index=phone_index,
            change=change,
            by=said.by,
            evidence=said.evidence[:64],
            message_id=said.message,
            at=at,
            noted_at=firmtext.clock.now(),
        )
    )
    session.flush()


def _write(
    session: Sessions,
    firm: str,
    phone_index: bytes,
    said: Said,
    row: OptOut | None,
    asked: ConsentEvent | None = None,
    **values: Any,
) -> None:
    """What stands from now on, and the one question about it, if any."""
    before, now = row.asked_by if row is not None else None, asked.message_id if asked is not None else None
    values |= {"asked_at": asked.noted_at if asked is not None else None, "asked_by": now}
    _upsert(session, firm, phone_index, values, values)
    notes(session).show(firm, *_shown(before, now, said.message))


def _shown(*messages: uuid.UUID | None) -> Collection[uuid.UUID]:
    return {message for message in messages if message is not None}


def _upsert(session: Sessions, firm: str, phone_index: bytes, values: dict[str, Any], changes: dict[str, Any]) -> None:
    row = {"id": new_id(), "firm": firm, "phone_index": phone_index, **values}
    insert_or_update(session, OptOut, ["firm", "phone_index"], row, changes)


def _record(session: Sessions, firm: str, phone_index: bytes, action: str, said: Said) -> None:
    evidence = f"{said.evidence} {said.message or ''}".strip()
    audit.record(session, action, (TABLE, phone_index.hex()), firm=firm, actor=said.by, evidence=evidence)


def _tell(session: Sessions, firm: str, phone_index: bytes, action: str, said: Said, *, opted_out: bool) -> None:
    _record(session, firm, phone_index, action, said)
    conversation = str(said.conversation) if said.conversation else None
    values = {"firm": firm, "conversation": conversation, "opted_out": opted_out}
    notes(session).signals.append((signals.consent_changed, values))


def _withdraw(session: Sessions, firm: str, phone_index: bytes, said: Said, *conditions: ColumnElement[bool]) -> None:
    pair = select(Conversation.id).where(Conversation.firm == firm, Conversation.phone_index == phone_index)
    waiting = session.scalars(
        select(Message.id)
        .where(Message.firm == firm, Message.conversation_id.in_(pair), is_in(Message.state, State.QUEUED), *conditions)
        .order_by(Message.id)
        .with_for_update(key_share=True)
    ).all()
    for message_id in waiting:
        move(session, message_id, Move.CANCEL, State.CANCELLED, evidence="opted_out", actor=said.by)
