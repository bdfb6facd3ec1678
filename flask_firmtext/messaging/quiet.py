"""Quiet hours: when automatic texts wait, by the clock of whoever would read them (47 CFR 64.1200(c)(1))."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from ..deferred import found, phonenumbers
from ..parsing import Quiet
from ..zones import is_zone
from .wall_clock import instant

#: Somewhere between Maine and Hawaii it is always night; after so many looks nobody is made to wait any longer.
LOOKS = 8
UNKNOWN = "Etc/Unknown"
#: A text that waits for the end of quiet hours has to come so long before the event; else another rule holds.
AHEAD = timedelta(hours=1)


class TooLate(Exception):
    """The quiet hours end less than :data:`AHEAD` before what a text tells of begins."""


def zones_of(phone: str, known: str | None, otherwise: str) -> tuple[ZoneInfo, ...]:
    """Where a phone (E.164) may be: the zone that the host knows, else those of its number, else ``otherwise``."""
    names = [known] if is_zone(known) else _of_number(phone)
    found = tuple(ZoneInfo(name) for name in names if name and name != UNKNOWN)
    return found or (ZoneInfo(otherwise),)


def _of_number(phone: str) -> Sequence[str]:
    # Loaded when first used, because it has a table of all the world's prefixes.
    zones: Sequence[str] = found("phonenumbers.timezone:time_zones_for_number")(phonenumbers.parse(phone))
    return zones


def end(at: datetime, zones: Sequence[ZoneInfo], quiet: Quiet | None) -> datetime:
    """The first moment from ``at`` (aware) on at which it is quiet in none of ``zones``; ``at`` itself outside."""
    moment = at
    for _look in range(LOOKS):
        later = max((_end_in(moment, zone, quiet) for zone in zones), default=moment) if quiet else moment
        if later == moment:
            break
        moment = later
    return moment


def put_off(
    at: datetime, zones: Sequence[ZoneInfo], quiet: Quiet | None, begins: datetime
) -> tuple[datetime | None, str | None]:
    """Until when a text waits that tells of what ``begins`` then, and on whose clock; None for not at all.

    :raises TooLate: it would have to come in quiet hours.
    """
    moment = end(at, zones, quiet)
    if moment == at:
        return None, None
    if moment > begins - AHEAD:
        raise TooLate
    return moment, clock_of(moment, zones, quiet)


def clock_of(at: datetime, zones: Sequence[ZoneInfo], quiet: Quiet | None) -> str:
    """The zone on whose clock the quiet hours end at ``at``."""
    there = (zone for zone in zones if quiet and at.astimezone(zone).time() == quiet.end)
    return str(next(there, zones[0]))


def is_quiet(wall: time, quiet: Quiet) -> bool:
    """Whether a wall clock shows a quiet hour."""
    if quiet.begin > quiet.end:
        return wall >= quiet.begin or wall < quiet.end
    return quiet.begin <= wall < quiet.end


def _end_in(at: datetime, zone: ZoneInfo, quiet: Quiet) -> datetime:
    local = at.astimezone(zone)
    if not is_quiet(local.time(), quiet):
        return at
    day = local.date() + timedelta(days=local.time() >= quiet.end)
    return instant(datetime.combine(day, quiet.end), zone)
