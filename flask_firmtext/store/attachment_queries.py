"""SELECTs about received files and where they are filed, by name."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session, scoped_session

from ..current import firmtext
from .models import Attachment, Conversation, Filing, Message
from .queries import is_in
from .states import FileState, FilingState

Sessions = Session | scoped_session[Any]


@dataclass(frozen=True, slots=True)
class Received:
    """A file with the text that it came with and that text's conversation."""

    file: Attachment
    text: Message
    conversation: Conversation


def of_texts(session: Sessions, firm: str, texts: Collection[uuid.UUID]) -> Mapping[uuid.UUID, Sequence[Attachment]]:
    """The files of these texts, by text, in the order in which they came."""
    found: dict[uuid.UUID, list[Attachment]] = defaultdict(list)
    query = select(Attachment).where(Attachment.firm == firm, Attachment.message_id.in_(texts)).order_by(Attachment.n)
    for row in session.scalars(query) if texts else ():
        if row.message_id is not None:
            found[row.message_id].append(row)
    return found


def count_of_texts(session: Sessions, firm: str, texts: Collection[uuid.UUID]) -> Mapping[uuid.UUID, int]:
    """How many files came with each of these texts, where any did."""
    query = (
        select(Attachment.message_id, func.count())
        .where(Attachment.firm == firm, Attachment.message_id.in_(texts))
        .group_by(Attachment.message_id)
    )
    found = session.execute(query).all() if texts else ()
    return {text: count for text, count in found if text is not None}


def received(session: Sessions, firm: str, attachment_id: uuid.UUID) -> Received | None:
    """A firm's file that came with a text in a conversation; one in quarantine is none of these."""
    query = (
        select(Attachment, Message, Conversation)
        .join(Message, Message.id == Attachment.message_id)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(Attachment.firm == firm, Message.firm == firm, Attachment.id == attachment_id)
    )
    row = session.execute(query).one_or_none()
    return row and Received(*row)


def place_on_day(session: Sessions, file: Received, since: datetime, until: datetime) -> int:
    """The how manieth file of its conversation this is among those of texts shown between two moments."""
    earlier = or_(
        Message.position < file.text.position,
        and_(Message.position == file.text.position, Attachment.n <= file.file.n),
    )
    query = (
        select(func.count())
        .select_from(Attachment)
        .join(Message, Message.id == Attachment.message_id)
        .where(
            Attachment.firm == file.file.firm,
            Message.firm == file.file.firm,
            Message.conversation_id == file.conversation.id,
            Message.shown_at >= since,
            Message.shown_at < until,
            earlier,
        )
    )
    return session.scalar(query) or 1


def filings(session: Sessions, firm: str, files: Collection[uuid.UUID]) -> Mapping[uuid.UUID, Sequence[Filing]]:
    """Where these files are filed or are to be, by file."""
    found: dict[uuid.UUID, list[Filing]] = defaultdict(list)
    query = (
        select(Filing)
        .where(Filing.firm == firm, Filing.attachment_id.in_(files))
        .order_by(Filing.created_at, Filing.matter)
    )
    for row in session.scalars(query) if files else ():
        found[row.attachment_id].append(row)
    return found


def stored_in(session: Sessions, firm: str, conversation_id: uuid.UUID) -> Sequence[uuid.UUID]:
    """The files of a conversation that are here and of which the host was asked where they belong."""
    return session.scalars(
        select(Attachment.id).where(
            Attachment.firm == firm,
            Attachment.conversation_id == conversation_id,
            Attachment.state == FileState.STORED,
        )
    ).all()


def count_filed(session: Sessions, firm: str, files: Collection[uuid.UUID]) -> Mapping[str, int]:
    """How many of these files are filed or are to be, by matter."""
    query = (
        select(Filing.matter, func.count())
        .where(Filing.firm == firm, Filing.attachment_id.in_(files))
        .group_by(Filing.matter)
    )
    found = session.execute(query).all() if files else ()
    return dict(found)


def filing(session: Sessions, firm: str, filing_id: uuid.UUID) -> Filing | None:
    """A firm's filing."""
    return session.scalars(select(Filing).where(Filing.firm == firm, Filing.id == filing_id)).one_or_none()


def texts_of(session: Sessions, firm: str, files: Collection[uuid.UUID]) -> Sequence[uuid.UUID]:
    """The texts with which these files came."""
    query = select(Attachment.message_id).where(
        Attachment.firm == firm, Attachment.id.in_(files), Attachment.message_id.is_not(None)
    )
    return [text for text in session.scalars(query.distinct()) if text is not None] if files else ()


def unplanned(session: Sessions, *, limit: int) -> Sequence[tuple[uuid.UUID, str]]:
    """Stored files, with their firm, of which the host is to be asked where they belong; the longest stored first.

    ``claimed_until`` of such a file is until when the host is left alone.
    """
    query = (
        select(Attachment.id, Attachment.firm)
        .where(
            is_in(Attachment.state, FileState.STORED),
            Attachment.planned_at.is_(None),
            Attachment.message_id.is_not(None),
            or_(Attachment.claimed_until.is_(None), Attachment.claimed_until <= firmtext.clock.sql()),
        )
        .order_by(Attachment.state_at)
        .limit(limit)
    )
    return [(row, firm) for row, firm in session.execute(query)]


def due_filings(session: Sessions, *, limit: int) -> Sequence[tuple[uuid.UUID, str]]:
    """Filings, with their firm, that can be done now and that nobody is doing: of each firm some, so that none waits
    behind another's many. Those that never failed go first.
    """
    now = firmtext.clock.sql()
    turn = func.row_number().over(partition_by=Filing.firm, order_by=(Filing.tries, Filing.not_before)).label("turn")
    due = (
        select(Filing.id, Filing.firm, Filing.tries, turn)
        .where(
            is_in(Filing.state, FilingState.WANTED, FilingState.FILING),
            Filing.not_before <= now,
            or_(Filing.claimed_until.is_(None), Filing.claimed_until <= now),
        )
        .subquery()
    )
    query = select(due.c.id, due.c.firm).order_by(due.c.turn, due.c.tries).limit(limit)
    return [(row, firm) for row, firm in session.execute(query)]
