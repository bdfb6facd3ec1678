"""When a reminder of an event is due: so many days before, at the firm's time of day on the event's wall clock."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from ...messaging import quiet
from ...messaging.wall_clock import instant
from ...parsing import Quiet
from .facts import Facts


def due_at(facts: Facts, days: int, at: time, hours: Quiet | None) -> datetime:
    """The moment in UTC. A time of day that is left out in spring is the first moment after, of two it is the first.

    One in the quiet hours of the event's own clock moves to their end when that is an hour before the event, else to
    the last minute before them.
    """
    wall = datetime.combine(facts.day - timedelta(days=days), at)
    due = instant(wall, facts.clock)
    if hours is None or not quiet.is_quiet(at, hours):
        return due
    later = quiet.end(due, [facts.clock], hours)
    if later <= facts.starts_at - quiet.AHEAD:
        return later
    evening = wall.date() - timedelta(days=at < hours.begin)
    return instant(datetime.combine(evening, hours.begin) - timedelta(minutes=1), facts.clock)
