"""SELECTs behind the composer, by name: what was begun, what is kept for again, what others wrote meanwhile."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import and_, bindparam, or_, select
from sqlalchemy.orm import Session, scoped_session

from .models import Draft, Message, SavedReply

Sessions = Session | scoped_session[Any]

#: So many replies of a firm, and of one user, are offered: nobody finds anything among more.
MOST_REPLIES = 200

DRAFTS = select(Draft).where(
    Draft.firm == bindparam("firm"),
    Draft.user == bindparam("user"),
    Draft.place.in_(bindparam("places", expanding=True)),
)
OF_OTHERS = (
    select(Message.position, Message.author, Message.direction)
    .where(Message.firm == bindparam("firm"), Message.conversation_id == bindparam("conversation"))
    .where(Message.position > bindparam("after"))
    .where(or_(Message.author.is_(None), Message.author != bindparam("user")))
    .order_by(Message.position.desc())
    .limit(1)
)


def drafts(session: Sessions, firm: str, user: str, places: Sequence[bytes]) -> Sequence[Draft]:
    """What a user has begun to write at these places, in their order."""
    of = {"firm": firm, "user": user, "places": places}
    return sorted(session.scalars(DRAFTS, of), key=lambda row: places.index(row.place))


def unsent_drafts(session: Sessions, firm: str, user: str, places: Sequence[bytes]) -> Sequence[Draft]:
    """The same without what has become a text: a late saving may have come after that."""
    sent = and_(Message.firm == Draft.firm, Message.author == Draft.user, Message.client_token == Draft.token)
    of = {"firm": firm, "user": user, "places": places}
    query = DRAFTS.outerjoin(Message, sent).where(Message.id.is_(None))
    return sorted(session.scalars(query, of), key=lambda row: places.index(row.place))


def newest_of_others(session: Sessions, firm: str, conversation_id: uuid.UUID, *, user: str, after: int) -> Any:
    """Of the newest text after a position that is not this user's own: position, author, direction; None without."""
    of = {"firm": firm, "conversation": conversation_id, "user": user, "after": after}
    return session.connection().execute(OF_OTHERS, of).one_or_none()


def saved_replies(session: Sessions, firm: str, user: str) -> Sequence[SavedReply]:
    """The replies of a user, or the firm's when ``user`` is empty."""
    query = select(SavedReply).where(SavedReply.firm == firm, SavedReply.user == user)
    return session.scalars(query.order_by(SavedReply.id).limit(MOST_REPLIES)).all()


def saved_reply(session: Sessions, firm: str, reply: uuid.UUID) -> SavedReply | None:
    """One reply of a firm, whosoever's."""
    return session.scalars(select(SavedReply).where(SavedReply.firm == firm, SavedReply.id == reply)).one_or_none()
