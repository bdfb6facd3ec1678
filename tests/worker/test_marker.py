"""The clerk that makes texts searchable: looks where something changed, and leaves alone for a while what fails."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from evidence import rows
from flask_firmtext.clock import ShiftedClock
from flask_firmtext.messaging import marking
from flask_firmtext.store.models import SearchText
from flask_firmtext.worker import clerk, marker
from flask_firmtext.worker.marker import Marker
from rows import accepted, verified_number


@pytest.fixture(autouse=True)
def number(app: Any) -> Any:
    return verified_number()


def work(one: Marker) -> None:
    for due in one.due():
        one.work(due)


def test_a_new_text_is_marked_by_the_next_look_and_then_there_is_nothing_to_do(app: Any) -> None:
    ours = Marker()
    accepted("The escrow deposit")
    work(ours)
    work(ours)
    assert len(rows(SearchText)) == 1
    assert ours.due() == []
    accepted("Another one")
    assert [one.firm for one in ours.due()] == ["harbor"]
    work(ours)
    assert len(rows(SearchText)) == 2
    assert ours.due() == []


def test_once_a_day_everything_is_looked_at(app: Any) -> None:
    ours = Marker()
    accepted("The escrow deposit")
    work(ours)
    work(ours)
    app.extensions["firmtext"].clock = ShiftedClock(marker.WHOLE_EVERY + timedelta(minutes=1))
    assert [one.back for one in ours.due()] == [None]


def test_a_firm_whose_texts_cannot_be_marked_is_left_alone_for_a_minute(
    app: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = Marker()
    accepted("The escrow deposit")

    def fails(*args: Any) -> int:
        raise RuntimeError("no")

    monkeypatch.setattr(marking, "walk", fails)
    with pytest.raises(RuntimeError, match="no"):
        work(ours)
    assert ours.due() == []
    monkeypatch.undo()
    ours.rests["harbor"] = 0.0
    work(ours)
    assert len(rows(SearchText)) == 1


def test_one_firm_keeps_the_others_waiting_for_a_slice_only(app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(marker, "SLICE", -1.0)
    for n in range(marking.AT_ONCE + 1):
        accepted(f"Text {n}")
    ours = Marker()
    work(ours)
    assert len(rows(SearchText)) == marking.AT_ONCE
    work(ours)
    assert len(rows(SearchText)) == marking.AT_ONCE + 1


def test_the_sweeps_clerk_does_it(app: Any) -> None:
    accepted("The escrow deposit")
    clerk.for_search(app).exhaust()
    assert len(rows(SearchText)) == 1
