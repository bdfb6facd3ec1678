"""What consent writes: what stands, its history, what the host and the record are told, what is withdrawn."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, scoped_session

from .. import signals
from ..current import firmtext
from ..store import audit
from ..store.base import new_id
from ..store.models import ConsentEvent, Conversation, Message, OptOut
from ..store.queries import is_in
from ..store.states import Change, State
from ..store.transactions import announce, notes
from ..store.upsert import insert_or_update
from . import scheduled_rows
from .moves import Move, move

Sessions = Session | scoped_session[Any]

TABLE = OptOut.__tablename__


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


def keep(session: Sessions, firm: str, phone_index: bytes, change: Change, said: Said, at: datetime) -> None:
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


def write(
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
    upsert(session, firm, phone_index, values, values)
    notes(session).show(firm, *_shown(before, now, said.message))


def _shown(*messages: uuid.UUID | None) -> Collection[uuid.UUID]:
    return {message for message in messages if message is not None}


def upsert(session: Sessions, firm: str, phone_index: bytes, values: dict[str, Any], changes: dict[str, Any]) -> None:
    row = {"id": new_id(), "firm": firm, "phone_index": phone_index, **values}
    insert_or_update(session, OptOut, ["firm", "phone_index"], row, changes)


def record(session: Sessions, firm: str, phone_index: bytes, action: str, said: Said) -> None:
    # Whatever is cut, the id of the text that said it is not.
    evidence = f"{said.evidence[: 63 - len(str(said.message))]} {said.message}" if said.message else said.evidence
    audit.record(session, action, (TABLE, phone_index.hex()), firm=firm, actor=said.by, evidence=evidence)


def tell(session: Sessions, firm: str, phone_index: bytes, action: str, said: Said, *, opted_out: bool) -> None:
    record(session, firm, phone_index, action, said)
    conversation = str(said.conversation) if said.conversation else None
    announce(session, signals.consent_changed, firm=firm, conversation=conversation, opted_out=opted_out)


def withdraw(session: Sessions, firm: str, phone_index: bytes, said: Said, *conditions: ColumnElement[bool]) -> None:
    pair = select(Conversation.id).where(Conversation.firm == firm, Conversation.phone_index == phone_index)
    waiting = session.scalars(
        select(Message.id)
        .where(Message.firm == firm, Message.conversation_id.in_(pair), is_in(Message.state, State.QUEUED), *conditions)
        .order_by(Message.id)
        .with_for_update(key_share=True)
    ).all()
    for message_id in waiting:
        move(session, message_id, Move.CANCEL, State.CANCELLED, evidence="opted_out", actor=said.by)
    scheduled_rows.withdraw_from(session, firm, phone_index, reason=scheduled_rows.OPTED_OUT, by=said.by)
