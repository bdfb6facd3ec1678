"""SELECTs of retention, legal holds and erasing: what may go, what must stay, and what has gone."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, scoped_session

from .models import (
    Attachment,
    CalendarEvent,
    Conversation,
    ConversationContact,
    Filing,
    Invitation,
    LegalHold,
    LegalHoldContact,
    Message,
    Notice,
    Retention,
    ScheduledText,
    TimeEntry,
)
from .queries import is_in
from .states import FileState, FilingState, Later, State

Sessions = Session | scoped_session[Any]

FIRM, MATTER, CONTACT = "firm", "matter", "contact"


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


def holds(session: Sessions, firm: str, *, standing: bool) -> Sequence[LegalHold]:
    """A firm's legal holds, the newest first."""
    found = select(LegalHold).where(LegalHold.firm == firm)
    if standing:
        found = found.where(LegalHold.lifted_at.is_(None))
    return session.scalars(found.order_by(LegalHold.since.desc(), LegalHold.id.desc())).all()


def hold(session: Sessions, firm: str, hold_id: uuid.UUID) -> LegalHold | None:
    return session.scalars(select(LegalHold).where(LegalHold.firm == firm, LegalHold.id == hold_id)).one_or_none()


def standing_on_matters(session: Sessions, firm: str) -> Mapping[uuid.UUID, str]:
    """The holds that stand on a firm's matters, with the matter of each."""
    found = select(LegalHold.id, LegalHold.object).where(
        LegalHold.firm == firm, LegalHold.kind == MATTER, LegalHold.lifted_at.is_(None)
    )
    return {row.id: row.object for row in session.execute(found.order_by(LegalHold.object))}


def covered_by(session: Sessions, firm: str, holds: Collection[uuid.UUID]) -> Mapping[uuid.UUID, frozenset[str]]:
    """Whom (references) each of these holds covers."""
    # Not by the index of the firm's contacts, which SQLite prefers to many ids.
    here = (LegalHoldContact.firm.concat("") == firm, LegalHoldContact.hold_id.in_(holds))
    wanted = select(LegalHoldContact.hold_id, LegalHoldContact.contact).where(*here)
    found: dict[uuid.UUID, set[str]] = {}
    for hold_id, contact in session.execute(wanted):
        found.setdefault(hold_id, set()).add(contact)
    return {hold_id: frozenset(some) for hold_id, some in found.items()}


def standing_on(session: Sessions, firm: str, contacts: Collection[str]) -> Sequence[LegalHold]:
    """The holds of the firm, and those that cover one of these contacts."""
    covers = select(LegalHoldContact.hold_id).where(
        LegalHoldContact.firm == firm, LegalHoldContact.contact.in_(contacts)
    )
    found = select(LegalHold).where(LegalHold.firm == firm, LegalHold.lifted_at.is_(None))
    return session.scalars(found.where(or_(LegalHold.kind == FIRM, LegalHold.id.in_(covers)))).all()


def is_held() -> ColumnElement[bool]:
    """Whether any hold touches a conversation: the firm's, that of somebody under whom it was shown, or one on a
    matter to which a file, time or an event in it belongs."""
    standing = and_(LegalHold.firm == Conversation.firm, LegalHold.lifted_at.is_(None))
    whole = select(LegalHold.id).where(standing, LegalHold.kind == FIRM)
    covered = (
        select(LegalHold.id)
        .join(LegalHoldContact, LegalHoldContact.hold_id == LegalHold.id)
        .join(ConversationContact, ConversationContact.contact == LegalHoldContact.contact)
        .where(standing, ConversationContact.conversation_id == Conversation.id)
    )
    every = (whole, covered, *_by_matter(standing))
    # Looked up for each conversation: PostgreSQL would rather read all events of all firms once for some of them.
    return or_(*(one.limit(1).correlate(Conversation).scalar_subquery().is_not(None) for one in every))


def _by_matter(standing: ColumnElement[bool]) -> Sequence[Select[Any]]:
    """Holds on a matter for which time was added from a conversation, into which a file of it was filed, or of whose
    events it tells."""
    matter = and_(standing, LegalHold.kind == MATTER)
    timed = (
        select(LegalHold.id)
        .join(TimeEntry, TimeEntry.matter == LegalHold.object)
        .where(matter, TimeEntry.firm == Conversation.firm, TimeEntry.conversation_id == Conversation.id)
    )
    filed = (
        select(LegalHold.id)
        .join(Filing, Filing.matter == LegalHold.object)
        .join(Attachment, Attachment.id == Filing.attachment_id)
        .join(Message, Message.id == Attachment.message_id)
        .where(matter, Message.firm == Conversation.firm, Message.conversation_id == Conversation.id)
    )
    told = (
        select(LegalHold.id)
        .join(CalendarEvent, CalendarEvent.matter == LegalHold.object)
        .join(Invitation, Invitation.event_id == CalendarEvent.id)
        .join(Notice, Notice.invitation_id == Invitation.id)
        .join(Message, Message.id == Notice.message_id)
        .where(matter, Message.firm == Conversation.firm, Message.conversation_id == Conversation.id)
    )
    return timed, filed, told


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


def keeps(session: Sessions, firm: str, contact: str, conversation: uuid.UUID | None) -> bool:
    """Whether a hold stands on a contact (reference), or touches a conversation with them."""
    if standing_on(session, firm, {contact}):
        return True
    touched = select(Conversation.id).where(Conversation.firm == firm, Conversation.id == conversation, is_held())
    return conversation is not None and session.scalar(touched) is not None


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
