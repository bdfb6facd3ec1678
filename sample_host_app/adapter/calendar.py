"""Events, and what clients answer to invitations. Answers are written, and never committed: whoever calls does."""

from __future__ import annotations

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Select, select

from flask_firmtext.ports import host, values

from .. import models
from .references import as_event, key, of_firm, page


class Calendar(host.Calendar):
    def __init__(self, db: SQLAlchemy, firm: str) -> None:
        self.db, self.firm = db, firm

    def event(self, ref: str) -> values.Event | None:
        row = self.db.session.scalar(self._events().filter_by(id=key(ref), cancelled=False, deleted=False))
        return row and as_event(row)

    def url(self, event: str) -> str | None:
        return page("pages.event", event_id=key(event))

    def respond(self, event: str, contact: str, answer: values.Answer, *, token: str) -> None:
        session = self.db.session
        row = session.scalar(self._events().filter_by(id=key(event)))
        who = session.scalar(of_firm(models.Contact, self.firm).filter_by(id=key(contact)))
        if row is None or who is None:
            raise LookupError("no event or no contact of the firm has this reference")
        if session.scalar(select(models.EventResponse.id).filter_by(token=token)) is not None:
            return
        said = {"event_id": row.id, "contact_id": who.id, "answer": str(answer)}
        session.add(models.EventResponse(**said, token=token))
        for attendee in row.attendees:
            if attendee.contact_id == who.id:
                attendee.answer = said["answer"]
        session.flush()

    def _events(self) -> Select[tuple[models.Event]]:
        return of_firm(models.Event, self.firm)
