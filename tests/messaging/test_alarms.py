"""An alarm sounds once a minute for each kind, and only for what was really stored."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from evidence import heard
from flask_firmtext.current import firmtext
from flask_firmtext.messaging import alarms
from flask_firmtext.store.transactions import own


def note(*kinds: str, lost: bool = False) -> None:
    with own() as session:
        for kind in kinds:
            alarms.note(session, kind, "detail")
        if lost:
            session.rollback()


def test_an_alarm_that_was_rolled_back_is_not_told_and_does_not_silence_its_repeat(
    app: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with heard() as said, caplog.at_level(logging.WARNING):
        note("conflict", lost=True)
        assert (said, caplog.messages) == ([], [])
        note("conflict")
    assert said == [{"kind": "conflict", "detail": "detail"}]
    assert len(caplog.messages) == 1


def test_an_alarm_is_told_once_a_minute_for_each_kind_however_it_comes(app: Any) -> None:
    with heard() as said:
        note("conflict", "clock", "conflict")
        note("conflict")
        alarms.tell("clock", "detail")
        assert [one["kind"] for one in said] == ["conflict", "clock"]
        firmtext.alarmed._kept.clear()
        note("conflict")
    assert [one["kind"] for one in said] == ["conflict", "clock", "conflict"]


def test_a_receiver_that_fails_keeps_no_other_from_hearing(app: Any) -> None:
    def fails(app: Any, **values: Any) -> None:
        raise RuntimeError

    with alarms.signals.alarm.connected_to(fails), heard() as said:
        note("conflict")
        alarms.tell("clock", "detail")
    assert [one["kind"] for one in said] == ["conflict", "clock"]
