"""What somebody has begun to write: kept encrypted for each user and place, until it is sent or emptied.

Two tabs of one user may write at the same place. The last one wins, but never over words that it has not seen: then
it is told of them.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session, scoped_session

from ..current import firmtext
from ..errors import DecryptError
from ..store import cells, indexes, keys, scheduled_queries, writing_queries
from ..store.base import new_id
from ..store.models import Draft, Message
from ..store.upsert import insert_once
from . import scheduled
from .accepting import new_token, with_token

Sessions = Session | scoped_session[Any]

#: More is nobody's text message. It stays in the page, and the page says so.
LONGEST = 50_000


@dataclass(frozen=True, slots=True)
class Place:
    """Where a user of a firm writes. ``keys`` begins with the place's own; a draft under another moves there."""

    firm: str
    user: str
    keys: tuple[bytes, ...]
    conversation: uuid.UUID | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """What stands in a composer: ``writer`` names it, ``count`` its savings, ``known`` the saving it has seen last."""

    text: str = field(repr=False)
    token: str
    writer: str
    count: int = 0
    known: str = ""


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept, and the token to send it with. ``known`` names this saving."""

    text: str = field(repr=False)
    token: str
    known: str


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of a saving. ``other`` is what stands there instead, from another tab."""

    known: str
    other: str | None = field(default=None, repr=False)


def place_of(firm: str, user: str, *, contact: str, phone_index: bytes, conversation: uuid.UUID | None = None) -> Place:
    """Before there is a conversation, a place is a contact's number; what was begun there goes on in it."""
    before = indexes.all_of(firm, f"{contact}/{phone_index.hex()}")
    return Place(firm, user, (conversation.bytes, *before) if conversation else before, conversation)


def find(session: Sessions, place: Place) -> Kept | None:
    """What was begun at this place, None also for what cannot be read."""
    for row in writing_queries.unsent_drafts(session, place.firm, place.user, place.keys):
        text = _text(session, row)
        if text is not None:
            return Kept(text, row.token, _name(row))
    return None


def keep(session: Session, place: Place, written: Written) -> Saved:
    """Keep what somebody has written so far; nothing of it when it has been sent meanwhile."""
    token = _token(session, place, written)
    if token is None:
        return Saved(written.known)
    row = _row(session, place)
    if not written.text.strip():
        if row is not None and _is_theirs(row, written):
            session.delete(row)
        return Saved("")
    if row is None:
        row = _begun(session, place, written, token)
        if row is None:
            return Saved(f"{written.writer}:{written.count}")
    if row.writer == written.writer and row.count >= written.count:  # an earlier saving that comes late
        return Saved(_name(row))
    there = _text(session, row)
    if not _is_theirs(row, written) and there is not None and not written.text.startswith(there):
        return Saved(_name(row), there)
    row.place, row.conversation_id = place.keys[0], place.conversation
    row.body = _seal(session, place, row.id, written.text)
    row.token, row.writer, row.count, row.saved_at = token, written.writer, written.count, firmtext.clock.now()
    return Saved(_name(row))


def drop(session: Sessions, place: Place, written: Written) -> None:
    """A text has been accepted: what it began as goes. Longer words of another tab stay, for a text of their own."""
    for row in writing_queries.drafts(session, place.firm, place.user, place.keys):
        there = _text(session, row)
        if there is None or _is_theirs(row, written) or written.text.startswith(there):
            session.delete(row)
        elif row.token == written.token:
            row.token = new_token()


def _is_theirs(row: Draft, written: Written) -> bool:
    return row.writer == written.writer or _name(row) == written.known


def _name(row: Draft) -> str:
    return f"{row.writer}:{row.count}"


def _row(session: Session, place: Place) -> Draft | None:
    row = next(iter(writing_queries.drafts(session, place.firm, place.user, place.keys)), None)
    if row is not None:
        session.refresh(row, with_for_update=True)
    return row


def _begun(session: Session, place: Place, written: Written, token: str) -> Draft | None:
    """Insert the first saving; the row of who was faster, when somebody was."""
    row_id = new_id()
    made = insert_once(
        session,
        Draft,
        id=row_id,
        firm=place.firm,
        user=place.user,
        place=place.keys[0],
        conversation_id=place.conversation,
        body=_seal(session, place, row_id, written.text),
        token=token,
        writer=written.writer,
        count=written.count,
        saved_at=firmtext.clock.now(),
    )
    return None if made else _row(session, place)


def _token(session: Session, place: Place, written: Written) -> str | None:
    """The token to keep these words with; None when they went out with theirs, or wait, in the moment of saving."""
    sent = with_token(session, place.firm, place.user, written.token)
    later = scheduled_queries.with_token(session, place.firm, place.user, written.token)
    if sent is None and later is None:
        return written.token
    words = _words(session, sent) if sent else scheduled.words(session, later) if later else None
    return None if words is None or words.startswith(written.text.rstrip()) else new_token()


def _words(session: Session, sent: Message) -> str | None:
    try:
        return cells.unseal(session, cells.place(Message, "body", sent.id, sent.firm), sent.body)
    except DecryptError:
        return None


def _seal(session: Session, place: Place, row_id: uuid.UUID, text: str) -> bytes:
    scope = keys.conversation_scope(place.conversation) if place.conversation else keys.GENERAL
    return cells.seal(session, cells.place(Draft, "body", row_id, place.firm), text, scope=scope)


def _text(session: Sessions, row: Draft) -> str | None:
    try:
        return cells.unseal(session, cells.place(Draft, "body", row.id, row.firm), row.body)
    except DecryptError:
        return None
