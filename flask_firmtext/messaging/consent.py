"""Whether a firm may text a number. Who changes that locks every conversation of the pair first, as a claim does."""

from __future__ import annotations

import uuid
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session, scoped_session

from .. import signals
from ..current import firmtext
from ..store import audit
from ..store.models import Conversation, Message, OptOut
from ..store.queries import is_in
from ..store.states import State
from ..store.transactions import notes
from ..store.upsert import insert_or_update
from .moves import Move, move

Sessions = Session | scoped_session[Any]


def opt_out_of(session: Sessions, firm: str, phone_index: bytes) -> OptOut | None:
    """The standing opt-out of a number at a firm, or None."""
    return session.scalars(
        select(OptOut).where(OptOut.firm == firm, OptOut.phone_index == phone_index, OptOut.opted_out)
    ).one_or_none()


def lock_pair(session: Sessions, firm: str, phone_index: bytes) -> list[uuid.UUID]:
    """Lock every conversation of a firm with a phone, in one order: else one number sends while another hears STOP."""
    # Not FOR UPDATE, here or elsewhere: PostgreSQL's check of a foreign key would wait for it, against our order.
    conversations = list(
        session.scalars(
            select(Conversation.id)
            .where(Conversation.firm == firm, Conversation.phone_index == phone_index)
            .order_by(Conversation.id)
            .with_for_update(key_share=True)
        )
    )
    session.execute(
        update(Conversation)
        .where(Conversation.id.in_(conversations))
        .values(turn=Conversation.turn + 1)
        .execution_options(synchronize_session=False)
    )
    return conversations


def opt_out(session: Sessions, firm: str, phone_index: bytes, *, evidence: str, actor: str) -> None:
    """Stop texting a number, and withdraw what is still queued for it. The caller holds :func:`lock_pair`.

    A standing opt-out keeps its date and its evidence: staff are told when and how the client said it.
    """
    _withdraw(session, firm, phone_index, actor)
    if opt_out_of(session, firm, phone_index) is not None:
        return
    changes = {"opted_out": True, "since": firmtext.clock.now(), "evidence": evidence}
    values = {"id": uuid.uuid4(), "firm": firm, "phone_index": phone_index, **changes}
    insert_or_update(session, OptOut, ["firm", "phone_index"], values, changes)
    audit.record(
        session, "consent.opt_out", ("firmtext_opt_out", phone_index.hex()), firm=firm, actor=actor, evidence=evidence
    )
    notes(session).signals.append((signals.consent_changed, {"firm": firm, "conversation": None, "opted_out": True}))
    notes(session).show(firm)


def _withdraw(session: Sessions, firm: str, phone_index: bytes, actor: str) -> None:
    pair = select(Conversation.id).where(Conversation.firm == firm, Conversation.phone_index == phone_index)
    waiting = session.scalars(
        select(Message.id)
        .where(Message.firm == firm, Message.conversation_id.in_(pair), is_in(Message.state, State.QUEUED))
        .order_by(Message.id)
        .with_for_update(key_share=True)
    ).all()
    for message_id in waiting:
        move(session, message_id, Move.CANCEL, State.CANCELLED, evidence="opted_out", actor=actor)
