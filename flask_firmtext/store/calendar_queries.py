"""SELECTs of events and of who is notified of them, by name. Each is limited to a firm, but those of the sweep."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session, scoped_session

from ..current import firmtext
from .models import CalendarEvent, Invitation, Message, Notice
from .queries import is_in
from .reminder_queries import LOST
from .states import Purpose, State

Sessions = Session | scoped_session[Any]

#: Those after which a client knows something else of the event than before.
TELLING = (Purpose.CREATED, Purpose.UPDATED, Purpose.CANCELLED)


def event(session: Sessions, firm: str, ref: str) -> CalendarEvent | None:
    """A firm's event by the host's reference."""
    wanted = select(CalendarEvent).where(CalendarEvent.firm == firm, CalendarEvent.event == ref)
    return session.scalars(wanted).one_or_none()


def lock(session: Sessions, firm: str, ref: str) -> CalendarEvent | None:
    """The same, to oneself until the end of the transaction; a write on both databases, as it was last committed."""
    held = session.execute(
        update(CalendarEvent)
        .where(CalendarEvent.firm == firm, CalendarEvent.event == ref)
        .values(plan=CalendarEvent.plan)
        .returning(CalendarEvent.id)
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()
    return None if held is None else session.get_one(CalendarEvent, held, populate_existing=True)


def invitations(session: Sessions, event_id: uuid.UUID) -> Sequence[Invitation]:
    """Everybody who was ever to be notified of an event, in the order in which the host named them."""
    wanted = select(Invitation).where(Invitation.event_id == event_id).order_by(Invitation.id)
    return session.scalars(wanted.execution_options(populate_existing=True)).all()


def last_told(session: Sessions, invitations: Collection[uuid.UUID]) -> Mapping[uuid.UUID, Notice]:
    """By invitation, the last text that tells of the event and has not ended unread."""
    rows = session.scalars(
        select(Notice)
        .join(Message, Message.id == Notice.message_id)
        .where(Notice.invitation_id.in_(invitations), is_in(Notice.purpose, *TELLING), ~is_in(Message.state, *LOST))
        .order_by(Notice.created_at, Notice.id)
    )
    return {row.invitation_id: row for row in rows}


def waiting_texts(
    session: Sessions, purposes: Mapping[uuid.UUID, Collection[Purpose]]
) -> Sequence[tuple[uuid.UUID, uuid.UUID, str]]:
    """Texts for these purposes, by invitation, that nobody has begun to send; each with its invitation and purpose."""
    rows = session.execute(
        select(Message.id, Notice.invitation_id, Notice.purpose)
        .join(Notice, Notice.message_id == Message.id)
        .where(
            Notice.invitation_id.in_(purposes),
            is_in(Message.state, State.QUEUED),
        )
        .order_by(Message.id)
    )
    return [(row[0], row[1], row[2]) for row in rows if row[2] in purposes[row[1]]]


def due_notices(session: Sessions, *, limit: int) -> Sequence[uuid.UUID]:
    """Invitations whose contact may have to be told something now."""
    now = select(firmtext.clock.sql()).scalar_subquery()
    return session.scalars(
        select(Invitation.id)
        .where(Invitation.notice_at.is_not(None), Invitation.notice_at <= now)
        .order_by(Invitation.notice_at)
        .limit(limit)
    ).all()


def notices(session: Sessions, invitations: Iterable[uuid.UUID]) -> Sequence[tuple[Notice, Message | None]]:
    """Everything that was, or was not, sent about these invitations, oldest first."""
    rows = session.execute(
        select(Notice, Message)
        .outerjoin(Message, Message.id == Notice.message_id)
        .where(Notice.invitation_id.in_(list(invitations)))
        .order_by(Notice.created_at, Notice.id)
    )
    return [(row[0], row[1]) for row in rows]


def told_by(session: Sessions, firm: str, message: uuid.UUID) -> tuple[Notice, Invitation, CalendarEvent] | None:
    """What a text tells of an event, or reminds of."""
    row = session.execute(
        select(Notice, Invitation, CalendarEvent)
        .join(Invitation, Invitation.id == Notice.invitation_id)
        .join(CalendarEvent, CalendarEvent.id == Invitation.event_id)
        .where(
            Notice.firm == firm,
            Notice.message_id == message,
            is_in(Notice.purpose, *TELLING, Purpose.REMINDER),
        )
        .limit(1)
        .execution_options(populate_existing=True)
    ).one_or_none()
    return None if row is None else (row[0], row[1], row[2])


def was_told_since(session: Sessions, notice: Notice) -> bool:
    """Whether a later text tells of the event of an invitation, or reminds of it, and has not ended unread."""
    later = (
        select(Notice.id)
        .join(Message, Message.id == Notice.message_id)
        .where(
            Notice.invitation_id == notice.invitation_id,
            Notice.created_at >= notice.created_at,
            Notice.id != notice.id,
            is_in(Notice.purpose, *TELLING, Purpose.REMINDER),
            ~is_in(Message.state, *LOST),
        )
    )
    return session.execute(later.limit(1)).first() is not None
