"""Tables."""

from __future__ import annotations

from flask_login import UserMixin
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

db = SQLAlchemy()


class User(UserMixin, db.Model):
    __tablename__ = "staff"

    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(unique=True)
    password: Mapped[str]
    first: Mapped[str]
    last: Mapped[str]
    role: Mapped[str] = mapped_column(default="associate")


class Client(db.Model):
    __tablename__ = "client"

    id: Mapped[int] = mapped_column(primary_key=True)
    first: Mapped[str | None]
    last: Mapped[str]
    cell: Mapped[str | None]
    work: Mapped[str | None]
    cases: Mapped[list[Case]] = relationship(back_populates="client")


class Case(db.Model):
    __tablename__ = "case_file"

    id: Mapped[int] = mapped_column(primary_key=True)
    docket: Mapped[str]
    caption: Mapped[str]
    status: Mapped[str] = mapped_column(default="open")
    client_id: Mapped[int] = mapped_column(ForeignKey(Client.id))
    client: Mapped[Client] = relationship(back_populates="cases")
    people: Mapped[list[CasePerson]] = relationship()


class CasePerson(db.Model):
    """Somebody in a case beside the client."""

    __tablename__ = "case_person"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey(Case.id))
    client_id: Mapped[int] = mapped_column(ForeignKey(Client.id))
    part: Mapped[str]
    adverse: Mapped[bool] = mapped_column(default=False)
    client: Mapped[Client] = relationship()
