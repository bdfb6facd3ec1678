"""SELECTs that find from which number of a firm a text goes, and the conversation of a number and a phone."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import and_, bindparam, exists, or_, select
from sqlalchemy.orm import Session, aliased, scoped_session

from .models import Conversation, ConversationContact, Number
from .queries import sends
from .states import NumberState

Sessions = Session | scoped_session[Any]

NEWEST = (
    select(Conversation)
    .where(
        Conversation.firm == bindparam("firm"),
        Conversation.number_id == bindparam("number"),
        Conversation.phone_index == bindparam("phone"),
    )
    .order_by(Conversation.epoch.desc())
    .limit(1)
)
#: A row for each contact under whom it was shown so far.
SHOWN = (
    select(Conversation, ConversationContact.contact)
    .outerjoin(ConversationContact, ConversationContact.conversation_id == Conversation.id)
    .where(Conversation.firm == bindparam("firm"), Conversation.id == bindparam("conversation"))
    .order_by(ConversationContact.since)
)


NUMBERS = (
    select(Number, sends().label("sends"))
    .where(Number.firm == bindparam("firm"), Number.state != NumberState.RELEASED)
    .order_by(Number.main.desc(), Number.created_at)
)


NEWEST_ID = NEWEST.with_only_columns(Conversation.id, Conversation.closed_at)


class OwnNumber(Protocol):
    """A number of ours: the object, or its row as far as it was read."""

    @property
    def id(self) -> uuid.UUID: ...
    @property
    def firm(self) -> str: ...
    @property
    def e164(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Shown:
    """A conversation, and the contacts (references) under whom it was shown so far."""

    conversation: Conversation
    contacts: tuple[str, ...]


def numbers(session: Sessions, firm: str) -> Sequence[tuple[Number, bool]]:
    """Every number that a firm has, its main one first, and whether it sends."""
    return [(row[0], row[1]) for row in session.execute(NUMBERS, {"firm": firm})]


def shown(session: Sessions, firm: str, conversation_id: uuid.UUID) -> Shown | None:
    """A firm's conversation with those under whom it was shown so far, as they are in the tables now."""
    rows = session.execute(SHOWN, {"firm": firm, "conversation": conversation_id}).all()
    return Shown(rows[0][0], tuple(row.contact for row in rows if row.contact is not None)) if rows else None


def of_firm(session: Sessions, firm: str, conversation_id: uuid.UUID) -> Conversation:
    """One that is there."""
    return session.scalars(
        select(Conversation).where(Conversation.firm == firm, Conversation.id == conversation_id)
    ).one()


def open_id(session: Sessions, number: OwnNumber, phone_index: bytes) -> uuid.UUID | None:
    """The id of :func:`open_conversation`, for every text that comes in: half the time of the object."""
    between = {"firm": number.firm, "number": number.id, "phone": phone_index}
    newest = session.connection().execute(NEWEST_ID, between).one_or_none()
    return newest.id if newest and newest.closed_at is None else None


def open_conversation(session: Sessions, number: OwnNumber, phone_index: bytes) -> Conversation | None:
    """The conversation between a number and a phone that goes on; None before the first, and when an epoch ended."""
    newest = newest_epoch(session, number, phone_index)
    return newest if newest and newest.closed_at is None else None


def newest_epoch(session: Sessions, number: OwnNumber, phone_index: bytes) -> Conversation | None:
    """The newest conversation between a number and a phone, also one that ended."""
    between = {"firm": number.firm, "number": number.id, "phone": phone_index}
    return session.scalars(NEWEST, between).one_or_none()


def contacts_with(session: Sessions, firm: str, phone_index: bytes) -> Sequence[str]:
    """Under whom (references) the newest conversation of a firm with a phone is shown, whatever its number, that is
    open or was erased: whoever texts after that begins anew, and is no stranger."""
    later = aliased(Conversation)
    newer = exists().where(
        later.firm == firm, later.phone_index == phone_index, later.created_at > Conversation.created_at
    )
    ended_by_it = and_(Conversation.erased_at == Conversation.closed_at, ~newer)
    goes_on = or_(Conversation.closed_at.is_(None), ended_by_it)
    newest = (
        select(Conversation.id)
        .where(Conversation.firm == firm, Conversation.phone_index == phone_index, goes_on)
        .order_by(Conversation.closed_at.is_not(None), Conversation.last_at.desc())
        .limit(1)
    )
    shown = ConversationContact.conversation_id == newest.scalar_subquery()
    return session.scalars(
        select(ConversationContact.contact)
        .where(ConversationContact.firm == firm, shown)
        .order_by(ConversationContact.since, ConversationContact.contact)
    ).all()
