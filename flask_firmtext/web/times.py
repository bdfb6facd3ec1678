"""When something was, on the firm's wall clock: short in a table, exact beside a text."""

from __future__ import annotations

from datetime import datetime, timedelta

from ..language import gettext as _
from ..language import ngettext as _n
from ..messaging.moments import WEEK, clock_time, day, joined, moment, named_day, place, short_day

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
YEAR = timedelta(days=366)


def exact(at: datetime, now: datetime, zone: str) -> str:
    """The day and time: "May 3, 2:05 PM", with the year when it is another than now's."""
    return joined(short_day(at, now, zone), clock_time(at, zone))


def dated(at: datetime, zone: str) -> str:
    """For paper: "May 3, 2026, 2:05 PM", the year in any case."""
    return joined(day(at, at - YEAR, zone), clock_time(at, zone))


def relative(at: datetime, now: datetime, zone: str) -> str:
    """As people say it: "just now", "5 min ago", "2:05 PM", "yesterday, 9:00 PM", "Tue 9:00 AM", "May 3"."""
    if at > now - MINUTE:
        return _("just now")
    if at > now - HOUR:
        return _n("%(n)s min ago", "%(n)s min ago", int((now - at) / MINUTE))
    days = (_date(now, zone) - _date(at, zone)).days
    if days == 0:
        return clock_time(at, zone)
    if days == 1:
        return _("yesterday, %(time)s", time=clock_time(at, zone))
    return moment(at, at, zone) if days < WEEK else short_day(at, now, zone)


def heading(at: datetime, now: datetime, zone: str) -> tuple[str, str]:
    """The day above its texts: "2026-05-03", and "Today", "Yesterday" or "Sun, May 3, 2026"."""
    there = _date(at, zone).date()
    days = (_date(now, zone).date() - there).days
    words = {0: _("Today"), 1: _("Yesterday")}.get(days)
    return there.isoformat(), words or named_day(there)


def _date(at: datetime, zone: str) -> datetime:
    return at.astimezone(place(zone)[0]).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
