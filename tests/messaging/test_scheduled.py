"""A text that is written now and sent later: once, at its time, or visibly not at all."""

from __future__ import annotations

import threading
import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from dying import dies_at
from evidence import rows
from flask_firmtext.clock import FixedClock
from flask_firmtext.current import firmtext
from flask_firmtext.errors import FormRefused, TextRefused
from flask_firmtext.firm import legal_holds, texting
from flask_firmtext.messaging import consent, routes, scheduled, scheduled_sending, wall_times
from flask_firmtext.messaging.consent import Said
from flask_firmtext.messaging.conversations import close
from flask_firmtext.ports.values import Availability
from flask_firmtext.store import keys, scheduled_queries
from flask_firmtext.store.models import Audit, Conversation, Message, Number, OptOut, ScheduledText
from flask_firmtext.store.states import NumberState
from flask_firmtext.store.transactions import own, reading
from racing import at_once
from rows import STAFF, accepted, verified_number

NOW = datetime(2031, 5, 6, 14, tzinfo=UTC)
TOMORROW = ("2031-05-07", "09:00")
DUE = datetime(2031, 5, 7, 14, tzinfo=UTC)  # Chicago, in summer
ROSA = "+13125550100"


@pytest.fixture
def clock(app: Any) -> FixedClock:
    """A Tuesday morning at Harbor Law."""
    state = app.extensions["firmtext"]
    state.clock = FixedClock(NOW)
    return state.clock  # type: ignore[no-any-return]


@pytest.fixture
def harbor(app: Any, clock: FixedClock) -> Any:
    verified_number()
    return app.extensions["memory_host"]


def written(text: str = "See you at ten", *, token: str = "", conversation: uuid.UUID | None = None) -> uuid.UUID:
    """A text to Rosa for tomorrow at nine; its id."""
    contact = firmtext.host.for_firm("harbor").contacts.get("rosa")
    assert contact is not None
    with reading() as session:
        route = routes.find(session, "harbor", contact, to=None, conversation=conversation)
    when = wall_times.chosen(*TOMORROW, "America/Chicago")
    with own() as session:
        given = {"text": text, "token": token or uuid.uuid4().hex, "when": when}
        return scheduled.schedule(session, route, user=STAFF, contact=contact, **given)


def row(row_id: uuid.UUID) -> ScheduledText:
    [found] = rows(ScheduledText, ScheduledText.id == row_id)
    return found  # type: ignore[no-any-return]


def stands(row_id: uuid.UUID) -> tuple[str, str | None]:
    return row(row_id).state, row(row_id).reason


def send_due() -> int:
    """What the clerk does in one look."""
    found = scheduled_sending.due()
    for row_id in found:
        scheduled_sending.send(row_id)
    return len(found)


def test_it_is_no_text_before_its_time_and_an_ordinary_one_afterwards(harbor: Any, clock: FixedClock) -> None:
    waiting = written()
    assert (row(waiting).due_at, send_due(), rows(Message)) == (DUE, 0, [])
    clock.at = DUE
    assert send_due() == 1
    [text] = rows(Message)
    assert (text.state, text.author, text.kind, text.position) == ("queued", STAFF.ref, "staff", 1)
    assert text.client_token == f"scheduled:{waiting}"
    there = row(waiting)
    assert (there.state, there.message_id, there.body) == ("sent", text.id, None)
    assert send_due() == 0
    assert [one.became for one in rows(Audit, Audit.action == "scheduled.state")] == ["waiting", "sent"]


def test_its_words_are_kept_encrypted_and_no_index_tells_the_number(harbor: Any) -> None:
    waiting = row(written("A secret"))
    assert b"secret" not in (waiting.body or b"")
    with reading() as session:
        assert scheduled.words(session, waiting) == "A secret"
    assert waiting.phone_index == keys.index_of("harbor", ROSA)


def test_pressed_twice_it_is_one_and_other_words_with_the_same_form_are_not_lost_in_silence(harbor: Any) -> None:
    assert written(token="once") == written(token="once")
    assert len(rows(ScheduledText)) == 1
    with pytest.raises(TextRefused) as refused:
        written("Something else", token="once")
    assert refused.value.code == "sent_before"


def test_the_step_run_again_or_by_two_sends_one_text(harbor: Any, clock: FixedClock, app: Any) -> None:
    waiting = written()
    clock.at = DUE
    at_once(app, *[partial(scheduled_sending.send, waiting)] * 4)
    scheduled_sending.send(waiting)
    assert (len(rows(Message)), stands(waiting)) == (1, ("sent", None))


@pytest.mark.parametrize("point", ["scheduled.between", "accept.before_commit"])
def test_killed_in_between_it_is_all_or_nothing(harbor: Any, clock: FixedClock, point: str) -> None:
    waiting = written()
    clock.at = DUE
    assert dies_at(point, send_due)
    assert (rows(Message), stands(waiting)) == ([], ("waiting", None))
    send_due()
    assert (len(rows(Message)), stands(waiting)) == (1, ("sent", None))


def test_whoever_cancels_first_has_it(harbor: Any, clock: FixedClock) -> None:
    one, other = written(), written()
    with own() as session:
        assert scheduled.withdraw(session, one, user=STAFF)
    clock.at = DUE
    send_due()
    assert (stands(one), stands(other)) == (("cancelled", "by_hand"), ("sent", None))
    with own() as session:
        assert not scheduled.withdraw(session, other, user=STAFF)
    assert len(rows(Message)) == 1


@pytest.mark.parametrize("kind", ["contact", "firm", None])
@pytest.mark.parametrize("begun", [False, True])
def test_what_was_not_sent_keeps_its_words_under_a_legal_hold(
    harbor: Any, clock: FixedClock, kind: str | None, begun: bool
) -> None:
    conversation = rows(Message, Message.id == accepted("Hello"))[0].conversation_id if begun else None
    one = written("The will is in the safe", conversation=conversation)
    if kind:
        legal_holds.put("harbor", kind, "rosa" if kind == "contact" else "", "Suit", by="admin@harbor.example")
    with own() as session:
        assert scheduled.withdraw(session, one, user=STAFF)
    [row] = rows(ScheduledText)
    assert (row.state, row.body is not None) == ("cancelled", True)
    with own() as session:
        assert scheduled.put_away(session, one, user=STAFF)
        assert not scheduled.put_away(session, one, user=STAFF)
    [row] = rows(ScheduledText)
    with reading() as session:
        assert scheduled.words(session, row) == ("The will is in the safe" if kind else None)
        assert scheduled_queries.listed(session, "harbor", limit=5) == []


def test_a_cancel_that_waits_for_the_step_is_told_that_it_is_too_late(
    harbor: Any, clock: FixedClock, app: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The step holds the row when the person presses: one of the two has it, and both know which."""
    waiting = written()
    clock.at = DUE
    held, told = threading.Event(), []
    accept = scheduled_sending.accepting.accept_on

    def cancel() -> None:
        with app.app_context(), own() as session:
            held.set()
            told.append(scheduled.withdraw(session, waiting, user=STAFF))

    beside = threading.Thread(target=cancel)

    def slow(*given: Any, **more: Any) -> Any:
        beside.start()
        # On SQLite the other cannot even begin; on PostgreSQL it waits for the row.
        held.wait(0.3)
        return accept(*given, **more)

    monkeypatch.setattr(scheduled_sending.accepting, "accept_on", slow)
    scheduled_sending.send(waiting)
    beside.join()
    assert (told, stands(waiting), len(rows(Message))) == ([False], ("sent", None), 1)


def test_changed_it_has_other_words_another_time_and_another_author(harbor: Any, clock: FixedClock) -> None:
    waiting = written()
    admin = harbor.users.all["admin@harbor.example"]
    later = wall_times.chosen("2031-05-08", "09:00", "America/Chicago")
    with own() as session:
        assert scheduled.change(session, waiting, user=admin, text="At eleven", when=later)
    clock.at = DUE
    assert send_due() == 0
    clock.at = DUE + timedelta(days=1)
    send_due()
    [text] = rows(Message)
    assert text.author == admin.ref
    with own() as session:
        assert not scheduled.change(session, waiting, user=admin, text="At noon", when=later)


def test_a_stop_cancels_what_waits_in_its_own_transaction(harbor: Any, clock: FixedClock) -> None:
    accepted("Hello")
    waiting = written()
    with own() as session:
        index = keys.index_of("harbor", ROSA)
        consent.lock_pair(session, "harbor", index)
        consent.opt_out(session, "harbor", index, Said("client:STOP", "client"))
    assert stands(waiting) == ("cancelled", "opted_out")
    with pytest.raises(TextRefused) as refused:
        written()
    assert refused.value.code == "opted_out"
    clock.at = DUE
    send_due()
    assert len(rows(Message)) == 1


def test_an_opt_out_that_did_not_see_it_is_seen_when_its_time_has_come(harbor: Any, clock: FixedClock) -> None:
    waiting = written()
    with own() as session:
        values = {"opted_out": True, "since": clock.at, "evidence": "client:STOP"}
        session.add(OptOut(firm="harbor", phone_index=keys.index_of("harbor", ROSA), **values))
    clock.at = DUE
    send_due()
    assert (stands(waiting), rows(Message)) == (("cancelled", "opted_out"), [])


def test_turning_texting_off_cancels_what_waits(harbor: Any) -> None:
    waiting = written()
    with own() as session:
        texting.turn_off(session, "harbor", by=STAFF.ref)
    assert stands(waiting) == ("cancelled", "turned_off")


def test_a_conversation_that_ends_cancels_what_waits_in_it(harbor: Any) -> None:
    accepted("Hello")
    waiting = written()
    with own() as session:
        close(session, session.get_one(Conversation, rows(Conversation)[0].id))
    assert stands(waiting) == ("cancelled", "ended")


def changed_number(host: Any) -> None:
    host.remove_contact("harbor", "rosa")
    host.add_contact("harbor", "Rosa Marsh", "+13125550177", ref="rosa")


def no_longer_available(host: Any) -> None:
    host.firms.all["harbor"] = replace(host.firms.all["harbor"], availability=Availability(False, "Not in your plan."))


@pytest.mark.parametrize(
    ("reason", "happens"),
    [
        ("no_contact", lambda host: host.remove_contact("harbor", "rosa")),
        ("no_number", changed_number),
        ("not_allowed", lambda host: host.users.refuse(STAFF.ref, "message.send")),
        ("not_allowed", lambda host: host.users.all.pop(STAFF.ref)),
        ("not_available", no_longer_available),
    ],
)
def test_what_the_host_says_no_to_is_cancelled_with_the_reason(
    harbor: Any, clock: FixedClock, reason: str, happens: Any
) -> None:
    waiting = written()
    happens(harbor)
    clock.at = DUE
    send_due()
    assert (stands(waiting), rows(Message)) == (("cancelled", reason), [])


@pytest.mark.parametrize("verb", ["Firms.get", "Contacts.get", "Contacts.by_number", "Users.may", "Users.names"])
def test_a_host_that_fails_is_asked_again_and_the_text_goes_late(harbor: Any, clock: FixedClock, verb: str) -> None:
    waiting = written()
    harbor.fault(verb, raises=RuntimeError("away"))
    clock.at = DUE
    assert send_due() == 1
    assert (stands(waiting), send_due()) == (("waiting", None), 0)
    harbor.mend()
    clock.move(timedelta(hours=23))
    send_due()
    assert stands(waiting) == ("sent", None)


def test_a_day_late_it_is_not_sent_at_all(harbor: Any, clock: FixedClock) -> None:
    waiting = written()
    clock.at = DUE + timedelta(hours=24, seconds=1)
    send_due()
    assert (stands(waiting), rows(Message)) == (("expired", "too_late"), [])


def test_a_number_that_the_carriers_hold_up_is_waited_for(harbor: Any, clock: FixedClock) -> None:
    waiting = written()

    def becomes(state: NumberState) -> None:
        with own() as session:
            session.get_one(Number, rows(Number)[0].id).state = state

    becomes(NumberState.UPDATES_REQUIRED)
    clock.at = DUE
    send_due()
    assert stands(waiting) == ("waiting", None)
    becomes(NumberState.VERIFIED)
    clock.move(timedelta(minutes=1))
    send_due()
    assert stands(waiting) == ("sent", None)


def test_a_change_while_the_host_is_asked_is_not_sent_at_the_old_time(harbor: Any, clock: FixedClock) -> None:
    waiting = written()
    later = wall_times.chosen("2031-05-09", "09:00", "America/Chicago")

    def change() -> None:
        with own() as session:
            scheduled.change(session, waiting, user=STAFF, text="At noon", when=later)

    clock.at = DUE
    harbor.fault("Contacts.get", does=change, times=1)
    send_due()
    assert (stands(waiting), row(waiting).look_at, rows(Message)) == (("waiting", None), later.due, [])


def test_a_conversation_shows_its_own_and_those_from_before_it_began(harbor: Any) -> None:
    first = written()
    with reading() as session:
        index = keys.index_of("harbor", ROSA)
        assert [one.id for one in scheduled_queries.to_contact(session, "harbor", "rosa", index)] == [first]
        assert scheduled_queries.to_contact(session, "summit", "rosa", index) == []
    accepted("Hello")
    second = written()
    with reading() as session:
        [conversation] = rows(Conversation)
        shown = scheduled_queries.in_conversation(session, "harbor", conversation.id)
        assert [one.id for one in shown] == [first, second]
        assert not scheduled_queries.in_conversation(session, "summit", conversation.id)


@pytest.fixture
def winter(clock: FixedClock) -> FixedClock:
    """Shortly before the clocks of Chicago go forward (9 March 2031)."""
    clock.at = datetime(2031, 3, 1, tzinfo=UTC)
    return clock


def test_a_time_that_does_not_exist_is_refused_with_a_sentence(winter: FixedClock) -> None:
    with pytest.raises(FormRefused) as refused:
        wall_times.chosen("2031-03-09", "02:30", "America/Chicago")
    assert refused.value.faults["time"] == (
        "There is no 2:30 AM on March 9: the clocks are put forward then. Choose another time."
    )
    assert wall_times.chosen("2031-03-09", "03:00", "America/Chicago").due == datetime(2031, 3, 9, 8, tzinfo=UTC)
    assert wall_times.chosen("2031-03-09", "02:30", "America/Phoenix").due == datetime(2031, 3, 9, 9, 30, tzinfo=UTC)


def test_a_time_that_there_is_twice_is_the_first(winter: FixedClock) -> None:
    assert wall_times.chosen("2031-11-02", "01:30", "America/Chicago").due == datetime(2031, 11, 2, 6, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "time", "field"),
    [
        ("", "09:00", "day"),
        ("tomorrow", "09:00", "day"),
        ("2031-02-30", "09:00", "day"),
        ("2031-05-07", "", "time"),
        ("2031-05-07", "nine", "time"),
        ("2031-05-07", "25:00", "time"),
        ("2031-05-05", "09:00", "day"),
        ("2031-05-06", "09:00", "time"),
        ("0001-01-01", "00:00", "day"),
        ("2032-05-08", "09:00", "day"),
        ("9999-12-31", "23:59", "day"),
    ],
)
def test_what_is_no_time_to_come_is_refused_at_its_field(clock: FixedClock, day: str, time: str, field: str) -> None:
    with pytest.raises(FormRefused) as refused:
        wall_times.chosen(day, time, "America/Chicago")
    assert list(refused.value.faults) == [field]


def test_a_zone_that_is_none_is_utc(clock: FixedClock) -> None:
    when = wall_times.chosen("2031-05-07", "09:00", "Chicago time")
    assert (when.zone, when.due) == ("UTC", datetime(2031, 5, 7, 9, tzinfo=UTC))
