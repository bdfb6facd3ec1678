"""Clients' answers to invitations: what is plain is taken, once; of several open ones the client is asked which.

No host is asked for that. What the client then gets to read needs one, and so does a step of its own (``receipts``):
a host that fails keeps nobody's answer from being taken.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from ... import points, signals
from ...current import firmtext
from ...messaging import conversations
from ...ports.values import Answer
from ...store import audit, calendar_queries, reply_queries
from ...store.base import new_id
from ...store.models import EventAnswer, Invitation, Message, ReplyDue
from ...store.transactions import announce, notes, own, reading
from . import openings, receipts
from .openings import Open, Reply
from .receipts import Receipt

AT_ONCE = 50
#: How soon it is tried again to write what the client gets to read.
AGAIN = timedelta(seconds=15)


class Otherwise(Exception):
    """It stands otherwise than a moment ago; it is looked at again."""


def due() -> Sequence[uuid.UUID]:
    """Clients' texts that may answer an invitation and were not seen to yet; one indexed look-up."""
    with reading() as session:
        return reply_queries.due_replies(session, limit=AT_ONCE)


def settle(message: uuid.UUID) -> uuid.UUID | None:
    """See to one of them; the id of the text that the client gets, None when there is none (yet)."""
    try:
        receipt = _taken(message)
    except Otherwise:
        return None
    points.reach("answer.taken")
    return receipts.write(receipt) if receipt is not None else None


def _taken(message: uuid.UUID) -> Receipt | None:
    """Take the answer, in one transaction; what the client is to read about it is still owed then."""
    with own() as session:
        if not _claim(session, message):
            return None
        known = reply_queries.with_text(session, message)
        reply = openings.reply(session, message)
        receipt = None
        if known is not None:
            receipt = Receipt(message, Answer(known.answer), invitation=known.invitation_id)
        elif reply is not None:
            receipt = _found(session, reply)
        if receipt is None:
            session.execute(delete(ReplyDue).where(ReplyDue.message_id == message))
        return receipt


def _claim(session: Session, message: uuid.UUID) -> bool:
    now = firmtext.clock.now()
    claimed = session.execute(
        update(ReplyDue)
        .where(ReplyDue.message_id == message, ReplyDue.not_before <= now)
        .values(not_before=now + AGAIN)
        .returning(ReplyDue.message_id)
        .execution_options(synchronize_session=False)
    )
    return claimed.first() is not None


def _found(session: Session, reply: Reply) -> Receipt | None:
    meant = openings.meant(session, reply)
    one, answer = meant.one, meant.answer
    if one is None or answer is None:
        several = answer is not None and len(meant.open) > 1
        return Receipt(reply.message, answer, choices=meant.open) if several else None
    # The event first, as whoever tells of it; then it is seen whether all is as it was.
    if calendar_queries.lock(session, reply.firm, one.event) is None or openings.meant(session, reply) != meant:
        raise Otherwise
    return _written(session, reply, one, answer)


def _written(session: Session, reply: Reply, found: Open, answer: Answer) -> Receipt | None:
    """Write the answer. Who has said the same before is not thanked again; who has said something since meant that."""
    one = session.get_one(Invitation, found.invitation, populate_existing=True)
    last = (one.answered_at, reply_queries.last_position(session, one)) if one.answered_at else None
    if last is not None and last > (reply.at, reply.position):
        return None
    conversations.note_settled(session, session.get_one(Message, reply.message))
    notes(session).show(reply.firm, reply.message)
    stands = last is not None and one.answer_sequence == found.sequence and found.invited_at <= last[0]
    one.answered_at = reply.at
    if stands and one.answer == answer:
        return None
    one.answer, one.answer_sequence, one.answers = answer, found.sequence, one.answers + 1
    _note(session, reply, found, answer, one.answers)
    return Receipt(reply.message, answer, invitation=one.id)


def _note(session: Session, reply: Reply, found: Open, answer: Answer, n: int) -> None:
    session.add(
        EventAnswer(
            id=new_id(),
            firm=reply.firm,
            invitation_id=found.invitation,
            n=n,
            answer=answer,
            sequence=found.sequence,
            message_id=reply.message,
            at=reply.at,
            tries=0,
            not_before=firmtext.clock.sql(),
        )
    )
    table, said = (Invitation.__tablename__, found.invitation), f"message {reply.message}"
    audit.record(session, "invitation.answer", table, firm=reply.firm, actor=audit.CLIENT, became=answer, evidence=said)
    firm, text = reply.firm, str(reply.message)
    announce(session, signals.invitation_answered, firm=firm, event=found.event, contact=found.contact, message=text)
