"""When something was, on the firm's wall clock: short in a table, exact beside a text."""

from __future__ import annotations

from datetime import datetime, timedelta

from babel.dates import format_date

from .. import language
from ..messaging.moments import clock_time, day, moment, place

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
WEEK = 7
YEAR = timedelta(days=366)


def exact(at: datetime, now: datetime, zone: str) -> str:
    """The day and time: "3 May, 14:05", with the year when it is another than now's."""
    return f"{day(at, now, zone)}, {clock_time(at, zone)}"


def dated(at: datetime, zone: str) -> str:
    """For paper: "3 May 2026, 14:05", the year in any case."""
    return f"{day(at, at - YEAR, zone)}, {clock_time(at, zone)}"


def relative(at: datetime, now: datetime, zone: str) -> str:
    """As people say it: "just now", "5 min ago", "14:05", "Yesterday", "Tue 9:00", "3 May"."""
    if at > now - MINUTE:
        return "just now"
    if at > now - HOUR:
        return f"{int((now - at) / MINUTE)} min ago"
    days = (_date(now, zone) - _date(at, zone)).days
    if days == 0:
        return clock_time(at, zone)
    if days == 1:
        return "yesterday"
    return moment(at, at, zone) if days < WEEK else day(at, now, zone)


def heading(at: datetime, now: datetime, zone: str) -> tuple[str, str]:
    """The day above its texts: "2026-05-03", and "Today", "Yesterday" or "Sun, 3 May 2026"."""
    there = _date(at, zone).date()
    days = (_date(now, zone).date() - there).days
    words = {0: language.gettext("Today"), 1: language.gettext("Yesterday")}.get(days)
    return there.isoformat(), words or format_date(there, "EEE, d MMM y", locale=language.locale())


def _date(at: datetime, zone: str) -> datetime:
    return at.astimezone(place(zone)[0]).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
