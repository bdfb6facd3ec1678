"""Who waits for whom: conversation, number, account, text, attempt, firm, and nobody in a circle."""

from __future__ import annotations

import random
import threading
import time
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select, update

from flask_firmtext.current import firmtext
from flask_firmtext.messaging import consent, holds, overdue, resolving, sending
from flask_firmtext.messaging.answers import Answered, conclude
from flask_firmtext.messaging.moves import Move, move
from flask_firmtext.ports.gateway import Receipt
from flask_firmtext.store import queries
from flask_firmtext.store.models import Attempt, Conversation, Message, OptOut
from flask_firmtext.store.states import Outcome, State
from flask_firmtext.store.transactions import own, reading
from flask_firmtext.worker import drain
from outbound import FAST, attempt, message, people, state
from rows import STAFF, accepted, adopt

SETTINGS = {
    "FIRMTEXT_GATEWAY": "flask_firmtext.testing:MemoryGateway",
    "FIRMTEXT_TOLL_FREE_VERIFICATION": "assumed",
    **FAST,
}


@pytest.fixture
def harbor(new_app: Any) -> Any:
    app = new_app(**SETTINGS)
    with app.app_context():
        adopt()
        yield app


def due(text: uuid.UUID) -> queries.Due:
    with reading() as session:
        (found,) = queries.due(session, Message.id == text, limit=1)
    return found


class Beside(threading.Thread):
    """A step in a thread of its own, with what it returned or raised."""

    def __init__(self, app: Any, step: Callable[[], Any]) -> None:
        super().__init__()
        self.app, self.step = app, step
        self.result: Any = None
        self.error: Exception | None = None
        self.start()

    def run(self) -> None:
        with self.app.app_context():
            try:
                self.result = self.step()
            except Exception as error:
                self.error = error


@pytest.mark.fault("F78")
@pytest.mark.parametrize("isolation", [None, "REPEATABLE READ", "SERIALIZABLE"])
def test_a_claim_that_waited_for_a_stop_sees_it(isolation: str | None, new_app: Any, database_url: str) -> None:
    options: dict[str, Any] = {"hide_parameters": True}
    if isolation and "postgresql" in database_url:
        options["isolation_level"] = isolation
    app = new_app(**SETTINGS, SQLALCHEMY_ENGINE_OPTIONS=options)
    with app.app_context():
        adopt()
        text = accepted("Hello")
        wanted = due(text)
        with own() as session:
            firm, phone_index = session.execute(select(Conversation.firm, Conversation.phone_index)).one()
            consent.lock_pair(session, firm, phone_index)
            values = {"opted_out": True, "since": firmtext.clock.now(), "evidence": "client"}
            session.add(OptOut(firm=firm, phone_index=phone_index, **values))
            session.flush()
            claiming = Beside(app, lambda: sending.claim(wanted))
            claiming.join(0.3)
            assert claiming.is_alive(), "the claim waits for whoever has the conversation"
        claiming.join()
        assert (claiming.error, claiming.result) == (None, None)
        assert state(text) == "queued"


def test_an_own_transaction_that_reads_first_may_still_write(harbor: Any) -> None:
    text = accepted("Hello")
    conversation = message(text).conversation_id

    def turn() -> None:
        with own() as session:
            session.execute(update(Conversation).values(turn=Conversation.turn + 1))

    with own() as session:
        session.execute(select(Message.state)).all()
        other = Beside(harbor, turn)
        other.join(0.3)
        session.execute(update(Message).where(Message.conversation_id == conversation).values(rings=1))
    other.join()
    assert (other.error, message(text).rings) == (None, 1)


def test_two_claims_take_two_slots(new_app: Any) -> None:
    app = new_app(**{**SETTINGS, "FIRMTEXT_REQUESTS_PER_SECOND": "1"})
    with app.app_context():
        adopt()
        first, second = due(accepted("Hello")), due(accepted("Hello", contact="grace"))
        assert sending.claim(first)
        assert sending.claim(second) is None, "both saw the slot free, one has it"


def test_a_receipt_that_came_in_between_is_not_given_up(harbor: Any) -> None:
    text = accepted("Hello")
    claimed = sending.claim(due(text))
    assert claimed
    with own() as session:
        session.execute(update(Attempt).values(outcome=Outcome.ACCEPTED, carrier_id="carrier-1"))
    assert overdue._abandon(text, claimed.attempt) is False
    assert (state(text), attempt(text).outcome) == ("sending", "accepted")


@pytest.mark.fault("F32")
def test_everybody_at_once_meets_no_deadlock(harbor: Any) -> None:
    clients = people(harbor, 4)
    texts = [accepted("Hello", contact=ref) for ref in clients]
    until = time.monotonic() + 4

    def again(step: Callable[[random.Random], object]) -> Callable[[], int]:
        def run() -> int:
            chance, done = random.Random(), 0
            while time.monotonic() < until:
                step(chance)
                done += 1
            return done

        return run

    def write(chance: random.Random) -> None:
        texts.append(accepted("Hello", contact=chance.choice(clients)))

    def send(_: random.Random) -> None:
        drain.run(seconds=0.2)

    def cancel(chance: random.Random) -> None:
        with own() as session:
            resolving.cancel(session, chance.choice(texts), user=STAFF)

    def evidence(chance: random.Random) -> None:
        with own() as session:
            text, to = chance.choice(texts), chance.choice([State.SUBMITTED, State.DELIVERED])
            move(session, text, Move.EVIDENCE, to, evidence="status", actor="carrier")

    def stop(chance: random.Random) -> None:
        with own() as session:
            pairs = session.execute(select(Conversation.firm, Conversation.phone_index)).all()
            pair = chance.choice(pairs)
            consent.lock_pair(session, *pair)
            consent.opt_out(session, *pair, consent.Said("client:STOP", "client"))
            session.execute(update(OptOut).where(OptOut.phone_index == pair.phone_index).values(opted_out=False))

    def answer(chance: random.Random) -> None:
        text = chance.choice(texts)
        with reading() as session:
            found = session.scalars(select(Attempt).where(Attempt.message_id == text)).first()
            number = session.scalars(select(Conversation.number_id)).first()
        if found and number:
            conclude(text, found.id, number, Answered.accepted(Receipt(str(found.id))))
            with own() as session:
                holds.count_run(session, "unsure")

    threads = [Beside(harbor, again(step)) for step in (write, send, send, cancel, evidence, stop, answer)]
    for thread in threads:
        thread.join()
    assert [thread.error for thread in threads] == [None] * len(threads)
    assert all(thread.result for thread in threads), "and everybody gets a turn"
