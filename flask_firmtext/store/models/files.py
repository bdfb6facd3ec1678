"""The tables of received files: what came with a text, its encrypted bytes, and where the practice system has it."""

import uuid
from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, LargeBinary, String, UniqueConstraint, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from ...clock import UTCDateTime
from ..base import Base, Reference, Word, new_id, partial
from ..states import FileState, FilingState


class Attachment(Base):
    """A file that came with a text, or with one in quarantine. The text never waits for it.

    ``kind``, ``url`` and ``name`` are what the carrier and the sender say of it; ``media_type`` is what its bytes say.
    ``digest`` is the keyed digest of the plain bytes. ``reason`` says why it was refused. ``claim`` belongs to whoever
    fetches it until ``claimed_until``. ``planned_at`` is when the host was asked in which matters it is to be filed;
    from then on ``conversation_id`` says whose it is, for whoever files it later.
    """

    __tablename__ = "firmtext_attachment"
    __table_args__ = (
        UniqueConstraint("message_id", "n"),
        Index(None, "firm"),
        Index(None, "quarantine_id"),
        Index(None, "file_id"),
        Index(None, "conversation_id"),
        partial("ix_firmtext_attachment_wanted", "not_before", where="state = 'wanted' OR state = 'fetching'"),
        partial("ix_firmtext_attachment_unplanned", "state_at", where="state = 'stored' AND planned_at IS NULL"),
    )

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    firm: Mapped[str] = mapped_column(Reference)
    message_id: Mapped[uuid.UUID | None] = mapped_column(Uuid, ForeignKey("firmtext_message.id"))
    quarantine_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    n: Mapped[int] = mapped_column(Integer)
    state: Mapped[FileState] = mapped_column(Word)
    reason: Mapped[str | None] = mapped_column(Word)
    kind: Mapped[str] = mapped_column(Word)
    url: Mapped[bytes] = mapped_column(LargeBinary)
    name: Mapped[bytes] = mapped_column(LargeBinary)
    media_type: Mapped[str | None] = mapped_column(String(64))
    size: Mapped[int | None] = mapped_column(BigInteger)
    digest: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    file_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    tries: Mapped[int] = mapped_column(Integer, default=0, server_default=text("0"))
    not_before: Mapped[datetime | None] = mapped_column(UTCDateTime)
    claim: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    claimed_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    state_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    planned_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    conversation_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class File(Base):
    """Encrypted bytes in pieces. ``head`` is the format's first bytes; a file without ``complete_at`` is being written.

    ``sha256`` is that of everything stored, head and pieces; ``size`` counts plain bytes. ``moved_to`` is the file that
    has its bytes since they were encrypted anew: whoever is in the middle of this one goes on there.
    """

    __tablename__ = "firmtext_file"

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    firm: Mapped[str] = mapped_column(Reference)
    head: Mapped[bytes] = mapped_column(LargeBinary)
    size: Mapped[int | None] = mapped_column(BigInteger)
    sha256: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    complete_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    moved_to: Mapped[uuid.UUID | None] = mapped_column(Uuid)


class FilePiece(Base):
    """One piece of a file, encrypted on its own: order, length and end are authenticated."""

    __tablename__ = "firmtext_file_piece"

    file_id: Mapped[uuid.UUID] = mapped_column(Uuid, ForeignKey("firmtext_file.id"), primary_key=True)
    n: Mapped[int] = mapped_column(Integer, primary_key=True)
    data: Mapped[bytes] = mapped_column(LargeBinary)


class Filing(Base):
    """A file's way into one matter's documents in the practice system; ``document`` is the host's reference there."""

    __tablename__ = "firmtext_filing"
    __table_args__ = (
        UniqueConstraint("attachment_id", "matter"),
        partial("ix_firmtext_filing_wanted", "not_before", where="state = 'wanted' OR state = 'filing'"),
    )

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    firm: Mapped[str] = mapped_column(Reference)
    attachment_id: Mapped[uuid.UUID] = mapped_column(Uuid, ForeignKey("firmtext_attachment.id"))
    matter: Mapped[str] = mapped_column(Reference)
    state: Mapped[FilingState] = mapped_column(Word)
    document: Mapped[str | None] = mapped_column(Reference)
    by: Mapped[str] = mapped_column(Reference)
    tries: Mapped[int] = mapped_column(Integer, default=0)
    not_before: Mapped[datetime] = mapped_column(UTCDateTime)
    claim: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    claimed_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    state_at: Mapped[datetime] = mapped_column(UTCDateTime)
