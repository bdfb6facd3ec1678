"""Stop means stop: whoever commits first, the claim or the opt-out, decides, and nothing queued goes out later."""

from __future__ import annotations

import threading
import uuid
from datetime import datetime
from typing import Any

import pytest
import sqlalchemy as sa

from attempts import LONG_AGO, claimed, due
from evidence import everything, heard, rows
from flask_firmtext import signals
from flask_firmtext.errors import TextRefused
from flask_firmtext.messaging import consent, conversations, pace, sending
from flask_firmtext.messaging.consent import Said
from flask_firmtext.ports.values import User
from flask_firmtext.store import keys
from flask_firmtext.store.models import Account, Attempt, Audit, Conversation, Message, Number, OptOut
from flask_firmtext.store.transactions import own, reading
from racing import at_once
from rows import accepted, verified_number
from servers import until

ROSA = "+13125550100"


@pytest.fixture
def phone(app: Any) -> bytes:
    """Rosa's phone, as Harbor knows it; Harbor has two numbers."""
    verified_number()
    verified_number("harbor", "+18335550102")
    return keys.index_of("harbor", ROSA)


def opt_out(phone: bytes, *, evidence: str = "client:END", firm: str = "harbor", at: datetime | None = None) -> None:
    with own() as session:
        consent.lock_pair(session, firm, phone)
        consent.opt_out(session, firm, phone, Said(evidence, "client", at))


def on_the_other_number(message_id: uuid.UUID) -> None:
    """Let this text's conversation be one with the firm's second number."""
    with own() as session:
        second = session.query(Number).filter_by(e164="+18335550102").one()
        message = session.get_one(Message, message_id)
        session.get_one(Conversation, message.conversation_id).number_id = second.id


def test_what_is_queued_on_every_number_of_the_firm_is_cancelled(phone: bytes) -> None:
    first = accepted("on one number")
    on_the_other_number(first)
    second = accepted("on the other")
    assert len({row.conversation_id for row in rows(Message)}) == 2
    opt_out(phone)
    assert {row.id: row.state for row in rows(Message)} == {first: "cancelled", second: "cancelled"}
    assert {row.evidence for row in rows(Audit, Audit.became == "cancelled")} == {"opted_out"}


def test_another_firm_goes_on_texting_the_same_phone(phone: bytes) -> None:
    verified_number("summit", "+18335550101")
    stan = User("staff@summit.example", "Stan Staff", "summit")
    text = accepted("from Summit", contact="rosa-of-summit", by=stan)
    opt_out(phone)
    assert rows(Message, Message.id == text)[0].state == "queued"
    assert keys.index_of("summit", ROSA) != phone


def test_the_claim_refuses_a_text_to_somebody_who_opted_out(phone: bytes) -> None:
    text = accepted("Hello")
    due_text = due(text)
    with own() as session:  # as if the opt-out had not found it
        session.add(OptOut(firm="harbor", phone_index=phone, opted_out=True, since=LONG_AGO, evidence="client"))
    assert sending.claim(due_text) is None
    assert rows(Attempt) == []


def test_a_text_that_is_being_sent_is_left_to_its_evidence(phone: bytes) -> None:
    attempt = claimed("on its way")
    opt_out(phone)
    assert rows(Message, Message.id == attempt.message_id)[0].state == "sending"


def test_a_new_text_is_refused_with_its_date(phone: bytes) -> None:
    opt_out(phone)
    with pytest.raises(TextRefused) as refused:
        accepted("Hello")
    assert refused.value.code == "opted_out"
    assert rows(Message) == []


def test_a_second_opt_out_keeps_the_date_and_the_evidence_of_the_first(phone: bytes) -> None:
    opt_out(phone)
    [first] = rows(OptOut)
    with heard(signals.consent_changed) as said:
        opt_out(phone, evidence="carrier")
    [second] = rows(OptOut)
    assert (second.since, second.evidence) == (first.since, "client:END")
    assert said == []
    assert len(rows(Audit, Audit.action == "consent.opt_out")) == 1


def test_an_opt_out_without_any_conversation_is_kept(phone: bytes) -> None:
    opt_out(phone)
    assert len(rows(OptOut)) == 1


def test_an_opt_out_that_is_rolled_back_leaves_nothing(phone: bytes) -> None:
    accepted("Hello")
    before = everything()
    with heard(signals.consent_changed) as said, own() as session:
        consent.lock_pair(session, "harbor", phone)
        consent.opt_out(session, "harbor", phone, Said("client:END", "client"))
        session.rollback()
    assert (everything(), said) == (before, [])


def somebody_waits() -> bool:
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    with reading() as session:
        return bool(session.scalar(sa.text(waiting)))


@pytest.mark.parametrize("number", ["the same number", "the other number"])
def test_a_claim_waits_for_an_opt_out_that_is_under_way_and_then_refuses(app: Any, phone: bytes, number: str) -> None:
    """Locks are the database's: on SQLite nobody else writes meanwhile."""
    text = accepted("Hello")
    if number == "the other number":
        on_the_other_number(text)
    with own() as session:
        pace.ensure_account(session)
    due_text, claims = due(text), []

    def claim() -> None:
        with app.app_context():
            claims.append(sending.claim(due_text))

    thread = threading.Thread(target=claim)
    with own() as session:
        consent.lock_pair(session, "harbor", phone)
        # As if the text had been accepted a moment after the queued ones were looked up.
        session.add(OptOut(firm="harbor", phone_index=phone, opted_out=True, since=LONG_AGO, evidence="client"))
        session.flush()
        thread.start()
        if session.get_bind().dialect.name == "postgresql":
            until(somebody_waits)
        assert claims == []
    thread.join()
    assert (claims, rows(Attempt)) == ([None], [])


def one_race(app: Any, phone: bytes) -> str:
    with own() as session:
        for model in (Attempt, OptOut, Message):
            session.query(model).delete()
        session.query(Number).update({"next_free_at": LONG_AGO})
    due_text = due(accepted("Hello"))
    with own() as session:
        pace.ensure_account(session)
        session.query(Account).update({"next_free_at": LONG_AGO})
    assert at_once(app, lambda: sending.claim(due_text), lambda: opt_out(phone)) == []
    [message] = rows(Message)
    assert (message.state, len(rows(Attempt))) in {("sending", 1), ("cancelled", 0)}
    return str(message.state)


@pytest.mark.attack("A43")
def test_an_opt_out_and_a_claim_at_once_have_one_winner(app: Any, phone: bytes) -> None:
    winners = {one_race(app, phone) for _ in range(20)}
    assert winners <= {"sending", "cancelled"}


@pytest.mark.fault("F78")
@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_thousands_of_races_have_one_winner_each_and_both_win(app: Any, phone: bytes) -> None:
    winners = [one_race(app, phone) for _ in range(3000)]
    assert set(winners) == {"sending", "cancelled"}


def test_a_text_accepted_while_the_client_opts_out_is_not_left_waiting(
    app: Any, phone: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its way was found before the STOP came; the row would be written after it."""
    accepted("earlier")
    found, stopped = threading.Event(), threading.Event()
    original = conversations.take_open_turn

    def slow_turn(*args: Any) -> int | None:
        found.set()
        stopped.wait(10)
        return original(*args)

    monkeypatch.setattr(conversations, "take_open_turn", slow_turn)

    def accept_late() -> None:
        with pytest.raises(TextRefused):
            accepted("later")

    def stop() -> None:
        found.wait(10)
        try:
            opt_out(phone)
        finally:
            stopped.set()

    if app.extensions["sqlalchemy"].engines[None].dialect.name == "sqlite":
        pytest.skip("SQLite has one writer: the check is inside its transaction")
    assert at_once(app, accept_late, stop) == []
    assert {row.state for row in rows(Message)} == {"cancelled"}
