"""The tables of events: what the host told us, who is notified by text, what they were told and what they said."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, LargeBinary, SmallInteger, UniqueConstraint, Uuid, false, text
from sqlalchemy.orm import Mapped, mapped_column

from ...clock import UTCDateTime
from ..base import Base, Reference, Word, new_id, partial
from ..states import EventState, ReminderState


class CalendarEvent(Base):
    """An event of the host as it last was, once a contact was to be notified of it.

    ``facts`` is what a client reads of it, encrypted. ``sequence`` rises with its time: whoever confirmed an earlier
    one has not confirmed this one. ``plan`` is the firm's choice of reminders (``Texting.plan``) that its reminders
    were planned by. ``told_at`` is when the host last said what stands here.
    """

    __tablename__ = "firmtext_event"
    __table_args__ = (
        UniqueConstraint("firm", "event"),
        partial("ix_firmtext_event_plan", "firm", "plan", "starts_at", where="state = 'planned'"),
    )

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    firm: Mapped[str] = mapped_column(Reference)
    event: Mapped[str] = mapped_column(Reference)
    matter: Mapped[str | None] = mapped_column(Reference)
    state: Mapped[EventState] = mapped_column(Word, default=EventState.PLANNED)
    sequence: Mapped[int] = mapped_column(Integer, default=1)
    plan: Mapped[int] = mapped_column(Integer, default=0)
    facts: Mapped[bytes] = mapped_column(LargeBinary)
    starts_at: Mapped[datetime] = mapped_column(UTCDateTime)
    told_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Invitation(Base):
    """One contact who is to be notified of one event by text; ``wanted`` until the host leaves the contact out.

    ``notice_at`` is when it is to be seen whether the client has to be told something; None while nothing is to be
    told. ``hurried``: a person wants that to go at once, at night too. ``answer`` is the last clear one, given for the
    event's ``answer_sequence``; ``answers`` counts them.
    """

    __tablename__ = "firmtext_invitation"
    __table_args__ = (
        UniqueConstraint("event_id", "contact"),
        Index(None, "firm", "contact"),
        partial("ix_firmtext_invitation_due", "notice_at", where="notice_at IS NOT NULL"),
    )

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    firm: Mapped[str] = mapped_column(Reference)
    event_id: Mapped[uuid.UUID] = mapped_column(Uuid, ForeignKey("firmtext_event.id"))
    contact: Mapped[str] = mapped_column(Reference)
    wanted: Mapped[bool] = mapped_column(default=True)
    notice_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    hurried: Mapped[bool] = mapped_column(default=False, server_default=false())
    answer: Mapped[str | None] = mapped_column(Word)
    answer_sequence: Mapped[int | None] = mapped_column(Integer)
    answered_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    answers: Mapped[int] = mapped_column(Integer, default=0)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Notice(Base):
    """An automatic text about one invitation, or why there is none (``refused``, a code of :class:`.TextRefused`).

    With a text ``refused`` says why we withdrew it: what it was to tell is no longer so, or told by another.

    ``facts`` is what the client knows of the event after reading it, encrypted; None where it tells of none.
    ``sequence`` is the event's. ``n`` is the number under which a text that asks "which one?" lists the invitation.
    """

    __tablename__ = "firmtext_notice"
    __table_args__ = (
        Index(None, "invitation_id", "created_at"),
        Index(None, "message_id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    firm: Mapped[str] = mapped_column(Reference)
    invitation_id: Mapped[uuid.UUID] = mapped_column(Uuid, ForeignKey("firmtext_invitation.id"))
    purpose: Mapped[str] = mapped_column(Word)
    sequence: Mapped[int] = mapped_column(Integer)
    message_id: Mapped[uuid.UUID | None] = mapped_column(Uuid, ForeignKey("firmtext_message.id"))
    facts: Mapped[bytes | None] = mapped_column(LargeBinary)
    refused: Mapped[str | None] = mapped_column(Word)
    n: Mapped[int | None] = mapped_column(SmallInteger)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Reminder(Base):
    """A reminder of one event for one contact, so many days before; ``due_at`` is computed from wall time.

    ``why`` is the reason of one that was not sent.
    """

    __tablename__ = "firmtext_reminder"
    __table_args__ = (
        UniqueConstraint("invitation_id", "sequence", "days"),
        Index(
            "ix_firmtext_reminder_due",
            "due_at",
            "id",
            postgresql_where=text("state = 'planned'"),
            sqlite_where=text("state = 'planned'"),
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    firm: Mapped[str] = mapped_column(Reference)
    invitation_id: Mapped[uuid.UUID] = mapped_column(Uuid, ForeignKey("firmtext_invitation.id"))
    sequence: Mapped[int] = mapped_column(Integer)
    days: Mapped[int] = mapped_column(SmallInteger)
    due_at: Mapped[datetime] = mapped_column(UTCDateTime)
    state: Mapped[ReminderState] = mapped_column(Word, default=ReminderState.PLANNED)
    why: Mapped[str | None] = mapped_column(Word)
    tries: Mapped[int] = mapped_column(Integer, default=0)
    not_before: Mapped[datetime | None] = mapped_column(UTCDateTime)


class EventAnswer(Base):
    """What a client answered to an invitation, one row an answer, oldest ``n`` first; the host hears each, in order.

    ``message_id`` is the client's text. ``told_at`` is None until the host has taken it; until then it is told again
    not before ``not_before``, which is None when it is not told any more.
    """

    __tablename__ = "firmtext_event_answer"
    __table_args__ = (
        UniqueConstraint("invitation_id", "n"),
        UniqueConstraint("message_id", "invitation_id"),
        partial("ix_firmtext_event_answer_untold", "not_before", where="told_at IS NULL AND not_before IS NOT NULL"),
    )

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    firm: Mapped[str] = mapped_column(Reference)
    invitation_id: Mapped[uuid.UUID] = mapped_column(Uuid, ForeignKey("firmtext_invitation.id"))
    n: Mapped[int] = mapped_column(Integer)
    answer: Mapped[str] = mapped_column(Word)
    sequence: Mapped[int] = mapped_column(Integer)
    message_id: Mapped[uuid.UUID] = mapped_column(Uuid, ForeignKey("firmtext_message.id"))
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    tries: Mapped[int] = mapped_column(Integer, default=0)
    not_before: Mapped[datetime | None] = mapped_column(UTCDateTime)
    told_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class ReplyDue(Base):
    """A client's text that may answer an invitation. Whoever has seen to it, and thanked for it, deletes this row."""

    __tablename__ = "firmtext_reply_due"
    __table_args__ = (Index(None, "not_before"),)

    message_id: Mapped[uuid.UUID] = mapped_column(Uuid, ForeignKey("firmtext_message.id"), primary_key=True)
    firm: Mapped[str] = mapped_column(Reference)
    not_before: Mapped[datetime] = mapped_column(UTCDateTime)
