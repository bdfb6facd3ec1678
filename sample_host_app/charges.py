"""The tables of work and of money that comes in: time, accounts, payment links, payments."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from .models import Bill, Contact, Firm, Matter, User, db


class TimeEntry(db.Model):
    """Work on a matter. ``token`` is that of whoever handed it over by a program."""

    __tablename__ = "time_entry"
    __table_args__ = (UniqueConstraint("firm_ref", "token"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    firm_ref: Mapped[str] = mapped_column(ForeignKey("firm.ref"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    matter_id: Mapped[int] = mapped_column(ForeignKey("matter.id"), index=True)
    day: Mapped[date]
    minutes: Mapped[int]
    note: Mapped[str] = mapped_column(Text, default="")
    token: Mapped[str | None]
    user: Mapped[User] = relationship()
    matter: Mapped[Matter] = relationship()

    @property
    def hours(self) -> str:
        """As it is billed: 12 minutes are 0.2 h."""
        return f"{self.minutes / 60:.1f}" if self.minutes % 6 == 0 else f"{self.minutes / 60:.2f}"


class Account(db.Model):
    """A bank account into which clients pay; a trust account holds what is still the client's."""

    __tablename__ = "account"

    id: Mapped[int] = mapped_column(primary_key=True)
    firm_ref: Mapped[str] = mapped_column(ForeignKey("firm.ref"), index=True)
    name: Mapped[str]
    trust: Mapped[bool] = mapped_column(default=False)


class PaymentLink(db.Model):
    """A page on which somebody pays without signing in: whoever has ``token`` can open it.

    ``purpose`` is the same for a link that is wanted again.
    """

    __tablename__ = "payment_link"
    __table_args__ = (UniqueConstraint("firm_ref", "purpose"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    firm_ref: Mapped[str] = mapped_column(ForeignKey("firm.ref"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    bill_id: Mapped[int | None] = mapped_column(ForeignKey("bill.id"))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"))
    token: Mapped[str] = mapped_column(unique=True)
    purpose: Mapped[str]
    firm: Mapped[Firm] = relationship()
    account: Mapped[Account] = relationship()
    bill: Mapped[Bill | None] = relationship()
    contact: Mapped[Contact | None] = relationship()


class Payment(db.Model):
    """Money that came in through a link. ``token`` is the form's: pressed twice, it is paid once."""

    __tablename__ = "payment"

    id: Mapped[int] = mapped_column(primary_key=True)
    firm_ref: Mapped[str] = mapped_column(ForeignKey("firm.ref"), index=True)
    link_id: Mapped[int] = mapped_column(ForeignKey("payment_link.id"))
    cents: Mapped[int]
    at: Mapped[datetime] = mapped_column(doc="UTC, naive as every column of ours")
    token: Mapped[str] = mapped_column(unique=True)
    link: Mapped[PaymentLink] = relationship()

    @property
    def amount(self) -> Decimal:
        return Decimal(self.cents) / 100
