"""Payment links: made by the host, kept by us to be recognised in texts, marked when the host says so."""

from __future__ import annotations

import json
import logging
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session, scoped_session

from .. import points, signals
from ..current import firmtext
from ..errors import KeyUnavailable
from ..messaging.pay_links import indexed, indexes_of, paid_words
from ..ports import promises
from ..ports.host import NoPayments, Payments
from ..ports.values import Account, Bill, Contact, Firm, Link, User
from ..store import audit, cells, indexes, keys, practice_queries
from ..store.base import new_id
from ..store.models import Payment, PaymentLink
from ..store.transactions import announce, notes
from ..store.upsert import insert_once

log = logging.getLogger(__name__)

Sessions = Session | scoped_session[Any]


@dataclass(frozen=True, slots=True)
class Wanted:
    """For what a link is: a bill or, without one, any amount; for a contact where one is known."""

    account: Account
    bill: Bill | None = None
    contact: str | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """A link as people copy it and as it stands in a text."""

    id: uuid.UUID
    address: str = field(repr=False)
    label: str = field(repr=False)
    contact: str | None = None

    @property
    def words(self) -> str:
        """What goes into a text: whose link it is, what for, and the address."""
        return f"{self.label}: {self.address}"


@dataclass(frozen=True, slots=True)
class Choice:
    """A link that can be made: into which account, for which bill (None: any amount)."""

    account: Account
    bill: Bill | None

    @property
    def key(self) -> str:
        """What stands for it in a form."""
        return json.dumps([self.account.ref, self.bill and self.bill.ref])


def port_of(firm: str) -> Payments | None:
    """Where a firm is paid; None for a host that takes no payments. What the host raises goes on to the caller."""
    port = firmtext.host.for_firm(firm).payments
    return None if isinstance(port, NoPayments) else port


def choices(port: Payments, contacts: Sequence[Contact]) -> list[Choice]:
    """Every open bill of these contacts into every account, then links without an amount."""
    accounts = promises.accounts("accounts", port.accounts())
    bills = {bill.ref: bill for one in contacts for bill in promises.bills("bills", port.bills(one.ref))}
    found = [(bill, account) for bill in bills.values() for account in accounts if bill.due > 0]
    offered = [*found, *((None, account) for account in accounts)]
    return [Choice(account, bill) for bill, account in offered]


def make(session: Sessions, port: Payments, firm: Firm, user: User, wanted: Wanted) -> Made:
    """A link, the host's verb first and our row after it; joined. The same address again is the same row.

    :raises KeyUnavailable: it could not be protected, so it is not there.
    """
    link = _asked(port, wanted)
    points.reach("payment.made")
    label = link.label.strip() or firm.name
    if firm.name.casefold() not in label.casefold():
        label = f"{firm.name}: {label}"
    found, row_id = indexes_of(link.url), new_id()
    known = practice_queries.links_with(session, firm.ref, found)
    if not known:
        index = indexes.digest_of(session, indexed(link.url))
        _store(session, firm.ref, user, wanted, row_id, index, (link.url, label))
        known = practice_queries.links_with(session, firm.ref, found)
    return Made(known[0].id, link.url, label, known[0].contact)


def _asked(port: Payments, wanted: Wanted) -> Link:
    account = wanted.account.ref
    if wanted.bill is not None:
        return promises.link("bill_link", port.bill_link(wanted.bill.ref, account))
    if wanted.contact is not None:
        return promises.link("link_for", port.link_for(account, wanted.contact))
    return promises.link("link", port.link(account))


def _store(
    session: Sessions, firm: str, user: User, wanted: Wanted, row_id: uuid.UUID, index: bytes, cell: tuple[str, str]
) -> None:
    sealed = {
        name: cells.seal(session, cells.place(PaymentLink, name, row_id, firm), text, scope=keys.GENERAL)
        for name, text in zip(("address", "label"), cell, strict=True)
    }
    bill = wanted.bill
    row = {"id": row_id, "firm": firm, "address_index": index, "account": wanted.account.ref, **sealed}
    whose = {"bill": bill and bill.ref, "contact": (bill.contact if bill else None) or wanted.contact}
    currency = (bill or wanted.account).currency
    now = firmtext.clock.now()
    if insert_once(session, PaymentLink, **row, **whose, currency=currency, by=user.ref, created_at=now):
        audit.record(session, "payment.link", (PaymentLink.__tablename__, row_id), firm=firm, actor=user.ref)


def read(session: Session, firm: str, link_id: uuid.UUID) -> Made | None:
    """A link that was made before. :raises DecryptError: it cannot be read."""
    row = practice_queries.link(session, firm, link_id)
    if row is None:
        return None
    address, label = (
        cells.unseal(session, cells.place(PaymentLink, name, row.id, firm), cell)
        for name, cell in (("address", row.address), ("label", row.label))
    )
    return Made(row.id, address, label, row.contact)


def times_texted(session: Session, link_id: uuid.UUID) -> int:
    """In how many texts of the firm a link stands."""
    return len(practice_queries.texts_with(session, link_id))


def received(session: Sessions, link: Link | str, amount: Decimal, at: datetime) -> None:
    """A client paid through a link; joined, in the host's own transaction. Said again, it is the same payment."""
    if at.tzinfo is None:
        raise ValueError("payment_received: at needs a time zone; pass an aware datetime")
    if not isinstance(amount, Decimal) or not amount.is_finite() or amount <= 0:
        raise ValueError("payment_received: amount must be a Decimal above 0")
    rows = practice_queries.links_anywhere(session, indexes_of(link.url if isinstance(link, Link) else link))
    if not rows:
        log.warning("payment_received: no payment link of ours has this address; nothing is marked as paid")
    for row in rows:
        _paid(session, row, amount, at)


def _paid(session: Sessions, link: PaymentLink, amount: Decimal, at: datetime) -> None:
    row_id, firm = new_id(), link.firm
    words = paid_words(amount, at)
    if len(every := indexes.digests_of(words)) > 1 and practice_queries.was_paid(session, link.id, every):
        return
    digest = indexes.digest_of(session, words)
    cell = _sealed(session, firm, row_id, amount)
    row = {"id": row_id, "firm": firm, "link_id": link.id, "digest": digest, "amount": cell, "paid_at": at}
    if not insert_once(session, Payment, **row):
        return
    audit.record(session, "payment.receive", (PaymentLink.__tablename__, link.id), firm=firm, actor=audit.HOST)
    notes(session).show(firm, *practice_queries.texts_with(session, link.id))
    announce(session, signals.payment_link_paid, firm=firm, link=str(link.id))


def _sealed(session: Sessions, firm: str, row_id: uuid.UUID, amount: Decimal) -> bytes | None:
    try:
        place = cells.place(Payment, "amount", row_id, firm)
        return cells.seal(session, place, format(amount, "f"), scope=keys.GENERAL)
    except KeyUnavailable as error:
        log.error("a payment is noted without its amount, which cannot be protected now: %s", error)
        return None
