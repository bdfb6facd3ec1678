"""What nobody was told about is found; each step by its number, without Redis."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, true
from sqlalchemy.exc import OperationalError

from flask_firmtext.current import firmtext
from flask_firmtext.firm import texting
from flask_firmtext.firm.details import Details
from flask_firmtext.messaging import overdue, routes, scheduled, sending, wall_times
from flask_firmtext.store import queries
from flask_firmtext.store.models import Attempt, Conversation, Heartbeat, Message, Number, OptOut, ScheduledText
from flask_firmtext.store.transactions import own, reading
from flask_firmtext.worker import bells, drain, heartbeats, sweep
from flask_firmtext.worker.sweep import Sweep
from outbound import FAST, attempt, attempts, history, message, older, people, rewrite, state, states
from rows import STAFF, accepted, adopt


@pytest.fixture
def harbor(new_app: Any) -> Any:
    app = new_app(
        FIRMTEXT_GATEWAY="flask_firmtext.testing:MemoryGateway", FIRMTEXT_TOLL_FREE_VERIFICATION="assumed", **FAST
    )
    with app.app_context():
        adopt()
        yield app


def passed(app: Any) -> None:
    one = Sweep(app)
    one.one_pass()
    one.finish()


def claim(text: Any) -> None:
    with reading() as session:
        (due,) = queries.due(session, Message.id == text, limit=1)
    assert sending.claim(due)


@pytest.mark.fault("F02", "F25")
def test_w1_rings_again_for_what_has_been_due_for_30_seconds(harbor: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    rung: list[tuple[list[str], int]] = []
    young, old = accepted("Young"), accepted("Old", contact="grace")
    monkeypatch.setattr(bells, "ring", lambda ids, n=0: rung.append((ids, n)))
    older(31, old)
    assert bells.ring_again() == 1
    assert rung == [([str(old)], 1)]
    assert (message(old).rings, message(young).rings) == (1, 0)
    rewrite(Message, Message.id == old, rung_at=firmtext.clock.now() - timedelta(seconds=31))
    bells.ring_again()
    assert rung[-1] == ([str(old)], 2)


def test_w1_is_fair_to_firms(harbor: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [accepted("Hello", contact=ref) for ref in people(harbor, 60)]
    older(31, *texts)
    assert bells.ring_again() == bells.A_FIRM


def test_w2_sends_when_there_is_no_bell(harbor: Any) -> None:
    text = accepted("Hello")
    passed(harbor)
    assert state(text) == "submitted"


@pytest.mark.fault("F19")
def test_w2_sends_when_no_worker_beats(new_app: Any, redis_url: str) -> None:
    with bell_app(new_app, redis_url).app_context():
        adopt()
        heartbeats.beat(heartbeats.SEND)
        text = accepted("Hello")
        passed(_current())
        assert state(text) == "queued", "a worker lives and was told"
        rewrite(Heartbeat, true(), beat_at=firmtext.clock.now() - timedelta(seconds=46))
        passed(_current())
        assert state(text) == "submitted"


def test_w2_sends_what_has_been_due_for_55_seconds(new_app: Any, redis_url: str) -> None:
    with bell_app(new_app, redis_url).app_context():
        adopt()
        heartbeats.beat(heartbeats.SEND)
        text = accepted("Hello")
        older(54, text)
        passed(_current())
        assert state(text) == "queued"
        older(56, text)
        passed(_current())
        assert state(text) == "submitted"


def bell_app(new_app: Any, redis_url: str) -> Any:
    return new_app(
        FIRMTEXT_GATEWAY="flask_firmtext.testing:MemoryGateway", FIRMTEXT_TOLL_FREE_VERIFICATION="assumed",
        FIRMTEXT_REDIS_URL=redis_url, **FAST,
    )  # fmt: skip


def _current() -> Any:
    from flask import current_app

    return current_app._get_current_object()


@pytest.mark.fault("F07")
def test_w3_finishes_what_the_carrier_accepted(harbor: Any) -> None:
    text = accepted("Hello")
    claim(text)
    rewrite(Attempt, true(), outcome="accepted", carrier_id="carrier-1", evidence="receipt")
    passed(harbor)
    assert state(text) == "submitted"


@pytest.mark.fault("F04")
def test_w4_gives_up_on_a_claimer_and_sends_nothing(harbor: Any) -> None:
    text = accepted("Hello")
    claim(text)
    rewrite(Attempt, true(), deadline=firmtext.clock.now() - timedelta(seconds=71))
    passed(harbor)
    passed(harbor)
    assert (state(text), attempt(text).outcome) == ("unknown", "unsure")


def test_w5_expires_what_is_too_late(harbor: Any) -> None:
    text = accepted("Hello")
    rewrite(Message, Message.id == text, expires_at=firmtext.clock.now())
    passed(harbor)
    assert (state(text), attempts(text)) == ("expired", [])


def test_a_text_that_missed_a_stop_is_withdrawn_and_says_so(harbor: Any) -> None:
    text = accepted("Hello")
    with own() as session:
        row = session.get_one(Conversation, message(text).conversation_id)
        values = {"opted_out": True, "since": firmtext.clock.now(), "evidence": "client"}
        session.add(OptOut(firm=row.firm, phone_index=row.phone_index, **values))
    passed(harbor)
    assert state(text) == "cancelled"
    assert history(text)[-1][2] == "opted_out"


def test_what_waits_when_a_firm_turns_texting_off_is_withdrawn_and_says_so(harbor: Any) -> None:
    text = accepted("Hello")
    with own() as session:
        texting.turn_on(session, firmtext.host.firms.get("harbor"), Details("office@harbor.example"), by="admin")
        texting.turn_off(session, "harbor", by="admin")
    drain.run()
    assert state(text) == "queued"
    passed(harbor)
    assert (state(text), attempts(text)) == ("cancelled", [])


def test_w6_notes_73_hours_of_silence(harbor: Any) -> None:
    text = accepted("Hello")
    passed(harbor)
    rewrite(Message, Message.id == text, state_at=firmtext.clock.now() - timedelta(hours=73, seconds=1))
    passed(harbor)
    assert state(text) == "unconfirmed"


def test_the_heartbeat_comes_after_the_pass_and_tells_the_lag(harbor: Any) -> None:
    rewrite(Number, true(), state="linked")
    sweep.once()
    with reading() as session:
        row = session.scalars(select(Heartbeat)).one()
    assert (row.kind, row.lag) == ("sweep", 0)
    rewrite(Number, true(), state="verified", next_free_at=firmtext.clock.now() + timedelta(hours=1))
    text = accepted("Hello")
    older(100, text)
    sweep.once()
    with reading() as session:
        row = session.scalars(select(Heartbeat)).one()
    assert 99 <= row.lag <= 110


def test_heartbeats_of_the_dead_are_forgotten_after_a_day(harbor: Any) -> None:
    heartbeats.beat(heartbeats.SEND)
    rewrite(Heartbeat, true(), beat_at=firmtext.clock.now() - timedelta(hours=25))
    passed(harbor)
    assert heartbeats.newest(heartbeats.SEND) is None


def test_a_heartbeat_that_cannot_be_written_does_not_stop_sending(harbor: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object, **__: object) -> None:
        raise OperationalError("x", {}, Exception("away"))

    monkeypatch.setattr(heartbeats, "beat", away)
    heartbeats.beat_now_and_then(heartbeats.SEND)


@pytest.mark.parametrize("error", [RuntimeError("a bug"), OperationalError("x", {}, Exception("away"))])
def test_a_step_that_fails_does_not_stop_the_others(
    error: Exception, harbor: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing() -> int:
        raise error

    text = accepted("Hello")
    rewrite(Message, Message.id == text, expires_at=firmtext.clock.now())
    monkeypatch.setattr(bells, "ring_again", failing)
    monkeypatch.setattr(overdue, "finish_accepted", failing)
    passed(harbor)
    assert state(text) == "expired"


@pytest.mark.fault("F15")
def test_f15_sweeps_side_by_side_do_nothing_twice(harbor: Any) -> None:
    for ref in people(harbor, 20):
        accepted("Hello", contact=ref)

    def beside() -> None:
        with harbor.app_context():
            passed(harbor)

    threads = [threading.Thread(target=beside) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert states() == {"submitted": 20}
    with reading() as session:
        assert len(session.scalars(select(Attempt.id)).all()) == 20


def test_once_as_of_tomorrow_does_tomorrows_work_and_books_nothing(harbor: Any) -> None:
    clients = people(harbor, 6)
    late = accepted("Expires", contact=clients[0])
    planned = [accepted("Planned", contact=ref) for ref in clients[1:]]
    tomorrow = firmtext.clock.now() + timedelta(hours=25)
    rewrite(
        Message, Message.id.in_(planned), not_before=tomorrow - timedelta(minutes=1),
        expires_at=tomorrow + timedelta(hours=1),
    )  # fmt: skip
    sweep.once(tomorrow)
    assert state(late) == "expired"
    assert {state(text) for text in planned} == {"submitted"}
    today = accepted("Today", contact="rosa")
    sweep.once()
    assert state(today) == "submitted", "tomorrow's slots did not keep today's text waiting"
    newest = heartbeats.newest(heartbeats.SWEEP)
    assert newest is not None
    assert newest < firmtext.clock.now() + timedelta(minutes=1)


def test_once_sends_a_scheduled_text_of_then(harbor: Any) -> None:
    contact = firmtext.host.for_firm("harbor").contacts.get("rosa")
    with reading() as session:
        route = routes.find(session, "harbor", contact, to=None)
    tomorrow = firmtext.clock.now().astimezone(ZoneInfo("America/Chicago")) + timedelta(days=1)
    when = wall_times.chosen(tomorrow.date().isoformat(), "09:00", "America/Chicago")
    with own() as session:
        given = {"text": "See you", "token": "once", "when": when}
        waiting = scheduled.schedule(session, route, user=STAFF, contact=contact, **given)
    sweep.once(as_of=when.due - timedelta(minutes=1))
    assert states() == {}
    sweep.once(as_of=when.due)
    assert states() == {"submitted": 1}
    with reading() as session:
        assert session.get_one(ScheduledText, waiting).state == "sent"
