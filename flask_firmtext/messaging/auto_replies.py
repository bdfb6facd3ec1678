"""Automatic texts to a client: at most so many an hour, none to somebody who wants none, and each answer once."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session, scoped_session

from ..current import firmtext
from ..store import audit, consent_queries, counters
from ..store.models import AnswerDue, Conversation, Message
from ..store.states import Answer, Kind
from ..store.upsert import insert_once
from . import accepting, consent, conversations

Sessions = Session | scoped_session[Any]

#: Two machines must not talk for ever (A40).
AT_MOST, WITHIN = 5, timedelta(hours=1)
#: An answer that comes later than this answers nothing.
USEFUL = timedelta(minutes=10)
ONCE_IN = timedelta(days=1)


def queue(
    session: Sessions,
    conversation: Conversation,
    text: str,
    *,
    answers: uuid.UUID | None,
    token: str,
    confirms: bool = False,
) -> Message | None:
    """Queue an automatic text; joined. The same ``token`` again returns the first; None: it is not sent, and counted.

    ``answers`` is the client's text that it answers. Such a one goes out whatever stands about texting the number: it
    is the one confirmation of an opt-out (``confirms``: outside the limit of an hour), or what HELP asked for.
    """
    firm, index = conversation.firm, conversation.phone_index
    consent.lock_pair(session, firm, index)
    known = accepting.with_token(session, firm, audit.SYSTEM, token)
    if known is not None:
        return known
    if answers is None and not may_be_texted(session, firm, index):
        return None
    if not confirms and consent_queries.automatic_since(session, firm, index, WITHIN) >= AT_MOST:
        counters.count(session, "automatic_limited")
        return None
    position = conversations.take_turn(session, conversation.id)
    outgoing = accepting.Outgoing(text, Kind.AUTO_REPLY, audit.SYSTEM, token, answers=answers, useful=USEFUL)
    return accepting.queue(session, conversation, position, outgoing)


def may_be_texted(session: Sessions, firm: str, phone_index: bytes) -> bool:
    """Whether a text that nobody wrote may go to a number now; one that may not is counted."""
    row = consent_queries.standing(session, firm, phone_index)
    if row is None or not (row.opted_out or row.asked_at):
        return True
    counters.count(session, "automatic_skipped")
    return False


def owe(
    session: Sessions, answer: Answer, *, firm: str, conversation: uuid.UUID, message: uuid.UUID, language: str = "en"
) -> None:
    """A client's text is to get an answer of this kind, once. What stands in it is found out after the commit."""
    insert_once(
        session,
        AnswerDue,
        message_id=message,
        answer=answer,
        firm=firm,
        conversation_id=conversation,
        language=language,
        created_at=firmtext.clock.now(),
    )


def explain_refusal(session: Sessions, conversation_id: uuid.UUID, message_id: uuid.UUID) -> None:
    """The client is told how to send what was refused of this text: once a day in a conversation. Joined."""
    conversations.take_turn(session, conversation_id)
    firm = session.get_one(Conversation, conversation_id).firm
    token = Answer.REFUSED.value
    if not consent_queries.refusal_was_explained(session, firm, conversation_id, ONCE_IN, token):
        owe(session, Answer.REFUSED, firm=firm, conversation=conversation_id, message=message_id)


def settle(session: Sessions, due: AnswerDue, text: str) -> Message | None:
    """Write an answer that was owed, as an own step. None: it was written before, or does not fit any more."""
    if not _take(session, due):
        return None
    conversation = session.get_one(Conversation, due.conversation_id)
    consent.lock_pair(session, due.firm, conversation.phone_index)
    if not _fits(session, due, conversation.phone_index):
        return None
    # Nobody asked how to send a file: that waits like any automatic text.
    answers = None if due.answer == Answer.REFUSED else due.message_id
    token, confirms = f"{due.answer}:{due.message_id}", due.answer == Answer.STOPPED
    return queue(session, conversation, text, answers=answers, token=token, confirms=confirms)


def is_late(due: AnswerDue) -> bool:
    return firmtext.clock.now() - due.created_at > USEFUL


def forget(session: Sessions, due: AnswerDue) -> None:
    """Nobody could say in time what stands in it."""
    if _take(session, due):
        counters.count(session, "answer_late")


def _take(session: Sessions, due: AnswerDue) -> bool:
    taken = session.execute(
        delete(AnswerDue)
        .where(AnswerDue.message_id == due.message_id, AnswerDue.answer == due.answer)
        .returning(AnswerDue.message_id)
        .execution_options(synchronize_session=False)
    )
    return taken.first() is not None


def _fits(session: Sessions, due: AnswerDue, phone_index: bytes) -> bool:
    """Whether it is still true: a START may have come behind the STOP, and the other way round."""
    if due.answer == Answer.REFUSED:
        return True
    row = consent_queries.standing(session, due.firm, phone_index)
    if due.answer == Answer.HELP:
        # Who asks for help and then stops wants nothing but the confirmation; behind a STOP, HELP asks anew.
        asked = session.get(Message, due.message_id)
        return row is None or not row.opted_out or (asked is not None and asked.shown_at > row.since)
    if row is None or row.opted_out is not (due.answer == Answer.STOPPED):
        return False
    # Of STOP, START, STOP the first is no longer what stands, though it says the same.
    return consent_queries.said_at(session, due.firm, due.message_id) == row.since
