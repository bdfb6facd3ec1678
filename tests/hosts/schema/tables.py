"""Tables, as SQLAlchemy alone has them, in a schema of the practice's own."""

from __future__ import annotations

from typing import Any

from flask_security import RoleMixin, UserMixin
from sqlalchemy import Column, ForeignKey, MetaData, String, Table
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

SCHEMA = "practice"


class Base(DeclarativeBase):
    metadata = MetaData(schema=SCHEMA)


users_roles = Table(
    "account_role",
    Base.metadata,
    Column("account_id", ForeignKey("practice.account.id"), primary_key=True),
    Column("role_id", ForeignKey("practice.role.id"), primary_key=True),
)


class Role(RoleMixin, Base):
    __tablename__ = "role"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    permissions: Mapped[str | None]


class Account(UserMixin, Base):
    __tablename__ = "account"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    password: Mapped[str]
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(unique=True)
    signature: Mapped[str]
    roles: Mapped[list[Role]] = relationship(secondary=users_roles)


class Party(Base):
    """A person or a company, known by a number that the office gives: P-001."""

    __tablename__ = "party"

    code: Mapped[str] = mapped_column(String(12), primary_key=True)
    display: Mapped[str]
    telephone: Mapped[str | None]
    struck: Mapped[bool] = mapped_column(default=False)


class Proceeding(Base):
    __tablename__ = "proceeding"

    docket: Mapped[str] = mapped_column(String(20), primary_key=True)
    style: Mapped[str]
    phase: Mapped[str] = mapped_column(default="pending")
    party_code: Mapped[str] = mapped_column(ForeignKey(Party.code))
    party: Mapped[Party] = relationship()
    witnesses: Mapped[list[Party]] = relationship(secondary="practice.witness")


witness = Table(
    "witness",
    Base.metadata,
    Column[Any]("docket", ForeignKey(Proceeding.docket), primary_key=True),
    Column[Any]("party_code", ForeignKey(Party.code), primary_key=True),
)
