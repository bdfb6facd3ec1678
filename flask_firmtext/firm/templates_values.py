"""What stands in a template's fields, as clients in North America read it in their language."""

from __future__ import annotations

import unicodedata
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.dates import format_skeleton, format_time

from ..messaging.numbers import display
from ..messaging.segments import GSM_BASIC, GSM_EXTENDED
from ..ports.values import Firm
from .details import Details
from .templates_words import CHANGE, SAMPLE

_LOCALES = {"en": "en_US", "fr": "fr_CA", "es": "es_US"}
_NO_BREAK = str.maketrans("\u00a0\u202f", "  ")


def day(of: date, today: date, language: str) -> str:
    """A day as "Wed, Sep 30", with the year when it is another than today's; in letters of GSM-7 ("aout", "sab")."""
    skeleton = "MMMEd" if of.year == today.year else "yMMMEd"
    return _cheap(format_skeleton(skeleton, datetime.combine(of, time()), locale=_LOCALES[language]))


def clock_time(at: time, language: str) -> str:
    """A wall time as "3:00 PM", "15 h 00", "3:00 p.m."."""
    return _cheap(format_time(at, "short", locale=_LOCALES[language]))


def offset(at: datetime, zone: str) -> timedelta | None:
    """How far clocks in an IANA zone are from UTC at ``at`` (aware); None where nobody knows the zone."""
    try:
        return at.astimezone(ZoneInfo(zone)).utcoffset()
    except (ZoneInfoNotFoundError, ValueError):
        return at.utcoffset()


def change(what: str, old: str, new: str, language: str) -> str:
    """One part of ``{changes}``; ``what`` is ``title``, ``time`` (day and wall time) or ``place``."""
    return CHANGE[language][what].format(old=old, new=new)


def ways_to_reach(firm: Firm, details: Details) -> dict[str, str]:
    """The fields that are the firm's."""
    return {
        "firm": firm.name,
        "contact_email": details.email or "",
        "contact_phone": display(details.phone) if details.phone else "",
    }


def sample(today: date, language: str) -> dict[str, str]:
    """The fields of an event that might be, two weeks from today."""
    new, old = today + timedelta(14), today + timedelta(13)
    at, before = clock_time(time(10, 30), language), clock_time(time(9), language)
    then, was = f"{day(new, today, language)}, {at}", f"{day(old, today, language)}, {before}"
    return {
        **SAMPLE[language],
        "date": day(new, today, language),
        "time": at,
        "changes": change("time", was, then, language),
    }


def _cheap(words: str) -> str:
    """Words of our own without what would make a text expensive; they stay readable."""
    return "".join(map(_letter, words.translate(_NO_BREAK)))


def _letter(letter: str) -> str:
    return letter if letter in GSM_BASIC or letter in GSM_EXTENDED else unicodedata.normalize("NFD", letter)[0]
