"""*Send now* and *Try again*: only what waits, only of one's own firm, and once."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from diary import DAY, HOUR, MINUTE, Diary
from flask_firmtext.ports.values import User
from flask_firmtext.practice.calendar import hurrying
from flask_firmtext.store.models import Audit, Invitation, Message
from flask_firmtext.store.states import State
from flask_firmtext.store.transactions import own, reading

SAM = User("staff@harbor.example", "Sam Staff", "harbor")
STAN = User("staff@summit.example", "Stan Staff", "summit")


@pytest.fixture
def diary(app: Any) -> Diary:
    """Rosa knows of a hearing in a month."""
    diary = Diary(app)
    diary.saves(diary.clock.now() + 30 * DAY)
    diary.works()
    diary.sent()
    return diary


def rosa() -> uuid.UUID:
    with reading() as session:
        return session.scalars(select(Invitation.id)).one()


def hurry(user: User = SAM) -> bool:
    with own() as session:
        return hurrying.hurry(session, rosa(), user=user)


def again(user: User = SAM) -> bool:
    with own() as session:
        return hurrying.again(session, rosa(), user=user)


def actions() -> list[str]:
    with reading() as session:
        return [row for row in session.scalars(select(Audit.action)) if row in ("event.hurry", "event.again")]


def test_a_change_goes_at_once_and_is_hurried_once(diary: Diary) -> None:
    diary.saves(diary.clock.now() + 31 * DAY)
    assert hurry()
    assert not hurry()
    diary.works()
    assert diary.purposes() == ["created", "updated"]
    assert actions() == ["event.hurry"]


def test_another_firm_hurries_nothing(diary: Diary) -> None:
    diary.saves(diary.clock.now() + 31 * DAY)
    assert not hurry(STAN)
    assert not again(STAN)
    with own() as session:
        assert not hurrying.hurry(session, uuid.uuid4(), user=SAM)
    diary.works()
    assert diary.purposes() == ["created"]


def test_nothing_waits_when_the_client_knows_all(diary: Diary) -> None:
    assert not hurry()
    assert not again()
    assert actions() == []


def test_a_text_in_quiet_hours_goes_and_one_that_waits_for_the_carrier_does_not(diary: Diary) -> None:
    diary.clock.move(10 * HOUR)
    diary.saves(diary.clock.now() + 31 * DAY)
    diary.works(2 * MINUTE)
    with reading() as session:
        text = session.scalars(select(Message).where(Message.state == State.QUEUED)).one()
        assert text.not_before is not None
        assert text.not_before > diary.clock.now()
    assert hurry()
    with own() as session:
        row = session.get_one(Message, text.id)
        assert row.not_before == diary.clock.now()
        row.not_before = diary.clock.now() + timedelta(minutes=5)
    assert not hurry()


def test_a_change_goes_at_once_at_night_with_one_press_and_the_next_waits_again(diary: Diary) -> None:
    diary.clock.move(10 * HOUR)
    for days in (31, 32):
        diary.saves(diary.clock.now() + days * DAY)
        if days == 31:
            assert hurry()
        diary.works(2 * MINUTE)
        with reading() as session:
            last = session.scalars(select(Message).where(Message.state == State.QUEUED)).one()
            assert (last.quiet_zone is None) is (days == 31)
        diary.sent()


def test_a_text_that_is_being_sent_is_left_alone(diary: Diary) -> None:
    diary.clock.move(10 * HOUR)
    diary.saves(diary.clock.now() + 31 * DAY)
    diary.works(2 * MINUTE)
    with own() as session:
        session.scalars(select(Message).where(Message.state == State.QUEUED)).one().state = State.SENDING
    assert not hurry()


def test_what_was_lost_is_told_anew_with_what_is_so_now(diary: Diary) -> None:
    diary.office.becomes(diary.message("created"), State.FAILED, reason="temporary_error")
    assert again()
    assert not again()
    diary.works()
    assert diary.purposes() == ["created", "created"]
    assert actions() == ["event.again"]


def test_nothing_of_a_past_event_is_told_anew(diary: Diary) -> None:
    diary.office.becomes(diary.message("created"), State.FAILED, reason="temporary_error")
    diary.clock.move(31 * DAY)
    assert not again()
