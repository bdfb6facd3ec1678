"""The tables of the JSON API's tokens: whose they are, what they may, and which keys repeats came with."""

import uuid
from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from ...clock import UTCDateTime
from ..base import Base, Reference, new_id


class Token(Base):
    """A token acts for ``by``, the administrator whose it is (the host's reference), as far as ``scopes`` go.

    Its secret is nowhere: ``digest`` is the SHA-256 of its 32 random bytes' text. ``made_by`` made it, which is an
    operator where it was made on the command line. The name is encrypted: people name clients in names.
    """

    __tablename__ = "firmtext_token"
    __table_args__ = (Index(None, "firm", "created_at"),)

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    firm: Mapped[str] = mapped_column(Reference)
    name: Mapped[bytes] = mapped_column(LargeBinary)
    scopes: Mapped[list[str]] = mapped_column(JSON)
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    by: Mapped[str] = mapped_column(Reference)
    made_by: Mapped[str] = mapped_column(Reference)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    revoked_by: Mapped[str | None] = mapped_column(Reference)


class TokenKey(Base):
    """An ``Idempotency-Key`` that came with a token, for a day. ``digest`` tells whether a repeat asks for the same.

    It is keyed with the token's secret, which stands in no table: nobody guesses a text from it.
    """

    __tablename__ = "firmtext_token_key"
    __table_args__ = (Index(None, "firm", "token_id", "created_at"),)

    token_id: Mapped[uuid.UUID] = mapped_column(Uuid, ForeignKey("firmtext_token.id"), primary_key=True)
    key: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    firm: Mapped[str] = mapped_column(Reference)
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
