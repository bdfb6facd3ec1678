"""Claim, commit, POST, record, commit: how a queued text goes to the carrier, at most once by machine.

Each step is a short transaction; none spans the POST. What the answer proves decides what the text becomes; time
never does.
"""

from __future__ import annotations

import os
import platform
import time
import uuid
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Insert, insert, select, update
from sqlalchemy.orm import Session

from .. import points
from ..current import firmtext
from ..ports.gateway import Outbound
from ..store import audit, cells, queries
from ..store.models import Attempt, Conversation, Message, Number
from ..store.queries import Due
from ..store.states import RANK, Outcome, State
from ..store.transactions import own, reading
from . import conversations, pace
from .answers import Answered, conclude, judge

#: Until the first byte is handed to the socket, counted from before the claim's commit.
BUDGET = timedelta(seconds=20)
#: For the whole exchange with the carrier, in seconds.
EXCHANGE = 30.0
BOOT = uuid.uuid4().hex[:8]


@dataclass(frozen=True, slots=True)
class Claimed:
    """A text that this process, and nobody else, may post once. ``started`` is monotonic, in seconds."""

    message: uuid.UUID
    attempt: uuid.UUID
    number: uuid.UUID
    started: float

    def late(self) -> bool:
        return time.monotonic() - self.started > BUDGET.total_seconds()


def send(due: Due) -> bool:
    """Send one due text. False when it was not ours to send: somebody else was first."""
    claimed = claim(due)
    if claimed is None:
        return False
    deliver(claimed)
    return True


def claim(due: Due) -> Claimed | None:
    """T2. Conversation, number, account, message, attempt: the order in which everybody locks."""
    points.reach("claim.before")
    started = time.monotonic()
    attempt = uuid.uuid4()
    with own() as session:
        conversations.take_turn(session, due.conversation)
        if not (pace.take_slot(session, due) and _taken(session, due, attempt)):
            session.rollback()
            return None
        session.execute(_attempt(due, attempt))
        table = (Message.__tablename__, due.message)
        audit.record(
            session,
            "message.state",
            table,
            firm=due.firm,
            actor=audit.WORKER,
            was=State.QUEUED,
            became=State.SENDING,
            evidence=f"attempt {attempt}",
        )
    return Claimed(due.message, attempt, due.number, started)


def deliver(claimed: Claimed) -> None:
    """Post a claimed text and record what the answer proves."""
    answered = _post(claimed)
    points.reach("receipt.before")
    conclude(claimed.message, claimed.attempt, claimed.number, answered)


def _taken(session: Session, due: Due, attempt: uuid.UUID) -> bool:
    allowed = (
        select(Message.id)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .join(Number, Number.id == Conversation.number_id)
        .where(Message.id == due.message, queries.claimable())
    )
    taken = session.execute(
        update(Message)
        .where(Message.id.in_(allowed), Message.state == State.QUEUED)
        .values(state=State.SENDING, rank=RANK[State.SENDING], current_attempt=attempt, state_at=firmtext.clock.sql())
        .returning(Message.id)
        .execution_options(synchronize_session=False)
    ).all()
    return bool(taken)


def _attempt(due: Due, attempt: uuid.UUID) -> Insert:
    return insert(Attempt).values(
        id=attempt,
        firm=due.firm,
        message_id=due.message,
        n=queries.next_attempt_number(due.message).scalar_subquery(),
        claimed_at=firmtext.clock.sql(),
        claimed_by=f"{platform.node()}:{os.getpid()}:{BOOT}",
        deadline=firmtext.clock.sql(BUDGET),
        outcome=Outcome.OPEN,
    )


def _post(claimed: Claimed) -> Answered:
    try:
        outbound = _outbound(claimed)
    except Exception as error:  # before the POST nothing has left, whatever it was
        return judge(error, posted=False)
    points.reach("post.before")
    if claimed.late():
        return Answered.frozen()
    try:
        return Answered.accepted(firmtext.gateway.send(outbound, seconds=EXCHANGE))
    except Exception as error:  # from here on only the carrier's own words prove anything
        return judge(error, posted=True)


def _outbound(claimed: Claimed) -> Outbound:
    with reading() as session:
        message, conversation, number = session.execute(
            select(Message, Conversation, Number)
            .join(Conversation, Conversation.id == Message.conversation_id)
            .join(Number, Number.id == Conversation.number_id)
            .where(Message.id == claimed.message)
        ).one()
        text = cells.unseal(session, cells.place(Message, "body", message.id, message.firm), message.body)
        phone = conversations.phone_of(session, conversation)
    return Outbound(number.e164, phone, text, str(claimed.attempt))
