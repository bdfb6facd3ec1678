"""Reminders: once, on the event's wall clock, never for a time that is no longer so, never after the event began."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, time
from typing import Any

import pytest
from sqlalchemy import select

import evidence
from diary import DAY, HOUR, MINUTE, NOON, Diary
from flask_firmtext.errors import DecryptError
from flask_firmtext.firm import reminding
from flask_firmtext.messaging import consent
from flask_firmtext.ports.values import User
from flask_firmtext.practice.calendar import reminders, telling
from flask_firmtext.store import ciphers, reminder_queries
from flask_firmtext.store.models import CalendarEvent, Conversation, OptOut, Reminder
from flask_firmtext.store.transactions import own, reading
from office import STAFF

START = NOON + 9 * DAY + 3 * HOUR


@pytest.fixture
def diary(app: Any) -> Diary:
    return Diary(app)


def choose(days: list[int], at: time = time(9)) -> None:
    with own() as session:
        reminding.change(session, "harbor", days, at, by="admin@harbor.example")


@contextmanager
def unreadable() -> Iterator[None]:
    """What the events say cannot be decrypted meanwhile."""
    whole = ciphers.unseal

    def unseal(key: bytes, where: Any, cell: bytes) -> str:
        if where.table == CalendarEvent.__tablename__:
            raise DecryptError(where.table, where.column, where.row, "gone")
        return whole(key, where, cell)

    ciphers.unseal = unseal
    try:
        yield
    finally:
        ciphers.unseal = whole


def invited(diary: Diary, start: datetime = START, **more: Any) -> None:
    diary.saves(start, **more)
    diary.works()
    diary.sent()


def reminded(diary: Diary) -> int:
    return diary.purposes().count("reminder")


def test_a_reminder_goes_once_at_its_wall_time(diary: Diary) -> None:
    invited(diary)
    diary.passes(datetime(2031, 6, 10, 13, 59, tzinfo=UTC) - NOON)
    assert reminded(diary) == 0
    diary.works(MINUTE)
    assert reminded(diary) == 1
    assert "a reminder of your appointment. Hearing, Wed, Jun 11, 3:00 PM" in diary.texts()[-1][1]
    diary.passes(5 * DAY)
    assert reminded(diary) == 1


@pytest.mark.fault("F77")
@pytest.mark.parametrize(("month", "day", "utc"), [(3, 9, 14), (11, 2, 15)], ids=["spring", "autumn"])
def test_nine_is_nine_on_the_days_of_the_changes(diary: Diary, month: int, day: int, utc: int) -> None:
    choose([0])
    diary.clock.at = datetime(2031, month, 1, tzinfo=UTC)
    invited(diary, datetime(2031, month, day, 21, tzinfo=UTC))
    due = datetime(2031, month, day, utc, tzinfo=UTC)
    diary.clock.at = due - MINUTE
    diary.works()
    assert reminded(diary) == 0
    diary.works(MINUTE)
    assert reminded(diary) == 1


def test_a_moved_event_reminds_of_the_new_time_alone(diary: Diary) -> None:
    invited(diary)
    diary.saves(START + 5 * DAY)
    diary.passes(8 * DAY)
    assert reminded(diary) == 0
    diary.passes(6 * DAY)
    assert reminded(diary) == 1
    assert "Jun 16" in diary.texts()[-1][1]


def test_a_move_that_makes_it_due_already_sends_it_after_the_update(diary: Diary) -> None:
    invited(diary)
    diary.saves(NOON + 3 * HOUR)
    diary.works(2 * MINUTE)
    diary.works()
    assert diary.purposes() == ["created", "updated", "reminder"]


def test_an_event_made_too_late_for_its_reminder_gets_none(diary: Diary) -> None:
    invited(diary, NOON + 5 * HOUR)
    diary.passes(6 * HOUR)
    assert diary.purposes() == ["created"]


def test_an_invitation_added_too_late_gets_none(diary: Diary) -> None:
    choose([5])
    invited(diary)
    diary.passes(6 * DAY)
    diary.saves(START, invite=["rosa", "grace"])
    diary.passes(4 * DAY)
    assert sorted(diary.purposes()) == ["created", "created", "reminder"]


def test_other_days_are_planned_anew_and_what_was_sent_stays_sent(diary: Diary) -> None:
    choose([7, 1])
    invited(diary)
    diary.passes(3 * DAY)
    assert reminded(diary) == 1
    diary.sent()
    choose([7, 2], time(14))
    diary.passes(10 * DAY)
    assert reminded(diary) == 2


def test_no_day_is_no_reminder(diary: Diary) -> None:
    invited(diary)
    choose([])
    diary.passes(10 * DAY)
    assert reminded(diary) == 0


def test_after_an_outage_one_reminder_goes_late_and_none_after_the_event(diary: Diary) -> None:
    choose([3, 2, 1])
    invited(diary)
    diary.works(START - NOON - HOUR)
    diary.works()
    assert reminded(diary) == 1
    invited(diary, START + 5 * DAY, ref="other")
    diary.works(6 * DAY)
    diary.works()
    assert reminded(diary) == 1


def test_a_contact_who_is_gone_is_not_reminded_and_the_event_says_why(diary: Diary) -> None:
    diary.saves(START)
    diary.works()
    diary.sent()
    diary.host.remove_contact("harbor", "rosa")
    diary.passes(10 * DAY)
    assert diary.purposes() == ["created"]
    assert set(diary.refusals()) == {("reminder", "contact_gone")}


def test_a_cancelled_event_or_a_withdrawn_invitation_reminds_of_nothing(diary: Diary) -> None:
    invited(diary)
    invited(diary, START, ref="other")
    diary.cancels()
    diary.saves(START, ref="other", invite=[])
    diary.passes(10 * DAY)
    assert reminded(diary) == 0


def test_a_host_that_is_silent_for_long_is_believed_as_it_last_said_if_that_is_fresh(diary: Diary) -> None:
    """The reminder faults of the host's calendar: asked again for 15 minutes, also when the due time is long over."""
    invited(diary, START)
    diary.passes(datetime(2031, 6, 10, 13, 0, tzinfo=UTC) - NOON)
    diary.saves(START, end=START + 3 * HOUR)  # the host has just said it again
    diary.host.fault("Calendar.event", raises=OSError("away"))
    diary.works(2 * HOUR)  # an outage over the due time
    assert reminded(diary) == 0
    diary.passes(14 * MINUTE, MINUTE / 2)
    assert reminded(diary) == 0
    diary.passes(2 * MINUTE, MINUTE / 2)
    assert reminded(diary) == 1


@pytest.mark.fault("F75")
@pytest.mark.parametrize("answer", [OSError("away"), "nonsense", "another"])
def test_a_calendar_that_answers_nonsense_is_one_that_cannot_say(diary: Diary, answer: Any) -> None:
    """The host adapter's faults (F75): no event is given up for it, and none is told of."""
    invited(diary)
    if answer == "another":
        answer = diary.host.add_event("harbor", "Another", START, ref="another")
    how = {"raises": answer} if isinstance(answer, OSError) else {"returns": answer}
    diary.host.fault("Calendar.event", **how)
    diary.clock.at = datetime(2031, 6, 10, 14, tzinfo=UTC)
    diary.passes(5 * MINUTE, MINUTE)
    assert diary.purposes() == ["created"]
    diary.host.mend()
    diary.works(MINUTE)
    assert diary.purposes() == ["created", "reminder"]


def test_a_host_that_is_silent_until_the_event_begins_gets_no_reminder_sent(diary: Diary) -> None:
    """Contacts raises for hours: nobody knows where the text would go."""
    invited(diary)
    diary.host.fault("Contacts.get", raises=OSError("away"))
    diary.passes(10 * DAY)
    assert reminded(diary) == 0
    diary.host.mend()
    diary.works(HOUR)
    assert [row.why for row in evidence.rows(Reminder)] == ["begun"]


def test_one_moment_at_which_the_host_is_silent_does_not_cost_an_old_event_its_reminder(diary: Diary) -> None:
    invited(diary)
    diary.clock.at = datetime(2031, 6, 10, 15, tzinfo=UTC)
    diary.host.fault("Calendar.event", raises=OSError("away"), times=1)
    diary.works()
    assert reminded(diary) == 0
    diary.works(MINUTE)
    assert reminded(diary) == 1


def test_moved_to_and_fro_it_is_not_reminded_of_twice(diary: Diary) -> None:
    """F78, R10."""
    invited(diary)
    diary.passes(8 * DAY)
    diary.sent()
    diary.saves(START + HOUR)
    diary.saves(START)
    diary.passes(HOUR, MINUTE)
    assert reminded(diary) == 1


def test_moved_to_and_fro_over_the_due_time_it_is_reminded_of_once(diary: Diary) -> None:
    """F78, R10."""
    invited(diary)
    diary.passes(datetime(2031, 6, 10, 13, 59, 50, tzinfo=UTC) - NOON)
    diary.saves(START + 20 * DAY)
    diary.works(MINUTE / 3)
    diary.saves(START)
    diary.passes(HOUR, MINUTE)
    assert diary.purposes() == ["created", "reminder"]


def test_one_that_was_never_told_and_is_moved_gets_no_late_reminder(diary: Diary) -> None:
    diary.saves(NOON + 5 * DAY)
    diary.saves(NOON + 5 * HOUR)
    diary.passes(6 * HOUR)
    assert diary.purposes() == ["created"]


def test_a_save_between_other_days_and_their_plan_does_not_keep_the_old_ones(diary: Diary) -> None:
    choose([7])
    invited(diary)
    choose([1])
    diary.saves(START, title="Trial")
    diary.passes(7 * DAY)
    assert reminded(diary) == 0
    diary.passes(2 * DAY)
    assert reminded(diary) == 1


def test_no_reminder_of_the_old_choice_goes_once_the_firm_has_chosen_others(diary: Diary) -> None:
    choose([7])
    invited(diary)
    diary.clock.at = datetime(2031, 6, 4, 14, tzinfo=UTC)
    (due,) = reminders.due()
    choose([1])
    assert reminders.send(due) is None
    diary.works()
    assert reminded(diary) == 0


def test_what_was_due_already_stays_due_when_other_days_say_the_same(diary: Diary) -> None:
    choose([7])
    invited(diary)
    diary.clock.at = datetime(2031, 6, 4, 16, tzinfo=UTC)
    choose([7, 1])
    diary.works()
    assert reminded(diary) == 1


def test_a_nearer_reminder_takes_the_place_of_one_that_waits_for_the_morning(diary: Diary) -> None:
    """R10: two offsets whose times the quiet hours bring together are one text."""
    choose([3, 2, 1, 0], time(0))
    diary.host.add_contact("harbor", "Kai", "+18085550150", ref="kai", zone="Pacific/Honolulu")
    start = datetime(2031, 6, 11, 6, 15, tzinfo=UTC)  # Tuesday evening in Honolulu
    invited(diary, start, invite=["kai"], zone="Pacific/Honolulu")
    diary.clock.at = datetime(2031, 6, 10, 12, tzinfo=UTC)  # Tuesday at 2 in the night
    diary.saves(start + HOUR, invite=["kai"], zone="Pacific/Honolulu")
    diary.passes(8 * HOUR, HOUR / 2)
    assert reminded(diary) == 1


def test_a_reminder_that_waits_for_the_morning_says_what_is_so_then(diary: Diary) -> None:
    """F78."""
    diary.host.add_contact("harbor", "Kai", "+18085550150", ref="kai", zone="Pacific/Honolulu")
    invited(diary, invite=["kai"])
    diary.clock.at = datetime(2031, 6, 10, 14, tzinfo=UTC)  # 4 in the night in Honolulu
    diary.works()
    assert reminded(diary) == 1
    diary.saves(START, invite=["kai"], title="Trial")
    diary.works(MINUTE)
    diary.works()
    assert diary.purposes() == ["created", "updated", "reminder"]
    assert "Trial" in diary.texts()[-1][1]


def test_facts_that_cannot_be_read_for_a_while_cost_no_reminder(diary: Diary) -> None:
    """F79: a key is missing, and put back."""
    invited(diary)
    diary.clock.at = datetime(2031, 6, 10, 14, tzinfo=UTC)
    with unreadable():
        diary.works()
    assert reminded(diary) == 0
    diary.works(MINUTE)
    assert reminded(diary) == 1


def test_facts_that_can_never_be_read_end_with_the_event(diary: Diary) -> None:
    """F79."""
    invited(diary)
    with unreadable():
        diary.passes(10 * DAY)
    assert reminded(diary) == 0
    diary.works(MINUTE)
    assert reminded(diary) == 0


def test_a_reminder_whose_event_began_while_its_plan_was_old_is_ended(diary: Diary) -> None:
    invited(diary)
    choose([2])
    diary.clock.at = START + HOUR
    diary.works()
    assert evidence.rows(Reminder, Reminder.state == "planned") == []


def test_a_zone_of_a_contact_that_does_not_exist_is_one_that_nobody_knows(diary: Diary) -> None:
    diary.host.add_contact("harbor", "Mars", "+13125550151", ref="mars", zone="Mars/Olympus")
    invited(diary, invite=["mars"])
    diary.passes(10 * DAY)
    assert diary.purposes() == ["created", "reminder"]


def test_what_becomes_due_while_the_firms_choice_is_still_being_planned_is_sent_late(diary: Diary) -> None:
    """As if all events had been planned anew in the moment of the choice, however many there are."""
    invited(diary)
    diary.clock.at = datetime(2031, 6, 9, 13, 55, tzinfo=UTC)
    choose([2, 1])
    diary.works(MINUTE * 30)
    assert reminded(diary) == 1


def test_many_events_are_planned_anew_in_portions_and_nothing_else_waits_for_them(diary: Diary) -> None:
    """Begun ones leave the look behind, too; a reminder of an event whose turn has not come waits for it."""
    invited(diary, START - 8 * DAY, ref="begun")
    for n in range(5):
        invited(diary, START, ref=f"event-{n}")
    diary.clock.at = START - 7 * DAY
    choose([1], time(10))
    with reading() as session:
        ((firm, some),) = reminder_queries.stale(session, limit=3)
    reminders.renew((firm, some))
    assert len(some) == 3
    assert [len(refs) for _, refs in reminders.stale()] == [3]
    diary.saves(START, ref="new")
    assert telling.due() != []
    diary.clock.at = datetime(2031, 6, 10, 15, tzinfo=UTC)
    assert len(reminders.due()) == 4 - 1
    diary.works()
    assert reminders.stale() == []
    diary.works()
    assert reminded(diary) == 6


@pytest.mark.fault("F77")
@pytest.mark.parametrize(
    ("start", "end", "zone", "days", "at", "due"),
    [
        # Clocks go from 2 to 3 on March 9, 2031; from 2 to 1 on November 2.
        ("2031-03-10T15:00Z", None, "America/Chicago", 1, time(2, 30), "2031-03-09T08:00Z"),
        ("2031-11-03T16:00Z", None, "America/Chicago", 1, time(1, 30), "2031-11-02T06:30Z"),
        ("2031-03-09T08:30Z", None, "America/Chicago", 1, time(9), "2031-03-08T15:00Z"),
        ("2031-11-02T07:30Z", None, "America/Chicago", 0, time(1, 15), "2031-11-02T06:15Z"),
        ("2032-03-01T15:00Z", None, "America/Phoenix", 1, time(9), "2032-02-29T16:00Z"),
        ("2032-01-01T20:00Z", None, "America/St_Johns", 1, time(9), "2031-12-31T12:30Z"),
        ("2031-06-11T05:00Z", "2031-06-12T05:00Z", "America/Chicago", 1, time(9), "2031-06-10T14:00Z"),
        ("2031-06-12T05:00Z", "2031-06-12T05:00Z", "America/Chicago", 1, time(9), "2031-06-11T14:00Z"),
    ],
    ids=["gap", "fold", "starts in a gap", "starts in a fold", "leap day", "year end", "at 00:00", "at 24:00"],
)
def test_f77_a_reminder_comes_at_its_wall_time_on_odd_days(
    app: Any, start: str, end: str | None, zone: str, days: int, at: time, due: str
) -> None:
    begins, ends, moment = (datetime.fromisoformat(one) for one in (start, end or start, due))
    diary = Diary(app, begins - 10 * DAY, quiet=None)
    choose([days], at)
    invited(diary, begins, end=ends, zone=zone)
    (row,) = evidence.rows(Reminder)
    assert row.due_at == moment


def test_a_reminder_that_was_withdrawn_before_it_went_is_not_one_that_the_client_got(diary: Diary) -> None:
    """F78: called off in the night and restored, moved to and fro: the nearest was never read."""
    choose([1, 0])
    diary.host.add_contact("harbor", "Kai", "+18085550150", ref="kai", zone="Pacific/Honolulu")
    start = datetime(2031, 6, 11, 22, tzinfo=UTC)
    invited(diary, start, invite=["kai"])
    diary.clock.at = datetime(2031, 6, 10, 19, tzinfo=UTC)
    diary.works()
    diary.sent()
    assert reminded(diary) == 1
    diary.clock.at = datetime(2031, 6, 11, 14, tzinfo=UTC)  # 9:00 in Chicago, 4:00 in Honolulu
    diary.works()
    diary.cancels()
    diary.saves(start, invite=None)
    diary.clock.at = datetime(2031, 6, 11, 19, tzinfo=UTC)
    diary.works()
    diary.sent()
    for at in (start + 7 * DAY, start):
        diary.saves(at, invite=None)
        diary.works(2 * MINUTE)
        diary.sent()
    diary.works()
    assert reminded(diary) == 2


def test_in_another_time_zone_it_is_reminded_by_the_clocks_there(diary: Diary) -> None:
    invited(diary)
    diary.saves(START, zone="Pacific/Honolulu")
    diary.works(2 * MINUTE)
    diary.sent()
    assert "Wed, Jun 11, 10:00 AM HST (was Wed, Jun 11, 3:00 PM)" in diary.texts()[-1][1]
    diary.clock.at = datetime(2031, 6, 10, 14, tzinfo=UTC)  # 9:00 in Chicago
    diary.works()
    assert reminded(diary) == 0
    diary.clock.at = datetime(2031, 6, 10, 19, tzinfo=UTC)  # 9:00 in Honolulu
    diary.works()
    assert reminded(diary) == 1


def test_a_reminder_waits_while_nobody_has_decided_about_a_request_and_goes_out_then(diary: Diary) -> None:
    invited(diary)
    diary.office.receives("please stop texting me")
    diary.passes(8 * DAY)
    assert (reminded(diary), diary.refusals()) == (0, [])
    with own() as session:
        [row], [asked] = session.scalars(select(Conversation)), session.scalars(select(OptOut))
        assert consent.not_an_opt_out(session, row, asked.asked_by, user=User(STAFF, "Staff", "harbor"))
    diary.works(HOUR)
    assert reminded(diary) == 1
    assert [row.tries for row in evidence.rows(Reminder) if row.state == "made"] == [0]


def test_a_reminder_that_waited_until_its_event_began_is_missed(diary: Diary) -> None:
    invited(diary)
    diary.office.receives("please stop texting me")
    diary.passes(10 * DAY)
    assert (reminded(diary), [row.why for row in evidence.rows(Reminder) if row.why]) == (0, ["begun"])
