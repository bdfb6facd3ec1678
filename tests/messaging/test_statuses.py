"""T7: evidence is believed from any state, in any order, any number of times, and from nobody but the carrier."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from attempts import attempt_of, claimed, closed, state_of
from carrier import Carrier
from evidence import counted, everything, heard, kept, rows
from flask_firmtext import signals
from flask_firmtext.clock import FixedClock
from flask_firmtext.messaging import overdue
from flask_firmtext.store.models import Attempt, Audit, ConsentEvent, Message, OptOut, StatusEvent
from flask_firmtext.store.states import Outcome, State
from flask_firmtext.worker import drain
from hearing import text_from
from rows import accepted, changed, verified_number
from servers import until
from signing import HARBOR, ROSA, Signer, told, words

Tell = Callable[..., int]


@pytest.fixture
def tell(carrier_app: Any, sandbox: Carrier) -> Tell:
    """Post a signed status; returns the answer's code. Harbor has a number."""
    verified_number()
    signer, client = Signer.of(sandbox), carrier_app.test_client()

    def post(status: str, attempt: Attempt | None = None, **more: Any) -> int:
        reference = more.pop("reference", attempt.id if attempt else None)
        return int(signer.post(client, "status", told(status, reference=reference, **more)).status_code)

    return post


def repeat(first: uuid.UUID) -> uuid.UUID:
    """A text that repeats this one and waits."""
    again = accepted("Hello")
    changed(again, retry_of=first)
    return again


def message_state(text: uuid.UUID) -> str:
    (row,) = rows(Message, Message.id == text)
    return str(row.state)


def audited(action: str) -> list[Audit]:
    return rows(Audit, Audit.action == action)


@pytest.mark.fault("F60")
def test_f60_a_status_that_comes_before_our_own_202_decides(tell: Tell) -> None:
    attempt, carrier_id = claimed(), str(uuid.uuid4())
    assert tell("delivered", attempt, uuid_=carrier_id) == 200
    after = attempt_of(attempt.message_id)
    assert (state_of(attempt), after.outcome, after.carrier_id) == ("delivered", "accepted", carrier_id)


@pytest.mark.fault("F60")
def test_f60_a_status_overtakes_the_202_on_the_wire(carrier_app: Any, served: str, sandbox: Carrier) -> None:
    verified_number()
    message_id = accepted("Hello")
    sandbox.fault("post", "reorder")
    drain.run()
    until(lambda: state_of(attempt_of(message_id)) == "delivered")
    assert len(rows(Attempt)) == len(sandbox.posts) == 1
    moves = [(row.was, row.became) for row in audited("message.state")]
    assert ("delivered", "submitted") not in moves


@pytest.mark.fault("F61")
def test_f61_delivered_before_submitted_is_delivered(carrier_app: Any, served: str, sandbox: Carrier) -> None:
    verified_number()
    message_id = accepted("Hello")
    sandbox.fault("status", "reorder")
    drain.run()
    until(lambda: len([one for one in sandbox.webhooks if one["http_status"] == 200]) >= 2)
    assert state_of(attempt_of(message_id)) == "delivered"


@pytest.mark.fault("F63")
@pytest.mark.parametrize("first", ["rejected", "delivered"])
def test_f63_rejected_and_delivered_end_as_delivered_in_both_orders(tell: Tell, first: str) -> None:
    attempt, carrier_id = claimed(), str(uuid.uuid4())
    for status in (first, {"rejected": "delivered", "delivered": "rejected"}[first]):
        code = "1260" if status == "rejected" else None
        assert tell(status, attempt, uuid_=carrier_id, code=code) == 200
    assert state_of(attempt) == "delivered"
    [message] = rows(Message)
    assert (message.reason, message.code) == (None, None)


@pytest.mark.fault("F61", "F63")
def test_every_order_of_three_statuses_each_twice_ends_alike(tell: Tell) -> None:
    for order in itertools.permutations(["submitted", "rejected", "delivered"]):
        attempt, carrier_id = claimed(), str(uuid.uuid4())
        for status in (*order, *order):
            assert tell(status, attempt, uuid_=carrier_id, timestamp="2026-01-01T00:00:00Z") == 200
        assert state_of(attempt) == "delivered", order
        assert len(rows(StatusEvent, StatusEvent.message_id == attempt.message_id)) == 3


@pytest.mark.parametrize("state", [State.FAILED, State.UNCONFIRMED, State.SUBMITTED])
def test_a_late_submitted_moves_nothing_that_is_as_certain(tell: Tell, state: State) -> None:
    attempt = closed(claimed(), state, outcome=Outcome.ACCEPTED)
    before = audited("message.state")
    assert tell("submitted", attempt) == 200
    assert state_of(attempt) == state
    assert len(audited("message.state")) == len(before)


def test_the_rank_never_falls(tell: Tell) -> None:
    attempt, carrier_id = claimed(), str(uuid.uuid4())
    for status in ("delivered", "submitted", "rejected", "undeliverable", "submitted"):
        tell(status, attempt, uuid_=carrier_id)
    moves = [(row.was, row.became) for row in audited("message.state") if row.object_id == str(attempt.message_id)]
    assert moves == [("queued", "sending"), ("sending", "delivered")]


@pytest.mark.parametrize("state", [State.UNKNOWN, State.UNCONFIRMED, State.SENDING, State.SUBMITTED, State.FAILED])
def test_delivered_is_believed_from(tell: Tell, state: State) -> None:
    attempt = closed(claimed(), state, outcome=Outcome.UNSURE)
    assert tell("delivered", attempt) == 200
    assert state_of(attempt) == "delivered"
    assert counted("contradiction") == 0


@pytest.mark.fault("F48", "F53")
def test_an_unknown_text_is_resolved_by_its_status(tell: Tell) -> None:
    attempt = closed(claimed(), State.UNKNOWN, outcome=Outcome.UNSURE)
    tell("submitted", attempt)
    assert state_of(attempt) == "submitted"


@pytest.mark.fault("F65")
@pytest.mark.parametrize(
    ("state", "outcome"),
    [
        (State.QUEUED, Outcome.NOT_SENT),
        (State.FAILED, Outcome.REFUSED),
        (State.CANCELLED, Outcome.NOT_SENT),
        (State.EXPIRED, Outcome.NOT_SENT),
        (State.CANCELLED, Outcome.OPEN),
    ],
)
def test_evidence_against_what_we_thought_certain_is_believed_and_alarmed(
    tell: Tell, state: State, outcome: Outcome
) -> None:
    attempt, carrier_id = closed(claimed(), state, outcome=outcome), str(uuid.uuid4())
    with heard() as alarms:
        assert tell("delivered", attempt, uuid_=carrier_id) == 200
        assert tell("delivered", attempt, uuid_=carrier_id) == 200
    assert state_of(attempt) == "delivered"
    assert [alarm["kind"] for alarm in alarms] == ["contradiction"]
    assert counted("contradiction") == len(audited("evidence.contradiction")) == 1
    assert drain.run() == 0


@pytest.mark.parametrize(
    ("state", "status", "becomes"),
    [
        (State.FAILED, "delivered", "cancelled"),
        (State.EXPIRED, "submitted", "cancelled"),
        (State.FAILED, "submitted", "queued"),
        (State.EXPIRED, "rejected", "queued"),
    ],
)
def test_what_arrived_after_all_withdraws_its_repeat(tell: Tell, state: State, status: str, becomes: str) -> None:
    attempt = closed(claimed(), state, outcome=Outcome.ACCEPTED)
    again = repeat(attempt.message_id)
    assert tell(status, attempt, code="1260" if status == "rejected" else None) == 200
    assert message_state(again) == becomes
    moves = [(row.became, row.evidence, row.actor) for row in audited("message.state") if row.object_id == str(again)]
    assert moves == ([("cancelled", "first_arrived", "carrier")] if becomes == "cancelled" else [])


@pytest.mark.parametrize("state", [State.SENDING, State.UNKNOWN, State.SUBMITTED, State.DELIVERED])
def test_a_repeat_that_somebody_has_begun_to_send_stays_as_it_is(tell: Tell, state: State) -> None:
    attempt = closed(claimed(), State.FAILED, outcome=Outcome.ACCEPTED)
    again = repeat(attempt.message_id)
    changed(again, state=state)
    assert tell("delivered", attempt) == 200
    assert (state_of(attempt), message_state(again)) == ("delivered", state)


@pytest.mark.fault("F62")
def test_f62_a_late_status_moves_an_unconfirmed_text(tell: Tell, carrier_app: Any) -> None:
    attempt, carrier_id = claimed(), str(uuid.uuid4())
    tell("submitted", attempt, uuid_=carrier_id)
    state = carrier_app.extensions["firmtext"]
    clock, state.clock = state.clock, FixedClock(state.clock.now())
    state.clock.move(timedelta(hours=74))
    overdue.note_silence()
    state.clock = clock
    assert state_of(attempt) == "unconfirmed"
    tell("delivered", attempt, uuid_=carrier_id)
    assert state_of(attempt) == "delivered"


@pytest.mark.fault("F40", "F64")
def test_f64_a_status_for_nobody_is_kept_and_alarmed_once_a_minute(tell: Tell) -> None:
    with heard() as alarms:
        for reference in (None, uuid.uuid4(), "no uuid", "0" * 99):
            assert tell("delivered", reference=reference) == 200
    assert [(kind, reason) for kind, reason, _ in kept()] == [("status", "orphan_status")] * 4
    assert [alarm["kind"] for alarm in alarms] == ["orphan_status"]
    assert counted("quarantine.orphan_status") == 4


def test_another_id_of_the_carrier_for_one_attempt_is_an_alarm(tell: Tell) -> None:
    attempt, first = claimed(), str(uuid.uuid4())
    tell("submitted", attempt, uuid_=first)
    with heard() as alarms:
        assert tell("delivered", attempt) == 200
    assert [alarm["kind"] for alarm in alarms] == ["uuid_conflict"]
    assert (state_of(attempt), attempt_of(attempt.message_id).carrier_id) == ("delivered", first)


def test_a_status_that_nobody_knows_is_stored_counted_and_moves_nothing(tell: Tell) -> None:
    attempt = claimed()
    for name in ("read", "canary 4711", "a\0b", "Ä"):
        assert tell(name, attempt) == 200
    assert state_of(attempt) == "sending"
    assert sorted(row.name for row in rows(StatusEvent)) == ["other", "other", "other", "read"]
    assert counted("status_unknown") == 4


def test_part_of_a_text_that_may_have_arrived_is_an_unknown_error(tell: Tell) -> None:
    for more in ({"code": "1490"}, {"sms": {"segments": [{"status": "delivered"}, {"status": "rejected"}]}}):
        attempt = claimed()
        tell("rejected", attempt, **more)
        message = rows(Message, Message.id == attempt.message_id)[0]
        assert (message.state, message.reason, message.partly) == ("failed", "unknown_error", True)


def test_who_listens_hears_of_failure_and_delivery_once(tell: Tell) -> None:
    attempt, carrier_id = claimed(), str(uuid.uuid4())
    with heard(signals.text_failed) as failed, heard(signals.text_delivered) as delivered:
        for _ in range(2):
            tell("rejected", attempt, uuid_=carrier_id, code="1190", timestamp="2026-01-01T00:00:00Z")
            tell("delivered", attempt, uuid_=carrier_id, timestamp="2026-01-01T00:00:00Z")
    assert [said["code"] for said in failed] == ["1190"]
    assert [said["message"] for said in delivered] == [str(attempt.message_id)]


@pytest.mark.parametrize("status", ["delivered", "rejected"])
@pytest.mark.attack("A06")
def test_a06_a_forged_status_moves_nothing(tell: Tell, carrier_app: Any, sandbox: Carrier, status: str) -> None:
    attempt = claimed()
    before = everything()
    signer, client = Signer.of(sandbox), carrier_app.test_client()
    ours, guessed = told(status, reference=attempt.id), told(status, reference=uuid.uuid4())
    stranger = {"secret": "s" * 40, "api_key": "0", "application_id": "0"}
    answers = [
        signer.post(client, "status", ours, token="").status_code,  # switched off at the carrier, perhaps
        signer.post(client, "status", guessed, token="").status_code,
        signer.post(client, "status", told("", reference=attempt.id), token="").status_code,
        signer.post(client, "status", ours, **stranger).status_code,
        signer.post(client, "inbound", told(status, reference=attempt.id), **stranger).status_code,
    ]
    assert answers == [503, 401, 401, 401, 401]
    assert everything() == before


def test_the_carriers_own_block_is_an_opt_out_on_every_number_of_the_firm(
    tell: Tell, carrier_app: Any, sandbox: Carrier
) -> None:
    verified_number("harbor", "+18335550102")
    attempt = claimed("to be blocked")
    waiting = [accepted("one"), accepted("two"), accepted("to somebody else", contact="sara")]
    with heard(signals.consent_changed) as said:
        assert tell("rejected", attempt, code="1240") == 200
    assert state_of(attempt) == "failed"
    states = [rows(Message, Message.id == one)[0].state for one in waiting]
    assert states == ["cancelled", "cancelled", "queued"]
    [opt_out] = rows(OptOut)
    assert (opt_out.firm, opt_out.opted_out, opt_out.evidence) == ("harbor", True, "carrier")
    [blocked] = rows(Message, Message.id == attempt.message_id)
    assert said == [{"firm": "harbor", "conversation": str(blocked.conversation_id), "opted_out": True}]
    [event] = rows(ConsentEvent)
    assert (event.change, event.by, event.evidence, event.message_id) == ("opted_out", "carrier", "carrier", blocked.id)
    assert len(audited("consent.opt_out")) == 1
    assert Signer.of(sandbox).post(carrier_app.test_client(), "inbound", words("still shown")).status_code == 200
    assert len(rows(Message, Message.direction == "in")) == 1


def test_a_block_that_was_told_after_the_clients_start_is_an_old_one(carrier_app: Any, tell: Any) -> None:
    attempt = claimed("to be blocked")
    text_from("START")
    assert tell("rejected", attempt, code="1240") == 200
    assert [row for row in rows(OptOut) if row.opted_out] == []


def test_the_block_that_the_sandbox_reports_ends_sending(carrier_app: Any, served: str, sandbox: Carrier) -> None:
    verified_number()
    sandbox.fault("inbound", "never")  # we never saw the STOP
    sandbox.text(ROSA, HARBOR, "STOP")
    message_id = accepted("Hello")
    drain.run()
    until(lambda: rows(OptOut))
    message = rows(Message, Message.id == message_id)[0]
    assert (message.state, message.reason, message.code) == ("failed", "rejected_by_carrier", "1240")
