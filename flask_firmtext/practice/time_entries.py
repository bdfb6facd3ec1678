"""Time that was spent on texts: what is offered, and how it goes into the host's records, once for each form."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy.orm import Session, scoped_session

from .. import points
from ..current import firmtext
from ..errors import FirmTextError, FormRefused
from ..language import either
from ..language import gettext as _
from ..language import ngettext as _n
from ..messaging.moments import clock_time, place
from ..messaging.shown import read_bodies
from ..ports import promises
from ..ports.host import NoTimeEntries, TimeEntries
from ..ports.values import Firm, Matter, User
from ..store import audit, practice_queries
from ..store.models import Message, TimeEntry
from ..store.states import Direction
from ..store.transactions import reading
from ..store.upsert import insert_once

Sessions = Session | scoped_session[Any]

MOST_MINUTES = 24 * 60
LONGEST_NOTE = 2000
#: After so long without a text the work is taken to have ended with the last one.
STILL_AT_IT = timedelta(minutes=30)
#: A token becomes the same id each time, under which our row and the host's entry are kept.
SPACE = uuid.UUID("6c0f2f2e-52c5-4a0b-9d3e-0c8a3f7b1d55")


class AddedMeanwhile(FirmTextError):
    """The same press has been recorded by another request in this very moment."""


@dataclass(frozen=True, slots=True)
class Today:
    """A conversation's texts of this day in the firm's zone."""

    day: date
    texts: tuple[Message, ...]
    since: datetime | None
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Work:
    """What is to be added, checked."""

    matter: str
    minutes: int
    day: date
    note: str = field(repr=False)


def port_of(firm: str) -> TimeEntries | None:
    """Where a firm records time; None for a host that does not. What the host raises goes on to the caller."""
    port = firmtext.host.for_firm(firm).time_entries
    return None if isinstance(port, NoTimeEntries) else port


def today(firm: Firm, conversation_id: uuid.UUID) -> Today:
    """What was written today."""
    zone = place(firm.zone)[0]
    day = firmtext.clock.now().astimezone(zone).date()
    with reading() as session:
        begin = datetime.combine(day, time(), zone)
        texts = practice_queries.texts_since(session, firm.ref, conversation_id, begin)
    times = [text.shown_at for text in texts]
    return Today(day, tuple(texts), min(times, default=None), max(times, default=None))


def minutes_of(found: Today, increment: int) -> int:
    """From the first text of today until now, or until the last when that is long ago; rounded up, a step at least."""
    if found.since is None or found.until is None:
        return increment
    now = firmtext.clock.now()
    end = now if now - found.until < STILL_AT_IT else found.until
    steps = -(-(end - found.since) // timedelta(minutes=increment))
    return min(max(steps, 1) * increment, MOST_MINUTES)


def note_of(found: Today, names: Sequence[str]) -> str:
    """Whom and how many, and no word of a text."""
    whom = either(names)
    if not found.texts:
        return _("Text messages with %(name)s", name=whom)
    texts = _n("%(n)s text", "%(n)s texts", len(found.texts))
    return _("Text messages with %(name)s (%(texts)s)", name=whom, texts=texts)


def written(firm: Firm, found: Today, names: Sequence[str]) -> str:
    """The texts themselves, a line each, for a note in which somebody wants them."""
    with reading() as session:
        bodies = read_bodies(session, found.texts)
    whom = either(names)
    lines = []
    for text in found.texts:
        who = whom if text.direction == Direction.IN else firm.name
        lines.append(f"{clock_time(text.shown_at, firm.zone)} {who}: {bodies[text.id] or _('(cannot be read)')}")
    return "\n".join(lines)


def check(given: Mapping[str, str], matters: Sequence[Matter], day: date) -> Work:
    """What a form says, taken at its word. :raises FormRefused: a sentence a field; ``day`` is today."""
    faults: dict[str, str] = {}
    if given["matter"] not in {matter.ref for matter in matters}:
        faults["matter"] = _("Choose the matter on which you worked.")
    typed = given["minutes"].strip()
    minutes = int(typed) if typed.isdecimal() and len(typed) < 6 else 0
    if not 1 <= minutes <= MOST_MINUTES:
        faults["minutes"] = _("Minutes are a whole number from 1 to 1440.")
    try:
        worked = date.fromisoformat(given["day"])
    except ValueError:
        worked = date.max
    if worked.year < day.year - 10 or worked > day + timedelta(days=1):
        faults["day"] = _("Choose the day on which you worked; it cannot be in the future.")
    note = given["note"].replace("\r\n", "\n").strip()
    if len(note) > LONGEST_NOTE:
        faults["note"] = _("A note has at most 2,000 characters. Shorten it, or leave out what was written.")
    if "\0" in note:
        faults["note"] = _("The note has a character that cannot be kept. Type it again.")
    if faults:
        raise FormRefused(faults)
    return Work(given["matter"], minutes, worked, note)


def add(
    session: Sessions, port: TimeEntries, user: User, work: Work, *, conversation: uuid.UUID, token: str
) -> uuid.UUID:
    """Record work, the host's verb first and our row after it; joined. Said again, it is the first entry.

    What the host raises goes on to the caller, who rolls back.

    :raises AddedMeanwhile: the other press of two was faster, so the host's second entry must be rolled back.
    """
    entry_id = uuid.uuid5(SPACE, json.dumps([user.firm, user.ref, token]))
    known = practice_queries.entry_with(session, user.firm, user.ref, token)
    if known is not None:
        return known.id
    answer = port.add(user.ref, work.matter, work.minutes, work.day, work.note, token=f"firmtext:{entry_id}")
    entry = promises.entry("add", answer)
    points.reach("time.added")
    row = {"id": entry_id, "firm": user.firm, "by": user.ref, "token": token, "conversation_id": conversation}
    done = {"matter": work.matter, "minutes": work.minutes, "day": work.day, "entry": entry}
    if not insert_once(session, TimeEntry, **row, **done, created_at=firmtext.clock.now()):
        raise AddedMeanwhile
    table = (TimeEntry.__tablename__, entry_id)
    audit.record(session, "time.add", table, firm=user.firm, actor=user.ref, became=str(work.minutes))
    points.reach("time.written")
    return entry_id


def with_words(work: Work, words: str) -> Work:
    """The work with what was written in its note, as much as there is room for."""
    note = "\n\n".join(filter(None, (work.note, words)))
    return replace(work, note=note if len(note) <= LONGEST_NOTE else note[: LONGEST_NOTE - 1] + "…")
