"""Texts in one state, those that failed say, whatever their conversations."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import Field

from ...messaging import full_pages, rights
from ...store import inbox_queries, text_queries
from ...store.models import Message
from ...store.states import State
from ...store.transactions import reading
from .. import inbox
from . import cursors
from .bearer import Bearer
from .operations import get
from .shapes import Answer, Page, Paging


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
    with reading() as session:
        found, behind = full_pages.read(
            lambda place, limit: text_queries.in_state(session, who.firm.ref, query.state, place, limit),
            lambda rows: _readable(session, who, rows),
            lambda row: (row[0].state_at, row[0].id),
            query.limit,
            after,
        )
    following = cursors.write(who, kind, behind[0].isoformat(), str(behind[1])) if behind else None
    return EndedTexts(items=[_ended(message) for message, _conversation in found], next=following)


def _readable(session: Any, who: Bearer, rows: Sequence[Any]) -> list[Any]:
    refs = inbox_queries.contacts(session, who.firm.ref, {conversation.id for _message, conversation in rows})
    subjects = [rights.subject(conversation, refs.get(conversation.id, ())) for _message, conversation in rows]
    allowed = rights.each(inbox.readable(who), subjects)
    return [row for row, yes in zip(rows, allowed, strict=True) if yes]


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
