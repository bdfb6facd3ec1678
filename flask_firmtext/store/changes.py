"""What open pages have to show: a count per firm that every visible change raises, once a transaction.

The firm's row stays locked from here to the commit, so a count that a page can read covers everything up to it. It is
the last lock that a transaction takes: that is why this is done just before the commit and not with the change.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import Table, bindparam, select, update
from sqlalchemy.orm import Session, scoped_session

from ..pipeline import UNANSWERED
from .models import Firm, Message
from .upsert import INSERT

Sessions = Session | scoped_session[Any]


_firm, _message = cast(Table, Firm.__table__), cast(Table, Message.__table__)
COUNT = select(_firm.c.changes).where(_firm.c.firm == bindparam("which"))
MARK = (
    update(_message)
    .where(_message.c.id.in_(bindparam("messages", expanding=True)))
    .values(changed=COUNT.scalar_subquery())
    .execution_options(**{UNANSWERED: True})
)


def write(session: Sessions, changed: Mapping[str, Sequence[uuid.UUID]]) -> None:
    """Raise the count of each firm and mark its changed texts with it."""
    session.flush()
    for firm, messages in sorted(changed.items()):
        session.connection().execute(_raising(session.get_bind().dialect.name), {"which": firm})
        if messages:
            session.connection().execute(MARK, {"messages": messages, "which": firm})


@lru_cache(maxsize=2)
def _raising(dialect: str) -> Any:
    first = INSERT[dialect](_firm).values(firm=bindparam("which"), changes=1)
    more = first.on_conflict_do_update(index_elements=["firm"], set_={"changes": _firm.c.changes + 1})
    return more.execution_options(**{UNANSWERED: True})


def now(session: Sessions, firm: str) -> int:
    """The firm's count as it stands; 0 before its first change."""
    return session.scalar(select(Firm.changes).where(Firm.firm == firm)) or 0
