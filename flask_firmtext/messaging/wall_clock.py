"""What a wall clock shows somewhere, as a moment: also on the two days a year on which clocks are changed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo

SECOND = timedelta(seconds=1)


def exists(wall: datetime, zone: tzinfo) -> bool:
    """Whether clocks in the zone ever show this naive wall time; in spring an hour is left out."""
    return _shows(_utc(wall, zone, 0), wall, zone)


def instant(wall: datetime, zone: tzinfo) -> datetime:
    """The moment in UTC at which clocks show ``wall`` (naive): the first of two, or the first after it was left out."""
    first = _utc(wall, zone, 0)
    if _shows(first, wall, zone):
        return first
    before, after = sorted(_utc(wall, zone, fold) for fold in (0, 1))
    old = before.astimezone(zone).utcoffset()
    while after - before > SECOND:
        middle = before + (after - before) // 2
        if middle.astimezone(zone).utcoffset() == old:
            before = middle
        else:
            after = middle
    return after.replace(microsecond=0)


def _shows(moment: datetime, wall: datetime, zone: tzinfo) -> bool:
    return moment.astimezone(zone).replace(tzinfo=None) == wall


def _utc(wall: datetime, zone: tzinfo, fold: int) -> datetime:
    return wall.replace(tzinfo=zone, fold=fold).astimezone(UTC)
