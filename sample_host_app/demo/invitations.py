"""Two of Harbor's events of which a client has been notified by text some days ago; one of them has confirmed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from flask import Flask
from sqlalchemy import select, update

from flask_firmtext.practice.calendar import telling
from flask_firmtext.store.models import CalendarEvent, Invitation, Message

from ..adapter import as_event
from ..models import Contact, Event, EventAttendee, db
from ..texting import firmtext
from . import threads

AGO = timedelta(days=4)
#: Title of the event, who is notified and what became of it. Neither has a thread yet, so nothing is out of order.
INVITED = (
    ("Signing of the will, two witnesses", "Grace Lindqvist", "confirmed"),
    ("Biometrics appointment", "Danielle Prévost", None),
)


def write(app: Flask) -> None:
    """Write them unless the firm has told of an event; not while a worker runs, as with the threads."""
    if db.session.scalar(select(CalendarEvent.id).where(CalendarEvent.firm == threads.FIRM).limit(1)):
        return
    now = datetime.now(UTC)
    for title, name, answer in INVITED:
        event = db.session.scalars(select(Event).filter_by(firm_ref=threads.FIRM, title=title)).first()
        contact = db.session.scalars(select(Contact).filter_by(firm_ref=threads.FIRM, name=name)).first()
        if event is not None and contact is not None and event.starts.replace(tzinfo=UTC) > now:
            _invite(app, event, contact, answer, now - AGO)


def _invite(app: Flask, event: Event, contact: Contact, answer: str | None, at: datetime) -> None:
    event.attendees.append(EventAttendee(contact_id=contact.id, answer=answer))
    ref = str(event.id)
    db.session.flush()
    with threads.at(app, at):
        firmtext.event_saved(as_event(event), invite=[str(contact.id)], firm=threads.FIRM)
        db.session.commit()
        for one in telling.due():
            told = telling.tell(one)
            if told is not None:
                threads.becomes(db.session.get_one(Message, told), "delivered")
        db.session.commit()
    if answer is not None:
        of_event = select(CalendarEvent.id).where(CalendarEvent.firm == threads.FIRM, CalendarEvent.event == ref)
        said = {"answer": answer, "answer_sequence": 1, "answered_at": at + timedelta(hours=2)}
        db.session.execute(update(Invitation).where(Invitation.event_id.in_(of_event)).values(**said))
        db.session.commit()
