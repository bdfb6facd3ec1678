"""SELECTs of what was erased: what somebody has to go on with, and the proof of what is done."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, literal, select, tuple_, union
from sqlalchemy.orm import Session, aliased, scoped_session

from ..clock import UTCDateTime
from .models import Attachment, Audit, AuditSeal, Conversation, ConversationContact, Erased, Erasure, Filing, Message
from .retention_queries import Amount
from .states import FilingState

Sessions = Session | scoped_session[Any]
Contacts = tuple[str, ...]
#: So many contacts a host is asked about together.
TOGETHER = 200

#: So many erasures, and conversations of one, are looked at in one piece.
PAGE, MANY = 200, 5000


def since(session: Session, firm: str, cause: str, at: datetime, *which: ColumnElement[bool]) -> Amount:
    """How much was erased for this cause since then, of those of the conversations."""
    found = (
        select(func.count(), func.coalesce(func.sum(Erased.texts), 0))
        .join(Erasure, Erasure.id == Erased.erasure_id)
        .join(Conversation, Conversation.id == Erased.conversation_id)
        .where(Erased.firm == firm, Erasure.firm == firm, Conversation.firm == firm, *which)
        .where(Erasure.cause == cause, Erased.at > at)
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


def open_of(session: Session, firm: str, contact: str) -> Sequence[Erasure]:
    """Erasures of one contact that somebody has to go on with, the oldest first."""
    theirs = (Erasure.firm == firm, Erasure.contact == contact, Erasure.done_at.is_(None))
    return session.scalars(select(Erasure).where(*theirs).order_by(Erasure.begun_at)).all()


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
    return session.scalars(_erased_by(firm, erasure_id)).all()


def each_erased_by(session: Session, firm: str, erasure_id: uuid.UUID) -> Iterator[Erased]:
    """The same, some at a time: a night may have taken any number."""
    wanted, last = _erased_by(firm, erasure_id).limit(MANY), None
    while rows := session.scalars(wanted if last is None else wanted.where(_is_after(last))).all():
        yield from rows
        last = rows[-1]
        session.expunge_all()


def _is_after(last: Erased) -> Any:
    at, id_ = (literal(last.at, UTCDateTime()), literal(last.conversation_id, Erased.conversation_id.type))
    return tuple_(Erased.at, Erased.conversation_id) > tuple_(at, id_)


def _erased_by(firm: str, erasure_id: uuid.UUID) -> Select[Erased]:
    found = select(Erased).where(Erased.firm == firm, Erased.erasure_id == erasure_id)
    return found.order_by(Erased.at, Erased.conversation_id)


def firms(session: Session) -> Sequence[str]:
    """The firms of which something was erased."""
    return session.scalars(select(Erasure.firm).distinct()).all()


def done_after(session: Session, firm: str, after: uuid.UUID | None) -> Sequence[Erasure]:
    """The next erasures of a firm that are finished, in the order of their ids."""
    found = select(Erasure).where(Erasure.firm == firm, Erasure.done_at.is_not(None))
    if after is not None:
        found = found.where(Erasure.id > after)
    return session.scalars(found.order_by(Erasure.id).limit(PAGE)).all()


def those(session: Session, firm: str, ids: Collection[uuid.UUID]) -> Mapping[uuid.UUID, Erasure]:
    """These erasures of a firm, by id."""
    found = session.scalars(select(Erasure).where(Erasure.firm == firm, Erasure.id.in_(ids)))
    return {row.id: row for row in found}


def recorded_of(session: Session, firm: str, action: str, ids: Collection[uuid.UUID]) -> set[str]:
    """Of which of these erasures the record says so, as it names them."""
    said = (Audit.firm.concat("") == firm, Audit.action == action, Audit.object_id.in_([str(id_) for id_ in ids]))
    return set(session.scalars(select(Audit.object_id).where(*said)))


def strayed(session: Session, firm: str, limit: int) -> Sequence[Erased]:
    """Conversations of a firm that were erased by an erasure which is none of the firm's."""
    theirs = exists().where(Erasure.firm == firm, Erasure.id == Erased.erasure_id)
    return session.scalars(select(Erased).where(Erased.firm == firm, ~theirs).limit(limit)).all()


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
    """The row of the record that says so of an erasure: the first, for there is never a second one of ours."""
    # Not along the firm's whole record from its newest row, which SQLite prefers to sorting two.
    said = (Audit.firm.concat("") == firm, Audit.action == action, Audit.object_id == str(row))
    return session.scalars(select(Audit).where(*said).order_by(Audit.at, Audit.id).limit(1)).one_or_none()


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


def whose(session: Sessions, firm: str, erasures_: Collection[uuid.UUID]) -> Mapping[uuid.UUID, Sequence[Contacts]]:
    """Whom (references, some at a time) each of these tells of: the contact, everybody who shares a conversation with
    them, and everybody under whom something that went was shown."""
    if not erasures_:
        return {}
    mine = (Erasure.firm == firm, Erasure.id.in_(erasures_))
    found = {
        row.id: {*filter(None, [row.contact]), *row.shared}
        for row in session.execute(select(Erasure.id, Erasure.contact, Erasure.shared).where(*mine))
    }
    theirs, others = aliased(ConversationContact), aliased(ConversationContact)
    beside = (
        select(Erasure.id, others.contact)
        .join(theirs, theirs.contact == Erasure.contact)
        .join(others, others.conversation_id == theirs.conversation_id)
        .where(*mine, theirs.firm == firm, others.firm == firm)
    )
    went = (
        select(Erased.erasure_id, others.contact)
        .join(others, others.conversation_id == Erased.conversation_id)
        .where(Erased.firm == firm, Erased.erasure_id.in_(erasures_), others.firm == firm)
    )
    for id_, contact in session.execute(union(beside, went)):
        found[id_].add(contact)
    return {id_: [*batched(sorted(contacts), TOGETHER)] for id_, contacts in found.items()}


def batched(contacts: Sequence[str], many: int) -> Iterator[Contacts]:
    """So many at a time, of none one time none."""
    for at in range(0, len(contacts) or 1, many):
        yield tuple(contacts[at : at + many])
