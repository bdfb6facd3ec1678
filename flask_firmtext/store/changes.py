"""What open pages have to show: a count per firm that every visible change raises, once a transaction.

The firm's row stays locked from here to the commit, so a count that a page can read covers everything up to it. It is
the last lock that a transaction takes: that is why this is done just before the commit and not with the change.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any, cast

from sqlalchemy import Table, bindparam, select, update
from sqlalchemy.orm import Session, scoped_session

from .models import Firm, Message
from .upsert import insert_once

Sessions = Session | scoped_session[Any]


_firm, _message = cast(Table, Firm.__table__), cast(Table, Message.__table__)
RAISE = (
    update(_firm)
    .where(_firm.c.firm == bindparam("which"))
    .values(changes=_firm.c.changes + 1)
    .returning(_firm.c.changes)
)
MARK = (
    update(_message).where(_message.c.id.in_(bindparam("messages", expanding=True))).values(changed=bindparam("count"))
)


def write(session: Sessions, changed: Mapping[str, Sequence[uuid.UUID]]) -> None:
    """Raise the count of each firm and mark its changed texts with it."""
    session.flush()
    for firm, messages in sorted(changed.items()):
        count = _bump(session, firm)
        if messages:
            session.connection().execute(MARK, {"messages": messages, "count": count})


def now(session: Sessions, firm: str) -> int:
    """The firm's count as it stands; 0 before its first change."""
    return session.scalar(select(Firm.changes).where(Firm.firm == firm)) or 0


def _bump(session: Sessions, firm: str) -> int:
    count: int | None = session.connection().execute(RAISE, {"which": firm}).scalar()
    if count is not None:
        return count
    insert_once(session, Firm, firm=firm, changes=0)
    return _bump(session, firm)
