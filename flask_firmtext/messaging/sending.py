"""Claim, commit, POST, record, commit: how a queued text goes to the carrier, at most once by machine.

Each step is a short transaction; none spans the POST. What the answer proves decides what the text becomes; time
never does.
"""

from __future__ import annotations

import os
import platform
import threading
import time
import uuid
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import NamedTuple, cast

from sqlalchemy import Insert, Table, bindparam, func, insert, select
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.orm import Session

from .. import logs, points
from ..current import firmtext
from ..errors import CarrierRefused, Scope
from ..pipeline import UNANSWERED
from ..ports.gateway import Gateway, Outbound
from ..store import audit, cells, queries
from ..store.models import Attempt, Conversation, Message, Number
from ..store.queries import Due
from ..store.states import Outcome, State
from ..store.transactions import own, reading
from . import conversations, pace
from .answers import Answered, conclude, judge

#: Until the first byte is handed to the socket, counted from before the claim's commit.
BUDGET = timedelta(seconds=20)
#: For the whole exchange with the carrier, in seconds.
EXCHANGE = 30.0
BOOT = uuid.uuid4().hex[:8]


class Sealed(NamedTuple):
    """What is to be sent, as it is stored."""

    firm: str
    body: bytes
    conversation: uuid.UUID
    phone: bytes
    sender: str


@dataclass(frozen=True, slots=True)
class Claimed:
    """A text that this process, and nobody else, may post once. ``started`` is monotonic, in seconds."""

    message: uuid.UUID
    attempt: uuid.UUID
    number: uuid.UUID
    started: float
    sealed: Sealed

    def late(self) -> bool:
        return time.monotonic() - self.started > BUDGET.total_seconds()


def send(due: Due) -> bool:
    """Send one due text. False when it was not ours to send: somebody else was first."""
    with logs.about(due.message):
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
    try:
        with own() as session:
            sealed = _won(session, due, attempt)
            if not sealed:
                session.rollback()
    except DBAPIError:
        # The answer to the COMMIT may be what was lost. Only our own row, read anew, says that we may post.
        sealed = _stored(due, attempt, started)
        if not sealed:
            raise
    return Claimed(due.message, attempt, due.number, started, sealed) if sealed else None


def _won(session: Session, due: Due, attempt: uuid.UUID) -> Sealed | None:
    conversations.lock(session, due.conversation)
    sealed = _taken(session, due, attempt) if pace.take_slot(session, due) else None
    if sealed is None:
        return None
    session.connection().execute(
        _attempting(firmtext.clock.key()),
        {"id": attempt, "firm": due.firm, "message_id": due.message, "by": claimant()},
    )
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
    return sealed


WHAT = (
    select(Message.firm, Message.body, Conversation.id, Conversation.phone, Number.e164)
    .join(Conversation, Conversation.id == Message.conversation_id)
    .join(Number, Number.id == Conversation.number_id)
    .where(Message.id == bindparam("message"))
)


def _sealed(session: Session, due: Due) -> Sealed:
    return Sealed(*session.connection().execute(WHAT, {"message": due.message}).one())


def _stored(due: Due, attempt: uuid.UUID, started: float) -> Sealed | None:
    until = started + BUDGET.total_seconds() / 2
    pause = threading.Event()
    while True:
        try:
            with reading() as session:
                return _sealed(session, due) if session.get(Attempt, attempt) is not None else None
        except SQLAlchemyError:
            if time.monotonic() > until:
                return None
            pause.wait(0.5)


def deliver(claimed: Claimed) -> None:
    """Post a claimed text and record what the answer proves.

    :raises MemoryError: before anything was posted; the text waits again, and the process had better end.
    """
    try:
        answered = _post(claimed)
    except MemoryError:
        conclude(claimed.message, claimed.attempt, claimed.number, Answered.starved())
        raise
    points.reach("receipt.before")
    conclude(claimed.message, claimed.attempt, claimed.number, answered)


def _taken(session: Session, due: Due, attempt: uuid.UUID) -> Sealed | None:
    claiming = queries.claim(firmtext.clock.key())
    values = {"message": due.message, "attempt": attempt, "conversation": due.conversation, "number": due.number}
    taken = session.connection().execute(claiming, values).first()
    return Sealed(*taken) if taken else None


@lru_cache(maxsize=8)
def _attempting(clock: Hashable) -> Insert:
    before = select(func.max(Attempt.n)).where(Attempt.message_id == bindparam("message_id"))
    attempting = insert(cast(Table, Attempt.__table__)).values(
        id=bindparam("id"),
        firm=bindparam("firm"),
        message_id=bindparam("message_id"),
        n=func.coalesce(before.scalar_subquery(), 0) + 1,
        claimed_at=firmtext.clock.sql(),
        claimed_by=bindparam("by"),
        deadline=firmtext.clock.sql(BUDGET),
        outcome=Outcome.OPEN,
    )
    return attempting.execution_options(**{UNANSWERED: True})


def claimant() -> str:
    """Which process this is: host, pid, boot."""
    return f"{platform.node()}:{os.getpid()}:{BOOT}"


def _post(claimed: Claimed) -> Answered:
    try:
        outbound, gateway = _outbound(claimed), _gateway()
    except MemoryError:
        raise
    except Exception as error:  # before the POST nothing has left, whatever it was
        return judge(error, posted=False)
    points.reach("post.before")
    if claimed.late():
        return Answered.frozen()
    try:
        return Answered.accepted(gateway.send(outbound, seconds=EXCHANGE))
    except Exception as error:  # from here on only the carrier's own words prove anything
        return judge(error, posted=True)


def _gateway() -> Gateway:
    try:
        return firmtext.gateway
    except MemoryError:
        raise
    except Exception as error:  # a wrong FIRMTEXT_GATEWAY, an SDK that is not installed: nothing is wrong with the text
        raise CarrierRefused("local", type(error).__name__, scope=Scope.ACCOUNT) from error


def _outbound(claimed: Claimed) -> Outbound:
    firm, body, conversation, phone, sender = claimed.sealed
    with reading() as session:
        text = cells.unseal(session, cells.place(Message, "body", claimed.message, firm), body)
        to = cells.unseal(session, cells.place(Conversation, "phone", conversation, firm), phone)
    return Outbound(sender, to, text, str(claimed.attempt))
