"""SELECTs of retention and erasing: what may go, why not, and how much it is."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, scoped_session

from .legal_hold_queries import is_held
from .models import (
    Attachment,
    Conversation,
    ConversationContact,
    Filing,
    Message,
    Retention,
    ScheduledText,
)
from .queries import is_in
from .states import FileState, FilingState, Later, State

Sessions = Session | scoped_session[Any]


@dataclass(frozen=True, slots=True)
class Amount:
    """Conversations, and the texts in them."""

    conversations: int
    texts: int


def rule(session: Sessions, firm: str) -> Retention | None:
    return session.scalars(select(Retention).where(Retention.firm == firm)).one_or_none()


def ruled(session: Session) -> Sequence[Retention]:
    """The rules of all firms that have one."""
    return session.scalars(select(Retention).where(Retention.days.is_not(None)).order_by(Retention.firm)).all()


def is_unsettled(*states: State) -> ColumnElement[bool]:
    """Whether a text of a conversation is in one of these states."""
    there = select(Message.id).where(Message.firm == Conversation.firm, Message.conversation_id == Conversation.id)
    return there.where(is_in(Message.state, *states)).correlate(Conversation).exists()


def is_worked_on() -> ColumnElement[bool]:
    """Whether a file of a conversation is being fetched or filed, or is to be."""
    files = select(Attachment.id).join(Message, Message.id == Attachment.message_id)
    mine = (Message.firm == Conversation.firm, Message.conversation_id == Conversation.id)
    coming = files.where(*mine, is_in(Attachment.state, FileState.WANTED, FileState.FETCHING))
    filing = files.join(Filing, Filing.attachment_id == Attachment.id)
    going = filing.where(*mine, is_in(Filing.state, FilingState.WANTED, FilingState.FILING))
    return or_(*(one.correlate(Conversation).exists() for one in (coming, going)))


def is_awaited() -> ColumnElement[bool]:
    """Whether a text for later waits in a conversation."""
    waiting = select(ScheduledText.id).where(
        ScheduledText.firm == Conversation.firm,
        is_in(ScheduledText.state, Later.WAITING),
        ScheduledText.away_at.is_(None),  # what waits is shown, and by that it is found
        ScheduledText.phone_index == Conversation.phone_index,
    )
    return waiting.correlate(Conversation).exists()


def is_over(firm: str, before: datetime) -> tuple[ColumnElement[bool], ...]:
    """What a rule lets go: nothing newer than ``before``, nothing on its way, nothing held."""
    flying = is_unsettled(State.QUEUED, State.SENDING, State.UNKNOWN)
    here = (Conversation.firm == firm, Conversation.erased_at.is_(None), Conversation.last_at < before)
    return (*here, ~flying, ~is_worked_on(), ~is_awaited(), ~is_held())


def over(session: Session, firm: str, before: datetime, after: tuple[datetime, uuid.UUID] | None, limit: int) -> Any:
    """Id and newest text of the next conversations that a rule lets go, the oldest first."""
    wanted = select(Conversation.id, Conversation.last_at).where(*is_over(firm, before))
    if after is not None:
        at, row = after
        later = and_(Conversation.last_at == at, Conversation.id > row)
        wanted = wanted.where(or_(Conversation.last_at > at, later))
    return session.execute(wanted.order_by(Conversation.last_at, Conversation.id).limit(limit)).all()


def amount(session: Session, firm: str, *which: ColumnElement[bool]) -> Amount:
    """How much of a firm that is."""
    mine = (Conversation.firm == firm, *which)
    texts = select(func.count()).select_from(Message).join(Conversation, Conversation.id == Message.conversation_id)
    conversations = session.scalar(select(func.count()).select_from(Conversation).where(*mine))
    return Amount(conversations or 0, session.scalar(texts.where(Message.firm == firm, *mine)) or 0)


def held(session: Session, firm: str, before: datetime, *which: ColumnElement[bool]) -> int:
    """How many conversations only a hold keeps."""
    old = (Conversation.firm == firm, Conversation.erased_at.is_(None), Conversation.last_at < before, *which)
    return session.scalar(select(func.count()).select_from(Conversation).where(*old, is_held())) or 0


def everybody(session: Session, firm: str) -> Sequence[str]:
    """All contacts under whom anything of a firm was shown."""
    shown = select(ConversationContact.contact).where(ConversationContact.firm == firm)
    return session.scalars(shown.distinct()).all()


def is_of_nobody_in(contacts: Collection[str]) -> tuple[ColumnElement[bool], ...]:
    """Conversations that were shown under none of these."""
    theirs = select(ConversationContact.conversation_id).where(
        ConversationContact.conversation_id == Conversation.id,
        ConversationContact.firm == Conversation.firm,
        ConversationContact.contact.in_(contacts),
    )
    return (~theirs.correlate(Conversation).exists(),) if contacts else ()


def of_contact(session: Sessions, firm: str, contact: str) -> Sequence[Conversation]:
    """The conversations that were shown under a contact and are there still."""
    shown = select(ConversationContact.conversation_id).where(
        ConversationContact.firm == firm, ConversationContact.contact == contact
    )
    here = (Conversation.firm == firm, Conversation.erased_at.is_(None), Conversation.id.in_(shown))
    return session.scalars(select(Conversation).where(*here).order_by(Conversation.created_at, Conversation.id)).all()


def why_not(session: Sessions, firm: str, conversation: uuid.UUID) -> Any:
    """What stands against erasing a conversation: ``held``, ``sending``, ``doubt``, ``waiting``, ``filing``."""
    return session.execute(
        select(
            is_held().label("held"),
            is_unsettled(State.SENDING).label("sending"),
            is_unsettled(State.UNKNOWN).label("doubt"),
            is_unsettled(State.QUEUED).label("queued"),
            is_awaited().label("waiting"),
            is_worked_on().label("filing"),
        ).where(Conversation.firm == firm, Conversation.id == conversation)
    ).one()


def shown_under(
    session: Sessions, firm: str, conversations: Collection[uuid.UUID]
) -> Mapping[uuid.UUID, frozenset[str]]:
    """Under whom (references) each of these was shown."""
    found: dict[uuid.UUID, set[str]] = {}
    wanted = select(ConversationContact.conversation_id, ConversationContact.contact).where(
        ConversationContact.firm == firm, ConversationContact.conversation_id.in_(conversations)
    )
    for row, contact in session.execute(wanted):
        found.setdefault(row, set()).add(contact)
    return {row: frozenset(some) for row, some in found.items()}
