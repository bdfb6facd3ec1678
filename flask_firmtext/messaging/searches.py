"""What users have searched for: kept for a day, encrypted, so that Back and reload lead to the same and no address
holds a word."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from ..current import firmtext
from ..errors import DecryptError
from ..ports.values import User
from ..store import audit, cells, keys, search_queries
from ..store.base import new_id
from ..store.models import Search
from ..store.transactions import own, reading

KEPT = timedelta(days=1)
#: So many a minute and user, in all processes together.
A_MINUTE = 30
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Asked:
    """A search: what was typed, and under which contact or matter (references), None where in the whole firm."""

    id: uuid.UUID
    typed: str = field(repr=False)
    contact: str | None = None
    matter: str | None = None


def make(firm: str, user: User, typed: str, *, contact: str | None, matter: str | None) -> uuid.UUID | None:
    """Keep a search. None: this user has searched too often in the last minute."""
    now = firmtext.clock.now()
    with own() as session:
        if search_queries.searched_since(session, firm, user.ref, now - MINUTE, most=A_MINUTE) >= A_MINUTE:
            session.rollback()
            return None
        row = new_id()
        words = cells.seal(session, cells.place(Search, "words", row, firm), typed, scope=keys.GENERAL)
        made = {"contact": contact, "matter": matter, "words": words, "made_at": now}
        session.add(Search(id=row, firm=firm, user=user.ref, **made))
        audit.record(session, "conversation.search", (Search.__tablename__, row), firm=firm, actor=user.ref)
    return row


def find(session: Session, firm: str, user: User, search_id: uuid.UUID) -> Asked | None:
    """A search of this user; None also when it is forgotten, or cannot be read."""
    row = search_queries.search(session, firm, user.ref, search_id)
    if row is None or row.made_at < firmtext.clock.now() - KEPT:
        return None
    [typed] = cells.read(session, [(cells.place(Search, "words", row.id, firm), row.words)])
    return None if isinstance(typed, DecryptError) else Asked(row.id, typed, row.contact, row.matter)


def forget_old() -> None:
    """Delete what is over, of all firms."""
    before = firmtext.clock.now() - KEPT
    with reading() as session:
        if not search_queries.any_before(session, before):
            return
    with own() as session:
        session.execute(delete(Search).where(Search.made_at < before).execution_options(synchronize_session=False))
