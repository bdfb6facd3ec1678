"""What clients are told of events: created, updated and cancelled, once each, whatever the host does in between."""

from __future__ import annotations

import logging
from collections.abc import Hashable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import ColumnElement, select

import evidence
from diary import DAY, HOUR, MINUTE, NOON, Diary
from flask_firmtext.clock import Clock
from flask_firmtext.current import firmtext
from flask_firmtext.errors import DecryptError, HostContractError
from flask_firmtext.firm import replies
from flask_firmtext.messaging import consent, overdue, placing, resolving
from flask_firmtext.ports.gateway import InboundText, RawRequest
from flask_firmtext.ports.values import Event, User
from flask_firmtext.store import ciphers, queries
from flask_firmtext.store.models import CalendarEvent, Conversation, Invitation, Message, OptOut
from flask_firmtext.store.states import State
from flask_firmtext.store.transactions import own, reading
from office import HARBOR, ROSA, STAFF, Statements

START = NOON + 9 * DAY + 3 * HOUR


@pytest.fixture
def diary(app: Any) -> Diary:
    return Diary(app)


def test_a_created_event_is_told_once(diary: Diary) -> None:
    for _ in range(3):
        diary.saves(START, place="12 Main Street")
        diary.works()
    ((purpose, words),) = diary.texts()
    assert purpose == "created"
    assert words.startswith("Harbor Law: new appointment. Hearing, Wed, Jun 11, 3:00 PM, 12 Main Street.")


class TwoHoursAhead(Clock):
    """That of a process whose machine is wrong; the database is right."""

    def __init__(self, right: Clock) -> None:
        self.right = right

    def now(self) -> datetime:
        return self.right.now() + 2 * HOUR

    def key(self) -> Hashable:
        return self.right.key()

    def sql(self, offset: timedelta = timedelta(0)) -> ColumnElement[datetime]:
        return self.right.sql(offset)


@pytest.mark.fault("F76")
def test_f76_what_a_process_two_hours_ahead_hears_of_is_told_at_once(
    diary: Diary, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as wrong:
        wrong.setattr(firmtext._get_current_object(), "clock", TwoHoursAhead(diary.clock))  # type: ignore[attr-defined]
        diary.saves(START)
    diary.works()
    assert diary.purposes() == ["created"]


def test_a_change_that_matters_is_told_once_with_old_and_new(diary: Diary) -> None:
    diary.saves(START, place="12 Main Street")
    diary.works()
    diary.sent()
    for minutes in range(10):
        diary.works(5 * MINUTE / 60)
        diary.saves(START + timedelta(minutes=minutes + 1), place="Courtroom 4", title="Trial")
    diary.works(59 * MINUTE / 60)
    assert diary.purposes() == ["created"]
    diary.works(MINUTE)
    purpose, words = diary.texts()[-1]
    assert purpose == "updated"
    for part in (
        "Time: Wed, Jun 11, 3:10 PM (was Wed, Jun 11, 3:00 PM)",
        "Title: Trial (was Hearing)",
        "Place: Courtroom 4 (was 12 Main Street)",
    ):
        assert part in words
    diary.works(DAY)
    assert diary.purposes() == ["created", "updated"]


def test_a_change_back_to_what_the_client_knows_is_not_told(diary: Diary) -> None:
    diary.saves(START)
    diary.works()
    diary.sent()
    diary.saves(START + HOUR)
    diary.saves(START)
    diary.works(DAY)
    assert diary.purposes() == ["created"]


def test_a_change_of_the_end_alone_is_not_told(diary: Diary) -> None:
    diary.saves(START)
    diary.works()
    diary.saves(START, end=START + 3 * HOUR)
    diary.works(DAY)
    assert diary.purposes() == ["created"]


def test_cancelling_is_told_once_and_at_once(diary: Diary) -> None:
    diary.saves(START)
    diary.works()
    diary.sent()
    for _ in range(2):
        diary.cancels()
        diary.works()
    assert diary.purposes() == ["created", "cancelled"]
    assert "Hearing, Wed, Jun 11, 3:00 PM" in diary.texts()[-1][1]


def test_what_was_never_told_is_not_called_off(diary: Diary) -> None:
    diary.saves(START)
    diary.cancels()
    diary.works(DAY)
    assert diary.purposes() == []


def test_a_text_that_waits_is_withdrawn_when_it_is_no_longer_so(diary: Diary) -> None:
    diary.saves(START)
    diary.works()
    diary.saves(START + HOUR)
    diary.works()
    assert diary.purposes(cancelled=True) == ["created", "created"]
    ((_, words),) = diary.texts()
    assert "4:00 PM" in words
    diary.cancels()
    diary.works()
    assert diary.texts() == []


def test_restoring_is_told_as_created(diary: Diary) -> None:
    diary.saves(START)
    diary.works()
    diary.sent()
    diary.cancels()
    diary.works()
    diary.sent()
    diary.saves(START, invite=None)
    diary.works()
    assert diary.purposes() == ["created", "cancelled", "created"]


def test_whoever_is_left_out_is_told_that_it_is_off_and_whoever_is_added_that_it_is_on(diary: Diary) -> None:
    diary.saves(START)
    diary.works()
    diary.sent()
    diary.saves(START, invite=["grace"])
    diary.works()
    diary.sent()
    assert sorted(diary.purposes()) == ["cancelled", "created", "created"]
    diary.saves(START, invite=None)
    diary.works(DAY)
    assert len(diary.texts()) == 3


@pytest.mark.parametrize("what", ["past", "begun"])
def test_of_what_has_begun_nothing_is_sent(diary: Diary, what: str) -> None:
    start = NOON - DAY if what == "past" else NOON
    diary.saves(start, end=NOON + DAY)
    diary.works()
    diary.saves(start + MINUTE - MINUTE, title="Renamed", end=NOON + DAY)
    diary.works(HOUR)
    diary.cancels()
    diary.works()
    assert diary.texts() == []


def test_an_event_of_whole_days_tells_no_time_and_one_of_several_both_days(diary: Diary) -> None:
    naive = datetime.fromisoformat("2031-06-11")
    diary.saves(naive, end=naive, all_day=True, ref="one")
    diary.saves(naive, end=naive + 2 * DAY, all_day=True, ref="more")
    diary.saves(START, end=START + DAY, ref="night")
    diary.works()
    one, more, night = (words for _, words in diary.texts())
    assert "Hearing, Wed, Jun 11." in one
    assert "Hearing, Wed, Jun 11 - Fri, Jun 13." in more
    assert "Hearing, Wed, Jun 11 - Thu, Jun 12, 3:00 PM." in night


@pytest.mark.parametrize(
    ("event", "said"),
    [
        ({"start": None}, "start is missing"),
        ({"end": START - HOUR}, "end is before start"),
        ({"zone": "Mars/Olympus"}, "zone must be an IANA time zone"),
        ({"start": START.replace(tzinfo=None)}, "start must be an aware datetime"),
        ({"all_day": True}, "start must be naive wall time"),
        ({"title": None}, "title and place must be strings"),
        ({"ref": ""}, "ref must be"),
        ({"matter": 7}, "matter must be None or the matter's reference, a string"),
        ({"ref": "nobody"}, "knows no such event of this firm"),
        ({"start": datetime(1969, 12, 30, tzinfo=UTC)}, "start must be in a year from 1970"),
        ({"end": datetime(9999, 12, 31, 23, tzinfo=UTC)}, "end must be in a year from 1970 to 9000"),
    ],
)
def test_an_event_that_cannot_be_is_refused_with_the_cure(diary: Diary, event: dict[str, Any], said: str) -> None:
    diary.host.add_event("harbor", "Hearing", START, ref="hearing")
    given = {"ref": "hearing", "title": "T", "start": START, "end": START + HOUR, "zone": "America/Chicago", **event}
    with pytest.raises(ValueError, match=said):
        diary.firmtext.event_saved(Event(**given), ["rosa"], firm="harbor")
    firmtext.db.session.rollback()


def test_another_firms_event_is_refused(diary: Diary) -> None:
    diary.saves(START, firm="summit", ref="theirs", invite=[])
    event = diary.host.for_firm("summit").calendar.event("theirs")
    with pytest.raises(ValueError, match="another's"):
        diary.firmtext.event_saved(event, ["rosa"], firm="harbor")


def test_where_nobody_is_signed_in_no_firm_is_guessed(diary: Diary) -> None:
    """Another firm's event may have the same reference."""
    diary.saves(START)
    event = diary.host.add_event("summit", "Theirs", START, ref="hearing")
    with pytest.raises(ValueError, match="say whose event it is with firm="):
        diary.firmtext.event_cancelled("hearing")
    with pytest.raises(ValueError, match="say whose event it is with firm="):
        diary.firmtext.event_saved(event)
    diary.works()
    assert diary.purposes() == ["created"]


def test_a_call_that_is_never_committed_sends_nothing_and_is_named(
    diary: Diary, caplog: pytest.LogCaptureFixture
) -> None:
    event = diary.host.add_event("harbor", "Hearing", START, ref="hearing")
    diary.firmtext.event_saved(event, ["rosa"], firm="harbor")
    with caplog.at_level(logging.WARNING):
        firmtext.db.session.close()
    assert "event_saved was called" in caplog.text
    diary.works(DAY)
    assert diary.texts() == []


@pytest.mark.parametrize("title", ["Hearing " * 70, "⚖️" * 250, "X" * 500, ""])
def test_a_title_of_any_kind_makes_a_text_of_two_segments(diary: Diary, title: str) -> None:
    diary.saves(START, title=title)
    diary.works()
    ((_, words),) = diary.texts()
    assert len(words) < 320
    assert title or "Appointment" in words


def test_a_client_who_got_it_at_the_second_try_of_a_person_knows_of_the_event(diary: Diary) -> None:
    diary.saves(START)
    diary.works()
    diary.office.becomes(diary.message("created"), State.UNKNOWN)
    with own() as session:
        user = diary.host.users.all[STAFF]
        assert resolving.resend(session, diary.message("created"), user=user, token="again") is not None
    diary.sent()
    diary.cancels()
    diary.works()
    assert diary.purposes() == ["created", "cancelled"]


def test_what_a_person_sends_again_is_withdrawn_when_it_is_no_longer_so(diary: Diary) -> None:
    diary.saves(START)
    diary.works()
    diary.office.becomes(diary.message("created"), State.UNKNOWN)
    with own() as session:
        user = diary.host.users.all[STAFF]
        assert resolving.resend(session, diary.message("created"), user=user, token="again") is not None
    diary.saves(START + HOUR)
    diary.works()
    assert [words.count("4:00 PM") for _, words in diary.texts()] == [1]


@pytest.mark.parametrize("wrong", [7, None, "", "x" * 256])
def test_what_is_no_reference_cancels_nothing_and_names_the_cure(diary: Diary, wrong: Any) -> None:
    with pytest.raises(ValueError, match="event_cancelled: pass the event's reference, a string"):
        diary.firmtext.event_cancelled(wrong, firm="harbor")


def test_a_save_costs_the_same_for_one_contact_and_for_many(diary: Diary) -> None:
    people = [diary.host.add_contact("harbor", f"Person {n}", f"+1312555015{n}").ref for n in range(8)]

    def cost(ref: str, invite: list[str]) -> int:
        for _ in range(2):
            diary.saves(START, ref=ref, invite=invite)
            diary.works()
        diary.sent()
        with Statements(diary.office.app) as watched:
            diary.saves(START + HOUR, ref=ref, invite=invite)
            diary.cancels(ref)
        return len(watched.seen)

    assert cost("many", people) <= cost("one", ["rosa"])


def test_a_contact_without_a_number_is_not_told_and_the_event_says_why(diary: Diary) -> None:
    diary.host.add_contact("harbor", "Nobody", ref="nobody")
    diary.saves(START, invite=["nobody", "gone"])
    diary.works()
    assert diary.refusals() == [("created", "no_number"), ("created", "contact_gone")]


def test_an_event_deleted_behind_our_back_sends_nothing_more(diary: Diary) -> None:
    diary.saves(START)
    diary.host.remove_event("harbor", "hearing")
    diary.works(10 * DAY)
    assert diary.texts() == []


def test_a_change_that_the_host_forgot_to_tell_is_found_before_a_text_goes(diary: Diary) -> None:
    diary.saves(START)
    diary.host.add_event("harbor", "Hearing", START + HOUR, ref="hearing")
    diary.works()
    diary.works()
    ((_, words),) = diary.texts()
    assert "4:00 PM" in words


def test_a_firm_that_does_not_exist_is_named(diary: Diary) -> None:
    event = diary.host.add_event("harbor", "Hearing", START, ref="hearing")
    with pytest.raises(ValueError, match="firm= is a firm's reference"):
        diary.firmtext.event_saved(event, ["rosa"], firm="nobody")
    diary.firmtext.event_cancelled("hearing", firm="nobody")
    firmtext.db.session.rollback()


def test_an_event_over_the_hour_that_comes_twice_may_end_before_it_begins_on_the_clock(diary: Diary) -> None:
    """F77: 1:30 daylight time to 1:15 standard time is three quarters of an hour."""
    zone = ZoneInfo("America/Chicago")
    start = datetime(2031, 11, 2, 1, 30, tzinfo=zone)
    diary.saves(start, end=datetime(2031, 11, 2, 1, 15, tzinfo=zone, fold=1))
    diary.works()
    assert diary.purposes() == ["created"]


def test_a_change_of_what_begins_before_the_wait_is_over_is_told_at_once(diary: Diary) -> None:
    diary.saves(NOON + HOUR)
    diary.works()
    diary.sent()
    diary.works(HOUR - MINUTE / 2)
    diary.saves(NOON + HOUR, place="Courtroom 4")
    diary.works()
    assert diary.purposes() == ["created", "updated"]


def test_what_is_called_off_while_it_cannot_be_read_is_told_once_it_can(
    diary: Diary, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F79: a key is missing for a while."""
    diary.saves(START)
    diary.works()
    diary.sent()
    whole = ciphers.unseal

    def unseal(key: bytes, where: Any, cell: bytes) -> str:
        if where.table == CalendarEvent.__tablename__:
            raise DecryptError(where.table, where.column, where.row, "gone")
        return whole(key, where, cell)

    with monkeypatch.context() as missing:
        missing.setattr(ciphers, "unseal", unseal)
        diary.cancels()
        diary.works()
        assert diary.purposes() == ["created"]
    diary.works(MINUTE)
    assert diary.purposes() == ["created", "cancelled"]


def test_what_can_never_be_read_is_looked_at_until_it_would_have_begun(
    diary: Diary, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F79."""
    diary.saves(START)

    def unseal(key: bytes, where: Any, cell: bytes) -> str:
        raise DecryptError(where.table, where.column, where.row, "gone")

    with monkeypatch.context() as missing:
        missing.setattr(ciphers, "unseal", unseal)
        diary.passes(10 * DAY, DAY)
    assert [row.notice_at for row in evidence.rows(Invitation)] == [None]
    assert diary.texts() == []


@pytest.mark.parametrize("answer", ["nonsense", "another"])
def test_a_calendar_that_shows_another_event_is_refused_when_one_is_saved(diary: Diary, answer: Any) -> None:
    event = diary.host.add_event("harbor", "Hearing", START, ref="hearing")
    if answer == "another":
        answer = diary.host.add_event("harbor", "Another", START, ref="another")
    diary.host.fault("Calendar.event", returns=answer)
    with pytest.raises(HostContractError):
        diary.firmtext.event_saved(event, ["rosa"], firm="harbor")
    firmtext.db.session.rollback()


#: 22:00 in Chicago.
NIGHT = NOON + 10 * HOUR


def claimable() -> list[str]:
    with reading() as session:
        return [session.get_one(Message, one.message).kind for one in queries.due(session, limit=50)]


def test_in_quiet_hours_a_notification_waits_and_nothing_waits_for_it(diary: Diary) -> None:
    diary.clock.at = NIGHT
    diary.saves(START)
    diary.works()
    assert claimable() == []
    diary.office.sends("rosa", "See you")
    assert claimable() == ["staff"]
    diary.clock.at = NOON + 20 * HOUR  # 8:00
    assert "notification" in claimable()


def test_an_answer_to_whoever_writes_at_night_is_not_held(diary: Diary) -> None:
    diary.clock.at = NIGHT
    diary.saves(START)
    diary.works()
    with own() as session:
        inbound = InboundText("help", ROSA, HARBOR, "HELP", NIGHT, media=(), digest=b"help")
        placing.store(session, inbound, RawRequest("POST", {}, b""))
    for one in replies.due():
        replies.write(one)
    assert claimable() == ["auto_reply"]


def test_what_the_morning_would_be_too_late_for_is_told_at_night(diary: Diary) -> None:
    diary.clock.at = NIGHT
    diary.saves(NOON + 20 * HOUR + 59 * MINUTE, ref="early")
    diary.saves(NOON + 21 * HOUR, ref="later")
    diary.works()
    assert claimable() == ["notification"]
    assert len(diary.texts()) == 2


def test_a_text_that_nothing_sends_is_over_when_its_event_begins(diary: Diary) -> None:
    diary.clock.at = NIGHT
    diary.saves(NOON + 22 * HOUR)
    diary.works()
    diary.clock.at = NOON + 22 * HOUR
    assert claimable() == []
    assert overdue.expire() == 1
    assert [row.state for row in evidence.rows(Message)] == ["expired"]


def test_each_occurrence_of_a_series_is_an_event_of_its_own(diary: Diary) -> None:
    for week in range(3):
        diary.saves(START + week * 7 * DAY, ref=f"series/{week}")
    diary.works()
    diary.sent()
    diary.saves(START + 7 * DAY + HOUR, ref="series/1")
    diary.cancels("series/2")
    diary.works(2 * MINUTE)
    assert diary.purposes() == ["created"] * 3 + ["cancelled", "updated"]
    assert "Wed, Jun 25" in diary.texts()[3][1]
    assert "Wed, Jun 18, 4:00 PM (was Wed, Jun 18, 3:00 PM)" in diary.texts()[4][1]


def decide(*, opted_out: bool) -> None:
    """A person decides about the question that stands."""
    with own() as session:
        [row] = session.scalars(select(Conversation))
        [asked] = session.scalars(select(OptOut))
        verb = consent.opt_out_as_asked if opted_out else consent.not_an_opt_out
        assert verb(session, row, asked.asked_by, user=User(STAFF, "Staff", "harbor"))


def test_a_change_waits_while_nobody_has_decided_about_a_request_and_goes_out_then(diary: Diary) -> None:
    diary.saves(START)
    diary.works()
    diary.sent()
    diary.office.receives("please stop texting me about this")
    diary.saves(START + DAY)
    for _ in range(4):
        diary.works(HOUR / 2)
    assert (diary.purposes(), diary.refusals()) == (["created"], [])
    decide(opted_out=False)
    diary.works(HOUR / 2)
    assert diary.purposes() == ["created", "updated"]


def test_a_change_that_waited_is_not_told_to_who_is_opted_out_then(diary: Diary) -> None:
    diary.saves(START)
    diary.works()
    diary.sent()
    diary.office.receives("please stop texting me about this")
    diary.cancels()
    diary.works(MINUTE)
    decide(opted_out=True)
    diary.works(HOUR / 2)
    assert (diary.purposes(), diary.refusals()) == (["created"], [("cancelled", "opted_out")])
    assert evidence.counted("automatic_skipped") == 1


def test_what_waited_until_the_event_began_is_not_told(diary: Diary) -> None:
    diary.saves(START)
    diary.works()
    diary.sent()
    diary.office.receives("please stop texting me about this")
    diary.saves(NOON + 5 * HOUR)
    diary.passes(6 * HOUR)
    decide(opted_out=False)
    diary.works(HOUR / 2)
    assert diary.purposes() == ["created"]
