"""SELECTs of legal holds: which stand, whom they cover, and which conversations they touch."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select
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
    TimeEntry,
)

Sessions = Session | scoped_session[Any]

FIRM, MATTER, CONTACT = "firm", "matter", "contact"


def holds(session: Sessions, firm: str, *, standing: bool) -> Sequence[LegalHold]:
    """A firm's legal holds, the newest first."""
    found = select(LegalHold).where(LegalHold.firm == firm)
    if standing:
        found = found.where(LegalHold.lifted_at.is_(None))
    return session.scalars(found.order_by(LegalHold.since.desc(), LegalHold.id.desc())).all()


def listed(
    session: Sessions, firm: str, *, lifted: bool, after: tuple[datetime, uuid.UUID] | None, limit: int
) -> Sequence[LegalHold]:
    """Those that stand, or those that were lifted, the newest first; those ``after`` one (since when, its id)."""
    ended = LegalHold.lifted_at.is_not(None) if lifted else LegalHold.lifted_at.is_(None)
    found = select(LegalHold).where(LegalHold.firm == firm, ended)
    if after is not None:
        since, row_id = after
        same = and_(LegalHold.since == since, LegalHold.id < row_id)
        found = found.where(LegalHold.since <= since, or_(LegalHold.since < since, same))
    return session.scalars(found.order_by(LegalHold.since.desc(), LegalHold.id.desc()).limit(limit)).all()


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


def keeps(session: Sessions, firm: str, contact: str, conversation: uuid.UUID | None) -> bool:
    """Whether a hold stands on a contact (reference), or touches a conversation with them."""
    if standing_on(session, firm, {contact}):
        return True
    touched = select(Conversation.id).where(Conversation.firm == firm, Conversation.id == conversation, is_held())
    return conversation is not None and session.scalar(touched) is not None
