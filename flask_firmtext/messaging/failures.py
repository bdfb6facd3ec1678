"""Conversations whose last text out did not go through: kept beside the texts, so that nobody has to look for them."""

from __future__ import annotations

import uuid
from typing import Any, cast

from sqlalchemy import Table, bindparam, delete, select
from sqlalchemy.orm import Session, scoped_session

from ..current import firmtext
from ..store.models import Conversation, Failure
from ..store.states import State
from ..store.upsert import insert_or_update

Sessions = Session | scoped_session[Any]

#: How a text ends that the client never got, though somebody wanted it.
LOST = frozenset({State.FAILED, State.EXPIRED})

_failure = cast(Table, Failure.__table__)
FORGET = delete(_failure).where(_failure.c.conversation_id == bindparam("conversation"))


def note(session: Sessions, firm: str, conversation_id: uuid.UUID, position: int) -> None:
    """The text out at ``position`` is lost; that of an earlier one than the last tells nobody anything any more."""
    last = session.scalar(select(Conversation.last_out_position).where(Conversation.id == conversation_id))
    if last != position:
        return
    found = {"firm": firm, "position": position, "at": firmtext.clock.sql()}
    insert_or_update(session, Failure, ["conversation_id"], {"conversation_id": conversation_id, **found}, found)


def forget(session: Sessions, conversation_id: uuid.UUID) -> None:
    """The last text out arrived after all, another went out, or somebody has dealt with it."""
    session.connection().execute(FORGET, {"conversation": conversation_id})
