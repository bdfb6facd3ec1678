"""Moments in a few words, on the wall clock of whoever is meant."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from babel.dates import format_skeleton, format_time, get_datetime_format, get_time_format

from ..language import locale

#: Clocks of a carrier and of ours differ by less: a text further back came before, and was kept elsewhere since.
LATE = timedelta(minutes=5)
WEEK = 7
_BLANKS = str.maketrans("\u00a0\u202f", "  ")


def clock_time(at: datetime, zone: str) -> str:
    """``at`` as "8:00 AM"; in UTC, and said so, when nobody knows the zone."""
    there, suffix = place(zone)
    return f"{wall_time(at.astimezone(there).time())}{suffix}"


def wall_time(at: time) -> str:
    """A time of day as people of the language write it: "9:00 AM" or "9:00"."""
    return _plain(format_time(at, "short", locale=locale()))


def moment(at: datetime, now: datetime, zone: str) -> str:
    """``at`` as "Tue 9:00 AM", with the date when that is not within a week, with the year when it is another."""
    there, suffix = place(zone)
    local, today = at.astimezone(there), now.astimezone(there)
    if 0 <= (local.date() - today.date()).days < WEEK:
        return f"{_written('Ehm' if _halved() else 'EHm', local)}{suffix}"
    return joined(_written("MMMEd" if local.year == today.year else "yMMMEd", local), clock_time(at, zone))


def day(at: datetime, now: datetime, zone: str) -> str:
    """``at`` as "May 3" in a sentence, with the year when it is another than now's."""
    local = at.astimezone(place(zone)[0])
    return _written("MMMMd" if _same_year(local, now) else "yMMMMd", local)


def short_day(at: datetime, now: datetime, zone: str) -> str:
    """The same where there is little room: "Nov 27"."""
    local = at.astimezone(place(zone)[0])
    return _written("MMMd" if _same_year(local, now) else "yMMMd", local)


def named_day(of: date) -> str:
    """A day with its weekday and year: "Sun, May 3, 2026"."""
    return _written("yMMMEd", of)


def joined(day: str, clock: str) -> str:
    """Day and time of day in one: "Nov 27, 12:56 AM"."""
    return _plain(str(get_datetime_format("short", locale=locale())).replace("'", "").format(clock, day))


def _same_year(local: datetime, now: datetime) -> bool:
    return local.year == now.astimezone(local.tzinfo).year


def _halved() -> bool:
    """Whether people of the language count hours to twelve."""
    return "%(h" in str(get_time_format("short", locale=locale()).format)


def _written(skeleton: str, at: date) -> str:
    """What the skeleton (CLDR's) names of a moment, in the language of whoever asks."""
    return _plain(format_skeleton(skeleton, at, locale=locale()))


def _plain(words: object) -> str:
    return str(words).translate(_BLANKS)


def place(zone: object) -> tuple[tzinfo, str]:
    """The time zone of this IANA name with what is said behind a time in it: nothing, or " UTC" when nobody knows it.

    A host may keep no zone for a firm, or a word that is none.
    """
    try:
        return (ZoneInfo(zone), "") if isinstance(zone, str) else (UTC, " UTC")
    except (KeyError, ValueError, OSError):
        return UTC, " UTC"
