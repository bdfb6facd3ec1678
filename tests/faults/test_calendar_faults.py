"""Events and reminders while processes die, run at once, or meet each other at the claim."""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from diary import DAY, HOUR, MINUTE, NOON, Diary
from dying import dies_at
from evidence import rows
from flask_firmtext.current import firmtext
from flask_firmtext.firm import texting
from flask_firmtext.messaging import epochs, overdue, sending
from flask_firmtext.practice.calendar import reminders, telling
from flask_firmtext.store import queries
from flask_firmtext.store.models import CalendarEvent, Message, Notice, Reminder
from flask_firmtext.store.states import State
from flask_firmtext.store.transactions import own, reading
from office import ROSA
from ordering import OFFICE
from racing import at_once

START = NOON + 9 * DAY + 3 * HOUR
#: When the reminder of the day before is due.
DUE = datetime(2031, 6, 10, 14, tzinfo=UTC)
ROUNDS = 8


@pytest.fixture
def diary(app: Any) -> Diary:
    return Diary(app)


def invited(diary: Diary, **more: Any) -> None:
    diary.saves(START, **more)
    diary.works()
    diary.sent()


def states() -> list[tuple[str, str]]:
    """Purpose and state of each text about an event, in order."""
    with reading() as session:
        found = session.execute(
            select(Notice.purpose, Message.state)
            .join(Message, Message.id == Notice.message_id)
            .order_by(Notice.created_at, Notice.id)
        )
        return [(purpose, str(state)) for purpose, state in found]


def in_a_child(step: Callable[[], object]) -> None:
    """Take a step in a process that ends right behind it, as by a power cut."""
    child = os.fork()
    if child == 0:
        for engine in firmtext.db.engines.values():
            engine.dispose(close=False)
        step()
        os.kill(os.getpid(), signal.SIGKILL)
    assert os.WIFSIGNALED(os.waitpid(child, 0)[1])


@pytest.mark.fault("F78")
def test_f78_a_host_that_dies_before_its_commit_has_told_nothing(diary: Diary) -> None:
    event = diary.host.add_event("harbor", "Hearing", START, ref="hearing")
    in_a_child(lambda: diary.firmtext.event_saved(event, ["rosa"], firm="harbor"))
    diary.works(DAY)
    assert states() == []
    assert rows(CalendarEvent) == []


@pytest.mark.fault("F78")
def test_f78_a_host_that_dies_behind_its_commit_has_told_everything(diary: Diary) -> None:
    diary.host.add_event("harbor", "Hearing", START, ref="hearing")
    in_a_child(lambda: diary.saves(START))
    diary.works()
    diary.works()
    assert diary.purposes() == ["created"]


@pytest.mark.fault("F78")
@pytest.mark.parametrize("point", ["accept.before_commit", "accept.after_commit"])
def test_f78_a_sweep_that_dies_at_a_notification_makes_it_once(diary: Diary, point: str) -> None:
    diary.saves(START)
    (due,) = telling.due()
    assert dies_at(point, lambda: telling.tell(due))
    diary.works()
    diary.works(MINUTE)
    assert diary.purposes() == ["created"]


@pytest.mark.parametrize("point", ["accept.before_commit", "accept.after_commit"])
def test_r10_a_sweep_that_dies_at_a_reminder_makes_it_once(diary: Diary, point: str) -> None:
    invited(diary)
    diary.clock.at = DUE
    (due,) = reminders.due()
    assert dies_at(point, lambda: reminders.send(due))
    diary.works()
    diary.works(MINUTE)
    assert diary.purposes() == ["created", "reminder"]


def test_r10_sweeps_that_run_at_once_make_each_text_once(app: Any, diary: Diary) -> None:
    people = ("rosa", "sara", "grace", "henry")
    diary.saves(START, invite=people)
    diary.saves(START, invite=people, ref="other")

    def sweep() -> None:
        for due, step in ((telling.due, telling.tell), (reminders.due, reminders.send)):
            for one in due():
                step(one)

    assert at_once(app, *[sweep] * 4) == []
    assert Counter(states()) == {("created", "queued"): 8}
    diary.sent()
    diary.clock.at = DUE
    assert at_once(app, *[sweep] * 4) == []
    assert Counter(states()) == {("created", "delivered"): 8, ("reminder", "queued"): 8}


def claims() -> None:
    """Every text that may go is claimed."""
    with reading() as session:
        due = queries.due(session, limit=50)
    for one in due:
        sending.claim(one)


@pytest.mark.fault("F78")
@pytest.mark.parametrize("change", ["moved", "cancelled", "left out"])
def test_f78_what_changes_at_the_claim_is_sent_with_the_truth_behind_it_or_not_at_all(
    app: Any, diary: Diary, change: str
) -> None:
    how: dict[str, Callable[[str], object]] = {
        "moved": lambda ref: diary.saves(START + DAY, ref=ref),
        "cancelled": diary.cancels,
        "left out": lambda ref: diary.saves(START, ref=ref, invite=[]),
    }
    for n in range(ROUNDS):
        ref = f"event-{n}"
        diary.saves(START, ref=ref)
        diary.works()
        before = len(states())
        assert at_once(app, lambda: how[change](ref), claims) == []  # noqa: B023
        (_, first) = states()[before - 1]
        went = first == State.SENDING
        assert went or first == State.CANCELLED
        diary.works(MINUTE)
        later = [purpose for purpose, _ in states()[before:]]
        if change == "moved":
            assert later == ["updated" if went else "created"]
        else:
            assert later == (["cancelled"] if went else [])
        diary.sent()
        with own() as session:
            for row in session.scalars(select(Message).where(Message.state == State.SENDING)):
                row.state = State.DELIVERED


@pytest.mark.fault("F78")
@pytest.mark.parametrize("change", ["moved", "cancelled", "left out", "renamed"])
def test_f78_what_changes_while_its_reminder_is_made_reminds_of_no_other_time(
    app: Any, diary: Diary, change: str
) -> None:
    how: dict[str, Callable[[str], object]] = {
        "moved": lambda ref: diary.saves(START + 5 * DAY, ref=ref),
        "renamed": lambda ref: diary.saves(START, ref=ref, title="Trial"),
        "cancelled": diary.cancels,
        "left out": lambda ref: diary.saves(START, ref=ref, invite=[]),
    }
    for n in range(ROUNDS):
        invited(diary, ref=f"event-{n}")
    diary.clock.at = DUE
    for n in range(ROUNDS):
        due = reminders.due()
        assert at_once(app, lambda: how[change](f"event-{n}"), lambda: [reminders.send(one) for one in due]) == []  # noqa: B023
    waiting = [state for purpose, state in states() if purpose == "reminder" and state == "queued"]
    diary.works(MINUTE)
    diary.works()
    if change == "renamed":
        last = [words for purpose, words in diary.texts() if purpose == "reminder"]
        assert len(last) == ROUNDS
        assert all("Trial" in words for words in last)
    else:
        # The steps before them had sent the later ones; each of those was withdrawn by its own change.
        assert waiting == []
        assert [row for row in rows(Reminder) if row.state == "planned" and row.due_at <= diary.clock.now()] == []


@pytest.mark.fault("F78")
def test_f78_telling_and_a_save_at_once_end_with_what_is_so(app: Any, diary: Diary) -> None:
    for n in range(ROUNDS):
        ref = f"event-{n}"
        diary.saves(START, ref=ref)
        due = telling.due()
        step = lambda: [telling.tell(one) for one in due]  # noqa: B023, E731
        assert at_once(app, lambda: diary.saves(START + HOUR, ref=ref), step, step) == []  # noqa: B023
        diary.works()
        told = [words for _, words in diary.texts()]
        assert len(told) == n + 1
        assert "4:00 PM" in told[-1]


def test_a_savepoint_that_is_rolled_back_takes_what_was_told_with_it(diary: Diary) -> None:
    session = firmtext.db.session
    invited(diary)
    nested = session.begin_nested()
    event = diary.host.add_event("harbor", "Hearing", START + HOUR, ref="hearing")
    diary.firmtext.event_saved(event, ["rosa", "sara"], firm="harbor")
    nested.rollback()
    session.commit()
    diary.host.add_event("harbor", "Hearing", START, ref="hearing")
    diary.works(DAY)
    assert diary.purposes() == ["created"]


@pytest.mark.fault("F32")
def test_a_host_under_repeatable_read_is_told_to_try_again_or_is_right(new_app: Any, database_url: str) -> None:
    """Its transaction began before ours wrote: it fails as such transactions do, and the second try is right."""
    if not database_url.startswith("postgresql"):
        pytest.skip("SQLite has one isolation level")
    options = {"isolation_level": "REPEATABLE READ", "hide_parameters": True}
    app = new_app(FIRMTEXT_GATEWAY="flask_firmtext.testing:MemoryGateway", SQLALCHEMY_ENGINE_OPTIONS=options)
    with app.app_context():
        diary = Diary(app)
        invited(diary)
        session = firmtext.db.session
        session.execute(select(1))
        diary.saves(START + HOUR)
        session.execute(select(CalendarEvent.id)).all()  # the snapshot
        at_once(app, lambda: diary.works(MINUTE))
        event = diary.host.add_event("harbor", "Hearing", START + 2 * HOUR, ref="hearing")
        with pytest.raises(OperationalError):
            diary.firmtext.event_saved(event, ["rosa"], firm="harbor")
        session.rollback()
        diary.saves(START + 2 * HOUR)
        diary.works(MINUTE)
        assert diary.purposes() == ["created", "updated"]
        assert "5:00 PM" in diary.texts()[-1][1]


def test_a_host_on_sqlite_that_reads_first_is_refused_whole_or_is_right(
    app: Any, diary: Diary, database_url: str
) -> None:
    if not database_url.startswith("sqlite"):
        pytest.skip("SQLite's lock")
    invited(diary)
    session = firmtext.db.session
    session.execute(select(CalendarEvent.id)).all()
    at_once(app, lambda: diary.saves(START, ref="other"))
    event = diary.host.add_event("harbor", "Hearing", START + HOUR, ref="hearing")
    try:
        diary.firmtext.event_saved(event, ["rosa"], firm="harbor")
        session.commit()
    except OperationalError:
        session.rollback()
        diary.saves(START + HOUR)
    diary.works()
    diary.works(MINUTE)
    assert sorted(diary.purposes()) == ["created", "created", "updated"]


def test_r9_a_client_who_stops_gets_nothing_more_of_events_and_after_start_what_is_new(diary: Diary) -> None:
    diary.saves(START)
    diary.works()
    diary.office.receives("STOP")
    overdue.withdraw_unwanted()
    assert states() == [("created", "cancelled")]
    diary.saves(START + HOUR)
    diary.works()
    assert diary.refusals() == [("created", "opted_out")]
    diary.clock.at = DUE
    diary.works()
    assert diary.refusals() == [("created", "opted_out"), ("reminder", "opted_out")]
    diary.office.receives("START")
    diary.saves(START + 2 * HOUR)
    diary.works()
    assert diary.purposes() == ["created"]
    assert "5:00 PM" in diary.texts()[0][1]


@pytest.mark.fault("F78")
def test_r9_a_stop_while_a_text_is_made_is_seen(app: Any, diary: Diary) -> None:
    for n in range(ROUNDS):
        diary.saves(START, ref=f"event-{n}")
        due = telling.due()
        at_once(app, lambda: diary.office.receives("STOP"), lambda: [telling.tell(one) for one in due])  # noqa: B023
        claims()
        overdue.withdraw_unwanted()
        assert {state for _, state in states()} <= {"cancelled"}
        diary.office.receives("START")


def test_texting_that_is_off_sends_nothing_of_events_and_once_on_again_what_is_due_then(diary: Diary) -> None:
    invited(diary)
    with own() as session:
        texting.turn_off(session, "harbor", by="admin")
    diary.clock.at = DUE
    diary.works()
    assert diary.refusals() == [("reminder", "not_on")]
    with own() as session:
        texting.turn_on(session, diary.host.firms.get("harbor"), OFFICE, by="admin")
    invited(diary, ref="other")
    diary.saves(START + 5 * DAY, ref="other")
    diary.passes(5 * DAY + HOUR)
    assert diary.purposes() == ["created", "created", "updated", "reminder"]


def test_a_number_that_changed_hands_is_told_nothing_of_the_old_owners_events(diary: Diary) -> None:
    diary.saves(START)
    diary.works()
    diary.host.add_contact("harbor", "Rosa Marsh", ref="rosa")
    diary.tells(lambda: epochs.contact_changed(firmtext.db.session, "rosa"))
    assert states() == [("created", "cancelled")]
    diary.host.add_contact("harbor", "New", ROSA, ref="new")
    diary.clock.at = DUE
    diary.works()
    assert diary.purposes() == []
    assert diary.refusals() == [("reminder", "no_number")]


def test_people_who_share_a_phone_are_told_each_of_their_own_event(diary: Diary) -> None:
    diary.saves(START, invite=["grace"], ref="hers")
    diary.saves(START + HOUR, invite=["henry"], ref="his")
    diary.works()
    diary.sent()
    diary.cancels("hers")
    diary.works()
    assert diary.purposes() == ["created", "created", "cancelled"]
    diary.sent()
    diary.clock.at = DUE
    diary.works()
    assert diary.purposes()[3:] == ["reminder"]
    assert "4:00 PM" in diary.texts()[-1][1]


@pytest.mark.fault("F78")
def test_f78_a_stop_and_a_save_that_withdraw_the_same_texts_wait_for_each_other_in_one_order(
    app: Any, diary: Diary
) -> None:
    """A reminder waits for the morning, an update behind it; nobody is made the victim of a deadlock."""
    kai = "+18085550150"
    diary.host.add_contact("harbor", "Kai", kai, ref="kai", zone="Pacific/Honolulu")
    for n in range(ROUNDS):
        ref = f"event-{n}"
        diary.clock.at = DUE - 2 * DAY
        diary.saves(START, ref=ref, invite=["kai"])
        diary.works()
        diary.sent()
        diary.clock.at = DUE  # 4 in the night in Honolulu
        diary.works()
        assert (
            at_once(
                app,
                lambda: diary.office.receives("STOP", kai),
                lambda: diary.saves(START + HOUR, ref=ref, invite=["kai"]),  # noqa: B023
            )
            == []
        )
        diary.office.receives("START", kai)
        diary.cancels(ref)
        diary.sent()
