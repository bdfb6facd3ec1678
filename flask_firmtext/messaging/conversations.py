"""All texts between a firm's number and a phone number: found, opened, and taken turns in."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Hashable
from datetime import datetime
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import Table, Update, bindparam, case, func, select, update
from sqlalchemy.orm import Session, scoped_session

from ..clock import UTCDateTime
from ..current import firmtext
from ..pipeline import UNANSWERED
from ..store import audit, cells, conversation_queries, indexes, keys
from ..store.base import new_id
from ..store.conversation_queries import OwnNumber
from ..store.models import Author, Conversation, ConversationContact, Message
from ..store.queries import is_in
from ..store.states import Direction, State
from ..store.upsert import insert_once
from . import consent, failures, scheduled_rows
from .moves import Move, move

Sessions = Session | scoped_session[Any]


_row = cast(Table, Conversation.__table__).c
#: Built once, like all that every text asks for: to build a statement takes longer than to have it answered.
_turning = update(_row.id.table).where(_row.id == bindparam("conversation")).values(turn=_row.turn + 1)
LOCK = _turning.execution_options(**{UNANSWERED: True})
TURN = _turning.returning(_row.turn, _row.closed_at)


def lock(session: Sessions, conversation_id: uuid.UUID) -> None:
    """Have this conversation to oneself until the end of the transaction."""
    session.connection().execute(LOCK, {"conversation": conversation_id})


def take_turn(session: Sessions, conversation_id: uuid.UUID) -> int:
    """The same; returns the next position in it."""
    position: int = session.connection().execute(TURN, {"conversation": conversation_id}).one().turn
    return position


def take_open_turn(session: Sessions, conversation_id: uuid.UUID) -> int | None:
    """The same; None when the conversation has ended: whoever waited for his turn may have missed it."""
    row = session.connection().execute(TURN, {"conversation": conversation_id}).one()
    return row.turn if row.closed_at is None else None


def is_open(session: Sessions, conversation_id: uuid.UUID) -> bool:
    """Whether a conversation goes on: whoever waited for his turn may have missed its end."""
    return session.scalar(select(Conversation.closed_at).where(Conversation.id == conversation_id)) is None


def open_with(
    session: Sessions, number: OwnNumber, phone: str, *, contact: str, owners: Collection[str]
) -> Conversation:
    """The conversation with a phone (E.164), begun when there is none, and shown under ``contact`` from now on.

    ``owners`` are the contacts who have the phone now: it is shown under them, too. When it has left everybody under
    whom its texts were shown, those stay with them and a new epoch begins: the new owner never reads the old one's.
    """
    index = indexes.standing(session, number.firm, phone)
    newest = conversation_queries.newest_epoch(session, number, index)
    found = newest if newest is not None and newest.closed_at is None else None
    if found is not None and _left(session, found, {contact, *owners}):
        close(session, found)
        found = None
    if found is None:
        # After the one that was seen, not after the newest there is: who is second finds the one of who was first.
        found = _begun(session, number, phone, index, epoch=newest.epoch + 1 if newest else 1)
    now = firmtext.clock.now()
    for ref in sorted({contact, *owners}):  # in one order: two first texts at once would wait for each other
        insert_once(session, ConversationContact, conversation_id=found.id, contact=ref, firm=number.firm, since=now)
    return found


def _left(session: Sessions, conversation: Conversation, owners: Collection[str]) -> bool:
    known = session.scalars(
        select(ConversationContact.contact).where(
            ConversationContact.firm == conversation.firm, ConversationContact.conversation_id == conversation.id
        )
    ).all()
    return bool(known) and not set(known) & set(owners)


def close(session: Sessions, conversation: Conversation) -> bool:
    """End an epoch. What is queued was meant for whoever had the number, and so was the answer to what they asked.

    Returns whether it was open.
    """
    closed = session.execute(
        update(Conversation)
        .where(Conversation.id == conversation.id, Conversation.closed_at.is_(None))
        .values(closed_at=firmtext.clock.sql(), waiting_since=None)
        .returning(Conversation.id)
        .execution_options(synchronize_session=False)
    ).first()
    if closed is None:
        return False
    waiting = session.scalars(
        select(Message.id)
        .where(Message.firm == conversation.firm, Message.conversation_id == conversation.id)
        .where(is_in(Message.state, State.QUEUED))
        .order_by(Message.id)
    ).all()
    for message_id in waiting:
        move(session, message_id, Move.CANCEL, State.CANCELLED, evidence="number_left", actor=audit.HOST)
    scheduled_rows.withdraw_in(session, conversation, reason=scheduled_rows.ENDED, by=audit.HOST)
    consent.leave_undecided(session, conversation)
    return True


def part(session: Sessions, conversation: Conversation) -> None:
    """An erased conversation's number has left its contacts: whoever texts from it now is a stranger to them."""
    this = (Conversation.firm == conversation.firm, Conversation.id == conversation.id)
    moved = update(Conversation).where(*this).values(closed_at=firmtext.clock.now())
    session.execute(moved.execution_options(synchronize_session=False))


def _begun(session: Sessions, number: OwnNumber, phone: str, index: bytes, *, epoch: int) -> Conversation:
    row_id = new_id()
    where = cells.place(Conversation, "phone", row_id, number.firm)
    now = firmtext.clock.now()
    insert_once(
        session,
        Conversation,
        id=row_id,
        firm=number.firm,
        number_id=number.id,
        phone_index=index,
        phone=cells.seal(session, where, phone, scope=keys.conversation_scope(row_id)),
        epoch=epoch,
        turn=0,
        last_at=now,
        last_position=0,
        last_in_position=0,
        created_at=now,
    )
    found = conversation_queries.open_conversation(session, number, index)
    assert found is not None  # noqa: S101 - inserted by us or by whoever was first
    return found


def note_late(session: Sessions, conversation_id: uuid.UUID, position: int) -> None:
    """A client's text at ``position`` is unread, and is not the newest words of its conversation.

    Nobody waits for an answer to it, but somebody has to read it.
    """
    session.execute(
        update(Conversation)
        .where(Conversation.id == conversation_id)
        .values(last_in_position=position, done_at=None, done_by=None)
        .execution_options(synchronize_session=False)
    )


def note_last(session: Sessions, conversation_id: uuid.UUID, position: int, **columns: Any) -> None:
    """The newest text of a conversation is the one at ``position``."""
    row = {"conversation": conversation_id, "position": position}
    session.connection().execute(_last(firmtext.clock.key()).values(**columns), row)
    _note_authors(session, conversation_id)


def _note_authors(session: Sessions, conversation_id: uuid.UUID) -> None:
    session.connection().execute(_authors(firmtext.clock.key()), {"conversation": conversation_id})


@lru_cache(maxsize=8)
def _last(clock: Hashable) -> Update:
    this = update(_row.id.table).where(_row.id == bindparam("conversation"))
    noted = this.values(last_position=bindparam("position"), last_at=firmtext.clock.sql())
    return noted.execution_options(**{UNANSWERED: True})


@lru_cache(maxsize=8)
def _authors(clock: Hashable) -> Update:
    author = cast(Table, Author.__table__)
    theirs = update(author).where(author.c.conversation_id == bindparam("conversation"))
    return theirs.values(last_at=firmtext.clock.sql()).execution_options(**{UNANSWERED: True})


def note_in(session: Sessions, conversation_id: uuid.UUID, position: int, *, awaits: datetime | None) -> None:
    """The newest text is a client's: it reopens what was done. ``awaits`` is since when it waits for an answer, None
    where it asks for none. Who waits already goes on waiting, but what was done was answered somehow."""
    row = {"conversation": conversation_id, "position": position, "awaits": awaits}
    session.connection().execute(_last_in(firmtext.clock.key()), row)
    _note_authors(session, conversation_id)


@lru_cache(maxsize=8)
def _last_in(clock: Hashable) -> Update:
    still = case((_row.done_at.is_(None), _row.waiting_since))
    since = func.coalesce(still, bindparam("awaits", type_=UTCDateTime()))
    return _last(clock).values(last_in_position=bindparam("position"), waiting_since=since, done_at=None, done_by=None)


def note_out(session: Sessions, conversation: Conversation, position: int, *, writer: str | None) -> None:
    """The newest text goes out. ``writer`` is the person who wrote it and so answered; None for an automatic one."""
    answered = {} if writer is None else {"waiting_since": None, "done_at": None, "done_by": None}
    note_last(session, conversation.id, position, last_out_position=position, **answered)
    failures.forget(session, conversation.id)
    if writer is not None:
        where = {"conversation_id": conversation.id, "author": writer}
        insert_once(session, Author, **where, firm=conversation.firm, last_at=firmtext.clock.sql())


def note_settled(session: Sessions, message: Message) -> None:
    """A client's text waits for no answer: who waited because of it waits because of the next one, if there is one."""
    behind = select(func.min(Message.shown_at)).where(
        Message.firm == message.firm,
        Message.conversation_id == message.conversation_id,
        Message.position > message.position,
        Message.direction == Direction.IN,
    )
    session.execute(
        update(Conversation)
        .where(Conversation.id == message.conversation_id, Conversation.waiting_since == message.shown_at)
        .values(waiting_since=behind.scalar_subquery())
        .execution_options(synchronize_session=False)
    )
