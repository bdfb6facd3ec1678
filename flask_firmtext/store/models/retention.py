"""The tables of what is not kept for ever: a firm's rule, legal holds, and what was erased, when and by whom."""

import uuid
from datetime import datetime

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, Integer, LargeBinary, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from ...clock import UTCDateTime
from ..base import Base, Reference, Word, new_id, partial


class Retention(Base):
    """A firm's rule: ``days`` after its newest text a conversation is erased; None, never.

    ``turn`` is raised by whoever sets a hold or erases a conversation: one of them is first. ``looked_at`` is when the
    rule was last obeyed; ``refused`` how much of the firm, in percent, the last night would have removed and did not.
    """

    __tablename__ = "firmtext_retention"

    firm: Mapped[str] = mapped_column(Reference, primary_key=True)
    days: Mapped[int | None] = mapped_column(Integer)
    turn: Mapped[int] = mapped_column(BigInteger, default=0, server_default=text("0"))
    changed_by: Mapped[str | None] = mapped_column(Reference)
    changed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    looked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    refused: Mapped[int | None] = mapped_column(Integer)


class LegalHold(Base):
    """Nothing of a contact, a matter or (``object`` is empty) the whole firm is erased while this stands.

    Both reasons are in somebody's own words, and encrypted.
    """

    __tablename__ = "firmtext_legal_hold"
    __table_args__ = (
        Index(None, "firm", "since"),
        partial("uq_firmtext_legal_hold_standing", "firm", "kind", "object", where="lifted_at IS NULL", unique=True),
    )

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    firm: Mapped[str] = mapped_column(Reference)
    kind: Mapped[str] = mapped_column(Word)
    object: Mapped[str] = mapped_column(Reference)
    why: Mapped[bytes] = mapped_column(LargeBinary)
    since: Mapped[datetime] = mapped_column(UTCDateTime)
    by: Mapped[str] = mapped_column(Reference)
    lifted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    lifted_by: Mapped[str | None] = mapped_column(Reference)
    lifted_why: Mapped[bytes | None] = mapped_column(LargeBinary)


class LegalHoldContact(Base):
    """A contact whom a hold covers: the one it is on, or everybody who was ever seen in its matter."""

    __tablename__ = "firmtext_legal_hold_contact"
    __table_args__ = (Index(None, "firm", "contact"),)

    hold_id: Mapped[uuid.UUID] = mapped_column(Uuid, ForeignKey("firmtext_legal_hold.id"), primary_key=True)
    contact: Mapped[str] = mapped_column(Reference, primary_key=True)
    firm: Mapped[str] = mapped_column(Reference)


class Erasure(Base):
    """One erasing: a night's, or of a ``contact`` on somebody's request. The proof of it, once it is done.

    ``shared`` are the other owners (references) whose texts went with the contact's, because somebody said so.
    ``gone`` counts what was erased, ``left`` what was not, by the reason. ``look_at``: whoever goes on, not before.
    """

    __tablename__ = "firmtext_erasure"
    __table_args__ = (
        Index(None, "firm", "begun_at"),
        partial("ix_firmtext_erasure_open", "look_at", where="done_at IS NULL"),
    )

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    firm: Mapped[str] = mapped_column(Reference)
    cause: Mapped[str] = mapped_column(Word)
    contact: Mapped[str | None] = mapped_column(Reference)
    shared: Mapped[list[str]] = mapped_column(JSON, default=list)
    by: Mapped[str] = mapped_column(Reference)
    why: Mapped[bytes | None] = mapped_column(LargeBinary)
    begun_at: Mapped[datetime] = mapped_column(UTCDateTime)
    look_at: Mapped[datetime] = mapped_column(UTCDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    gone: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    left: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)


class Erased(Base):
    """A conversation whose keys were destroyed. ``emptied_at``: what they protected has been removed, too.

    ``texts`` and ``files`` count what was removed so far.
    """

    __tablename__ = "firmtext_erased"
    __table_args__ = (
        Index(None, "erasure_id"),
        partial("ix_firmtext_erased_full", "firm", "at", where="emptied_at IS NULL"),
    )

    conversation_id: Mapped[uuid.UUID] = mapped_column(Uuid, ForeignKey("firmtext_conversation.id"), primary_key=True)
    firm: Mapped[str] = mapped_column(Reference)
    erasure_id: Mapped[uuid.UUID] = mapped_column(Uuid, ForeignKey("firmtext_erasure.id"))
    by: Mapped[str] = mapped_column(Reference)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    texts: Mapped[int] = mapped_column(Integer, default=0, server_default=text("0"))
    files: Mapped[int] = mapped_column(Integer, default=0, server_default=text("0"))
    emptied_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
