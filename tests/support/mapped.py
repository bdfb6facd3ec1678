"""Tables of a practice system with several firms, UUIDs as keys and everything that can be mapped, and its map."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any

from flask import Flask, g
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import DateTime, ForeignKey, String
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from flask_firmtext import (
    E164,
    Attendees,
    ContactMap,
    EventMap,
    FirmMap,
    MatterMap,
    Numbers,
    Related,
    SQLAlchemyHost,
    TimeEntryMap,
    UserMap,
)

db = SQLAlchemy()


class Base(DeclarativeBase):
    """Not Flask-SQLAlchemy's."""


def key() -> Mapped[uuid.UUID]:
    return mapped_column(primary_key=True, default=uuid.uuid4)


class Tenant(Base):
    __tablename__ = "tenant"
    slug: Mapped[str] = mapped_column(String(40), primary_key=True)
    title: Mapped[str]
    tz: Mapped[str]
    country: Mapped[str] = mapped_column(default="us")
    plan: Mapped[str] = mapped_column(default="all")
    street: Mapped[str | None]


class Person(Base):
    __tablename__ = "person"
    id: Mapped[uuid.UUID] = key()
    tenant: Mapped[str | None] = mapped_column(ForeignKey(Tenant.slug))
    given: Mapped[str]
    family: Mapped[str]
    rank: Mapped[int] = mapped_column(default=1)
    active: Mapped[bool] = mapped_column(default=True)
    locale: Mapped[str | None]

    @hybrid_property
    def full(self) -> str:
        return self.given + " " + self.family


class Card(Base):
    __tablename__ = "card"
    id: Mapped[uuid.UUID] = key()
    tenant: Mapped[str] = mapped_column(ForeignKey(Tenant.slug))
    name: Mapped[str]
    locale: Mapped[str | None]
    tz: Mapped[str | None]
    gone: Mapped[bool] = mapped_column(default=False)
    phones: Mapped[list[Phone]] = relationship()


class Phone(Base):
    __tablename__ = "phone"
    id: Mapped[uuid.UUID] = key()
    card_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Card.id))
    written: Mapped[str]
    kind: Mapped[str] = mapped_column(default="mobile")
    preferred: Mapped[bool] = mapped_column(default=False)


class Docket(Base):
    __tablename__ = "docket"
    id: Mapped[uuid.UUID] = key()
    tenant: Mapped[str] = mapped_column(ForeignKey(Tenant.slug))
    number: Mapped[int]
    title: Mapped[str]
    closed: Mapped[date | None]
    client_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Card.id))
    parts: Mapped[list[Part]] = relationship()
    client: Mapped[Card] = relationship()
    others: Mapped[list[Card]] = relationship(secondary="part", viewonly=True)


class Part(Base):
    __tablename__ = "part"
    docket_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Docket.id), primary_key=True)
    card_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Card.id), primary_key=True)
    role: Mapped[str] = mapped_column(primary_key=True)
    against: Mapped[bool] = mapped_column(default=False)


class Meeting(Base):
    __tablename__ = "meeting"
    id: Mapped[uuid.UUID] = key()
    tenant: Mapped[str] = mapped_column(ForeignKey(Tenant.slug))
    subject: Mapped[str]
    at: Mapped[datetime] = mapped_column(DateTime)
    room: Mapped[str | None]
    docket_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey(Docket.id))
    off: Mapped[bool] = mapped_column(default=False)
    guests: Mapped[list[Guest]] = relationship()


class Guest(Base):
    __tablename__ = "guest"
    meeting_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Meeting.id), primary_key=True)
    card_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Card.id), primary_key=True)
    reply: Mapped[str | None]


class Slip(Base):
    __tablename__ = "slip"
    id: Mapped[uuid.UUID] = key()
    tenant: Mapped[str]
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Person.id))
    docket_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Docket.id))
    hours: Mapped[float]
    on: Mapped[date]
    text: Mapped[str]
    source: Mapped[str]
    token: Mapped[str] = mapped_column(String(100), unique=True)


def make_host(**more: Any) -> SQLAlchemyHost:
    """All of it mapped; ``more`` replaces."""
    maps: dict[str, Any] = {
        "firm": FirmMap(
            Tenant,
            name=Tenant.title,
            zone=Tenant.tz,
            country=Tenant.country,
            available=Tenant.plan == "all",
            legal={"street": Tenant.street},
        ),
        "user": UserMap(
            Person,
            name=Person.full,
            administrator=Person.rank > 8,
            firm=Person.tenant,
            language=Person.locale,
            where=Person.active,
        ),
        "contact": ContactMap(
            Card,
            name=Card.name,
            numbers=Numbers(Card.phones, Phone.written, label=Phone.kind, texting=Phone.preferred),
            firm=Card.tenant,
            language=Card.locale,
            zone=Card.tz,
            where=~Card.gone,
        ),
        "matter": MatterMap(
            Docket,
            title=(Docket.number, Docket.title),
            client=Docket.client_id,
            open=Docket.closed.is_(None),
            related=Related(Docket.parts, contact=Part.card_id, role=Part.role, opposing=Part.against),
            firm=Docket.tenant,
        ),
        "event": EventMap(
            Meeting,
            title=Meeting.subject,
            start=Meeting.at,
            end=timedelta(hours=1),
            stored=UTC,
            place=Meeting.room,
            matter=Meeting.docket_id,
            attendees=Attendees(Meeting.guests, contact=Guest.card_id, answer=Guest.reply, words=WORDS),
            firm=Meeting.tenant,
            where=~Meeting.off,
        ),
        "time_entry": TimeEntryMap(
            Slip,
            user=Slip.person_id,
            matter=Slip.docket_id,
            hours=Slip.hours,
            day=Slip.on,
            note=Slip.text,
            token=Slip.token,
            increment=6,
            also={Slip.source: "texts"},
            firm=Slip.tenant,
        ),
        "signed_in": lambda: getattr(g, "person", None),
    }
    return SQLAlchemyHost(db, **{**maps, **more})


WORDS = {"confirmed": "yes", "declined": "no"}


def in_columns() -> ContactMap:
    """The same contacts, their numbers said to be E.164 in a column."""
    return ContactMap(Card, name=Card.name, numbers=E164(Card.name), firm=Card.tenant)


class Ids:
    """Keys of the rows that :func:`seed` makes, each as the reference of it."""

    ann, bob, old = (str(uuid.UUID(int=n)) for n in (11, 12, 13))
    rosa, twin, victor, wit, paul = (str(uuid.UUID(int=n)) for n in (21, 22, 23, 24, 25))
    lease, closed, patent = (str(uuid.UUID(int=n)) for n in (31, 32, 33))
    hearing, dinner, off = (str(uuid.UUID(int=n)) for n in (41, 42, 43))


def seed() -> None:
    """Two firms, the second in Britain."""
    ids = {name: uuid.UUID(value) for name, value in vars(Ids).items() if isinstance(value, str) and len(value) == 36}
    firms = [Tenant(slug="harbor", title="Harbor Law", tz="America/Chicago", street="20 Quay Street")]
    firms += [Tenant(slug="summit", title="Summit", tz="Europe/London", country="gb", plan="none")]
    people = [("ann", "harbor", 9, True), ("bob", "harbor", 1, True), ("old", "harbor", 9, False)]
    cards = [("rosa", "Rosa Marsh"), ("twin", "Tom Marsh"), ("victor", "Victor Stone"), ("wit", "Élodie 100%_Wit")]
    phones = [
        ("rosa", "1 (312) 555-0100", "mobile", False),
        ("rosa", "+13125550199", "home", True),
        ("twin", "312.555.0100", "mobile", False),
        ("victor", "312 555 0102 x12", "work", False),
        ("paul", "020 7946 0100", "mobile", False),
        ("wit", "0044 (0)20 7946-0101", "mobile", False),
    ]
    session = db.session
    session.add_all(firms)
    session.flush()
    session.add_all(
        Person(id=ids[who], tenant=firm, given=who.title(), family="Lee", rank=rank, active=active)
        for who, firm, rank, active in people
    )
    session.add_all(Card(id=ids[who], tenant="harbor", name=name) for who, name in cards)
    session.add(Card(id=ids["paul"], tenant="summit", name="Paul Marsh", locale="en_GB", tz="Nowhere/Land"))
    session.flush()
    session.add_all(
        Phone(card_id=ids[who], written=written, kind=kind, preferred=yes) for who, written, kind, yes in phones
    )
    _seed_work(ids)
    session.commit()


def _seed_work(ids: dict[str, uuid.UUID]) -> None:
    session = db.session
    ours = {"tenant": "harbor", "client_id": ids["rosa"]}
    session.add_all(
        [
            Docket(id=ids["lease"], number=7, title="Lease", **ours),
            Docket(id=ids["closed"], number=1, title="Will", closed=date(2020, 1, 1), **ours),
            Docket(id=ids["patent"], number=2, title="Patent", tenant="summit", client_id=ids["paul"]),
        ]
    )
    session.flush()
    parts = [("victor", "Defendant", True), ("victor", "Witness", False), ("wit", "Expert", False), ("rosa", "X", True)]
    session.add_all(
        Part(docket_id=ids["lease"], card_id=ids[who], role=role, against=against) for who, role, against in parts
    )
    at = datetime(2031, 5, 6, 14, 30)  # noqa: DTZ001 - UTC, as its column has it
    for name, firm, off in (("hearing", "harbor", False), ("dinner", "summit", False), ("off", "harbor", True)):
        session.add(Meeting(id=ids[name], tenant=firm, subject=name.title(), at=at, off=off))
    session.flush()
    session.add(Guest(meeting_id=ids["hearing"], card_id=ids["rosa"]))


def make_app(url: str) -> Flask:
    app = Flask("mapped")
    app.config.from_mapping(SQLALCHEMY_DATABASE_URI=url)
    db.init_app(app)
    with app.app_context():
        Base.metadata.create_all(db.engine)
        seed()
    return app
