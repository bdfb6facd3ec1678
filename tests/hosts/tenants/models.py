"""Tables. Every row is a tenant's."""

from __future__ import annotations

import uuid
from datetime import date

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import ForeignKey
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column, relationship


class Base(DeclarativeBase):
    pass


db = SQLAlchemy(model_class=Base)


class Keyed:
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)


class Owned(Keyed):
    @declared_attr
    def tenant_id(cls) -> Mapped[uuid.UUID]:
        return mapped_column(ForeignKey("tenants.id"), index=True)


class Tenant(Keyed, db.Model):
    __tablename__ = "tenants"

    title: Mapped[str]
    timezone: Mapped[str]
    plan: Mapped[str] = mapped_column(default="complete")


class Member(Owned, db.Model):
    __tablename__ = "members"

    email: Mapped[str] = mapped_column(unique=True)
    password_hash: Mapped[str]
    name: Mapped[str]
    manager: Mapped[bool] = mapped_column(default=False)
    locale: Mapped[str] = mapped_column(default="en_US")
    disabled: Mapped[bool] = mapped_column(default=False)


class Person(Owned, db.Model):
    __tablename__ = "people"

    name: Mapped[str]
    lang: Mapped[str | None]
    phones: Mapped[list[Phone]] = relationship(order_by="Phone.position")


class Phone(Keyed, db.Model):
    __tablename__ = "phones"

    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("people.id"))
    number: Mapped[str]
    kind: Mapped[str]
    position: Mapped[int] = mapped_column(default=0)
    for_texts: Mapped[bool] = mapped_column(default=False)


class Matter(Owned, db.Model):
    __tablename__ = "matters"

    number: Mapped[str]
    subject: Mapped[str]
    closed_on: Mapped[date | None]
    client_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("people.id"))
    client: Mapped[Person] = relationship()
    parties: Mapped[list[Party]] = relationship()

    @hybrid_property
    def name(self) -> str:
        return self.number + " " + self.subject

    @hybrid_property
    def live(self) -> bool:
        return self.closed_on == None  # noqa: E711 - of a row as in SQL


class Party(Keyed, db.Model):
    """Somebody in a matter beside the client."""

    __tablename__ = "parties"

    matter_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("matters.id"))
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("people.id"))
    capacity: Mapped[str]
    side: Mapped[str] = mapped_column(default="ours")
    person: Mapped[Person] = relationship()
