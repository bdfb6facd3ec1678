"""Moments in a few words, on the wall clock of whoever is meant."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

#: Clocks of a carrier and of ours differ by less: a text further back came before, and was kept elsewhere since.
LATE = timedelta(minutes=5)
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_LONG_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def clock_time(at: datetime, zone: str) -> str:
    """``at`` as "8:00"; in UTC, and said so, when nobody knows the zone."""
    there, suffix = place(zone)
    local = at.astimezone(there)
    return f"{local.hour}:{local.minute:02}{suffix}"


def moment(at: datetime, now: datetime, zone: str) -> str:
    """``at`` as "Tue 9:00", with the date when that is not within a week, with the year when it is another."""
    there, _ = place(zone)
    local, today = at.astimezone(there), now.astimezone(there)
    words = [_DAYS[local.weekday()]]
    if not 0 <= (local.date() - today.date()).days < 7:
        words.append(f"{local.day} {_MONTHS[local.month - 1]}")
    if local.year != today.year and len(words) > 1:
        words.append(str(local.year))
    return " ".join([*words, clock_time(at, zone)])


def day(at: datetime, now: datetime, zone: str) -> str:
    """``at`` as "3 May", with the year when it is another than now's."""
    there, _ = place(zone)
    local = at.astimezone(there)
    year = "" if local.year == now.astimezone(there).year else f" {local.year}"
    return f"{local.day} {_LONG_MONTHS[local.month - 1]}{year}"


def place(zone: object) -> tuple[tzinfo, str]:
    """The time zone of this IANA name with what is said behind a time in it: nothing, or " UTC" when nobody knows it.

    A host may keep no zone for a firm, or a word that is none.
    """
    try:
        return (ZoneInfo(zone), "") if isinstance(zone, str) else (UTC, " UTC")
    except (KeyError, ValueError, OSError):
        return UTC, " UTC"
