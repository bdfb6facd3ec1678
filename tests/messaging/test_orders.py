"""Whatever order the events of one text come in, and however often each: the text ends alike."""

from __future__ import annotations

import itertools
import math
import random
import uuid
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from typing import Any

import pytest

from attempts import claimed, due
from flask_firmtext.current import firmtext
from flask_firmtext.messaging import answers, overdue, receiving, sending
from flask_firmtext.messaging.answers import Answered
from flask_firmtext.messaging.moves import Move, allowed
from flask_firmtext.ports.gateway import Receipt
from flask_firmtext.store.models import Attempt, Message
from flask_firmtext.store.states import State
from outbound import FAST, rewrite, state
from rows import verified_number
from witness import Witness, faults_of, hurry

#: What each event does to a text, as the table of moves has it.
EVENTS = {
    "claim": (Move.CLAIM, State.SENDING),
    "receipt": (Move.RECEIPT, State.SUBMITTED),
    "submitted": (Move.EVIDENCE, State.SUBMITTED),
    "delivered": (Move.EVIDENCE, State.DELIVERED),
    "rejected": (Move.EVIDENCE, State.FAILED),
    "sweep": (Move.UNSURE, State.UNKNOWN),
    "cancel": (Move.CANCEL, State.CANCELLED),
    "expire": (Move.EXPIRE, State.EXPIRED),
}
#: The most certain of them decides.
DECIDES = {"delivered": State.DELIVERED, "rejected": State.FAILED, "submitted": State.SUBMITTED}


def histories(events: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Every order of these events, each of them once or, later on, once more."""
    for order in itertools.permutations(events):
        for twice in itertools.product((False, True), repeat=len(order)):
            yield order + tuple(event for event, again in zip(order, twice, strict=True) if again)


def ends(history: Sequence[str]) -> State:
    """What an accepted text becomes: a move that is not allowed any more is lost in silence."""
    now = State.QUEUED
    for event in history:
        by, to = EVENTS[event]
        now = to if allowed(by, now, to) else now
    return now


@pytest.mark.fault("F60", "F61", "F63")
@pytest.mark.parametrize(
    "events",
    [
        ("claim", "receipt", "submitted", "delivered", "rejected", "sweep"),
        ("claim", "receipt", "submitted", "delivered", "rejected", "cancel"),
        ("claim", "receipt", "submitted", "rejected", "sweep", "expire"),
        ("claim", "receipt", "submitted", "sweep", "cancel"),
    ],
    ids=lambda events: "-".join(events[2:]),
)
def test_every_order_of_the_events_of_a_text_ends_alike(events: tuple[str, ...]) -> None:
    expected = next(end for event, end in DECIDES.items() if event in events)
    seen = [history for history in histories(events) if ends(history) == expected]
    assert len(seen) == math.factorial(len(events)) * 2 ** len(events)


@pytest.fixture
def harbor(new_app: Callable[..., Any], tmp_path: Any) -> Iterator[Witness]:
    app = new_app(FIRMTEXT_GATEWAY="flask_firmtext.testing:MemoryGateway", **FAST)
    witness = Witness(tmp_path / "ledger")
    app.extensions["firmtext"].__dict__["gateway"] = witness
    with app.app_context():
        hurry(firmtext.engine)
        verified_number()
        yield witness


def happens(event: str, text: uuid.UUID, attempt: Attempt, number: uuid.UUID, witness: Witness) -> None:
    if event == "receipt":
        receipt = Receipt(witness.receipts[str(attempt.id)])
        answers.conclude(text, attempt.id, number, Answered.accepted(receipt))
    elif event == "sweep":
        gone = firmtext.clock.now() - overdue.GRACE - timedelta(seconds=1)
        rewrite(Attempt, Attempt.id == attempt.id, deadline=gone)
        overdue.give_up_on_claimers()
    elif event == "claim":
        assert sending.claim(due(text)) is None, "it was claimed already"
    else:
        status = "failed" if event == "rejected" else event
        receiving.receive(witness.webhooks.status(str(attempt.id), status), "status")


def test_the_database_agrees_with_the_table_in_sixty_histories(harbor: Witness) -> None:
    """The claim comes first here: before it nobody could tell anything of the text."""
    luck = random.Random(8)
    events = ["receipt", "submitted", "delivered", "rejected", "sweep", "claim"]
    for n in range(60):
        some = luck.sample(events, luck.randint(2, len(events)))
        history = some + luck.sample(some, luck.randint(0, len(some)))
        attempt = claimed(f"Text {n}")
        text, number = attempt.message_id, due(attempt.message_id).number
        harbor.receipts[str(attempt.id)] = str(uuid.uuid4())
        for event in history:
            happens(event, text, attempt, number, harbor)
        overdue.finish_accepted()
        assert state(text) == ends(["claim", *history]), history
        assert faults_of(text, harbor) == [], history

        rewrite(Message, Message.id == text, state="delivered")  # the next one waits for nothing
