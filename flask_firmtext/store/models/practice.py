"""The tables of time and of payment links: what was added or made from a conversation. The host keeps the rest."""

import uuid
from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, Index, Integer, LargeBinary, String, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from ...clock import UTCDateTime
from ..base import Base, Reference, new_id


class TimeEntry(Base):
    """Time that a user added from a conversation, once for each form; ``entry`` is the host's reference of it.

    Its note is the host's alone.
    """

    __tablename__ = "firmtext_time_entry"
    __table_args__ = (
        UniqueConstraint("firm", "by", "token"),
        Index(None, "conversation_id", "by", "created_at"),
    )

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    firm: Mapped[str] = mapped_column(Reference)
    by: Mapped[str] = mapped_column(Reference)
    token: Mapped[str] = mapped_column(String(64))
    conversation_id: Mapped[uuid.UUID] = mapped_column(Uuid, ForeignKey("firmtext_conversation.id"))
    matter: Mapped[str] = mapped_column(Reference)
    minutes: Mapped[int] = mapped_column(Integer)
    day: Mapped[date] = mapped_column(Date)
    entry: Mapped[str] = mapped_column(Reference)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class PaymentLink(Base):
    """A payment link that the host made. Who has its address can open it, so it is encrypted, as its words are.

    ``address_index`` is the keyed digest by which an address in a text is recognised. ``bill`` and ``contact`` are the
    host's references where the link is for one.
    """

    __tablename__ = "firmtext_payment_link"
    __table_args__ = (UniqueConstraint("address_index", "firm"),)

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    firm: Mapped[str] = mapped_column(Reference)
    address_index: Mapped[bytes] = mapped_column(LargeBinary(32))
    address: Mapped[bytes] = mapped_column(LargeBinary)
    label: Mapped[bytes] = mapped_column(LargeBinary)
    currency: Mapped[str] = mapped_column(String(3))
    account: Mapped[str] = mapped_column(Reference)
    bill: Mapped[str | None] = mapped_column(Reference)
    contact: Mapped[str | None] = mapped_column(Reference)
    by: Mapped[str] = mapped_column(Reference)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class SentLink(Base):
    """A text of the firm in which a payment link stands, whoever put it there and however."""

    __tablename__ = "firmtext_sent_link"
    __table_args__ = (Index(None, "link_id", "conversation_id"),)

    message_id: Mapped[uuid.UUID] = mapped_column(Uuid, ForeignKey("firmtext_message.id"), primary_key=True)
    link_id: Mapped[uuid.UUID] = mapped_column(Uuid, ForeignKey("firmtext_payment_link.id"), primary_key=True)
    conversation_id: Mapped[uuid.UUID] = mapped_column(Uuid, ForeignKey("firmtext_conversation.id"))


class Payment(Base):
    """A payment through a link, as the host told it; ``digest`` makes a repeat harmless.

    ``amount`` is encrypted; None when it could not be protected at that moment: money is not refused for our sake.
    """

    __tablename__ = "firmtext_payment"
    __table_args__ = (UniqueConstraint("link_id", "digest"),)

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    firm: Mapped[str] = mapped_column(Reference)
    link_id: Mapped[uuid.UUID] = mapped_column(Uuid, ForeignKey("firmtext_payment_link.id"))
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    amount: Mapped[bytes | None] = mapped_column(LargeBinary)
    paid_at: Mapped[datetime] = mapped_column(UTCDateTime)
