"""What open pages have to show: a count per firm that every visible change raises, once a transaction.

The firm's row stays locked from here to the commit, so a count that a page can read covers everything up to it. It is
the last lock that a transaction takes: that is why this is done just before the commit and not with the change.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session, scoped_session

from .models import Firm, Message
from .upsert import insert_once

Sessions = Session | scoped_session[Any]


def write(session: Sessions, changed: Mapping[str, Sequence[uuid.UUID]]) -> None:
    """Raise the count of each firm and mark its changed texts with it."""
    session.flush()
    for firm, messages in sorted(changed.items()):
        count = _bump(session, firm)
        if messages:
            marked = update(Message).where(Message.id.in_(messages)).values(changed=count)
            session.execute(marked, execution_options={"synchronize_session": False})


def now(session: Sessions, firm: str) -> int:
    """The firm's count as it stands; 0 before its first change."""
    return session.scalar(select(Firm.changes).where(Firm.firm == firm)) or 0


def _bump(session: Sessions, firm: str) -> int:
    raised = update(Firm).where(Firm.firm == firm).values(changes=Firm.changes + 1).returning(Firm.changes)
    count = session.execute(raised, execution_options={"synchronize_session": False}).scalar()
    if count is not None:
        return count
    insert_once(session, Firm, firm=firm, changes=0)
    return _bump(session, firm)
