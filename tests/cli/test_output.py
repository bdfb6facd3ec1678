"""How results are shown."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime, timedelta, timezone

import click
import pytest
from flask_firmtext.cli import moments, output


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("plain, ümlaut, שרה, 👩\u200d👩\u200d👧", "plain, ümlaut, שרה, 👩\u200d👩\u200d👧"),
        ("\x1b[31m", "\\x1b[31m"),
        ("a\rb\x00", "a\\x0db\\x00"),
        ("\u202edrow", "\\u202edrow"),
        ("\u2066x\u2069", "\\u2066x\\u2069"),
        ("\u009b1m", "\\x9b1m"),
        ("\U000e0041", "\\U000e0041"),
        ("two\nlines", "two\nlines"),
    ],
)
def test_what_would_move_the_cursor_is_written_out(given: str, shown: str) -> None:
    assert output.printable(given) == shown


def test_times_are_iso_in_utc(capsys: pytest.CaptureFixture[str]) -> None:
    there = timezone(timedelta(hours=-5))
    output.single({"at": datetime(2031, 5, 4, 9, 30, tzinfo=there)}, as_json=True)
    assert json.loads(capsys.readouterr().out) == {"at": "2031-05-04T14:30:00.000Z"}


def test_a_value_without_a_json_form_is_a_bug_and_not_printed_as_repr() -> None:
    with pytest.raises(TypeError, match="object has no form"):
        output.document({"x": object()})


def test_rows_off_a_terminal_are_one_line_each(capsys: pytest.CaptureFixture[str]) -> None:
    output.listing([{"id": 1, "name": "a\nb"}, {"id": 2, "name": None}], as_json=False, nothing="none")
    assert capsys.readouterr().out == "1\ta\\x0ab\n2\t-\n"


def test_on_a_terminal_empty_columns_are_left_out_and_sentences_wrap_before_numbers(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("COLUMNS", "30")
    monkeypatch.setenv("NO_COLOR", "1")
    rows = [{"number": "+18445550100", "why": None, "seen": "one two three four five", "main": False}]
    output.listing(rows, as_json=False, nothing="none")
    shown = capsys.readouterr().out
    assert "+18445550100" in shown
    assert "…" not in shown
    assert "why" not in shown
    assert {"one", "five", "False"} <= set(shown.split())


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("30m", timedelta(minutes=30)),
        ("2h", timedelta(hours=2)),
        ("3d", timedelta(days=3)),
        ("2031-05-04T09:00:00Z", datetime(2031, 5, 4, 9, tzinfo=UTC)),
        ("2031-05-04", datetime(2031, 5, 4, tzinfo=UTC)),
        (None, None),
    ],
)
def test_since_takes_iso_times_and_how_long_ago(given: str | None, meant: object) -> None:
    assert moments.since(given) == meant


@pytest.mark.parametrize("given", ["", "2", "h", "-2h", "2 h", "tomorrow", "99999d"])
def test_what_is_no_time_is_wrong_usage(given: str) -> None:
    with pytest.raises(click.BadParameter, match="neither an ISO time nor like 2h"):
        moments.since(given)
