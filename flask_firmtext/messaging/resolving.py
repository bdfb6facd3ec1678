"""What only a person decides: that a text of which nobody knows has arrived or was lost, and that one is withdrawn.

Each verb is joined, begins with the conversation's turn as a claim does, and returns whether it still could: evidence,
or a claim, may have been first.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session, scoped_session

from ..current import firmtext
from ..errors import TextRefused
from ..language import gettext as _
from ..language import number
from ..ports.gateway import Reason
from ..ports.values import User
from ..store import audit, cells, keys
from ..store.models import Conversation, Message, Resolution
from ..store.states import State
from . import accepting, codes, repeats, retrying
from .moves import Move, move

Sessions = Session | scoped_session[Any]


class Decision(StrEnum):
    """What a person may say of a text of which nobody is sure, in addresses, forms and commands."""

    ARRIVED = "arrived"
    LOST = "lost"
    RESEND = "resend"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person says about a text, as we keep it, with the sentence that the audit keeps."""

    word: str
    action: str
    sentence: str


ARRIVED = Answer("arrived", "message.resolve", "It arrived.")
LOST = Answer("lost", "message.resolve", "It did not arrive.")
RESENT = Answer("resent", "message.resend", "Send again; the client may get it twice.")
WITHDRAWN = Answer("withdrawn", "message.cancel", "Do not send it.")
#: So long may be what somebody says how they know.
LONGEST = 500


def arrived(session: Sessions, message_id: uuid.UUID, *, user: User, why: str = "") -> bool:
    """T11: a person knows that the client has an unknown text; ``why``, here and below, is how, in their own words.

    :raises TextRefused: ``why_too_long``, also below.
    """
    why = _checked(why)
    return _resolve(session, repeats.take_turn(session, message_id, user), State.SUBMITTED, ARRIVED, user, why)


def lost(session: Sessions, message_id: uuid.UUID, *, user: User, why: str = "") -> bool:
    """T11: a person knows that the client never got an unknown text."""
    why, failed = _checked(why), {"reason": Reason.UNKNOWN_ERROR, "code": codes.LOST}
    return _resolve(session, repeats.take_turn(session, message_id, user), State.FAILED, LOST, user, why, **failed)


def resend(session: Sessions, message_id: uuid.UUID, *, user: User, token: str, why: str = "") -> Message | None:
    """T12: send an unknown text again, as a new one. Returns that, or None when the old one is no longer unknown.

    The old one fails and keeps its attempt, so that late evidence still shows. The same token: the same new text. The
    host is asked first, so begin with no write of ours open.

    :raises TextRefused: ``sent_before``, or what :func:`.retrying.again` raises of a text that may not be sent any
        more; the old one stays as it is.
    """
    why, known = _checked(why), accepting.sent_with(session, user, token)
    if known and known.retry_of != message_id:
        raise TextRefused("sent_before", _("This page has sent another text before. Reload it and try again."))
    old = None if known else repeats.find(session, message_id, user)
    if old is None or old.state != State.UNKNOWN:
        return known
    whose = retrying.whose(session, old)
    retrying.hold_event(session, old)
    repeats.take_turn(session, old.id, user)
    conversation = session.get_one(Conversation, old.conversation_id, populate_existing=True)
    retrying.check_way(session, conversation, old)
    again = retrying.renewed(session, old, user, token, whose)
    if not _resolve(session, old, State.FAILED, RESENT, user, why, reason=Reason.UNKNOWN_ERROR):
        return None
    return repeats.queue(session, old, conversation, again)


def decide(session: Sessions, message_id: uuid.UUID, answer: str, *, user: User, why: str = "") -> Message | None:
    """Say what a person has decided of an unknown text, whatever is pressed where; ``answer`` is a :class:`Decision`.

    Returns the text to look at from now on, the new one where there is one; None when it was no longer unknown.
    Raises what the three verbs raise.
    """
    if answer == Decision.RESEND:
        return resend(session, message_id, user=user, token=f"resend:{message_id.hex}", why=why)
    said = {Decision.ARRIVED: arrived, Decision.LOST: lost}[Decision(answer)](session, message_id, user=user, why=why)
    return repeats.find(session, message_id, user) if said else None


def cancel(session: Sessions, message_id: uuid.UUID, *, user: User) -> bool:
    """T9: withdraw a text that nobody has begun to send. False: it is already being sent."""
    if repeats.take_turn(session, message_id, user) is None:
        return False
    withdrawn = move(session, message_id, Move.CANCEL, State.CANCELLED, evidence=WITHDRAWN.sentence, actor=user.ref)
    if withdrawn:
        _record(session, message_id, WITHDRAWN, user)
    return withdrawn


def _checked(why: str) -> str:
    why = why.strip()
    if len(why) > LONGEST:
        raise TextRefused("why_too_long", _("Say it in at most %(n)s characters.", n=number(LONGEST)))
    return why


def _resolve(
    session: Sessions, message: Message | None, to: State, answer: Answer, user: User, why: str, **columns: Any
) -> bool:
    if message is None:
        return False
    moved = move(session, message.id, Move.PERSON, to, evidence=answer.sentence, actor=user.ref, **columns)
    if moved:
        _record(session, message.id, answer, user)
        _keep(session, message, answer, user, why)
    return moved


def _keep(session: Sessions, message: Message, answer: Answer, user: User, why: str) -> None:
    """What is shown beside the text. The audit's words are ours; a person's own may name the client."""
    row = Resolution(message_id=message.id, firm=message.firm, answer=answer.word, by=user.ref)
    if why:
        where = cells.place(Resolution, "why", message.id, message.firm)
        row.why = cells.seal(session, where, why, scope=keys.conversation_scope(message.conversation_id))
    row.created_at = firmtext.clock.now()
    session.add(row)


def _record(session: Sessions, message_id: uuid.UUID, answer: Answer, user: User) -> None:
    table = (Message.__tablename__, message_id)
    audit.record(session, answer.action, table, firm=user.firm, actor=user.ref, evidence=answer.sentence)
