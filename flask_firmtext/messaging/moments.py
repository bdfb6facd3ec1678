"""Moments in a few words, on the wall clock of whoever is meant."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from babel.dates import format_datetime, format_skeleton

from ..language import SOURCE, locale

#: Clocks of a carrier and of ours differ by less: a text further back came before, and was kept elsewhere since.
LATE = timedelta(minutes=5)
_BLANKS = str.maketrans("\u00a0\u202f", "  ")
#: English as our pages have always written it; other languages have the order and the words of their people.
_ENGLISH = {
    "Hm": "H:mm",
    "E": "EEE",
    "MMMEd": "EEE d MMM",
    "yMMMEd": "EEE d MMM y",
    "MMMMd": "d MMMM",
    "yMMMMd": "d MMMM y",
}


def clock_time(at: datetime, zone: str) -> str:
    """``at`` as "8:00"; in UTC, and said so, when nobody knows the zone."""
    there, suffix = place(zone)
    return f"{_written('Hm', at.astimezone(there))}{suffix}"


def moment(at: datetime, now: datetime, zone: str) -> str:
    """``at`` as "Tue 9:00", with the date when that is not within a week, with the year when it is another."""
    there, _ = place(zone)
    local, today = at.astimezone(there), now.astimezone(there)
    dated = "MMMEd" if local.year == today.year else "yMMMEd"
    soon = 0 <= (local.date() - today.date()).days < 7
    return f"{_written('E' if soon else dated, local)} {clock_time(at, zone)}"


def day(at: datetime, now: datetime, zone: str) -> str:
    """``at`` as "3 May", with the year when it is another than now's."""
    there, _ = place(zone)
    local = at.astimezone(there)
    return _written("MMMMd" if local.year == now.astimezone(there).year else "yMMMMd", local)


def _written(skeleton: str, local: datetime) -> str:
    """What the skeleton (CLDR's) names of a moment, in the language of whoever asks."""
    speaks = locale()
    if speaks.language == SOURCE:
        return str(format_datetime(local, _ENGLISH[skeleton], locale=speaks))
    return str(format_skeleton(skeleton, local, tzinfo=local.tzinfo, locale=speaks)).translate(_BLANKS)


def place(zone: object) -> tuple[tzinfo, str]:
    """The time zone of this IANA name with what is said behind a time in it: nothing, or " UTC" when nobody knows it.

    A host may keep no zone for a firm, or a word that is none.
    """
    try:
        return (ZoneInfo(zone), "") if isinstance(zone, str) else (UTC, " UTC")
    except (KeyError, ValueError, OSError):
        return UTC, " UTC"
