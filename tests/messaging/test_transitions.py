"""T1 to T12, each by its number, on the real carrier; ranks never go down and contradictions are believed."""

from __future__ import annotations

import threading
import uuid
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from attempts import due
from evidence import everything
from flask_firmtext.current import firmtext
from flask_firmtext.messaging import accepting, answers, consent, overdue, resolving, sending
from flask_firmtext.messaging.moves import Move, allowed, move
from flask_firmtext.ports.gateway import Receipt
from flask_firmtext.ports.values import User
from flask_firmtext.store import queries
from flask_firmtext.store.models import Attempt, Conversation, Message, Number
from flask_firmtext.store.states import RANK, NumberState, State
from flask_firmtext.store.transactions import own, reading
from flask_firmtext.worker import drain
from outbound import FAST, actions, alarms, attempt, attempts, counted, due_now, history, message, rewrite, state
from rows import STAFF, accepted, adopt
from servers import until

STRANGER = User("staff@summit.example", "Stan Staff", "summit")


@pytest.fixture
def carrier_settings(carrier_settings: dict[str, str]) -> dict[str, str]:
    return {**carrier_settings, **FAST, "FIRMTEXT_REDIS_URL": ""}


@pytest.fixture(autouse=True)
def no_luck(monkeypatch: pytest.MonkeyPatch) -> None:
    """Jitter could make a wait so short that the same drain tries again."""
    monkeypatch.setattr(answers.random, "uniform", lambda low, high: high)


@pytest.fixture
def harbor(carrier_app: Any) -> Any:
    adopt()
    return carrier_app


def claimed(text: uuid.UUID) -> sending.Claimed:
    with reading() as session:
        (due,) = queries.due(session, Message.id == text, limit=1)
    found = sending.claim(due)
    assert found is not None
    return found


def unknown(sandbox: Any, *, posted: bool = False) -> uuid.UUID:
    sandbox.fault("post", "answer", status=500, accept=posted, times=1)
    text = accepted("Hello")
    drain.run()
    assert state(text) == "unknown"
    return text


def gone(text: uuid.UUID, seconds: float) -> None:
    """Let the claim's deadline have passed so long ago."""
    rewrite(Attempt, Attempt.message_id == text, deadline=firmtext.clock.now() - timedelta(seconds=seconds))


def test_t01_an_accepted_text_is_queued_with_its_audit(harbor: Any) -> None:
    text = accepted("Hello")
    row = message(text)
    assert (row.state, row.rank, row.tries, row.current_attempt) == ("queued", 0, 0, None)
    assert row.expires_at is not None
    assert row.not_before is not None
    assert abs(row.expires_at - row.not_before - timedelta(hours=24)) < timedelta(milliseconds=10)  # two readings
    assert history(text) == [(None, "queued", None, STAFF.ref)]


def test_t02_the_claim_is_committed_before_the_post(harbor: Any, sandbox: Any) -> None:
    text = accepted("Hello")
    sandbox.fault("post", "delay", seconds=1.5, times=1)
    with drained(harbor):
        until(lambda: len(sandbox.posts) == 1 or state(text) == "sending")
        row = attempt(text)
        assert (state(text), row.outcome, row.n) == ("sending", "open", 1)
        assert message(text).current_attempt == row.id
        assert timedelta(seconds=19) < row.deadline - row.claimed_at <= timedelta(seconds=21)
        assert row.claimed_by.count(":") == 2
    assert state(text) == "submitted"


class drained:
    """A drain beside the test, in a thread."""

    def __init__(self, app: Any) -> None:
        self.thread = threading.Thread(target=self._run, args=(app,))

    def _run(self, app: Any) -> None:
        with app.app_context():
            drain.run()

    def __enter__(self) -> None:
        self.thread.start()

    def __exit__(self, *_: object) -> None:
        self.thread.join()


def test_t02_a_claimed_text_is_not_claimed_again(harbor: Any) -> None:
    text = accepted("Hello")
    with reading() as session:
        (due,) = queries.due(session, limit=1)
    assert sending.claim(due) is not None
    assert sending.claim(due) is None
    assert len(attempts(text)) == 1


def test_t03_a_receipt_makes_it_submitted(harbor: Any, sandbox: Any) -> None:
    text = accepted("Hello")
    drain.run()
    (post,) = sandbox.posts
    row = attempt(text)
    assert (state(text), message(text).rank) == ("submitted", 2)
    assert (row.outcome, row.carrier_id, str(row.id)) == ("accepted", post["message_uuid"], post["client_ref"])
    assert history(text)[-1] == ("sending", "submitted", "receipt", "worker")


@pytest.mark.fault("F07")
def test_t03a_the_carriers_id_is_committed_by_itself_and_w3_goes_on(
    harbor: Any, sandbox: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = accepted("Hello")

    def power_cut(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(answers, "_record", power_cut)
        with pytest.raises(KeyboardInterrupt):
            drain.run()
    assert (state(text), attempt(text).outcome) == ("sending", "accepted")
    assert attempt(text).carrier_id == sandbox.posts[0]["message_uuid"]
    gone(text, 1_000)
    overdue.give_up_on_claimers()
    assert state(text) == "sending", "an accepted attempt is never given up"
    assert overdue.finish_accepted() == 1
    assert (state(text), history(text)[-1][3]) == ("submitted", "sweep")


def test_t04_a_certain_failure_puts_it_back(harbor: Any, sandbox: Any) -> None:
    sandbox.fault("post", "answer", status=404, times=1)
    text = accepted("Hello")
    drain.run()
    row = message(text)
    assert (row.state, row.rank, row.tries, attempt(text).outcome) == ("queued", 0, 1, "not_sent")
    assert history(text)[-1] == ("sending", "queued", "wrong_address", "worker")
    due_now(text)
    drain.run()
    assert [row.n for row in attempts(text)] == [1, 2]
    assert state(text) == "submitted"


@pytest.mark.fault("F08")
def test_t04_a_frozen_claimer_that_was_given_up_puts_it_back(harbor: Any, sandbox: Any) -> None:
    text = accepted("Hello")
    claim = claimed(text)
    gone(text, 71)
    overdue.give_up_on_claimers()
    assert state(text) == "unknown"
    late = replace(claim, started=claim.started - 21)
    sending.deliver(late)
    assert (state(text), attempt(text).outcome, attempt(text).evidence) == ("queued", "not_sent", "frozen")
    assert sandbox.posts == []
    drain.run()
    assert len(sandbox.posts) == 1


def test_t05_a_refusal_fails_it(harbor: Any, sandbox: Any) -> None:
    sandbox.fault("post", "answer", status=422, times=1)
    text = accepted("Hello")
    drain.run()
    row = message(text)
    assert (row.state, row.rank, attempt(text).outcome) == ("failed", 3, "refused")
    assert row.code == "http-422"


def test_t06_an_unsure_answer_makes_it_unknown(harbor: Any, sandbox: Any) -> None:
    text = unknown(sandbox)
    assert (message(text).rank, history(text)[-1]) == (1, ("sending", "unknown", "server_error", "worker"))


@pytest.mark.fault("F04")
@pytest.mark.parametrize(("seconds", "expected"), [(65, "sending"), (71, "unknown")])
def test_t06_the_sweep_gives_up_70_seconds_after_the_deadline(seconds: int, expected: str, harbor: Any) -> None:
    text = accepted("Hello")
    claimed(text)
    gone(text, seconds)
    overdue.give_up_on_claimers()
    assert state(text) == expected
    if expected == "unknown":
        assert (attempt(text).outcome, attempt(text).evidence) == ("unsure", "claimer_gone")
        assert history(text)[-1] == ("sending", "unknown", "claimer_gone", "sweep")
    drain.run()
    assert len(attempts(text)) == 1


@pytest.mark.fault("F53")
def test_t07_evidence_resolves_an_unknown_text(harbor: Any, served: str, sandbox: Any) -> None:
    sandbox.option(speed=1)
    text = unknown(sandbox, posted=True)
    until(lambda: state(text) == "delivered")
    assert [row.outcome for row in attempts(text)] == ["accepted"]
    assert len(sandbox.posts) == 1


@pytest.mark.fault("F65")
def test_t07_a_contradiction_is_believed_and_not_posted_again(harbor: Any, served: str, sandbox: Any) -> None:
    """F65: a 429 that did send."""
    sandbox.option(speed=0.2)
    sandbox.fault("post", "answer", status=429, accept=True, seconds=60, times=1)
    text = accepted("Hello")
    with alarms() as heard:
        drain.run()
        until(lambda: state(text) == "delivered")
    due_now(text)
    drain.run()
    assert len(sandbox.posts) == 1
    assert counted("contradiction") >= 1
    assert "contradiction" in heard
    # Refused it was until the report came, which may have been at once.
    assert ("evidence.contradiction", "carrier", "throttled") in actions(attempt(text).id)


@pytest.mark.fault("F58", "F62")
def test_t08_silence_for_73_hours_is_unconfirmed_and_late_evidence_counts(harbor: Any, sandbox: Any) -> None:
    text = accepted("Hello")
    drain.run()
    rewrite(Message, Message.id == text, state_at=firmtext.clock.now() - timedelta(hours=72, minutes=59))
    assert overdue.note_silence() == 0
    rewrite(Message, Message.id == text, state_at=firmtext.clock.now() - timedelta(hours=73, minutes=1))
    assert overdue.note_silence() == 1
    assert (state(text), message(text).rank) == ("unconfirmed", 2)
    with own() as session:
        assert move(session, text, Move.EVIDENCE, State.DELIVERED, evidence="status delivered", actor="carrier")
    assert state(text) == "delivered"


def test_t09_a_person_withdraws_a_queued_text(harbor: Any, sandbox: Any) -> None:
    text = accepted("Hello")
    with own() as session:
        assert not resolving.cancel(session, text, user=STRANGER)
    with own() as session:
        assert resolving.cancel(session, text, user=STAFF)
    assert state(text) == "cancelled"
    assert ("message.cancel", STAFF.ref, "Do not send it.") in actions(text)
    drain.run()
    assert sandbox.posts == []


def test_t09_a_text_that_is_being_sent_is_not_withdrawn(harbor: Any) -> None:
    text = accepted("Hello")
    claimed(text)
    with own() as session:
        assert not resolving.cancel(session, text, user=STAFF)
    assert state(text) == "sending"


def test_t09_stop_withdraws_what_is_queued(harbor: Any, sandbox: Any) -> None:
    text = accepted("Hello")
    with own() as session:
        pair = session.execute(select(Conversation.firm, Conversation.phone_index)).one()
        consent.lock_pair(session, *pair)
        consent.opt_out(session, *pair, consent.Said("client:STOP", "client"))
    assert state(text) == "cancelled"
    drain.run()
    assert sandbox.posts == []


def test_t10_what_is_no_longer_useful_expires_unsent(harbor: Any, sandbox: Any) -> None:
    text = accepted("Hello")
    rewrite(Message, Message.id == text, expires_at=firmtext.clock.now() - timedelta(seconds=1))
    drain.run()
    assert (state(text), sandbox.posts) == ("queued", [])
    assert overdue.expire() == 1
    assert state(text) == "expired"
    assert history(text)[-1] == ("queued", "expired", "too_late", "sweep")


@pytest.mark.parametrize(
    ("verb", "expected", "sentence"),
    [(resolving.arrived, "submitted", "It arrived."), (resolving.lost, "failed", "It did not arrive.")],
)
def test_t11_a_person_resolves_an_unknown_text(
    verb: Any, expected: str, sentence: str, harbor: Any, sandbox: Any
) -> None:
    text = unknown(sandbox)
    with own() as session:
        assert not verb(session, text, user=STRANGER)
    with own() as session:
        assert verb(session, text, user=STAFF)
    assert (state(text), attempt(text).outcome) == (expected, "unsure")
    assert ("message.resolve", STAFF.ref, sentence) in actions(text)
    assert ("message.state", STAFF.ref, sentence) in actions(text)
    with own() as session:
        assert not verb(session, text, user=STAFF), "it is no longer unknown"


def test_t12_a_person_sends_an_unknown_text_again(harbor: Any, sandbox: Any) -> None:
    text = unknown(sandbox)
    token = uuid.uuid4().hex
    for _ in range(2):
        with own() as session:
            again = resolving.resend(session, text, user=STAFF, token=token)
            assert again is not None
            new = again.id
    assert (state(text), message(text).reason) == ("failed", "unknown_error")
    assert ("message.resend", STAFF.ref, "Send again; the client may get it twice.") in actions(text)
    assert (message(new).retry_of, message(new).state, message(new).author) == (text, "queued", STAFF.ref)
    drain.run()
    assert [post["text"] for post in sandbox.posts] == ["Hello"]
    assert state(new) == "submitted"
    with own() as session:
        assert move(session, text, Move.EVIDENCE, State.DELIVERED, evidence="status delivered", actor="carrier")
    assert state(text) == "delivered", "late evidence about the first still shows"


def test_t12_a_claimers_late_receipt_withdraws_no_repeat_for_it_may_still_be_rejected(
    harbor: Any,
) -> None:
    text = accepted("Hello")
    claimed = sending.claim(due(text))
    assert claimed
    rewrite(Attempt, Attempt.message_id == text, deadline=firmtext.clock.now() - overdue.GRACE - timedelta(seconds=1))
    overdue.give_up_on_claimers()
    with own() as session:
        again = resolving.resend(session, text, user=STAFF, token="again")
        assert again is not None
    answers.conclude(text, claimed.attempt, claimed.number, answers.Answered.accepted(Receipt("late")))
    assert (attempt(text).outcome, attempt(text).carrier_id) == ("accepted", "late"), "by which a report finds it"
    assert (state(text), state(again.id)) == ("failed", "queued")


def opted_out() -> None:
    with own() as session:
        pair = session.execute(select(Conversation.firm, Conversation.phone_index)).one()
        consent.lock_pair(session, *pair)
        consent.opt_out(session, *pair, consent.Said("client:STOP", "client"))


def closed() -> None:
    """The phone has left the contact, and its new owner was texted."""
    rewrite(Conversation, Conversation.closed_at.is_(None), closed_at=firmtext.clock.now())


def released() -> None:
    rewrite(Number, Number.firm == "harbor", state=NumberState.RELEASED)


def used() -> None:
    """The same form has sent another text before."""
    contact = firmtext.host.for_firm("harbor").contacts.get("grace")
    assert contact is not None
    with own() as session:
        accepting.accept(session, user=STAFF, contact=contact, to=None, text="Another", token="again")


@pytest.mark.parametrize(
    ("meanwhile", "code"),
    [
        (opted_out, "opted_out"),
        (closed, "conversation_changed"),
        (released, "not_on"),
        (used, "sent_before"),
    ],
)
def test_t12_a_text_that_may_not_be_sent_again_stays_as_it_is(
    meanwhile: Any, code: str, harbor: Any, sandbox: Any
) -> None:
    text = unknown(sandbox)
    meanwhile()
    before = everything()["firmtext_message"]
    with own() as session, pytest.raises(accepting.TextRefused) as refused:
        resolving.resend(session, text, user=STAFF, token="again")
    assert refused.value.code == code
    assert everything()["firmtext_message"] == before, "though whoever called has committed"
    assert ("message.resend", STAFF.ref, "Send again; the client may get it twice.") not in actions(text)


def test_only_a_certain_not_sent_takes_a_text_down() -> None:
    down = {
        (by, was, to) for by in Move for was in State for to in State if allowed(by, was, to) and RANK[to] < RANK[was]
    }
    assert down == {(Move.NOT_SENT, State.SENDING, State.QUEUED), (Move.NOT_SENT, State.UNKNOWN, State.QUEUED)}


def test_what_is_delivered_stays_so() -> None:
    assert not any(allowed(by, State.DELIVERED, to) for by in Move for to in State)


def test_failed_becomes_delivered_and_nothing_else() -> None:
    assert {to for by in Move for to in State if allowed(by, State.FAILED, to)} == {State.DELIVERED}


def test_unknown_leaves_by_evidence_or_a_person_only() -> None:
    """The claimer's own late answer is evidence, too."""
    ways = {by for by in Move for to in State if allowed(by, State.UNKNOWN, to)}
    assert ways == {Move.RECEIPT, Move.NOT_SENT, Move.REFUSED, Move.EVIDENCE, Move.PERSON}


def test_a_move_by_an_attempt_that_is_not_the_current_one_is_refused(harbor: Any, sandbox: Any) -> None:
    text = accepted("Hello")
    claimed(text)
    with own() as session:
        assert not move(
            session, text, Move.RECEIPT, State.SUBMITTED, evidence="receipt", actor="worker", attempt=uuid.uuid4()
        )
    assert state(text) == "sending"


def test_every_change_of_state_has_one_audit_row(harbor: Any, served: str, sandbox: Any) -> None:
    text = accepted("Hello")
    drain.run()
    until(lambda: state(text) == "delivered")
    chain = history(text)
    assert [was for was, *_ in chain] == [None, *(became for _, became, *_ in chain[:-1])]
    assert [became for _, became, *_ in chain][:2] == ["queued", "sending"]
    assert chain[-1][1] == "delivered"
