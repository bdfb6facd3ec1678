"""When something was, on the firm's wall clock: short in a table, exact beside a text."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from babel.dates import format_date, format_time

from ..language import gettext as _
from ..language import locale
from ..language import ngettext as _n
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
        return _("just now")
    if at > now - HOUR:
        return _n("%(n)s min ago", "%(n)s min ago", int((now - at) / MINUTE))
    days = (_date(now, zone) - _date(at, zone)).days
    if days == 0:
        return clock_time(at, zone)
    if days == 1:
        return _("yesterday")
    return moment(at, at, zone) if days < WEEK else day(at, now, zone)


def wall_time(at: time) -> str:
    """A time of day as people say it: "9:00 AM"."""
    return str(format_time(at, "short", locale=locale())).replace("\u202f", " ")


def heading(at: datetime, now: datetime, zone: str) -> tuple[str, str]:
    """The day above its texts: "2026-05-03", and "Today", "Yesterday" or "Sun, 3 May 2026"."""
    there = _date(at, zone).date()
    days = (_date(now, zone).date() - there).days
    words = {0: _("Today"), 1: _("Yesterday")}.get(days)
    return there.isoformat(), words or format_date(there, "EEE, d MMM y", locale=locale())


def _date(at: datetime, zone: str) -> datetime:
    return at.astimezone(place(zone)[0]).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
