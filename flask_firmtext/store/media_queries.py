"""SELECTs about received files."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from ..current import firmtext
from .models import Attachment, Message
from .queries import is_in
from .states import FileState

Sessions = Session | scoped_session[Any]


def to_fetch() -> Any:
    """Whether a file is to be fetched, in the words of the index."""
    return is_in(Attachment.state, FileState.WANTED, FileState.FETCHING)


def due(session: Sessions, *, limit: int) -> Sequence[uuid.UUID]:
    """Files whose time has come, the longest due first. One that is being fetched is due when its claim is over."""
    return session.scalars(
        select(Attachment.id)
        .where(to_fetch(), Attachment.not_before <= firmtext.clock.sql())
        .order_by(Attachment.not_before, Attachment.id)
        .limit(limit)
    ).all()


def came(session: Sessions, firm: str, attachment_id: uuid.UUID) -> tuple[uuid.UUID | None, datetime] | None:
    """The conversation of a file's text (None: it is in quarantine), and when the carrier took the text.

    None altogether: there is no such file any more.
    """
    row = session.execute(
        select(Message.conversation_id, Message.shown_at, Attachment.created_at)
        .select_from(Attachment)
        .outerjoin(Message, Message.id == Attachment.message_id)
        .where(Attachment.id == attachment_id, Attachment.firm == firm)
    ).one_or_none()
    return None if row is None else (row.conversation_id, row.shown_at or row.created_at)
