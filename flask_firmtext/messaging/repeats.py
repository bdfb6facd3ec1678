"""A text that a person has sent again, as a new one: what resolving an unknown text and retrying a failed one share.

Everything is joined. Whoever makes a repeat has the turn of its conversation, as a claim does.
"""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from ..current import firmtext
from ..ports.values import User
from ..store import audit, cells
from ..store.models import Conversation, Message
from ..store.states import Kind, State
from ..store.transactions import notes
from . import accepting, conversations, notifying
from .accepting import Outgoing
from .moves import Move, move
from .retrying_words import refused

Sessions = Session | scoped_session[Any]

#: Why a repeat was withdrawn, in the audit.
ARRIVED = "first_arrived"


def find(session: Sessions, message_id: uuid.UUID, user: User) -> Message | None:
    """A text of this user's firm; no other firm's is there."""
    wanted = select(Message).where(Message.id == message_id, Message.firm == user.firm)
    return session.scalars(wanted).one_or_none()


def take_turn(session: Sessions, message_id: uuid.UUID, user: User) -> Message | None:
    """The same, with the turn of its conversation."""
    message = find(session, message_id, user)
    if message is not None:
        conversations.take_turn(session, message.conversation_id)
    return message


def hold(session: Sessions, message_id: uuid.UUID) -> Message:
    """A text as it was last committed, to oneself: reports about it wait. After the turn, never before it."""
    return session.get_one(Message, message_id, populate_existing=True, with_for_update={"key_share": True})


def of(session: Sessions, message: Message) -> uuid.UUID | None:
    """The text that repeats this one."""
    return _of(session, message.firm, message.id)


def withdraw(session: Sessions, firm: str, first: uuid.UUID) -> bool:
    """T9: the carrier has the first text after all, so its repeat is not sent if nobody has begun to.

    After the first text's own row, as everybody takes a text before what was made of it. What the first was to tell
    about an event, it has told.
    """
    again = _of(session, firm, first)
    if again is None:
        return False
    withdrawn = move(session, again, Move.CANCEL, State.CANCELLED, evidence=ARRIVED, actor=audit.CARRIER)
    if withdrawn:
        notifying.sent_again(session, again, first)
    return withdrawn


def outgoing(old: Message, user: User, token: str, said: str) -> Outgoing:
    """The same words once more, by ``user``. What a person wrote is as good as new, another text no longer than before.

    :raises TextRefused: ``too_late``, what it tells of has begun.
    """
    new = Outgoing(said, Kind(old.kind), user.ref, token, retry_of=old.id)
    if old.kind == Kind.STAFF:
        return new
    left = (old.expires_at or firmtext.clock.now()) - firmtext.clock.now()
    if left <= timedelta(0):
        raise refused("too_late")
    return replace(new, useful=left)


def words(session: Sessions, message: Message) -> str:
    """What a text says. :raises DecryptError: it cannot be read."""
    return cells.unseal(session, cells.place(Message, "body", message.id, message.firm), message.body)


def queue(session: Sessions, old: Message, conversation: Conversation, outgoing: Outgoing) -> Message:
    """Queue a repeat of ``old``. What ``old`` was to tell about an event, the new one tells from now on."""
    position = conversations.take_turn(session, conversation.id)
    new = accepting.queue(session, conversation, position, outgoing)
    notifying.sent_again(session, old.id, new.id)
    notes(session).show(old.firm, old.id)  # it says from now on that it was sent again
    return new


def _of(session: Sessions, firm: str, text: uuid.UUID) -> uuid.UUID | None:
    return session.scalars(select(Message.id).where(Message.firm == firm, Message.retry_of == text)).one_or_none()
