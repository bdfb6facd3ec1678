"""Documents and time. These write, and never commit: whoever calls does, together with what belongs to it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any, BinaryIO

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Select, insert, select

from flask_firmtext.ports import host

from .. import charges, models
from .references import key, matter_key, page

#: So much of a document is in memory.
PIECE = 256 * 1024


class Documents(host.Documents):
    def __init__(self, db: SQLAlchemy, firm: str) -> None:
        self.db, self.firm = db, firm

    def file(self, place: str, name: str, media_type: str, stream: BinaryIO, *, token: str) -> str:
        session = self.db.session
        there = session.scalar(select(models.Document.id).filter_by(firm_ref=self.firm, token=token))
        if there is not None:
            return str(there)
        matter = session.scalar(ids(models.Matter, self.firm).where(models.Matter.id == matter_key(place)))
        contact = session.scalar(ids(models.Contact, self.firm).where(models.Contact.id == key(place)))
        if matter is None and contact is None:
            raise LookupError("no matter and no contact of the firm has this reference")
        row = models.Document(
            firm_ref=self.firm, matter_id=matter, contact_id=contact, name=name, media_type=media_type
        )
        row.token, row.size, row.added = token, 0, datetime.now(UTC).replace(tzinfo=None)
        session.add(row)
        session.flush()
        for n, data in enumerate(iter(lambda: stream.read(PIECE), b"")):
            session.execute(insert(models.DocumentPiece).values(document_id=row.id, n=n, data=data))
            row.size += len(data)
        session.flush()
        return str(row.id)

    def url(self, document: str) -> str | None:
        return page("pages.documents", _anchor=f"document-{document}")


class TimeEntries(host.TimeEntries):
    increment = 6  # a tenth of an hour

    def __init__(self, db: SQLAlchemy, firm: str) -> None:
        self.db, self.firm = db, firm

    def add(self, user: str, matter: str, minutes: int, day: date, note: str, *, token: str) -> str:
        session = self.db.session
        there = session.scalar(select(charges.TimeEntry.id).filter_by(firm_ref=self.firm, token=token))
        if there is not None:
            return str(there)
        who = session.scalar(ids(models.User, self.firm).where(models.User.id == key(user)))
        what = session.scalar(ids(models.Matter, self.firm).where(models.Matter.id == matter_key(matter)))
        if who is None or what is None:
            raise LookupError("no user or no matter of the firm has this reference")
        row = charges.TimeEntry(firm_ref=self.firm, user_id=who, matter_id=what, minutes=minutes, day=day, note=note)
        row.token = token
        session.add(row)
        session.flush()
        return str(row.id)

    def url(self, entry: str) -> str | None:
        return page("pages.time", _anchor=f"entry-{entry}")


def ids(model: Any, firm: str) -> Select[Any]:
    """The keys of a firm's rows."""
    return select(model.id).where(model.firm_ref == firm)
