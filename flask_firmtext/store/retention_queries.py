"""SELECTs of retention, legal holds and erasing: what may go, what must stay, and what has gone."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, scoped_session

from .models import (
    Attachment,
    Audit,
    AuditSeal,
    CalendarEvent,
    Conversation,
    ConversationContact,
    Erased,
    Erasure,
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
    every = (whole, covered, timed, filed, told)
    return or_(*(one.correlate(Conversation).exists() for one in every))


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


def held(session: Session, firm: str, before: datetime) -> int:
    """How many conversations only a hold keeps."""
    old = (Conversation.firm == firm, Conversation.erased_at.is_(None), Conversation.last_at < before)
    return session.scalar(select(func.count()).select_from(Conversation).where(*old, is_held())) or 0


def since(session: Session, firm: str, cause: str, at: datetime) -> Amount:
    """How much was erased for this cause since then."""
    found = (
        select(func.count(), func.coalesce(func.sum(Erased.texts), 0))
        .join(Erasure, Erasure.id == Erased.erasure_id)
        .where(Erased.firm == firm, Erasure.firm == firm, Erasure.cause == cause, Erased.at > at)
    )
    return Amount(*session.execute(found).one())


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


def full(session: Session, firm: str | None = None, limit: int = 100) -> Sequence[Erased]:
    """Conversations whose keys are destroyed, and which are yet to be emptied."""
    found = select(Erased).where(Erased.emptied_at.is_(None))
    if firm is not None:
        found = found.where(Erased.firm == firm)
    return session.scalars(found.order_by(Erased.firm, Erased.at).limit(limit)).all()


def unfinished(session: Session, at: datetime) -> Sequence[Erasure]:
    """Erasures that somebody has to go on with."""
    return session.scalars(
        select(Erasure).where(Erasure.done_at.is_(None), Erasure.look_at <= at).order_by(Erasure.look_at)
    ).all()


def open_night(session: Sessions, firm: str, cause: str) -> Erasure | None:
    found = select(Erasure).where(Erasure.firm == firm, Erasure.cause == cause, Erasure.done_at.is_(None))
    return session.scalars(found.order_by(Erasure.begun_at).limit(1)).one_or_none()


def erasure(session: Sessions, firm: str, erasure_id: uuid.UUID) -> Erasure | None:
    return session.scalars(select(Erasure).where(Erasure.firm == firm, Erasure.id == erasure_id)).one_or_none()


def is_done(session: Sessions, firm: str, erasure_id: uuid.UUID) -> bool:
    """Whether an erasure's proof stands, so that nothing more may go with it."""
    done = select(Erasure.done_at).where(Erasure.firm == firm, Erasure.id == erasure_id)
    return session.scalar(done) is not None


def erasures(session: Sessions, firm: str, limit: int) -> Sequence[Erasure]:
    """A firm's erasures, the newest first."""
    found = select(Erasure).where(Erasure.firm == firm).order_by(Erasure.begun_at.desc(), Erasure.id.desc())
    return session.scalars(found.limit(limit)).all()


def erased_by(session: Sessions, firm: str, erasure_id: uuid.UUID) -> Sequence[Erased]:
    """What went with an erasure."""
    found = select(Erased).where(Erased.firm == firm, Erased.erasure_id == erasure_id)
    return session.scalars(found.order_by(Erased.at, Erased.conversation_id)).all()


def counted(session: Sessions, firm: str, erasure_id: uuid.UUID) -> Any:
    """``conversations``, ``texts``, ``files`` of an erasure, and how many of them are ``full`` still."""
    return session.execute(
        select(
            func.count().label("conversations"),
            func.coalesce(func.sum(Erased.texts), 0).label("texts"),
            func.coalesce(func.sum(Erased.files), 0).label("files"),
            (func.count() - func.count(Erased.emptied_at)).label("full"),
        ).where(Erased.firm == firm, Erased.erasure_id == erasure_id)
    ).one()


def erased(session: Sessions, firm: str, conversation: uuid.UUID) -> Erased | None:
    return session.scalars(
        select(Erased).where(Erased.firm == firm, Erased.conversation_id == conversation)
    ).one_or_none()


def documents(session: Sessions, firm: str, conversations: Collection[uuid.UUID]) -> Sequence[Any]:
    """What of these conversations was filed with the practice system, where it stays: ``matter``, ``document``."""
    found = (
        select(Filing.matter, Filing.document)
        .join(Attachment, Attachment.id == Filing.attachment_id)
        .join(Message, Message.id == Attachment.message_id)
        .where(Filing.firm == firm, Message.firm == firm, Message.conversation_id.in_(conversations))
        .where(Filing.state == FilingState.FILED)
    )
    return session.execute(found.order_by(Filing.matter, Filing.document)).all()


def record_of(session: Sessions, firm: str, action: str, row: uuid.UUID) -> Audit | None:
    """The row of the record that says so of an erasure."""
    said = (Audit.firm == firm, Audit.action == action, Audit.object_id == str(row))
    return session.scalars(select(Audit).where(*said).order_by(Audit.at.desc()).limit(1)).one_or_none()


def seal_of(session: Sessions, row: Audit) -> int | None:
    """The number of the seal that names a row of the record; None while it is too young."""
    near = (AuditSeal.firm == row.firm, AuditSeal.first_at <= row.at, AuditSeal.last_at >= row.at)
    for found in session.scalars(select(AuditSeal).where(*near).order_by(AuditSeal.n)):
        if row.id.bytes in _members(bytes(found.members)):
            return found.n
    return None


def _members(members: bytes) -> set[bytes]:
    """The ids in a seal: 16 bytes of each 48."""
    return {members[at : at + 16] for at in range(0, len(members), 48)}


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
