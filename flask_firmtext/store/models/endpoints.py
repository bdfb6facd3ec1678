"""The tables of outgoing webhooks: where a firm wants to hear what happens, and what became of each."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Boolean, ForeignKey, Index, Integer, LargeBinary, String, Uuid, false
from sqlalchemy.orm import Mapped, mapped_column

from ...clock import UTCDateTime
from ..base import Base, Reference, Word, new_id, partial

#: In whose words ``partial`` indexes are written.
ON, WAITING = "state = 'on'", "state = 'waiting'"


class Endpoint(Base):
    """An address to which a firm's events are posted. Removed, its row stays, without address and secrets.

    ``kinds`` are the events, each between blanks. ``content``: the words of a text go with it. While a secret is
    replaced both sign, until ``old_until``. ``why`` says why it is off; ``failing_since`` is None after a success.
    """

    __tablename__ = "firmtext_endpoint"
    __table_args__ = (Index(None, "firm", "made_at"), partial("ix_firmtext_endpoint_on", "firm", where=ON))

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    firm: Mapped[str] = mapped_column(Reference)
    url: Mapped[bytes] = mapped_column(LargeBinary)
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    old_secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    old_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    kinds: Mapped[str] = mapped_column(String(512))
    content: Mapped[bool] = mapped_column(Boolean, server_default=false())
    state: Mapped[str] = mapped_column(Word)
    why: Mapped[str | None] = mapped_column(Word)
    failing_since: Mapped[datetime | None] = mapped_column(UTCDateTime)
    made_by: Mapped[str] = mapped_column(Reference)
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Delivery(Base):
    """One event for one address: ids and references, never words, which are read when it is posted.

    The event's id is the same at every address and at every repeat. ``not_before`` is when the next try is due; while
    one is under way it is the end of the claim. ``status`` is the last answer's, ``evidence`` why it was no success.
    """

    __tablename__ = "firmtext_delivery"
    __table_args__ = (
        Index(None, "endpoint_id", "at"),
        Index(None, "at"),
        partial("ix_firmtext_delivery_waiting", "endpoint_id", "not_before", where=WAITING),
    )

    event_id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    endpoint_id: Mapped[uuid.UUID] = mapped_column(Uuid, ForeignKey("firmtext_endpoint.id"), primary_key=True)
    firm: Mapped[str] = mapped_column(Reference)
    kind: Mapped[str] = mapped_column(Word)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(Word)
    state_at: Mapped[datetime] = mapped_column(UTCDateTime)
    tries: Mapped[int] = mapped_column(Integer, server_default="0")
    not_before: Mapped[datetime] = mapped_column(UTCDateTime)
    claim: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    status: Mapped[int | None] = mapped_column(Integer)
    evidence: Mapped[str | None] = mapped_column(Word)
