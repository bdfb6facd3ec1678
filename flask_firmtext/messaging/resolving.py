"""What only a person decides: that a text of which nobody knows has arrived or was lost, and that one is withdrawn.

Each verb is joined, begins with the conversation's turn as a claim does, and returns whether it still could: evidence,
or a claim, may have been first.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session, scoped_session

from ..errors import TextRefused
from ..language import gettext as _
from ..ports.gateway import Reason
from ..ports.values import User
from ..store import audit
from ..store.models import Conversation, Message
from ..store.states import State
from . import accepting, repeats
from .moves import Move, move

Sessions = Session | scoped_session[Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person says about an unknown text, with the sentence that the audit keeps."""

    action: str
    sentence: str


ARRIVED = Answer("message.resolve", "It arrived.")
LOST = Answer("message.resolve", "It did not arrive.")
RESENT = Answer("message.resend", "Send again; the client may get it twice.")
WITHDRAWN = Answer("message.cancel", "Do not send it.")


def arrived(session: Sessions, message_id: uuid.UUID, *, user: User) -> bool:
    """T11: a person knows that the client has an unknown text."""
    return _resolve(session, repeats.take_turn(session, message_id, user), State.SUBMITTED, ARRIVED, user)


def lost(session: Sessions, message_id: uuid.UUID, *, user: User) -> bool:
    """T11: a person knows that the client never got an unknown text."""
    old = repeats.take_turn(session, message_id, user)
    return _resolve(session, old, State.FAILED, LOST, user, reason=Reason.UNKNOWN_ERROR, code=repeats.LOST)


def resend(session: Sessions, message_id: uuid.UUID, *, user: User, token: str) -> Message | None:
    """T12: send an unknown text again, as a new one. Returns that, or None when the old one is no longer unknown.

    The old one fails and keeps its attempt, so that late evidence still shows. The same token: the same new text.

    :raises TextRefused: ``opted_out``, ``conversation_changed``, ``too_late`` or ``sent_before``; the old one stays as
        it is.
    """
    known = accepting.sent_with(session, user, token)
    if known and known.retry_of != message_id:
        raise TextRefused("sent_before", _("This page has sent another text before. Reload it and try again."))
    old = None if known else repeats.take_turn(session, message_id, user)
    if old is None:
        return known
    conversation = session.get_one(Conversation, old.conversation_id)
    repeats.check_way(session, conversation)
    again = repeats.outgoing(session, old, user, token)
    if not _resolve(session, old, State.FAILED, RESENT, user, reason=Reason.UNKNOWN_ERROR):
        return None
    return repeats.queue(session, old, conversation, again)


def cancel(session: Sessions, message_id: uuid.UUID, *, user: User) -> bool:
    """T9: withdraw a text that nobody has begun to send. False: it is already being sent."""
    if repeats.take_turn(session, message_id, user) is None:
        return False
    withdrawn = move(session, message_id, Move.CANCEL, State.CANCELLED, evidence=WITHDRAWN.sentence, actor=user.ref)
    if withdrawn:
        _record(session, message_id, WITHDRAWN, user)
    return withdrawn


def _resolve(session: Sessions, message: Message | None, to: State, answer: Answer, user: User, **columns: Any) -> bool:
    if message is None:
        return False
    moved = move(session, message.id, Move.PERSON, to, evidence=answer.sentence, actor=user.ref, **columns)
    if moved:
        _record(session, message.id, answer, user)
    return moved


def _record(session: Sessions, message_id: uuid.UUID, answer: Answer, user: User) -> None:
    table = (Message.__tablename__, message_id)
    audit.record(session, answer.action, table, firm=user.firm, actor=user.ref, evidence=answer.sentence)
