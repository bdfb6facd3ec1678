"""The host's events, and where it is noted what a contact answered."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from ...ports.host import Calendar, Firms
from ...ports.values import Answer, Event
from . import maps
from .columns import Columns, first, joined
from .contacts import ContactRows
from .rows import Rows


class EventRows:
    """Events as their table has them."""

    def __init__(self, mapped: maps.EventMap, only: str | None, contacts: ContactRows) -> None:
        self.mapped, self.contacts = mapped, contacts
        self.rows = Rows(mapped, only)
        self.attendee = mapped.attendees.through.property.mapper.class_
        self.columns = Columns(
            ref=self.rows.ref.attribute,
            title=mapped.title,
            start=mapped.start,
            end=None if isinstance(mapped.end, timedelta) else mapped.end,
            zone=mapped.zone,
            all_day=mapped.all_day,
            place=mapped.place,
            matter=mapped.matter,
        )
        self.asked = select(*self.columns.selected).select_from(mapped.model)

    def event(self, row: Any, zone_of_firm: str) -> Event:
        values = self.columns.read(row)
        zone, all_day = str(first(values["zone"], zone_of_firm)), bool(first(values["all_day"]))
        start = first(values["start"])
        end = start + self.mapped.end if isinstance(self.mapped.end, timedelta) else first(values["end"], start)
        matter = first(values["matter"])
        return Event(
            str(first(values["ref"])),
            joined(values["title"]),
            _moment(start, zone, self.mapped.stored, all_day=all_day),
            _moment(end, zone, self.mapped.stored, all_day=all_day),
            zone,
            all_day,
            str(first(values["place"], "")),
            None if matter is None else str(matter),
        )

    def attendees(self, firm: str, event: str, contact: str) -> Any:
        """The attendees of an event who are this contact, as instances."""
        mapped, contacts = self.mapped.attendees, self.contacts.rows
        asked = select(self.attendee).select_from(self.mapped.model).join(mapped.through)
        theirs = asked.join(contacts.model, mapped.contact == contacts.ref.attribute)
        of_both = self.rows.of(firm), contacts.of(firm)
        return theirs.where(*of_both, self.rows.ref.equals(event), contacts.ref.equals(contact))


class MappedCalendar(Calendar):
    """The port. An answer is where the attendee stands: the same again changes nothing, so that no token is kept."""

    def __init__(self, db: Any, firm: str, events: EventRows, firms: Firms) -> None:
        self.db, self.firm, self._events, self._firms = db, firm, events, firms

    def event(self, ref: str) -> Event | None:
        rows = self._events.rows
        row = self.db.session.execute(self._events.asked.where(rows.of(self.firm), rows.ref.equals(ref))).first()
        if row is None:
            return None
        firm = self._firms.get(self.firm) if self._events.mapped.zone is None else None
        return self._events.event(row, firm.zone if firm else "UTC")

    def url(self, event: str) -> str | None:
        return self._events.rows.page(event)

    def respond(self, event: str, contact: str, answer: Answer, *, token: str) -> None:
        """:raises LookupError: nobody of this reference attends such an event of the firm."""
        mapped = self._events.mapped.attendees
        found = self.db.session.scalars(self._events.attendees(self.firm, event, contact)).all()
        if not found:
            raise LookupError("no event of the firm has an attendee with this reference")
        for attendee in found:
            setattr(attendee, mapped.answer.key, mapped.words[answer])
        self.db.session.flush()


def _moment(value: date, zone: str, stored: tzinfo | None, *, all_day: bool) -> datetime:
    """A column's value as a moment, or as wall time for a whole day."""
    wall = ZoneInfo(zone)
    if not isinstance(value, datetime):
        value = datetime.combine(value, time())
    if value.tzinfo is None:
        if all_day and stored is None:
            return value
        value = value.replace(tzinfo=stored or wall)
    return value.astimezone(wall).replace(tzinfo=None) if all_day else value
