"""What is typed into the form of an event, and what is wrong with it. Times are on the clocks of the event's zone."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from werkzeug.datastructures import MultiDict

from .models import Event

LONGEST = {"title": ("Title", 500), "place": ("Place", 500)}
FIRST_YEAR, LAST_YEAR = 1970, 2999
LAST_MINUTE = time(23, 59)


@dataclass
class EventForm:
    """``attendees`` and ``notified`` are contacts' keys as text; ``notified`` is None without texting on the page.

    ``token`` is the form's own: sent twice, it makes one event. ``faults`` are sentences by field.
    """

    zone: str
    title: str = ""
    start: str = ""
    end: str = ""
    all_day: bool = False
    place: str = ""
    matter: str = ""
    token: str = ""
    attendees: list[str] = field(default_factory=list)
    notified: list[str] | None = None
    faults: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, event: Event) -> EventForm:
        """The form of an event as it is."""
        return cls(
            event.zone,
            event.title,
            event.starts.isoformat(timespec="minutes"),
            event.ends.isoformat(timespec="minutes"),
            event.all_day,
            event.place,
            str(event.matter_id or ""),
            attendees=[str(one.contact_id) for one in event.attendees],
        )

    @classmethod
    def sent(cls, form: MultiDict[str, str], zone: str, notified: list[str] | None) -> EventForm:
        """What somebody has sent."""
        words = {name: form.get(name, "").strip() for name in ("title", "start", "end", "place", "matter", "token")}
        return cls(zone, **words, all_day="all_day" in form, attendees=form.getlist("attendee"), notified=notified)

    def write(self, event: Event) -> None:
        """Put what was typed into an event; nothing of it when there are ``faults``."""
        self._check_words()
        starts, ends = self._moment("start", "Start"), self._moment("end", "End")
        if starts and ends and self.all_day:
            starts, ends = datetime.combine(starts, time()), datetime.combine(ends, LAST_MINUTE)
        if starts and ends and ends < starts:
            self.faults["end"] = "End is before Start. Correct one of them."
        if self.faults or starts is None or ends is None:
            return
        if event.id and (event.starts, event.all_day) != (starts, self.all_day):
            event.asks_anew()
        event.title, event.place, event.zone, event.all_day = self.title, self.place, self.zone, self.all_day
        event.starts, event.ends = starts, ends

    def invited(self, before: Collection[str]) -> list[str]:
        """Who is invited: whoever is ticked, and whoever is to be notified, unless just taken off the list of
        ``before``."""
        added = [one for one in self.notified or () if one not in before]
        return list(dict.fromkeys((*self.attendees, *added)))

    def _check_words(self) -> None:
        if not self.title:
            self.faults["title"] = "Write a title."
        for name, (label, most) in LONGEST.items():
            if len(getattr(self, name)) > most:
                self.faults[name] = f"{label} has more than {most} characters. Shorten it."

    def _moment(self, name: str, label: str) -> datetime | None:
        given = getattr(self, name)
        try:
            wall = datetime.fromisoformat(given)
        except ValueError:
            wall = None
        if wall is None or wall.tzinfo is not None:
            self.faults[name] = f"Choose a day and time for {label}." if not given else f"{label} is no day and time."
        elif not FIRST_YEAR <= wall.year <= LAST_YEAR:
            self.faults[name] = f"{label} must be in a year from {FIRST_YEAR} to {LAST_YEAR}."
        elif not self.all_day and not _exists(wall, self.zone):
            self.faults[name] = (
                f"On that day clocks are set forward and never show {wall:%-I:%M %p}. Choose another time."
            )
        else:
            return wall.replace(second=0, microsecond=0)
        return None


def _exists(wall: datetime, zone: str) -> bool:
    """Whether clocks in the zone show this wall time at all."""
    there = ZoneInfo(zone)
    return wall.replace(tzinfo=there).astimezone(UTC).astimezone(there).replace(tzinfo=None) == wall
