"""SELECTs of what was erased: what somebody has to go on with, and the proof of what is done."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from .models import Attachment, Audit, AuditSeal, Erased, Erasure, Filing, Message
from .retention_queries import Amount
from .states import FilingState

Sessions = Session | scoped_session[Any]


def since(session: Session, firm: str, cause: str, at: datetime) -> Amount:
    """How much was erased for this cause since then."""
    found = (
        select(func.count(), func.coalesce(func.sum(Erased.texts), 0))
        .join(Erasure, Erasure.id == Erased.erasure_id)
        .where(Erased.firm == firm, Erasure.firm == firm, Erasure.cause == cause, Erased.at > at)
    )
    return Amount(*session.execute(found).one())


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


def erasures(session: Sessions, firm: str, limit: int, offset: int = 0) -> Sequence[Erasure]:
    """A firm's erasures, the newest first."""
    found = select(Erasure).where(Erasure.firm == firm).order_by(Erasure.begun_at.desc(), Erasure.id.desc())
    return session.scalars(found.limit(limit).offset(offset)).all()


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
    # Not along the firm's whole record from its newest row, which SQLite prefers to sorting two.
    said = (Audit.firm.concat("") == firm, Audit.action == action, Audit.object_id == str(row))
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
