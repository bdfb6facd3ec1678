"""Notifications: what an invitation's client has to be told is made a text, once, in a step of its own.

The host is asked first, outside of any transaction; then one transaction holds the event, looks that all is as it was,
and writes the text. Whatever dies in between is done again from the beginning.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import update

from ...current import firmtext
from ...errors import TextRefused, where
from ...store import calendar_queries
from ...store.models import Invitation
from ...store.states import Purpose
from ...store.transactions import notes, own, reading
from . import letters, needs, situations
from .situations import Later, Otherwise, Situation, Unsure

log = logging.getLogger(__name__)

AT_ONCE = 50
#: How soon a host that failed is asked again.
AGAIN = timedelta(seconds=30)


def due() -> Sequence[uuid.UUID]:
    """Invitations whose client may have to be told something now; one indexed look-up."""
    with reading() as session:
        return calendar_queries.due_notices(session, limit=AT_ONCE)


def tell(invitation: uuid.UUID) -> uuid.UUID | None:
    """Make the text that is due for an invitation; its id, None when there is none to make."""
    with reading() as session:
        seen = situations.of(session, invitation)
        over = seen is None and situations.begun(session, invitation)
    if seen is None:
        _look_again(invitation, None, None if over else AGAIN)
        return None
    if seen.notice_at is None:
        return None
    purpose = needs.purpose(seen.takes_place, seen.facts, seen.known, firmtext.clock.now())
    try:
        return _settle(seen, purpose)
    except Otherwise:
        return None
    except Exception as error:
        if not isinstance(error, Later):
            log.error("a text about an event waits, because the host failed: %s", where(error))
        _look_again(invitation, seen.notice_at, AGAIN)
        return None


def _settle(seen: Situation, purpose: Purpose | None) -> uuid.UUID | None:
    if purpose is None:
        with own() as session:
            situations.hold(session, seen).notice_at = None
        return None
    try:
        if purpose != Purpose.CANCELLED:
            situations.confirm(seen, firmtext.clock.now() - seen.told_at)
        return _written(seen, letters.write(seen, purpose))
    except (TextRefused, Unsure) as error:
        refused = error.code if isinstance(error, TextRefused) else "host_silent"
        if refused == letters.ASKED:
            _look_again(seen.invitation, seen.notice_at, letters.UNTIL_DECIDED)
            return None
        with own() as session:
            situations.hold(session, seen).notice_at = None
            letters.note(session, seen, purpose, refused=refused)
            notes(session).show(seen.firm)
        return None


def _written(seen: Situation, letter: letters.Letter) -> uuid.UUID:
    with own() as session:
        situations.hold(session, seen).notice_at = None
        message = letters.queue(session, letter, seen.invitation, seen.sequence)
        letters.note(session, seen, letter.purpose, message=message.id)
        return message.id


def _look_again(invitation: uuid.UUID, seen: datetime | None, after: timedelta | None) -> None:
    """Do so after a while (None: never), unless somebody has seen to it since it was ``seen`` to be due."""
    due = Invitation.notice_at == seen if seen is not None else Invitation.notice_at.is_not(None)
    with own() as session:
        session.execute(
            update(Invitation)
            .where(Invitation.id == invitation, due)
            .values(notice_at=firmtext.clock.sql(after) if after else None)
            .execution_options(synchronize_session=False)
        )
