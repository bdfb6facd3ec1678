"""How results are shown."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from collections.abc import Callable
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
@pytest.mark.attack("A44")
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


@pytest.mark.parametrize("given", ["", "2", "h", "-2h", "2 h", "tomorrow", "99999d", "0001-01-01T00:00:00+05:00"])
def test_what_is_no_time_is_wrong_usage(given: str) -> None:
    with pytest.raises(click.BadParameter, match="neither an ISO time nor like 2h"):
        moments.since(given)


@pytest.mark.parametrize("given", ["0001-01-01", "1969-12-31T23:59:59Z", "9999-12-31"])
@pytest.mark.parametrize("parse", [moments.since, moments.moment])
def test_a_time_at_the_calendars_end_is_wrong_usage(parse: Callable[[str], object], given: str) -> None:
    with pytest.raises(click.BadParameter, match="not in the years 1970 to 2999"):
        parse(given)


ROWS = [{"id": "01a2194e-ea8a-71da-97e4-15a15a2eb685", "to": "+13125550100", "why": None}] * 2


def on_a_terminal(code: str, columns: int) -> str:
    """What a person sees who runs this code of ours on a terminal that wide."""
    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    clean = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
    done = subprocess.run([sys.executable, "-c", code], stdout=follower, env={**clean, "TERM": "xterm"}, timeout=60)
    os.close(follower)
    with os.fdopen(leader, "rb") as screen:
        shown = os.read(screen.fileno(), 65536).decode()
    assert done.returncode == 0
    return re.sub(r"\x1b\[[0-9;]*m", "", shown).replace("\r\n", "\n")


LISTING = f"from flask_firmtext.cli.output import listing\nlisting({ROWS!r}, as_json=False, nothing='')"


def test_a_wide_terminal_shows_a_table() -> None:
    head, *lines = on_a_terminal(LISTING, 100).splitlines()
    assert head.split() == ["id", "to"], "an empty column is left out"
    assert [line.split() for line in lines] == [["01a2194e-ea8a-71da-97e4-15a15a2eb685", "+13125550100"]] * 2


def test_a_narrow_terminal_cuts_nothing() -> None:
    block = "id   01a2194e-ea8a-71da-97e4-15a15a2eb685\nto   +13125550100\nwhy  -\n"
    assert on_a_terminal(LISTING, 45) == f"{block}\n{block}"


def test_things_inside_a_thing_follow_it_moved_to_the_right(capsys: pytest.CaptureFixture[str]) -> None:
    output.single({"id": 1, "parts": [{"n": 1, "why": "a\x1b"}, {"n": 2, "why": None}], "none": []}, as_json=False)
    assert capsys.readouterr().out == "id     1\nparts\n  n    1\n  why  a\\x1b\n\n  n    2\n  why  -\nnone   -\n"


def test_what_cannot_be_read_is_null_in_json(capsys: pytest.CaptureFixture[str]) -> None:
    output.document([{"to": output.Unreadable.CELL}])
    assert json.loads(capsys.readouterr().out) == [{"to": None}]
