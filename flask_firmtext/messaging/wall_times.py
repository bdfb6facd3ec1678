"""Days and times of day as people choose them, on a wall clock of the firm's zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from babel.dates import get_timezone_name

from ..current import firmtext
from ..errors import FormRefused
from ..language import gettext as _
from ..language import locale, marked
from . import wall_clock
from .moments import day, place, wall_time

SOONEST = timedelta(minutes=1)
LATEST = timedelta(days=366)
#: What a form offers first: the morning after.
MORNING = time(9)

NO_DAY = marked("Choose a day, or write it like this: %(day)s.")
NO_TIME = marked("Choose a time, or write it like this: %(time)s.")
TOO_SOON = marked("That is over, or less than a minute away. Choose a later time.")
TOO_LATE = marked("That is more than a year away. Choose an earlier day.")
NO_SUCH = marked("There is no %(time)s on %(day)s: the clocks are put forward then. Choose another time.")


@dataclass(frozen=True, slots=True)
class Wall:
    """A moment that was chosen: what the wall shows, in which zone (IANA), and when that is."""

    at: datetime
    zone: str
    due: datetime


def chosen(given_day: str, given_time: str, zone: object) -> Wall:
    """The moment that a form's fields name. A time that there is twice is the first of the two.

    :raises FormRefused: there is none, it is over or too far away; with a sentence for ``day`` or ``time``.
    """
    now, (there, _suffix) = firmtext.clock.now(), place(zone)
    wall = _written(given_day, given_time, now.astimezone(there))
    first, last = days(zone)
    if not first <= wall.date() <= last:
        raise FormRefused({"day": _(TOO_SOON if wall.date() < first else TOO_LATE)})
    if not wall_clock.exists(wall, there):
        named = day(wall.replace(hour=12, tzinfo=there), now, str(zone))
        raise FormRefused({"time": _(NO_SUCH, time=wall_time(wall.time()), day=named)})
    due = wall_clock.instant(wall, there)
    if due < now + SOONEST:
        raise FormRefused({"time": _(TOO_SOON)})
    if due > now + LATEST:
        raise FormRefused({"day": _(TOO_LATE)})
    return Wall(wall, _name(there), due)


def at_once(zone: object) -> Wall:
    """This moment."""
    now, (there, _suffix) = firmtext.clock.now(), place(zone)
    return Wall(now.astimezone(there).replace(tzinfo=None), _name(there), now)


def _written(given_day: str, given_time: str, now: datetime) -> datetime:
    faults = {}
    try:
        on = date.fromisoformat(given_day.strip())
    except ValueError:
        faults["day"] = _(NO_DAY, day=now.date().isoformat())
    try:
        at = time.fromisoformat(given_time.strip()).replace(second=0, microsecond=0, tzinfo=None)
    except ValueError:
        faults["time"] = _(NO_TIME, time="14:30")
    if faults:
        raise FormRefused(faults)
    return datetime.combine(on, at)


def _name(there: tzinfo) -> str:
    return getattr(there, "key", "UTC")


def days(zone: object) -> tuple[date, date]:
    """The first and the last day that can be chosen now."""
    today = firmtext.clock.now().astimezone(place(zone)[0])
    return today.date(), (today + LATEST).date()


def offered(zone: object) -> datetime:
    """What a form shows first: tomorrow morning on the wall."""
    today = firmtext.clock.now().astimezone(place(zone)[0]).date()
    return datetime.combine(today + timedelta(days=1), MORNING)


def zone_words(zone: object) -> str:
    """The zone as people call it, with its own name: "Central Time (America/Chicago)"."""
    there, _suffix = place(zone)
    name = _name(there)
    called = get_timezone_name(there, locale=locale())
    return name if called == name or there is UTC else f"{called} ({name})"
