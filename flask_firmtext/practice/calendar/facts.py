"""What a client reads of an event, as we keep it: checked when the host says it, compared when it changes."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from ...messaging.wall_clock import instant
from ...ports.promises import LONGEST_REFERENCE
from ...ports.values import Event
from ...zones import is_zone

#: Days are counted backwards from an event, and a date has to be left.
EARLIEST, LATEST = 1970, 9000
SAVED = "event_saved:"


@dataclass(frozen=True, slots=True)
class Facts:
    """An event in words and wall time: ``start`` and ``end`` are naive, in ``zone``; ``starts_at`` is UTC."""

    title: str = field(repr=False)
    place: str = field(repr=False)
    start: datetime
    end: datetime
    zone: str
    all_day: bool
    starts_at: datetime

    @property
    def clock(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    @property
    def day(self) -> date:
        return self.start.date()

    @property
    def time(self) -> time | None:
        """The wall time at which it begins; None when it lasts whole days."""
        return None if self.all_day else self.start.time().replace(second=0, microsecond=0)

    @property
    def last_day(self) -> date:
        """The last of its days; one that ends at midnight does not last into the next."""
        end = self.end if self.all_day or self.end == self.start else self.end - timedelta(microseconds=1)
        return end.date()

    @property
    def when(self) -> tuple[Any, ...]:
        """What makes it another time; the end is told to nobody, unless it is on another day."""
        offset = self.starts_at.astimezone(self.clock).utcoffset()
        return self.day, self.time, None if self.all_day else offset, self.last_day

    @property
    def told(self) -> tuple[Any, ...]:
        """What matters to a client."""
        return self.title, self.place, self.when


def of(event: Event) -> Facts:
    """What an event of the host says. :raises ValueError: something is wrong; the message says what to mend."""
    _check(event)
    zone = ZoneInfo(event.zone)
    if event.all_day:
        start, end = (datetime.combine(moment, time()) for moment in (event.start, event.end))
        starts_at = instant(start, zone)
    else:
        start, end = (moment.astimezone(zone).replace(tzinfo=None) for moment in (event.start, event.end))
        starts_at = event.start.astimezone(UTC)
    title, place = (" ".join(words.split()) for words in (event.title, event.place))
    return Facts(title, place, start, end, event.zone, event.all_day, starts_at)


def _check(event: Event) -> None:
    if not isinstance(event, Event):
        raise ValueError(f"{SAVED} pass a flask_firmtext.Event, not {type(event).__name__}")
    check_reference("event_saved", "ref must be the event's reference", event.ref)
    if event.matter is not None:
        check_reference("event_saved", "matter must be None or the matter's reference", event.matter)
    if not isinstance(event.title, str) or not isinstance(event.place, str):
        raise ValueError(f"{SAVED} title and place must be strings; leave place empty when there is none")
    if not is_zone(event.zone):
        raise ValueError(f"{SAVED} zone must be an IANA time zone like America/Chicago")
    for name, moment in (("start", event.start), ("end", event.end)):
        _check_moment(event, name, moment)
    if _ends_first(event):
        raise ValueError(f"{SAVED} end is before start; correct one of them")


def check_reference(call: str, cure: str, ref: object) -> None:
    """:raises ValueError: that is none; ``cure`` says what to pass."""
    if not isinstance(ref, str) or not 0 < len(ref) <= LONGEST_REFERENCE:
        raise ValueError(f"{call}: {cure}, a string of 1 to {LONGEST_REFERENCE} characters")


def _ends_first(event: Event) -> bool:
    if event.all_day:
        return event.end < event.start
    # Python compares two moments of one zone by what the clock shows, and in autumn that goes back.
    return event.end.astimezone(UTC) < event.start.astimezone(UTC)


def _check_moment(event: Event, name: str, moment: object) -> None:
    if not isinstance(moment, datetime):
        raise ValueError(f"{SAVED} {name} is missing: pass a datetime")
    if event.all_day is (moment.tzinfo is not None):
        cure = "naive wall time in zone when all_day" if event.all_day else "an aware datetime, or set all_day"
        raise ValueError(f"{SAVED} {name} must be {cure}")
    if not EARLIEST <= moment.year <= LATEST:
        raise ValueError(f"{SAVED} {name} must be in a year from {EARLIEST} to {LATEST}")


def written(facts: Facts) -> str:
    """Facts as text, to be encrypted."""
    return json.dumps(asdict(facts), default=datetime.isoformat)


def read(text: str) -> Facts:
    """What :func:`written` wrote."""
    values = json.loads(text)
    for name in ("start", "end", "starts_at"):
        values[name] = datetime.fromisoformat(values[name])
    return Facts(**values)
