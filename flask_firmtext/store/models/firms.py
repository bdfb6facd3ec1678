"""The tables of a firm's own affairs: whether it has texting, its numbers and how it got them, what it has chosen."""

import uuid
from datetime import datetime, time

from sqlalchemy import (
    JSON,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
    Time,
    UniqueConstraint,
    Uuid,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from ...clock import UTCDateTime
from ..base import Base, Reference, Word, new_id
from ..states import NumberState, OrderState, Step


class Texting(Base):
    """A firm's switch, and what it chose: the contact details are encrypted, the rest is not.

    ``off_at`` is set while texting is turned off; the firm's numbers are kept until their ``release_at``.
    ``reminder_days`` are days before an event, ``reminder_time`` is wall time in the event's zone; ``plan`` rises with
    every change of the two, which was ``chosen_at`` that moment.
    ``explains_refusals``: a client whose file was refused is told how to send it.
    """

    __tablename__ = "firmtext_texting"

    firm: Mapped[str] = mapped_column(Reference, primary_key=True)
    email: Mapped[bytes | None] = mapped_column(LargeBinary)
    phone: Mapped[bytes | None] = mapped_column(LargeBinary)
    reminder_days: Mapped[list[int]] = mapped_column(JSON)
    reminder_time: Mapped[time] = mapped_column(Time)
    plan: Mapped[int] = mapped_column(Integer, default=1, server_default=text("1"))
    chosen_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    on_at: Mapped[datetime] = mapped_column(UTCDateTime)
    off_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    explains_refusals: Mapped[bool] = mapped_column(default=False, server_default=false())


class Number(Base):
    """A toll-free number of a firm, or of the pool when ``firm`` is empty.

    ``next_free_at`` is when the carriers take its next segment. ``why`` is what the carriers said when they refused it
    or want more. ``release_at`` is when it is given back: until then it receives and does not send.
    """

    __tablename__ = "firmtext_number"
    __table_args__ = (
        UniqueConstraint("e164"),
        Index(None, "firm"),
    )

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    firm: Mapped[str] = mapped_column(Reference)
    e164: Mapped[str] = mapped_column(String(16))
    country: Mapped[str] = mapped_column(String(2), default="US")
    state: Mapped[str] = mapped_column(Word, default=NumberState.BOUGHT)
    main: Mapped[bool] = mapped_column(default=False, server_default=false())
    why: Mapped[str | None] = mapped_column(Text)
    release_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    next_free_at: Mapped[datetime] = mapped_column(UTCDateTime)
    slowed_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Order(Base):
    """How a firm, or the pool, gets a number: one step after the other, each written down before it is tried.

    ``e164`` is the number that is being bought: until the carrier has said that it is somebody else's, no other one
    is tried. ``passed_over`` are those that it said so of. ``cause`` is for operators, ``trouble`` names the sentence
    for the firm. ``claim`` belongs to whoever works on it until ``claimed_until``. ``awaited`` is true until the
    command that placed it has said that it is done.
    """

    __tablename__ = "firmtext_order"
    __table_args__ = (
        Index(
            "uq_firmtext_order_open",
            "firm",
            unique=True,
            postgresql_where=text("firm != '' AND state != 'done'"),
            sqlite_where=text("firm != '' AND state != 'done'"),
        ),
        Index(
            "ix_firmtext_order_working",
            "not_before",
            postgresql_where=text("state = 'working'"),
            sqlite_where=text("state = 'working'"),
        ),
        Index(None, "firm", "created_at", "id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    firm: Mapped[str] = mapped_column(Reference)
    country: Mapped[str] = mapped_column(String(2))
    state: Mapped[OrderState] = mapped_column(Word, default=OrderState.WORKING)
    step: Mapped[Step] = mapped_column(Word, default=Step.CHOOSE)
    e164: Mapped[str | None] = mapped_column(String(16))
    passed_over: Mapped[list[str]] = mapped_column(JSON, default=list)
    number_id: Mapped[uuid.UUID | None] = mapped_column(Uuid, ForeignKey("firmtext_number.id"))
    by: Mapped[str] = mapped_column(Reference)
    tries: Mapped[int] = mapped_column(Integer, default=0)
    trouble: Mapped[str | None] = mapped_column(Word)
    cause: Mapped[str | None] = mapped_column(String(255))
    not_before: Mapped[datetime] = mapped_column(UTCDateTime)
    awaited: Mapped[bool] = mapped_column(default=False, server_default=false())
    claim: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    claimed_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    step_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Registration(Base):
    """What the carriers' form asks of a firm, encrypted as one cell."""

    __tablename__ = "firmtext_registration"

    firm: Mapped[str] = mapped_column(Reference, primary_key=True)
    details: Mapped[bytes] = mapped_column(LargeBinary)
    changed_by: Mapped[str] = mapped_column(Reference)
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Template(Base):
    """An operator's words instead of ours, for one firm or, when ``firm`` is empty, for all."""

    __tablename__ = "firmtext_template"
    __table_args__ = (UniqueConstraint("firm", "kind", "language"),)

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    firm: Mapped[str] = mapped_column(Reference)
    kind: Mapped[str] = mapped_column(Word)
    language: Mapped[str] = mapped_column(String(8))
    body: Mapped[str] = mapped_column(Text)
    changed_by: Mapped[str] = mapped_column(Reference)
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)
