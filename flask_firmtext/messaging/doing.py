"""Done: nobody has to do anything about a conversation until its next text. A person says so, and takes it back."""

from __future__ import annotations

import uuid
from typing import Any

from sqlalchemy import ColumnElement, update
from sqlalchemy.orm import Session

from ..current import firmtext
from ..ports.values import User
from ..store import audit, inbox_queries
from ..store.models import Conversation
from ..store.transactions import notes
from . import failures


def finish(session: Session, conversation_id: uuid.UUID, *, by: User) -> bool:
    """Mark a conversation done. Returns whether it was not yet."""
    done = {"done_at": firmtext.clock.sql(), "done_by": by.ref}
    if not _written(session, conversation_id, by, Conversation.done_at.is_(None), done):
        return False
    failures.forget(session, conversation_id)
    _record(session, conversation_id, by, "conversation.done")
    return True


def reopen(session: Session, conversation_id: uuid.UUID, *, by: User) -> bool:
    """Take that back: it waits for an answer, or its last text is lost, as before. Returns whether it was done."""
    if not _written(
        session, conversation_id, by, Conversation.done_at.is_not(None), {"done_at": None, "done_by": None}
    ):
        return False
    last = inbox_queries.last_out(session, by.firm, conversation_id)
    if last is not None and last.state in failures.LOST:
        failures.note(session, by.firm, conversation_id, last.position)
    _record(session, conversation_id, by, "conversation.reopen")
    return True


def _written(
    session: Session, conversation_id: uuid.UUID, by: User, while_: ColumnElement[bool], columns: dict[str, Any]
) -> bool:
    written = session.execute(
        update(Conversation)
        .where(Conversation.firm == by.firm, Conversation.id == conversation_id, while_)
        .values(**columns)
        .returning(Conversation.id)
        .execution_options(synchronize_session=False)
    )
    return written.first() is not None


def _record(session: Session, conversation_id: uuid.UUID, by: User, action: str) -> None:
    audit.record(session, action, (Conversation.__tablename__, conversation_id), firm=by.firm, actor=by.ref)
    notes(session).show(by.firm)
