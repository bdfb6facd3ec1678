"""One conversation is erased: in one moment its keys are destroyed and it ends, or nothing of it is changed."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from .. import points
from ..current import firmtext
from ..messaging import consent, failures, scheduled_rows
from ..messaging.moves import Move, move
from ..store import audit, erasing, erasure_queries, keys, retention_queries
from ..store.models import (
    AnswerDue,
    Attachment,
    Conversation,
    ConversationContact,
    Draft,
    Erased,
    Erasure,
    Filing,
    Message,
    ReplyDue,
    ScheduledText,
)
from ..store.queries import is_in
from ..store.states import FilingState, State
from ..store.transactions import notes, own
from ..store.upsert import insert_once
from . import legal_holds

#: Why a conversation was left as it is.
GONE, HELD, SENDING, DOUBT, FILING, SHARED, NEWER = "gone", "held", "sending", "doubt", "filing", "shared", "newer"
#: Somebody else has taken the erasure for abandoned, and finished it.
OVER = "over"
#: These pass by themselves, in a minute or two.
PASSING = frozenset({SENDING, FILING})


@dataclass(frozen=True, slots=True)
class Terms:
    """What may go. By a rule: ``before`` is the time of the newest text. On request: ``owners`` are the contacts whose
    texts go, and nobody else's do."""

    before: datetime | None = None
    owners: Collection[str] = ()


def take(erasure: Erasure, conversation: uuid.UUID, terms: Terms) -> str | None:
    """Destroy the keys of a conversation and end it. Returns why it was left as it is, None when it was not."""
    firm = erasure.firm
    with own() as session:
        legal_holds.take_turn(session, firm)
        row = _locked(session, firm, conversation)
        if erasure_queries.is_done(session, firm, erasure.id):
            session.rollback()
            return OVER
        why = GONE if row is None or row.erased_at else _against(session, row, terms)
        if row is None or why is not None:
            session.rollback()
            return why
        if terms.before is None:
            _withdraw(session, row, erasure.by)
        _end(session, row, erasure)
        erasing.destroy_keys(session, firm, keys.conversation_scope(conversation), erasure.by)
        _note(session, row, erasure)
        points.reach("erase.taking")
    firmtext.active.forget()
    firmtext.unwrapped.forget()
    points.reach("erase.taken")
    return None


def _locked(session: Session, firm: str, conversation: uuid.UUID) -> Conversation | None:
    """With every other conversation of the same phone, in the one order in which everybody locks them."""
    wanted = select(Conversation).where(Conversation.firm == firm, Conversation.id == conversation)
    found = session.scalars(wanted).one_or_none()
    if found is None:
        return None
    consent.lock_pair(session, firm, found.phone_index)
    return session.scalars(wanted.execution_options(populate_existing=True)).one_or_none()


def _against(session: Session, row: Conversation, terms: Terms) -> str | None:
    found = retention_queries.why_not(session, row.firm, row.id)
    if found.held:
        return HELD
    if found.sending or found.doubt:
        return SENDING if found.sending else DOUBT
    if terms.before is not None:
        busy = found.queued or found.waiting or found.filing
        return NEWER if busy or row.last_at >= terms.before else None
    shown = select(ConversationContact.contact).where(
        ConversationContact.firm == row.firm, ConversationContact.conversation_id == row.id
    )
    if not set(session.scalars(shown)) <= set(terms.owners):
        return SHARED
    return FILING if _is_being_filed(session, row) else None


def _files(row: Conversation) -> Any:
    texts = select(Message.id).where(Message.firm == row.firm, Message.conversation_id == row.id)
    return select(Attachment.id).where(Attachment.firm == row.firm, Attachment.message_id.in_(texts))


def _is_being_filed(session: Session, row: Conversation) -> bool:
    """Whether the host is being given a file at this moment: it may have taken it already."""
    going = select(Filing.id).where(Filing.firm == row.firm, Filing.attachment_id.in_(_files(row)))
    claimed = going.where(is_in(Filing.state, FilingState.FILING), Filing.claimed_until > firmtext.clock.sql())
    return session.scalar(claimed.limit(1)) is not None


def _withdraw(session: Session, row: Conversation, by: str) -> None:
    """What waits is neither sent nor filed any more."""
    here = (Message.firm == row.firm, Message.conversation_id == row.id)
    queued = select(Message.id).where(*here, is_in(Message.state, State.QUEUED)).order_by(Message.id)
    for text in session.scalars(queued).all():
        move(session, text, Move.CANCEL, State.CANCELLED, evidence=erasing.REASON, actor=by)
    scheduled_rows.withdraw_in(session, row, reason=erasing.REASON, by=by)
    waits = (Filing.firm == row.firm, Filing.attachment_id.in_(_files(row)))
    unfiled = is_in(Filing.state, FilingState.WANTED, FilingState.FILING)
    over = {"state": FilingState.NOT_FILED, "state_at": firmtext.clock.now(), "claim": None, "claimed_until": None}
    erasing.changed(session, update(Filing).where(*waits, unfiled).values(**over))
    texts = select(Message.id).where(*here)
    erasing.remove(session, ReplyDue, ReplyDue.firm == row.firm, ReplyDue.message_id.in_(texts))
    erasing.remove(session, AnswerDue, AnswerDue.firm == row.firm, AnswerDue.conversation_id == row.id)


def _end(session: Session, row: Conversation, erasure: Erasure) -> None:
    now, firm = firmtext.clock.now(), row.firm
    over = {"phone": erasing.NOTHING, "erased_at": now, "closed_at": row.closed_at or now, "waiting_since": None}
    seen = {"last_in_position": 0, "done_at": row.done_at or now, "done_by": row.done_by or erasure.by}
    this = (Conversation.firm == firm, Conversation.id == row.id)
    session.execute(
        update(Conversation).where(*this).values(**over, **seen).execution_options(synchronize_session=False)
    )
    erasing.remove(session, Draft, Draft.firm == firm, Draft.conversation_id == row.id)
    later = (ScheduledText.firm == firm, ScheduledText.conversation_id == row.id)
    erasing.changed(session, update(ScheduledText).where(*later).values(body=None, away_at=now))
    failures.forget(session, row.id)


def _note(session: Session, row: Conversation, erasure: Erasure) -> None:
    values = {"conversation_id": row.id, "firm": row.firm, "erasure_id": erasure.id, "by": erasure.by}
    insert_once(session, Erased, **values, at=firmtext.clock.now())
    table = (Conversation.__tablename__, row.id)
    told = {"firm": row.firm, "actor": erasure.by, "evidence": str(erasure.id)}
    audit.record(session, "conversation.erase", table, became=erasure.cause, **told)
    notes(session).show(row.firm)
