"""T7: evidence about a text of ours. Believed from any state, in any order, any number of times."""

from __future__ import annotations

import re
import uuid
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ..current import firmtext
from ..ports.gateway import RawRequest, Reason, StatusEvent, StatusKind
from ..store import audit, counters, queries
from ..store.models import Attempt, Conversation, Message
from ..store.models import StatusEvent as StatusRow
from ..store.states import Outcome, State
from ..store.upsert import insert_once
from . import alarms, consent, failures, quarantine, repeats, troubles
from .moves import Move, move

TARGET = {
    StatusKind.SUBMITTED: State.SUBMITTED,
    StatusKind.DELIVERED: State.DELIVERED,
    StatusKind.FAILED: State.FAILED,
}
#: A status name is the carrier's word. Whatever is no word could be anything, so it is not kept in clear.
WORD = re.compile(r"[a-z][a-z0-9_-]{0,31}")
CLOSED_UNSENT = {Outcome.NOT_SENT, Outcome.REFUSED}


def believe(session: Session, event: StatusEvent, request: RawRequest) -> None:
    """Store a status and move its text as far as it proves."""
    attempt = queries.attempt_for(session, carrier_id=event.carrier_id, reference=event.reference)
    if attempt is None:
        quarantine.keep(session, request, kind="status", reason="orphan_status")
        return
    stops = event.meaning is not None and event.meaning.opted_out
    if stops:
        firm, phone_index = _pair(session, attempt.message_id)
        consent.lock_pair(session, firm, phone_index)
    was = session.execute(
        select(Message.state).where(Message.id == attempt.message_id).with_for_update(key_share=True)
    ).scalar_one()
    session.refresh(attempt)
    if not _stored(session, event, attempt):
        return
    if event.kind is StatusKind.OTHER:
        counters.count(session, "status_unknown")
    else:
        _apply(session, event, attempt, was)
    if stops:
        _blocked(session, attempt, firm, phone_index)


def _blocked(session: Session, attempt: Attempt, firm: str, phone_index: bytes) -> None:
    """The carrier's own block, told by its refusal. A START that the client wrote behind the POST has lifted it."""
    conversation = session.execute(select(Message.conversation_id).where(Message.id == attempt.message_id)).scalar_one()
    said = consent.Said("carrier", audit.CARRIER, attempt.claimed_at, conversation, attempt.message_id)
    consent.opt_out(session, firm, phone_index, said)


def _apply(session: Session, event: StatusEvent, attempt: Attempt, was: str) -> None:
    if attempt.carrier_id not in (None, event.carrier_id):
        _alarm(session, attempt, "uuid_conflict")
    if attempt.outcome in CLOSED_UNSENT or was in (State.CANCELLED, State.EXPIRED):
        _contradiction(session, attempt)
    _note_accepted(session, attempt, event.carrier_id)
    moved = move(
        session,
        attempt.message_id,
        Move.EVIDENCE,
        TARGET[event.kind],
        evidence=f"status {event.name} {event.code or ''}".strip(),
        actor=audit.CARRIER,
        **_reason(event),
    )
    if moved and event.kind is StatusKind.FAILED:
        troubles.note(session, event.code)
    elif moved and was in failures.LOST:
        repeats.withdraw(session, attempt.firm, attempt.message_id)


def _stored(session: Session, event: StatusEvent, attempt: Attempt) -> bool:
    return insert_once(
        session,
        StatusRow,
        id=uuid.uuid4(),
        digest=event.digest,
        firm=attempt.firm,
        message_id=attempt.message_id,
        attempt_id=attempt.id,
        carrier_id=event.carrier_id,
        kind=event.kind,
        name=event.name if WORD.fullmatch(event.name) else "other",
        code=event.code,
        carrier_at=event.at,
        received_at=firmtext.clock.now(),
    )


def _reason(event: StatusEvent) -> dict[str, Any]:
    if event.kind is not StatusKind.FAILED:
        return {"reason": None, "code": None, "partly": False}
    if event.partly:
        return {"reason": Reason.UNKNOWN_ERROR, "code": event.code, "partly": True}
    reason = event.meaning.reason if event.meaning else Reason.UNKNOWN_ERROR
    return {"reason": reason, "code": event.code}


def _note_accepted(session: Session, attempt: Attempt, carrier_id: str) -> None:
    session.execute(
        update(Attempt)
        .where(Attempt.id == attempt.id)
        .values(
            outcome=Outcome.ACCEPTED,
            carrier_id=attempt.carrier_id or carrier_id,
            evidence="status" if attempt.outcome != Outcome.ACCEPTED else attempt.evidence,
            closed_at=attempt.closed_at or firmtext.clock.sql(),
        )
        .execution_options(synchronize_session=False)
    )


def _contradiction(session: Session, attempt: Attempt) -> None:
    """We were certain that nothing was sent, and the carrier knows the text: a row of our answer table is wrong."""
    table = (Attempt.__tablename__, attempt.id)
    audit.record(
        session,
        "evidence.contradiction",
        table,
        firm=attempt.firm,
        actor=audit.CARRIER,
        was=attempt.outcome,
        evidence=attempt.evidence,
    )
    _alarm(session, attempt, "contradiction")


def _alarm(session: Session, attempt: Attempt, kind: str) -> None:
    counters.count(session, kind)
    alarms.note(session, kind, str(attempt.id))


def _pair(session: Session, message_id: uuid.UUID) -> tuple[str, bytes]:
    row = session.execute(
        select(Conversation.firm, Conversation.phone_index)
        .join(Message, Message.conversation_id == Conversation.id)
        .where(Message.id == message_id)
    ).one()
    return row.firm, row.phone_index
