"""The tables of what people write: texts that they have begun, and words that they keep for again."""

import uuid
from datetime import datetime

from sqlalchemy import Index, Integer, LargeBinary, String, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from ...clock import UTCDateTime
from ..base import Base, Reference, new_id


class Draft(Base):
    """What a user has begun to write at one place: a conversation, or a contact's number before there is one.

    ``place`` stands for it (:func:`.messaging.drafts.place_of`). ``writer`` is the composer that wrote last and
    ``count`` how often it has. ``token`` is that composer's one-time token: once a text has it, the draft was sent.
    """

    __tablename__ = "firmtext_draft"
    __table_args__ = (
        UniqueConstraint("firm", "user", "place"),
        Index(None, "conversation_id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    firm: Mapped[str] = mapped_column(Reference)
    user: Mapped[str] = mapped_column(Reference)
    place: Mapped[bytes] = mapped_column(LargeBinary(16))
    conversation_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    token: Mapped[str] = mapped_column(String(64))
    writer: Mapped[str] = mapped_column(String(36))
    count: Mapped[int] = mapped_column(Integer)
    saved_at: Mapped[datetime] = mapped_column(UTCDateTime)


class SavedReply(Base):
    """Words for again, name and body encrypted; a user's own, or everybody's in the firm when ``user`` is empty."""

    __tablename__ = "firmtext_saved_reply"
    __table_args__ = (Index(None, "firm", "user"),)

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    firm: Mapped[str] = mapped_column(Reference)
    user: Mapped[str] = mapped_column(Reference)
    name: Mapped[bytes] = mapped_column(LargeBinary)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    changed_by: Mapped[str] = mapped_column(Reference)
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)
