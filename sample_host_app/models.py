"""The practice system's own tables. Every row belongs to one firm; nothing here knows of texting."""

from __future__ import annotations

import unicodedata
from datetime import date, datetime
from decimal import Decimal

from flask_login import UserMixin
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import ColumnElement, ForeignKey, LargeBinary, String, UniqueConstraint, and_
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship, validates


class Base(DeclarativeBase):
    """Our models; FirmText's are on a base and MetaData of their own."""


db = SQLAlchemy(model_class=Base)


def folded(text: str) -> str:
    """Text as it is searched: no case, no accents ("Zoë" is found by "zoe")."""
    return "".join(sign for sign in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(sign))


def written(e164: str) -> str:
    """A number as people write it: (617) 555-0101."""
    return f"({e164[2:5]}) {e164[5:8]}-{e164[8:]}" if e164.startswith("+1") and len(e164) == 12 else e164


class Firm(db.Model):
    __tablename__ = "firm"

    ref: Mapped[str] = mapped_column(String(40), primary_key=True)
    name: Mapped[str]
    zone: Mapped[str] = mapped_column(doc="IANA time zone")
    country: Mapped[str] = mapped_column(String(2))
    plan: Mapped[str]
    legal_name: Mapped[str] = mapped_column(default="")
    website: Mapped[str] = mapped_column(default="")
    street: Mapped[str] = mapped_column(default="")
    city: Mapped[str] = mapped_column(default="")
    region: Mapped[str] = mapped_column(default="")
    postal_code: Mapped[str] = mapped_column(default="")
    notifications_number: Mapped[str | None] = mapped_column(doc="E.164, of text notifications bought before")
    notifications_email: Mapped[str | None]
    notifications_phone: Mapped[str | None]


class User(UserMixin, db.Model):
    __tablename__ = "user_account"

    id: Mapped[int] = mapped_column(primary_key=True)
    firm_ref: Mapped[str] = mapped_column(ForeignKey("firm.ref"), index=True)
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    password_hash: Mapped[str]
    administrator: Mapped[bool] = mapped_column(default=False)
    firm: Mapped[Firm] = relationship(lazy="joined")


class Contact(db.Model):
    __tablename__ = "contact"

    id: Mapped[int] = mapped_column(primary_key=True)
    firm_ref: Mapped[str] = mapped_column(ForeignKey("firm.ref"), index=True)
    name: Mapped[str]
    folded_name: Mapped[str] = mapped_column(index=True)
    email: Mapped[str | None]
    language: Mapped[str | None] = mapped_column(doc="BCP 47")
    zone: Mapped[str | None] = mapped_column(doc="IANA time zone")
    numbers: Mapped[list[PhoneNumber]] = relationship(order_by="PhoneNumber.id", lazy="selectin")
    bills: Mapped[list[Bill]] = relationship(order_by="Bill.issued.desc()", back_populates="contact")

    @validates("name")
    def _fold(self, key: str, name: str) -> str:
        self.folded_name = folded(name)
        return name


class PhoneNumber(db.Model):
    __tablename__ = "phone_number"

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), index=True)
    e164: Mapped[str] = mapped_column(String(16), index=True)
    label: Mapped[str] = mapped_column(default="mobile")
    for_texts: Mapped[bool] = mapped_column(default=False, doc="the one that the client wants to be texted on")

    @property
    def written(self) -> str:
        return written(self.e164)


class Matter(db.Model):
    __tablename__ = "matter"

    id: Mapped[int] = mapped_column(primary_key=True)
    firm_ref: Mapped[str] = mapped_column(ForeignKey("firm.ref"), index=True)
    client_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), index=True)
    number: Mapped[str]
    title: Mapped[str]
    open: Mapped[bool] = mapped_column(default=True)
    client: Mapped[Contact] = relationship()
    parties: Mapped[list[MatterParty]] = relationship(order_by="MatterParty.id", back_populates="matter")
    events: Mapped[list[Event]] = relationship(order_by="Event.starts", back_populates="matter")
    bills: Mapped[list[Bill]] = relationship(order_by="Bill.issued.desc()", back_populates="matter")
    documents: Mapped[list[Document]] = relationship(order_by="Document.added.desc()", back_populates="matter")

    @property
    def ref(self) -> str:
        """How FirmText names it. A document's place is a matter or a contact, so their references differ."""
        return f"matter-{self.id}"


class MatterParty(db.Model):
    """A related contact: someone in a matter beside its client."""

    __tablename__ = "matter_party"

    id: Mapped[int] = mapped_column(primary_key=True)
    matter_id: Mapped[int] = mapped_column(ForeignKey("matter.id"), index=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), index=True)
    role: Mapped[str]
    opposing: Mapped[bool] = mapped_column(default=False)
    contact: Mapped[Contact] = relationship()
    matter: Mapped[Matter] = relationship(back_populates="parties")


class Event(db.Model):
    """A calendar entry. ``starts`` and ``ends`` are wall time in ``zone``; one of whole days ends within its last.

    ``token`` is that of the form that made it: pressed twice, it is there once.
    """

    __tablename__ = "event"

    id: Mapped[int] = mapped_column(primary_key=True)
    firm_ref: Mapped[str] = mapped_column(ForeignKey("firm.ref"), index=True)
    matter_id: Mapped[int | None] = mapped_column(ForeignKey("matter.id"), index=True)
    title: Mapped[str]
    starts: Mapped[datetime] = mapped_column(index=True)
    ends: Mapped[datetime]
    zone: Mapped[str]
    all_day: Mapped[bool] = mapped_column(default=False)
    place: Mapped[str] = mapped_column(default="")
    cancelled: Mapped[bool] = mapped_column(default=False)
    deleted: Mapped[bool] = mapped_column(default=False)
    token: Mapped[str | None] = mapped_column(unique=True)
    matter: Mapped[Matter | None] = relationship(back_populates="events")
    attendees: Mapped[list[EventAttendee]] = relationship(
        order_by="EventAttendee.id", back_populates="event", cascade="all, delete-orphan"
    )

    @property
    def takes_place(self) -> bool:
        return not (self.cancelled or self.deleted)

    def asks_anew(self) -> None:
        """What was answered counts for the time at which it was to be, and for no other."""
        for one in self.attendees:
            one.answer = None


class EventAttendee(db.Model):
    """A contact who is invited to an event, with the last answer."""

    __tablename__ = "event_attendee"
    __table_args__ = (UniqueConstraint("event_id", "contact_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), index=True)
    answer: Mapped[str | None]
    event: Mapped[Event] = relationship(back_populates="attendees")
    contact: Mapped[Contact] = relationship()


class EventResponse(db.Model):
    """An answer as it came in. ``token`` is that of whoever handed it over by a program."""

    __tablename__ = "event_response"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"))
    answer: Mapped[str]
    token: Mapped[str] = mapped_column(unique=True)


class Bill(db.Model):
    __tablename__ = "bill"

    id: Mapped[int] = mapped_column(primary_key=True)
    firm_ref: Mapped[str] = mapped_column(ForeignKey("firm.ref"), index=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), index=True)
    matter_id: Mapped[int] = mapped_column(ForeignKey("matter.id"), index=True)
    number: Mapped[str]
    issued: Mapped[date]
    payable: Mapped[date]
    total_cents: Mapped[int]
    paid_cents: Mapped[int] = mapped_column(default=0)
    void: Mapped[bool] = mapped_column(default=False)
    contact: Mapped[Contact] = relationship(back_populates="bills")
    matter: Mapped[Matter] = relationship(back_populates="bills")

    @property
    def total(self) -> Decimal:
        return Decimal(self.total_cents) / 100

    @property
    def due_cents(self) -> int:
        return 0 if self.void else self.total_cents - self.paid_cents

    @property
    def due(self) -> Decimal:
        return Decimal(self.due_cents) / 100

    @classmethod
    def is_open(cls) -> ColumnElement[bool]:
        """Whether something is still due, in a query."""
        return and_(cls.void.is_(False), cls.paid_cents < cls.total_cents)


class Document(db.Model):
    """A file in the documents of a matter, or of a contact. ``token`` is that of whoever handed it over by a program.

    Those that come with the demo have no pieces: only their names are there.
    """

    __tablename__ = "document"

    id: Mapped[int] = mapped_column(primary_key=True)
    firm_ref: Mapped[str] = mapped_column(ForeignKey("firm.ref"), index=True)
    matter_id: Mapped[int | None] = mapped_column(ForeignKey("matter.id"), index=True)
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"), index=True)
    name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int] = mapped_column(doc="bytes")
    added: Mapped[datetime] = mapped_column(doc="UTC, naive as every column of ours")
    token: Mapped[str | None] = mapped_column(unique=True)
    matter: Mapped[Matter | None] = relationship(back_populates="documents")
    contact: Mapped[Contact | None] = relationship()


class DocumentPiece(db.Model):
    """Some of a document's bytes: so a large one is never in memory as a whole."""

    __tablename__ = "document_piece"

    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), primary_key=True)
    n: Mapped[int] = mapped_column(primary_key=True)
    data: Mapped[bytes] = mapped_column(LargeBinary)
