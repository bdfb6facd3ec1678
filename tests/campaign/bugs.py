"""Eight deliberate bugs. ``CAMPAIGN_BUG`` patches one into every process of a campaign, which must then find it.

They live here and never in the package: a campaign that cannot fail proves nothing.
"""

from __future__ import annotations

import random
import threading
import time
import uuid
from collections.abc import Callable
from functools import lru_cache
from typing import Any, cast

from flask import current_app
from sqlalchemy import Table, bindparam, select, update

from flask_firmtext import points
from flask_firmtext.current import firmtext
from flask_firmtext.errors import CarrierUnsure
from flask_firmtext.messaging import answers, moves, overdue, placing, receiving, sending
from flask_firmtext.messaging.moves import Move
from flask_firmtext.store import erasing, queries
from flask_firmtext.store.models import Attempt, Message
from flask_firmtext.store.states import RANK, Outcome, State
from flask_firmtext.store.transactions import own, reading


def claim_without_state_check() -> None:
    """Whoever has chosen a text sends it, even if somebody else has meanwhile."""

    checked = queries.claim

    @lru_cache(maxsize=8)
    def claim(clock: Any) -> Any:
        table = cast(Table, Message.__table__)
        values = {"state": State.SENDING, "rank": RANK[State.SENDING], "state_at": firmtext.clock.sql()}
        return (
            update(table)
            .where(table.c.id == bindparam("message"))
            .values(current_attempt=bindparam("attempt"), **values)
            .returning(*checked(clock).exported_columns)
        )

    queries.claim = claim  # type: ignore[assignment]


def post_before_commit() -> None:
    """The POST stands inside the claim's transaction: who dies then has sent, and nobody knows."""

    def send(due: Any) -> bool:
        attempt, started = uuid.uuid4(), time.monotonic()
        points.reach("claim.before")
        with own() as session:
            if not sending._won(session, due, attempt):
                session.rollback()
                return False
            with reading() as other:
                row = other.execute(sending.WHAT, {"message": due.message}).one()
                text = sending.cells.unseal(
                    other, sending.cells.place(Message, "body", due.message, row.firm), row.body
                )
                place = sending.cells.place(sending.Conversation, "phone", row.id, row.firm)
                phone = sending.cells.unseal(other, place, row.phone)
            points.reach("post.before")
            try:
                outbound = sending.Outbound(row.e164, phone, text, str(attempt))
                answered = answers.Answered.accepted(firmtext.gateway.send(outbound, seconds=sending.EXCHANGE))
            except Exception as error:
                answered = answers.judge(error, posted=True)
            points.reach("receipt.before")
        assert started
        answers.conclude(due.message, attempt, due.number, answered)
        return True

    sending.send = send


def retry_on_timeout() -> None:
    """No answer is taken for no POST."""
    honest = answers.judge

    def judge(error: Exception, *, posted: bool) -> Any:
        if isinstance(error, CarrierUnsure):
            return answers.Answered(Outcome.NOT_SENT, error.evidence)
        return honest(error, posted=posted)

    answers.judge = judge
    sending.judge = judge


def blind_status_write() -> None:
    """The status that came last is the text's, whatever came before."""
    honest = moves.allowed

    def allowed(by: Move, was: State, to: State) -> bool:
        return by is Move.EVIDENCE or honest(by, was, to)

    moves.allowed = allowed


def answered_before_commit() -> None:
    """200 first, and the text is stored in a moment."""
    honest = receiving.receive

    def receive(request: Any, kind: str) -> None:
        app = current_app._get_current_object()  # type: ignore[attr-defined]

        def later() -> None:
            time.sleep(0.3)
            with app.app_context():
                honest(request, kind)

        receiving._verify(request, kind)
        threading.Thread(target=later, daemon=True).start()

    receiving.receive = receive


def dedupe_by_look_first() -> None:
    """A repeat is looked for; the key does not stand in its way."""
    honest, store = placing.insert_once, placing.store

    def insert_once(session: Any, model: Any, **values: Any) -> bool:
        if model is Message:
            values["part"] = random.randrange(1, 30_000)
        return honest(session, model, **values)

    def look_first(session: Any, event: Any, request: Any, **more: Any) -> None:
        with reading() as before:
            known = before.scalar(select(Message.id).where(Message.carrier_id == event.carrier_id))
        if known is None:
            store(session, event, request, **more)

    def receive(request: Any, kind: str) -> None:
        receiving._verify(request, kind)
        for event in firmtext.gateway.parse(request, kind):
            if not isinstance(event, receiving.InboundText):
                with receiving._promptly() as session:
                    receiving.statuses.believe(session, event, request)
                continue
            with reading() as before:
                known = before.scalar(select(Message.id).where(Message.carrier_id == event.carrier_id))
            if known is None:
                with receiving._promptly() as session:
                    store(session, event, request)
        points.reach("webhook.after_commit")

    placing.insert_once = insert_once
    placing.store = look_first
    receiving.receive = receive


def requeued_by_the_sweep() -> None:
    """A claim whose time is over is taken for one that never posted."""

    def abandon(message: uuid.UUID, attempt: uuid.UUID) -> bool:
        with own() as session:
            session.execute(
                update(Attempt)
                .where(Attempt.id == attempt, Attempt.outcome == Outcome.OPEN)
                .values(outcome=Outcome.NOT_SENT, evidence="claimer_gone", closed_at=firmtext.clock.sql())
                .execution_options(synchronize_session=False)
            )
            now = firmtext.clock.sql()
            return moves.move(
                session, message, Move.NOT_SENT, State.QUEUED, evidence="claimer_gone", actor="sweep",
                attempt=attempt, not_before=now,
            )  # fmt: skip

    overdue._abandon = abandon


def erased_with_its_keys_kept() -> None:
    """A conversation ends, and whoever has a copy of the database reads it still."""

    def destroy_keys(session: Any, firm: str, scope: str, by: str) -> int:
        del session, firm, scope, by
        return 0

    erasing.destroy_keys = destroy_keys


BUGS: dict[str, Callable[[], None]] = {
    bug.__name__: bug
    for bug in (
        claim_without_state_check,
        post_before_commit,
        retry_on_timeout,
        blind_status_write,
        answered_before_commit,
        dedupe_by_look_first,
        requeued_by_the_sweep,
        erased_with_its_keys_kept,
    )
}
