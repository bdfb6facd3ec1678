"""The state machine of a text: one table of allowed moves, one function that makes them.

Nothing else writes ``state``. A move that is not allowed any more is not an error: somebody else was first, and the
caller is told so by ``False``.
"""

from __future__ import annotations

import uuid
from collections.abc import Hashable
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import Table, bindparam, select, update
from sqlalchemy.orm import Session, scoped_session
from sqlalchemy.sql.dml import ReturningUpdate

from .. import signals
from ..current import firmtext
from ..store import audit
from ..store.models import Message
from ..store.states import RANK, State
from ..store.transactions import announce, notes
from . import failures

Sessions = Session | scoped_session[Any]
S = State


@dataclass(frozen=True, slots=True)
class Rule:
    """From which states a move may go to which. ``visible`` ones are shown on open pages at once."""

    sources: frozenset[State]
    targets: frozenset[State]
    visible: bool = True


def _rule(sources: set[State], *targets: State, visible: bool = True) -> Rule:
    return Rule(frozenset(sources), frozenset(targets), visible)


class Move(Enum):
    """The transitions T2 to T12; T1 is the insert in ``accepting``."""

    CLAIM = _rule({S.QUEUED}, S.SENDING, visible=False)  # T2
    RECEIPT = _rule({S.SENDING, S.UNKNOWN}, S.SUBMITTED)  # T3
    NOT_SENT = _rule({S.SENDING, S.UNKNOWN}, S.QUEUED)  # T4
    REFUSED = _rule({S.SENDING, S.UNKNOWN, S.QUEUED}, S.FAILED)  # T5
    UNSURE = _rule({S.SENDING}, S.UNKNOWN)  # T6
    EVIDENCE = _rule(set(S) - {S.DELIVERED, S.RECEIVED}, S.SUBMITTED, S.DELIVERED, S.FAILED)  # T7
    SILENCE = _rule({S.SUBMITTED}, S.UNCONFIRMED)  # T8
    CANCEL = _rule({S.QUEUED}, S.CANCELLED)  # T9
    EXPIRE = _rule({S.QUEUED}, S.EXPIRED)  # T10
    PERSON = _rule({S.UNKNOWN}, S.SUBMITTED, S.FAILED)  # T11, T12


_row = cast(Table, Message.__table__).c
WAS = (
    select(_row.state, _row.current_attempt, _row.firm, _row.conversation_id, _row.position)
    .where(_row.id == bindparam("message"))
    .with_for_update(key_share=True)
)

#: Only a certain "not sent" takes a text down again (R6).
DOWNWARD = {Move.NOT_SENT}
#: A claim that ended without a POST puts the text back; ends are ends, except for evidence of a POST.
FINAL = {S.DELIVERED: signals.text_delivered, S.FAILED: signals.text_failed}


def allowed(by: Move, was: State, to: State) -> bool:
    """Whether ``by`` may take a text from ``was`` to ``to``."""
    rule = by.value
    if was not in rule.sources or to not in rule.targets:
        return False
    if by is Move.EVIDENCE:
        return RANK[to] > RANK[was]
    return by in DOWNWARD or RANK[to] >= RANK[was]


def move(
    session: Sessions,
    message_id: uuid.UUID,
    by: Move,
    to: State,
    *,
    evidence: str,
    actor: str,
    attempt: uuid.UUID | None = None,
    **columns: Any,
) -> bool:
    """Take a text to ``to`` if ``by`` still may, with its audit row, in this transaction. Returns whether it did.

    ``attempt`` says that only the text's current attempt may do this. ``columns`` are written along.
    """
    row = session.connection().execute(WAS, {"message": message_id}).one_or_none()
    if row is None or not allowed(by, State(row.state), to) or attempt not in (None, row.current_attempt):
        return False
    if not _written(session, message_id, State(row.state), to, columns):
        return False
    if by.value.visible:
        notes(session).show(row.firm, message_id)
    table = (Message.__tablename__, message_id)
    audit.record(
        session, "message.state", table, firm=row.firm, actor=actor, was=row.state, became=to, evidence=evidence
    )
    if to in FINAL:
        _announce(session, to, row.firm, row.conversation_id, message_id, columns)
    _note_failure(session, row, to)
    return True


def _note_failure(session: Sessions, row: Any, to: State) -> None:
    """After the text, before the firm: the one order of locks."""
    if to in failures.LOST:
        failures.note(session, row.firm, row.conversation_id, row.position)
    elif row.state in failures.LOST:
        failures.forget(session, row.conversation_id)


def _written(session: Sessions, message_id: uuid.UUID, was: State, to: State, columns: dict[str, Any]) -> bool:
    writing = _writing(firmtext.clock.key(), to)
    row = {"message": message_id, "was": was}
    written = session.connection().execute(writing.values(**columns) if columns else writing, row)
    return written.first() is not None


@lru_cache(maxsize=64)
def _writing(clock: Hashable, to: State) -> ReturningUpdate[Any]:
    return (
        update(_row.id.table)
        .where(_row.id == bindparam("message"), _row.state == bindparam("was"))
        .values(state=to, rank=RANK[to], state_at=firmtext.clock.sql())
        .returning(_row.id)
    )


def _announce(
    session: Sessions, to: State, firm: str, conversation_id: uuid.UUID, message_id: uuid.UUID, columns: dict[str, Any]
) -> None:
    here, text = str(conversation_id), str(message_id)
    if to is State.DELIVERED:
        announce(session, signals.text_delivered, firm=firm, conversation=here, message=text, state=to.value)
    else:
        why = columns.get("reason"), columns.get("code")
        announce(session, signals.text_failed, firm=firm, conversation=here, message=text, reason=why[0], code=why[1])
