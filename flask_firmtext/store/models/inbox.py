"""The tables behind the filters of the inbox, and what each user has chosen for themselves."""

import uuid
from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from ...clock import UTCDateTime
from ..base import Base, Reference


class Author(Base):
    """Somebody of the firm wrote in a conversation. ``last_at`` is the conversation's, kept here to be sorted by."""

    __tablename__ = "firmtext_author"
    __table_args__ = (Index(None, "firm", "author", "last_at", "conversation_id"),)

    conversation_id: Mapped[uuid.UUID] = mapped_column(Uuid, ForeignKey("firmtext_conversation.id"), primary_key=True)
    author: Mapped[str] = mapped_column(Reference, primary_key=True)
    firm: Mapped[str] = mapped_column(Reference)
    last_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Failure(Base):
    """The last text out of a conversation, at ``position``, did not go through.

    A table of its own, because a text is settled without its conversation being locked: that lock comes before the
    text's. A row stands only while ``position`` is the conversation's ``last_out_position``.
    """

    __tablename__ = "firmtext_failure"
    __table_args__ = (Index(None, "firm", "at", "conversation_id"),)

    conversation_id: Mapped[uuid.UUID] = mapped_column(Uuid, ForeignKey("firmtext_conversation.id"), primary_key=True)
    firm: Mapped[str] = mapped_column(Reference)
    position: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime] = mapped_column(UTCDateTime)


class UserChoice(Base):
    """How a user wants to be told of new texts, and whether single keys act in the table."""

    __tablename__ = "firmtext_user_choice"

    firm: Mapped[str] = mapped_column(Reference, primary_key=True)
    user: Mapped[str] = mapped_column(Reference, primary_key=True)
    badge: Mapped[bool]
    browser: Mapped[bool]
    keys: Mapped[bool]
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)
