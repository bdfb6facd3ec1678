"""Reminders: once, on the event's wall clock, never for a time that is no longer so, never after the event began."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Any

import pytest

from diary import DAY, HOUR, MINUTE, NOON, Diary
from flask_firmtext.firm import reminding
from flask_firmtext.store.transactions import own

START = NOON + 9 * DAY + 3 * HOUR


@pytest.fixture
def diary(app: Any) -> Diary:
    return Diary(app)


def choose(days: list[int], at: time = time(9)) -> None:
    with own() as session:
        reminding.change(session, "harbor", days, at, by="admin@harbor.example")


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


def test_a_cancelled_event_or_a_withdrawn_invitation_reminds_of_nothing(diary: Diary) -> None:
    invited(diary)
    invited(diary, START, ref="other")
    diary.cancels()
    diary.saves(START, ref="other", invite=[])
    diary.passes(10 * DAY)
    assert reminded(diary) == 0


def test_a_host_that_cannot_say_is_asked_again_and_then_believed_as_it_last_said(diary: Diary) -> None:
    invited(diary, START - 8 * DAY)
    diary.host.fault("Calendar.event")
    diary.clock.at = datetime(2031, 6, 3, 14, tzinfo=UTC) - DAY
    diary.works()
    assert reminded(diary) == 0
