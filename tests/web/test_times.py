"""When something was, in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from flask_firmtext.web.times import dated, exact, relative

NOW = datetime(2026, 3, 9, 18, 0, tzinfo=UTC)  # Monday, 13:00 in Chicago, the day after the clocks went forward
ZONE = "America/Chicago"


@pytest.mark.parametrize(
    ("ago", "words"),
    [
        (timedelta(seconds=-30), "just now"),
        (timedelta(seconds=59), "just now"),
        (timedelta(minutes=1), "1 min ago"),
        (timedelta(minutes=59, seconds=59), "59 min ago"),
        (timedelta(hours=1), "12:00 PM"),
        (timedelta(hours=12, minutes=59), "12:01 AM"),
        (timedelta(hours=13, minutes=1), "yesterday, 11:59 PM"),
        (timedelta(hours=36), "yesterday, 12:00 AM"),
        (timedelta(days=2), "Sat 12:00 PM"),
        (timedelta(days=30), "Feb 7"),
        (timedelta(days=400), "Feb 2, 2025"),
    ],
)
def test_a_moment_is_told_as_people_say_it(ago: timedelta, words: str) -> None:
    assert relative(NOW - ago, NOW, ZONE) == words


def test_the_exact_time_is_on_the_firms_clock() -> None:
    assert exact(NOW - timedelta(days=3), NOW, ZONE) == "Mar 6, 12:00 PM"
    assert exact(NOW - timedelta(days=400), NOW, ZONE) == "Feb 2, 2025, 12:00 PM"


def test_a_zone_that_nobody_knows_is_utc_and_says_so() -> None:
    assert relative(NOW - timedelta(hours=2), NOW, "Mars/Base") == "4:00 PM UTC"


def test_on_paper_the_year_stands_in_any_case() -> None:
    at = datetime(2028, 2, 29, 18, 5, tzinfo=UTC)
    assert dated(at, "America/Chicago") == "February 29, 2028, 12:05 PM"
    assert dated(datetime(2027, 1, 1, 3, tzinfo=UTC), "America/Chicago") == "December 31, 2026, 9:00 PM"
