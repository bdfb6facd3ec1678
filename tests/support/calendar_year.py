"""A year of a busy calendar, made by chance from a seed: events, what happens to each, other choices, outages."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

ZONES = ("America/Toronto", "America/Phoenix", "America/St_Johns", "Pacific/Honolulu", "America/Chicago")
#: Whom the firm invites: where the host says they are, and where they really are (the area code of the number says).
PEOPLE = {
    "toronto": ("America/Toronto", "America/Toronto", "+14165550121"),
    "phoenix": ("America/Phoenix", "America/Phoenix", "+16025550122"),
    "johns": ("America/St_Johns", "America/St_Johns", "+17095550123"),
    "honolulu": ("Pacific/Honolulu", "Pacific/Honolulu", "+18085550124"),
    "number": (None, "America/Chicago", "+13125550125"),
}
DAYS = ([1], [7, 1], [3, 2, 1, 0], [2], [], [14, 1, 0])
TIMES = (time(9), time(14), time(7), time(22, 30), time(2, 30), time(0), time(17, 45))
BEGIN, END = datetime(2031, 1, 5, 12, tzinfo=UTC), datetime(2032, 1, 3, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True)
class Entry:
    """An event as the host has it. ``start`` and ``end`` are UTC, or midnights without a zone when ``all_day``."""

    title: str
    place: str
    start: datetime
    end: datetime
    zone: str
    all_day: bool = False

    @property
    def begins(self) -> datetime:
        return self.start.replace(tzinfo=ZoneInfo(self.zone)).astimezone(UTC) if self.all_day else self.start


@dataclass(frozen=True)
class Act:
    """What the host does at a moment: saves ``entry`` (None: cancels) and says whom to ``invite`` (None: as before)."""

    at: datetime
    ref: str
    entry: Entry | None
    invite: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Choice:
    """Other reminders, from a moment on."""

    at: datetime
    days: tuple[int, ...]
    time: time


@dataclass(frozen=True)
class Year:
    acts: list[Act]
    choices: list[Choice]
    outages: list[tuple[datetime, datetime]]


def year(seed: int, events: int) -> Year:
    """The same for the same ``seed``. No two things happen at the same moment."""
    chance = random.Random(seed)
    acts = [act for n in range(events) for act in _life(chance, f"event-{n}")]
    choices = [Choice(_moment(chance, BEGIN, END), tuple(chance.choice(DAYS)), chance.choice(TIMES)) for _ in range(9)]
    outages, at = [], BEGIN + 9 * DAY
    while at < END:
        until = at + chance.choice((10 * MINUTE, 3 * HOUR, 14 * HOUR, 3 * DAY))
        outages.append((at, until))
        at = until + chance.random() * 50 * DAY
    first = {next((down for down, up in outages if down <= one.at < up), one.at): one for one in choices}
    return Year(sorted(acts, key=lambda act: act.at), sorted(first.values(), key=lambda one: one.at), outages)


def _moment(chance: random.Random, after: datetime, before: datetime) -> datetime:
    """Between two others, to the microsecond: never one at which a clock strikes."""
    return after + (before - after) * chance.random() + timedelta(microseconds=1 + chance.randrange(999))


def _life(chance: random.Random, ref: str) -> list[Act]:
    at = _moment(chance, BEGIN, END - 5 * DAY)
    entry = _entry(chance, at)
    acts = [Act(at, ref, entry, _some(chance))]
    for _ in range(chance.choice((0, 0, 1, 1, 2, 3, 5))):
        end = max(entry.begins, at) + HOUR
        at = at + 20 * MINUTE * chance.random() if chance.random() < 0.3 else _moment(chance, at, end)
        at += timedelta(microseconds=1 + chance.randrange(999))
        what = chance.random()
        if what < 0.12:
            acts.append(Act(at, ref, None))
        elif what < 0.3:
            acts.append(Act(at, ref, entry, _some(chance) if chance.random() < 0.8 else ()))
        elif what < 0.45:  # to and fro, within the time that an update waits, or longer
            other = _changed(chance, entry, at)
            acts.append(Act(at, ref, other))
            at += chance.choice((20, 50, 90, 4000)) * timedelta(seconds=1) * (0.5 + chance.random())
            acts.append(Act(at, ref, entry))
        else:
            entry = _changed(chance, entry, at)
            acts.append(Act(at, ref, entry, _some(chance) if chance.random() < 0.2 else None))
    return acts


def _some(chance: random.Random) -> tuple[str, ...]:
    return tuple(chance.sample(sorted(PEOPLE), chance.choice((1, 1, 1, 2))))


def _entry(chance: random.Random, at: datetime) -> Entry:
    zone = chance.choice(ZONES)
    ahead = chance.choice((-DAY, HOUR, 10 * HOUR, 2 * DAY, 5 * DAY, 10 * DAY, 20 * DAY, 60 * DAY))
    day = (at + ahead * chance.random()).astimezone(ZoneInfo(zone)).date()
    title, place = chance.choice(("Hearing", "Call")), chance.choice(("", "12 Main Street"))
    if chance.random() < 0.12:
        first = datetime.combine(day, time())
        return Entry(title, place, first, first + chance.choice((0, 0, 2)) * DAY, zone, all_day=True)
    clock = chance.choice((time(), time(2, 30), time(1, 30), time(7), time(9), time(10, 15), time(13), time(21, 30)))
    start = datetime.combine(day, clock, ZoneInfo(zone)).replace(fold=chance.randrange(2)).astimezone(UTC)
    return Entry(title, place, start, start + chance.choice((0 * HOUR, HOUR, 3 * HOUR, 30 * HOUR)), zone)


def _changed(chance: random.Random, entry: Entry, at: datetime) -> Entry:
    what = chance.random()
    if what < 0.2:
        return replace(entry, title=chance.choice(("Hearing", "Trial", "Call")))
    if what < 0.35:
        return replace(entry, place=chance.choice(("", "12 Main Street", "Courtroom 4")))
    if what < 0.45:
        return _entry(chance, at)  # a whole other one: zone, whole days or not
    if what < 0.5:
        return replace(entry, end=entry.end + (2 * DAY if entry.all_day else HOUR))
    by = chance.choice((DAY, -DAY, 7 * DAY, -3 * DAY))
    if not entry.all_day and chance.random() < 0.4:
        by = chance.choice((15 * MINUTE, -HOUR, 2 * HOUR, 5 * HOUR))
    return replace(entry, start=entry.start + by, end=entry.end + by)
