"""How a text that is written for later stops waiting: one compare-and-set, with its row in the record.

Who has the conversations of a phone locks them first and these rows then, whoever it is: the step that sends, too.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session, scoped_session

from ..current import firmtext
from ..store import audit, scheduled_queries
from ..store.models import Conversation, ScheduledText
from ..store.queries import is_in
from ..store.states import Later
from ..store.transactions import notes

Sessions = Session | scoped_session[Any]

TABLE = ScheduledText.__tablename__
#: Why one is cancelled by what happens to the number or the firm.
OPTED_OUT, ENDED, TURNED_OFF = "opted_out", "ended", "turned_off"


def end(session: Sessions, row_id: uuid.UUID, to: Later, *, reason: str | None, by: str, **columns: Any) -> bool:
    """Whether it was waiting until now. ``by`` is who ended it; ``columns`` are written along."""
    ended = session.execute(
        update(ScheduledText)
        .where(ScheduledText.id == row_id, is_in(ScheduledText.state, Later.WAITING))
        .values(state=to, reason=reason, state_at=firmtext.clock.sql(), **columns)
        .returning(ScheduledText.firm)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if ended is None:
        return False
    note(session, ended.firm, row_id, to, by=by, was=Later.WAITING, evidence=reason)
    return True


def note(
    session: Sessions,
    firm: str,
    row_id: uuid.UUID,
    became: str,
    *,
    by: str,
    was: str | None = None,
    evidence: str | None = None,
) -> None:
    """Record what ``by`` did, and let open pages show it."""
    table = (TABLE, row_id)
    audit.record(session, "scheduled.state", table, firm=firm, actor=by, was=was, became=became, evidence=evidence)
    notes(session).show(firm)


def withdraw_from(session: Sessions, firm: str, phone_index: bytes, *, reason: str, by: str) -> None:
    """Nothing more is sent to a phone. The caller holds its conversations."""
    _cancel(session, scheduled_queries.waiting_for(session, firm, phone_index), reason, by)


def withdraw_in(session: Sessions, conversation: Conversation, *, reason: str, by: str) -> None:
    """A conversation has ended. The caller holds it."""
    _cancel(session, scheduled_queries.waiting_in(session, conversation), reason, by)


def withdraw_all(session: Sessions, firm: str, *, reason: str, by: str) -> None:
    """A firm sends nothing more."""
    _cancel(session, scheduled_queries.waiting_at(session, firm), reason, by)


def _cancel(session: Sessions, rows: Iterable[uuid.UUID], reason: str, by: str) -> None:
    for row_id in rows:
        end(session, row_id, Later.CANCELLED, reason=reason, by=by)
