"""Texts that somebody has written for later."""

import uuid
from datetime import datetime

from sqlalchemy import DateTime, LargeBinary, String, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from ...clock import UTCDateTime
from ..base import Base, Reference, Word, new_id, partial


class ScheduledText(Base):
    """What becomes a text of its author at ``due_at``, the first moment at which a clock in ``zone`` shows ``wall``.

    It is for the phone number of ``phone_index``, which ``contact`` has, and answers in ``conversation_id`` unless that
    is yet to begin. ``look_at`` is when it is tried, and tried again while the host does not answer. ``reason`` says
    why it is no longer waiting; ``away_at``, that no page shows it any more: it has become the text ``message_id``, and
    the words stand there only, or somebody has put it away.
    """

    __tablename__ = "firmtext_scheduled_text"
    __table_args__ = (
        UniqueConstraint("firm", "author", "token"),
        partial("ix_firmtext_scheduled_text_waiting", "look_at", where="state = 'waiting'"),
        partial("ix_firmtext_scheduled_text_listed", "firm", "due_at", "id", where="away_at IS NULL"),
        partial("ix_firmtext_scheduled_text_shown", "firm", "phone_index", "due_at", "id", where="away_at IS NULL"),
    )

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    firm: Mapped[str] = mapped_column(Reference)
    conversation_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    contact: Mapped[str] = mapped_column(Reference)
    phone_index: Mapped[bytes] = mapped_column(LargeBinary(16))
    author: Mapped[str] = mapped_column(Reference)
    token: Mapped[str] = mapped_column(String(64))
    body: Mapped[bytes | None] = mapped_column(LargeBinary)
    wall: Mapped[datetime] = mapped_column(DateTime)
    zone: Mapped[str] = mapped_column(String(64))
    due_at: Mapped[datetime] = mapped_column(UTCDateTime)
    look_at: Mapped[datetime] = mapped_column(UTCDateTime)
    state: Mapped[str] = mapped_column(Word)
    reason: Mapped[str | None] = mapped_column(Word)
    state_at: Mapped[datetime] = mapped_column(UTCDateTime)
    away_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    message_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
