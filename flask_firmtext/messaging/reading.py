"""What each user has seen: a mark for each conversation, which only moves on."""

from __future__ import annotations

import uuid

from sqlalchemy import update
from sqlalchemy.orm import Session

from ..current import firmtext
from ..store.models import ReadMark
from ..store.transactions import notes
from ..store.upsert import insert_once


def mark_read(session: Session, firm: str, conversation_id: uuid.UUID, *, user: str, position: int) -> bool:
    """``user`` has seen the texts up to ``position``. Returns whether that is news; an earlier mark stays.

    The caller has made sure that the conversation is the firm's and that the user may read it.
    """
    seen = {"position": position, "read_at": firmtext.clock.now()}
    moved = session.execute(
        update(ReadMark)
        .where(ReadMark.firm == firm, ReadMark.conversation_id == conversation_id, ReadMark.user == user)
        .where(ReadMark.position < position)
        .values(**seen)
        .returning(ReadMark.position)
        .execution_options(synchronize_session=False)
    ).all()
    news = bool(moved) or insert_once(session, ReadMark, firm=firm, conversation_id=conversation_id, user=user, **seen)
    if news:
        notes(session).show(firm)
    return news
