"""Texts in one state, those that failed say, whatever their conversations."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import Field

from ...messaging import rights
from ...store import inbox_queries, text_queries
from ...store.models import Message
from ...store.states import State
from ...store.transactions import reading
from .. import inbox
from . import cursors
from .bearer import Bearer
from .operations import get
from .shapes import Answer, Page, Paging

#: So often more texts are looked at to fill a page of which some may not be seen.
ROUNDS = 8


class Ended(Answer):
    """A text in a list by state; what it says is asked for by its id."""

    id: uuid.UUID
    conversation: uuid.UUID
    state: State
    reason: str | None
    code: str | None = Field(description="The carrier's code.")
    at: datetime = Field(description="Since when it is in this state.")
    retry_of: uuid.UUID | None


class EndedTexts(Page[Ended]):
    """A page of texts in one state."""


class InState(Paging):
    """Texts in one state."""

    state: State = Field(State.FAILED, description="`failed` is what nobody got, `unknown` what nobody is sure of.")


@get("/texts", "texts:read")
def list_texts(who: Bearer, query: InState) -> EndedTexts:
    """List texts by state, those that failed say

    Those first that have come into it last.
    """
    who.must("conversation.list")
    kind = f"texts:{query.state}"
    after = _cursor(cursors.read(who, kind, query.after)) if query.after else None
    found: list[Message] = []
    with reading() as session:
        for _round in range(ROUNDS):
            rows = text_queries.in_state(session, who.firm.ref, query.state, after, query.limit + 1)
            found += _readable(session, who, rows)
            more = len(rows) > query.limit
            if len(found) > query.limit or not more:
                break
            after = (rows[-1][0].state_at, rows[-1][0].id)
    end = found[query.limit - 1] if len(found) > query.limit else None
    behind = (end.state_at, end.id) if end else after if more else None
    following = cursors.write(who, kind, behind[0].isoformat(), str(behind[1])) if behind else None
    return EndedTexts(items=[_ended(one) for one in found[: query.limit]], next=following)


def _readable(session: Any, who: Bearer, rows: Sequence[Any]) -> list[Message]:
    refs = inbox_queries.contacts(session, who.firm.ref, {conversation.id for _message, conversation in rows})
    subjects = [rights.subject(conversation, refs.get(conversation.id, ())) for _message, conversation in rows]
    allowed = rights.each(inbox.readable(who), subjects)
    return [message for (message, _conversation), yes in zip(rows, allowed, strict=True) if yes]


def _ended(row: Message) -> Ended:
    return Ended(
        id=row.id,
        conversation=row.conversation_id,
        state=State(row.state),
        reason=row.reason,
        code=row.code,
        at=row.state_at,
        retry_of=row.retry_of,
    )


def _cursor(values: list[str]) -> tuple[datetime, uuid.UUID]:
    return datetime.fromisoformat(values[0]), uuid.UUID(values[1])
