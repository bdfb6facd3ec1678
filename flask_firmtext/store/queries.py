"""SELECTs that the verbs need, by name; those for pages stand in ``inbox_queries``."""

from __future__ import annotations

import uuid
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    Select,
    Table,
    and_,
    bindparam,
    exists,
    func,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased, scoped_session
from sqlalchemy.sql.dml import ReturningUpdate

from ..current import firmtext
from .consent_queries import opted_out, paused
from .models import Account, Attempt, Conversation, Hold, Message, Number, Texting
from .states import RANK, HoldKind, Kind, NumberState, State

Sessions = Session | scoped_session[Any]

Column = InstrumentedAttribute

ACCOUNT = "default"

#: A person's text first, then the oldest.
ORDER = (Message.priority, Message.not_before, Message.id)
NUMBER = select(Number).where(Number.e164 == bindparam("e164"))


@dataclass(frozen=True, slots=True)
class Due:
    """A text that may be claimed now, as it was seen a moment ago."""

    message: uuid.UUID
    conversation: uuid.UUID
    number: uuid.UUID
    firm: str
    segments: int
    priority: int


def is_in(column: ColumnElement[Any] | Column[Any], *words: StrEnum) -> ColumnElement[bool]:
    """Whether a column holds one of our words, written out: SQLite does not use a partial index for a parameter."""
    return or_(*(column == literal_column(f"'{word}'") for word in words))


def sending_number(session: Sessions, firm: str) -> Number | None:
    """The number from which a firm texts: verified, its main one first."""
    return session.scalars(_sending(), {"firm": firm}).one_or_none()


@lru_cache(maxsize=1)
def _sending() -> Select[Number]:
    query = select(Number).where(Number.firm == bindparam("firm"), sends()).limit(1)
    return query.order_by(Number.main.desc(), Number.created_at)


def sends() -> ColumnElement[bool]:
    """Whether a number sends: verified, and its firm has texting turned on."""
    on = exists().where(Texting.firm == Number.firm, Texting.off_at.is_(None)).correlate(Number)
    return and_(Number.state == NumberState.VERIFIED, Number.release_at.is_(None), on)


def own_numbers(session: Sessions, firm: str) -> list[str]:
    """Every number of a firm in E.164."""
    return list(session.scalars(select(Number.e164).where(Number.firm == firm, Number.state != NumberState.RELEASED)))


def number_by_e164(session: Sessions, e164: str) -> Number | None:
    """Whose number this is; the one look-up before a firm is known."""
    return session.scalars(NUMBER, {"e164": e164}).one_or_none()


def held(firm: Column[str], number: Column[str]) -> ColumnElement[bool]:
    """Whether a hold stands on the account, this number or this firm."""
    return exists().where(
        Hold.lifted_at.is_(None),
        or_(
            Hold.kind == HoldKind.ACCOUNT,
            and_(Hold.kind == HoldKind.NUMBER, Hold.object == number),
            and_(Hold.kind == HoldKind.FIRM, Hold.object == firm),
        ),
    )


def waits_for_earlier() -> ColumnElement[bool]:
    """Whether an earlier text of the same conversation is still to go: order of submission is promised.

    A person's text waits for no automatic one that is still queued: that may wait for a decision itself. Nothing waits
    for a text that waits for the end of quiet hours.
    """
    earlier = aliased(Message)
    return exists().where(
        earlier.conversation_id == Message.conversation_id,
        earlier.position < Message.position,
        is_in(earlier.state, State.QUEUED, State.SENDING),
        or_(earlier.quiet_zone.is_(None), earlier.not_before <= firmtext.clock.sql()),
        or_(
            is_in(earlier.state, State.SENDING),
            is_in(earlier.kind, Kind.STAFF),
            earlier.answers.is_not(None),
            ~is_in(Message.kind, Kind.STAFF),
        ),
    )


def claimable() -> ColumnElement[bool]:
    """What a text must be at the moment of its claim (T2), joined with its conversation and number."""
    now = firmtext.clock.sql()
    return and_(
        is_in(Message.state, State.QUEUED),
        Message.not_before <= now,
        Message.expires_at > now,
        Conversation.closed_at.is_(None),
        sends(),
        ~held(Message.firm, Number.e164),
        # What answers a client's own text goes out all the same: the confirmation of a STOP, and what HELP asked for.
        or_(Message.answers.is_not(None), ~opted_out(Message.firm, Conversation.phone_index)),
        or_(
            is_in(Message.kind, Kind.STAFF),
            Message.answers.is_not(None),
            ~paused(Message.firm, Conversation.phone_index),
        ),
        ~waits_for_earlier(),
    )


def _due() -> Any:
    return (
        select(
            Message.id.label("message"),
            Message.conversation_id.label("conversation"),
            Conversation.number_id.label("number"),
            Message.firm,
            Message.segments,
            Message.priority,
        )
        .join(Conversation, Conversation.id == Message.conversation_id)
        .join(Number, Number.id == Conversation.number_id)
        .where(claimable())
    )


def slot_is_free() -> ColumnElement[bool]:
    """Whether the carrier takes a text of this number, and one of the account, now."""
    now = firmtext.clock.sql()
    account = exists().where(Account.id == ACCOUNT, Account.next_free_at <= now)
    return and_(Number.next_free_at <= now, account)


def due(session: Sessions, *conditions: ColumnElement[bool], limit: int) -> Sequence[Due]:
    """Texts that may go and for which ``conditions`` hold, in their order."""
    query = _due().where(*conditions).order_by(*ORDER).limit(limit)
    return [Due(*row) for row in session.execute(query)]


def next_due(session: Sessions, *, first: uuid.UUID | None, limit: int) -> Sequence[Due]:
    """Texts that may go and whose slot is free now: ``first`` alone if it is such a one, else as :func:`due`."""
    rung, any_ = _choosing(firmtext.clock.key(), limit)
    connection = session.connection()
    rows = connection.execute(rung, {"first": first}).all() if first else ()
    return [Due(*row) for row in rows or connection.execute(any_)]


@lru_cache(maxsize=8)
def _choosing(clock: Hashable, limit: int) -> tuple[Select[Any], Select[Any]]:
    """Built once: that takes ten times as long as the database needs to answer."""
    free = _due().where(slot_is_free())
    return free.where(Message.id == bindparam("first")), free.order_by(*ORDER).limit(limit)


@lru_cache(maxsize=8)
def claim(clock: Hashable) -> ReturningUpdate[Any]:
    """T2's compare-and-set of ``message`` for ``attempt``, which returns what is to be sent, sealed: firm, body,
    ``conversation``, the client's phone, our ``number``. It returns nothing when the text may not go any more."""
    table = cast(Table, Message.__table__)
    phone = select(Conversation.phone).where(Conversation.id == bindparam("conversation"))
    sender = select(Number.e164).where(Number.id == bindparam("number"))
    allowed = _due().with_only_columns(Message.id).where(Message.id == bindparam("message"))
    return (
        update(table)
        .where(table.c.id.in_(allowed), is_in(table.c.state, State.QUEUED))
        .values(
            state=State.SENDING,
            rank=RANK[State.SENDING],
            current_attempt=bindparam("attempt"),
            state_at=firmtext.clock.sql(),
        )
        .returning(
            table.c.firm, table.c.body, table.c.conversation_id, phone.scalar_subquery(), sender.scalar_subquery()
        )
    )


def oldest_due_at(session: Sessions) -> datetime | None:
    """Since when the oldest text that could go has been due; None when none is."""
    return cast(datetime | None, session.scalar(_due().with_only_columns(func.min(Message.not_before))))


def next_free_at(session: Sessions) -> datetime | None:
    """When the first number with a due text is free; None when nothing is due."""
    due = _due().with_only_columns(Conversation.number_id).distinct().subquery()
    return session.scalar(select(func.min(Number.next_free_at)).join(due, due.c.number_id == Number.id))


def attempt_for(session: Sessions, *, carrier_id: str, reference: str | None) -> Attempt | None:
    """The attempt that a status is about: by the carrier's id, else by our reference."""
    found = session.scalars(select(Attempt).where(Attempt.carrier_id == carrier_id)).one_or_none()
    if found or not reference:
        return found
    try:
        return session.get(Attempt, uuid.UUID(reference))
    except ValueError:
        return None


def standing_holds(session: Sessions, firm: str | None = None) -> Sequence[Hold]:
    """Holds that stand: all, or those that stop this firm."""
    which = Hold.lifted_at.is_(None) if firm is None else stops(firm)
    return session.scalars(select(Hold).where(which).order_by(Hold.since)).all()


def stops(firm: str) -> ColumnElement[bool]:
    """Whether a hold stands and stops this firm, or a number of it."""
    numbers = select(Number.e164).where(Number.firm == firm)
    return and_(
        Hold.lifted_at.is_(None),
        or_(
            Hold.kind == HoldKind.ACCOUNT,
            and_(Hold.kind == HoldKind.FIRM, Hold.object == firm),
            and_(Hold.kind == HoldKind.NUMBER, Hold.object.in_(numbers)),
        ),
    )
