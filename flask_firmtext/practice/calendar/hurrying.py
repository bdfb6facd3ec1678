"""*Send now* and *Try again*: what an invitation's client is still to be told is told at once; verbs are joined."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session, scoped_session

from ...current import firmtext
from ...ports.values import User
from ...store import attendance_queries, audit, calendar_queries
from ...store.models import CalendarEvent, Invitation, Message
from ...store.queries import is_in
from ...store.states import Purpose, State
from ...store.transactions import notes
from . import needs

Sessions = Session | scoped_session[Any]


def hurry(session: Sessions, invitation: uuid.UUID, *, user: User) -> bool:
    """Let nothing of an invitation of the user's firm wait any longer: neither for further edits nor for the morning.

    Whether anything waited. A text that is being sent already, and a reminder that is not due, are left alone.
    """
    found = _held(session, invitation, user)
    if found is None:
        return False
    event, one = found
    now = firmtext.clock.now()
    waited = one.notice_at is not None and one.notice_at > now
    if waited:
        _due(session, one.id, hurried=True)
    texts = _release(session, one.id)
    if waited or texts:
        _record(session, "event.hurry", event, one, user, texts)
    return waited or bool(texts)


def again(session: Sessions, invitation: uuid.UUID, *, user: User) -> bool:
    """Tell the client anew what no text has told so far: the last one could not be made, or did not arrive.

    Whether there is anything to tell.
    """
    found = _held(session, invitation, user)
    if found is None:
        return False
    event, one = found
    now = needs.read(session, event)
    if now is None or one.notice_at is not None:
        return False
    needs.consider(session, event, now, [one])
    if not _due(session, one.id):
        return False
    _record(session, "event.again", event, one, user, ())
    return True


def _held(session: Sessions, invitation: uuid.UUID, user: User) -> tuple[CalendarEvent, Invitation] | None:
    """The invitation, with its event to oneself: the first of all locks."""
    found = attendance_queries.invitation(session, user.firm, invitation)
    if found is None:
        return None
    event = calendar_queries.lock(session, user.firm, found[0].event)
    if event is None:
        return None
    return event, session.get_one(Invitation, invitation, populate_existing=True)


def _due(session: Sessions, invitation: uuid.UUID, **columns: bool) -> bool:
    """Let what is to be told be told now; whether there is anything."""
    due = session.execute(
        update(Invitation)
        .where(Invitation.id == invitation, Invitation.notice_at.is_not(None))
        .values(notice_at=firmtext.clock.sql(), **columns)
        .returning(Invitation.id)
        .execution_options(synchronize_session=False)
    )
    return due.first() is not None


def _release(session: Sessions, invitation: uuid.UUID) -> Sequence[uuid.UUID]:
    """Texts that wait for the end of quiet hours go now; a claim that was faster has taken them."""
    waiting = [row[0] for row in calendar_queries.waiting_texts(session, {invitation: list(Purpose)})]
    now = firmtext.clock.now()
    return session.scalars(
        update(Message)
        .where(Message.id.in_(waiting), is_in(Message.state, State.QUEUED), Message.quiet_zone.is_not(None))
        .values(not_before=now, quiet_zone=None)
        .returning(Message.id)
        .execution_options(synchronize_session=False)
    ).all()


def _record(
    session: Sessions, action: str, event: CalendarEvent, one: Invitation, user: User, texts: Sequence[uuid.UUID]
) -> None:
    table = (Invitation.__tablename__, one.id)
    audit.record(session, action, table, firm=event.firm, actor=user.ref)
    notes(session).show(event.firm, *texts)
    notes(session).rings.extend(str(text) for text in texts)
