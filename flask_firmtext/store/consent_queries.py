"""SELECTs about consent, by name."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, bindparam, exists, func, or_, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session, scoped_session

from ..current import firmtext
from .models import AnswerDue, ConsentEvent, Conversation, Message, OptOut
from .states import Answer, Change, Direction, Kind

Sessions = Session | scoped_session[Any]

STANDING = (
    select(OptOut)
    .where(OptOut.firm == bindparam("firm"), OptOut.phone_index == bindparam("phone"))
    .execution_options(populate_existing=True)
)


def standing(session: Sessions, firm: str, phone_index: bytes) -> OptOut | None:
    """What stands about texting a number, as it is in the table now; None before anything was said."""
    return session.scalars(STANDING, {"firm": firm, "phone": phone_index}).one_or_none()


def last(session: Sessions, firm: str, phone_index: bytes, change: Change) -> datetime | None:
    """When a number last stopped or started, by the time at which it was said."""
    return session.scalar(
        select(func.max(ConsentEvent.at)).where(
            ConsentEvent.firm == firm, ConsentEvent.phone_index == phone_index, ConsentEvent.change == change
        )
    )


def question(session: Sessions, firm: str, phone_index: bytes, since: datetime) -> ConsentEvent | None:
    """The newest request for no more texts that was written ``since`` and that nobody decided about later."""
    of_number = (ConsentEvent.firm == firm, ConsentEvent.phone_index == phone_index)
    ends = ConsentEvent.change.in_((Change.NOT_AN_OPT_OUT, Change.UNDECIDED))
    decided = select(func.max(ConsentEvent.noted_at)).where(*of_number, ends)
    query = select(ConsentEvent).where(*of_number, ConsentEvent.change == Change.ASKED, ConsentEvent.at >= since)
    last_decision = session.scalar(decided)
    if last_decision is not None:
        query = query.where(ConsentEvent.noted_at > last_decision)
    return session.scalars(query.order_by(ConsentEvent.at.desc(), ConsentEvent.noted_at.desc()).limit(1)).one_or_none()


def request(session: Sessions, firm: str, phone_index: bytes, at: datetime) -> ConsentEvent | None:
    """A request for no more texts that a stranger wrote at a time."""
    query = select(ConsentEvent).where(
        ConsentEvent.firm == firm,
        ConsentEvent.phone_index == phone_index,
        ConsentEvent.change == Change.ASKED,
        ConsentEvent.message_id.is_(None),
        ConsentEvent.at == at,
    )
    return session.scalars(query.limit(1)).one_or_none()


def newer_texts(session: Sessions, firm: str, conversation: uuid.UUID, position: int) -> int:
    """How many texts of a conversation stand behind a position."""
    behind = (Message.firm == firm, Message.conversation_id == conversation, Message.position > position)
    return session.execute(select(func.count()).select_from(Message).where(*behind)).scalar_one()


def history(
    session: Sessions, firm: str, phone_index: bytes, *, limit: int, before: uuid.UUID | None = None
) -> Sequence[ConsentEvent]:
    """The last things that were said and decided about a number, ``before`` one of them or at all; in their order."""
    order = (ConsentEvent.at, ConsentEvent.noted_at, ConsentEvent.id)
    query = select(ConsentEvent).where(ConsentEvent.firm == firm, ConsentEvent.phone_index == phone_index)
    if before is not None:
        known = select(*order).where(
            ConsentEvent.id == before, ConsentEvent.firm == firm, ConsentEvent.phone_index == phone_index
        )
        query = query.where(tuple_(*order) < known.scalar_subquery())
    found = session.scalars(query.order_by(*(column.desc() for column in order)).limit(limit)).all()
    return found[::-1]


def texts(session: Sessions, firm: str, conversation: uuid.UUID, messages: Sequence[uuid.UUID]) -> Sequence[Message]:
    """Those of some texts that stand in a conversation."""
    query = select(Message).where(Message.firm == firm, Message.conversation_id == conversation)
    return session.scalars(query.where(Message.id.in_(messages))).all() if messages else ()


def first_text(session: Sessions, firm: str, conversation: uuid.UUID) -> Message | None:
    """The first text of a conversation, whoever wrote it."""
    return session.scalars(
        select(Message)
        .where(Message.firm == firm, Message.conversation_id == conversation)
        .order_by(Message.created_at, Message.id)
        .limit(1)
    ).one_or_none()


def automatic_since(session: Sessions, firm: str, phone_index: bytes, ago: timedelta) -> int:
    """How many answers that no person wrote were made for a phone in this last while."""
    return session.execute(
        select(func.count())
        .select_from(Message)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(
            Message.firm == firm,
            Conversation.firm == firm,
            Conversation.phone_index == phone_index,
            Message.direction == Direction.OUT,
            Message.kind == Kind.AUTO_REPLY,
            Message.created_at > firmtext.clock.sql(-ago),
        )
    ).scalar_one()


def refusal_was_explained(session: Sessions, firm: str, conversation: uuid.UUID, ago: timedelta, token: str) -> bool:
    """Whether this conversation got, or is to get, an answer whose token begins so within this last while."""
    written = select(Message.id).where(
        Message.firm == firm,
        Message.conversation_id == conversation,
        Message.kind == Kind.AUTO_REPLY,
        Message.client_token.startswith(token),
        Message.created_at > firmtext.clock.sql(-ago),
    )
    owed = select(AnswerDue.message_id).where(
        AnswerDue.firm == firm, AnswerDue.conversation_id == conversation, AnswerDue.answer == Answer.REFUSED
    )
    return any(session.execute(query.limit(1)).first() for query in (written, owed))


def answers_due(session: Sessions, *, limit: int) -> Sequence[AnswerDue]:
    """Answers that clients' texts are still to get, the oldest of each firm first: one firm's host may be away."""
    turn = func.row_number().over(partition_by=AnswerDue.firm, order_by=AnswerDue.created_at)
    return session.scalars(select(AnswerDue).order_by(turn, AnswerDue.created_at).limit(limit)).all()


def said_at(session: Sessions, firm: str, message: uuid.UUID) -> datetime | None:
    """When the client said what this text changed."""
    return session.scalars(
        select(ConsentEvent.at).where(ConsentEvent.firm == firm, ConsentEvent.message_id == message).limit(1)
    ).one_or_none()


def unwilling(session: Sessions, firm: str, phones: Collection[bytes]) -> Mapping[bytes, OptOut]:
    """Which of these numbers have opted out or are asked about, by their index."""
    told = or_(OptOut.opted_out, OptOut.asked_at.is_not(None))
    rows = session.scalars(select(OptOut).where(OptOut.firm == firm, OptOut.phone_index.in_(phones), told))
    return {row.phone_index: row for row in rows}


def opted_out(firm: InstrumentedAttribute[str], phone_index: InstrumentedAttribute[bytes]) -> ColumnElement[bool]:
    """Whether a number has opted out."""
    return exists().where(OptOut.firm == firm, OptOut.phone_index == phone_index, OptOut.opted_out)


def paused(firm: InstrumentedAttribute[str], phone_index: InstrumentedAttribute[bytes]) -> ColumnElement[bool]:
    """Whether a client plainly asked for no more texts and nobody has decided yet."""
    return exists().where(OptOut.firm == firm, OptOut.phone_index == phone_index, OptOut.asked_at.is_not(None))
