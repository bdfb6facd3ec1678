"""The tables behind the search in texts: no word stands in them, only keyed marks of words."""

import uuid
from datetime import datetime

from sqlalchemy import BigInteger, Index, LargeBinary, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from ...clock import UTCDateTime
from ..base import Base, Reference, new_id


class SearchText(Base):
    """A text whose words can be searched for, or (``key`` 0) one whose words have been erased for good.

    ``stamp`` sorts texts by when they were shown, and is one text's alone. ``marks`` are those of its words, eight
    bytes each in the order of their value, so that they can be taken back. ``key`` tells which index key made them.
    """

    __tablename__ = "firmtext_search_text"
    __table_args__ = (UniqueConstraint("message_id"), Index(None, "conversation_id", "stamp"))

    stamp: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    firm: Mapped[str] = mapped_column(Reference)
    message_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    conversation_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    key: Mapped[int] = mapped_column(BigInteger)
    marks: Mapped[bytes] = mapped_column(LargeBinary)


class SearchMark(Base):
    """A mark and a text that has it. Many rows, so they are as small as can be: a text has about thirty."""

    __tablename__ = "firmtext_search_mark"
    __table_args__ = ({"sqlite_with_rowid": False},)

    mark: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    stamp: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)


class SearchProgress(Base):
    """How far a firm's texts have been marked under the index key ``key``: up to those made ``until``.

    ``walked_at`` is when all of them were last looked at; None while the first walk under this key goes on.
    """

    __tablename__ = "firmtext_search_progress"

    firm: Mapped[str] = mapped_column(Reference, primary_key=True)
    key: Mapped[int] = mapped_column(BigInteger)
    until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    walked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Search(Base):
    """What a user has searched for, for a day: its address names this row, and no address a word.

    ``contact`` and ``matter`` are the host's references of where it was asked for; neither is the whole firm.
    """

    __tablename__ = "firmtext_search"
    __table_args__ = (Index(None, "firm", "user", "made_at"), Index(None, "made_at"))

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    firm: Mapped[str] = mapped_column(Reference)
    user: Mapped[str] = mapped_column(Reference)
    contact: Mapped[str | None] = mapped_column(Reference)
    matter: Mapped[str | None] = mapped_column(Reference)
    words: Mapped[bytes] = mapped_column(LargeBinary)
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
