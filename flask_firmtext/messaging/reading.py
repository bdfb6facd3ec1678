"""What each user has seen: a mark for each conversation, which moves on, and back only when its user says so."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, true, update
from sqlalchemy.orm import Session

from ..current import firmtext
from ..store import inbox_queries
from ..store.models import ReadMark
from ..store.transactions import notes, reading
from ..store.upsert import insert_once
from . import owners

#: More readers than these are counted, not named.
NAMED = 5


@dataclass(frozen=True, slots=True)
class Readers:
    """Who has read all that the client wrote: colleagues by name, ``more`` that are not named, oneself."""

    names: tuple[str, ...] = field(default=(), repr=False)
    more: int = 0
    oneself: bool = False


def mark_read(session: Session, firm: str, conversation_id: uuid.UUID, *, user: str, position: int) -> bool:
    """``user`` has opened the conversation and seen the texts up to ``position``. Returns whether that is news; an
    earlier mark stays.

    The caller has made sure that the conversation is the firm's and that the user may read it.
    """
    return _moved(session, firm, conversation_id, user, position, true())


def mark_seen(session: Session, firm: str, conversation_id: uuid.UUID, *, user: str, position: int) -> bool:
    """The same while it was open anyway: what its user has marked unread since stays so until something new comes."""
    return _moved(session, firm, conversation_id, user, position, ReadMark.left_unread < position)


def _moved(
    session: Session, firm: str, conversation_id: uuid.UUID, user: str, position: int, also: ColumnElement[bool]
) -> bool:
    seen: dict[str, Any] = {"position": position, "read_at": firmtext.clock.now(), "left_unread": 0}
    further = (
        update(ReadMark)
        .where(ReadMark.firm == firm, ReadMark.conversation_id == conversation_id, ReadMark.user == user)
        .where(ReadMark.position < position, also)
        .values(**seen)
        .returning(ReadMark.position)
        .execution_options(synchronize_session=False)
    )
    first = {"firm": firm, "conversation_id": conversation_id, "user": user, **seen}
    news = bool(session.execute(further).all()) or insert_once(session, ReadMark, **first)
    # Somebody else of this user's tabs may have made the first mark meanwhile, at an earlier text.
    if news or session.execute(further).all():
        notes(session).show(firm)
        return True
    return False


def mark_unread(session: Session, firm: str, conversation_id: uuid.UUID, *, user: str, last_in: int) -> bool:
    """Move the mark back before the client's last text, at ``last_in``. Returns whether it was read."""
    moved = session.execute(
        update(ReadMark)
        .where(ReadMark.firm == firm, ReadMark.conversation_id == conversation_id, ReadMark.user == user)
        .where(ReadMark.position >= last_in)
        .values(position=last_in - 1, left_unread=last_in)
        .returning(ReadMark.position)
        .execution_options(synchronize_session=False)
    ).all()
    if moved:
        notes(session).show(firm)
    return bool(moved)


def readers(firm: str, conversation_id: uuid.UUID, *, user: str) -> Readers | None:
    """Who has read the client's last text, as ``user`` is told; None where the client wrote nothing yet."""
    with reading() as session:
        found = inbox_queries.readers(session, firm, conversation_id)
    return None if found is None else _named(found, user)


def _named(users: Sequence[str], user: str) -> Readers:
    others = [one for one in users if one != user]
    known = owners.names_of(others[:NAMED])
    names = tuple(known[one] for one in others[:NAMED] if one in known)
    return Readers(names, len(others) - len(names), user in users)
