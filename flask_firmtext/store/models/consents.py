"""The tables of consent: whether a firm may text a number now, what was said about it, and which answers are owed."""

import uuid
from datetime import datetime

from sqlalchemy import Index, LargeBinary, String, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from ...clock import UTCDateTime
from ..base import Base, Reference, Word, new_id
from ..states import Answer, Change


class OptOut(Base):
    """Whether the firm may text a number. The row outlives erasure: a forgotten STOP would text the person again.

    ``since`` is the carrier's time of the text that decided, ``evidence`` as in :class:`ConsentEvent`. While
    ``asked_at`` is set, a text that plainly asks to stop (``asked_by``; None: a stranger's) waits for a person's
    decision, and nothing automatic goes out.
    """

    __tablename__ = "firmtext_opt_out"
    __table_args__ = (UniqueConstraint("firm", "phone_index"),)

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    firm: Mapped[str] = mapped_column(Reference)
    phone_index: Mapped[bytes] = mapped_column(LargeBinary(16))
    opted_out: Mapped[bool]
    since: Mapped[datetime] = mapped_column(UTCDateTime)
    evidence: Mapped[str] = mapped_column(String(64))
    asked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    asked_by: Mapped[uuid.UUID | None] = mapped_column(Uuid)


class ConsentEvent(Base):
    """One thing that was said or decided about texting a number; appended, never altered.

    ``by`` is ``client``, ``carrier`` or a user's reference. ``message_id`` is the text in which the words stand.
    ``evidence`` is how it is known: ``client:`` or ``network:`` (a carrier acts on it by itself) with the word, the
    bare ``carrier``, ``asked`` where a person decided about a text, ``staff:`` with the way in which they heard of it,
    ``number_left`` where whoever asked no longer has the phone.
    ``at`` is the carrier's time where a client said it, ``noted_at`` ours.
    """

    __tablename__ = "firmtext_consent_event"
    __table_args__ = (
        Index(None, "firm", "phone_index", "noted_at"),
        Index(None, "firm", "noted_at", "id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    firm: Mapped[str] = mapped_column(Reference)
    phone_index: Mapped[bytes] = mapped_column(LargeBinary(16))
    change: Mapped[Change] = mapped_column(Word)
    by: Mapped[str] = mapped_column(Reference)
    evidence: Mapped[str] = mapped_column(String(64))
    message_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    noted_at: Mapped[datetime] = mapped_column(UTCDateTime)


class AnswerDue(Base):
    """An automatic answer that a client's text is still to get: only a host can say what stands in it.

    Whoever writes the answer deletes this row in the same transaction.
    """

    __tablename__ = "firmtext_answer_due"
    __table_args__ = (Index(None, "created_at"),)

    message_id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    answer: Mapped[Answer] = mapped_column(Word, primary_key=True)
    firm: Mapped[str] = mapped_column(Reference)
    conversation_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    language: Mapped[str] = mapped_column(String(8))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
