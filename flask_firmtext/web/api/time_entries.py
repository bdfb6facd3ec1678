"""Time that was spent on a conversation."""

from __future__ import annotations

import uuid
from datetime import date

from pydantic import Field

from ...practice import time_entries
from .. import time_entry
from .arguments import Key
from .bearer import Bearer
from .operations import post
from .shapes import Answer, Given, Ref


class Work(Given):
    """What was done."""

    matter: Ref
    minutes: int = Field(ge=1, le=1440)
    day: date
    note: str = Field("", max_length=2000)


class TimeEntry(Answer):
    """An entry in the practice system."""

    id: uuid.UUID


@post("/conversations/{conversation}/time-entries", "time:write")
def add_time(who: Bearer, conversation: uuid.UUID, given: Work, key: Key) -> TimeEntry:
    """Record time"""
    place = time_entry.place_of(who, conversation)
    values = {
        "matter": given.matter,
        "minutes": str(given.minutes),
        "day": given.day.isoformat(),
        "note": given.note,
    }
    work = time_entries.check(values, place.matters, place.today.day)
    return TimeEntry(id=time_entry.written(place, work, key))
