"""A text that nobody wrote and nobody asked for: a notification or a reminder. Joined; who wants none gets none."""

from __future__ import annotations

import uuid
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session, scoped_session

from ..errors import TextRefused
from ..language import gettext as _
from ..store import consent_queries
from ..store.models import Message, Notice
from ..store.queries import is_in
from ..store.states import Purpose
from . import accepting, conversations
from .accepting import Outgoing
from .routes import Route

Sessions = Session | scoped_session[Any]


def queue(session: Sessions, route: Route, contact: str, outgoing: Outgoing) -> Message:
    """Queue an automatic text on a way that was found before, shown under ``contact`` (a reference).

    :raises TextRefused: ``opted_out``, ``asks_for_none`` or ``conversation_changed``.
    """
    _check_consent(session, route)
    conversation = conversations.open_with(session, route.number, route.phone, contact=contact, owners=route.owners)
    position = conversations.take_turn(session, conversation.id)
    if not conversations.is_open(session, conversation.id):
        raise TextRefused("conversation_changed", _("This number has just changed hands."))
    # Again: a STOP that came since then is committed, and one that comes now waits for us and finds this text.
    _check_consent(session, route)
    return accepting.queue(session, conversation, position, outgoing)


def sent_again(session: Sessions, first: uuid.UUID, second: uuid.UUID) -> None:
    """A person has a text about an event sent again: from now on the second tells what the first was to tell."""
    telling = (Purpose.CREATED, Purpose.UPDATED, Purpose.CANCELLED, Purpose.REMINDER)
    session.execute(
        update(Notice)
        .where(Notice.message_id == first, is_in(Notice.purpose, *telling))
        .values(message_id=second)
        .execution_options(synchronize_session=False)
    )


def _check_consent(session: Sessions, route: Route) -> None:
    row = consent_queries.standing(session, route.number.firm, route.index)
    if row is not None and row.opted_out:
        raise TextRefused("opted_out", _("The client wants no texts from your firm."))
    if row is not None and row.asked_at:
        raise TextRefused("asks_for_none", _("The client asks for no more texts, and nobody has decided yet."))
