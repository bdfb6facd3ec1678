"""What a firm's administrator finds in the administration beside texts. Everything needs an application context."""

from __future__ import annotations

import uuid
from typing import Any

from sqlalchemy import select

from flask_firmtext.firm import orders
from flask_firmtext.messaging import consent, holds, quarantine
from flask_firmtext.ports.gateway import RawRequest
from flask_firmtext.store.models import ConsentEvent, Hold, Number, Order
from flask_firmtext.store.states import HoldKind, OrderState
from flask_firmtext.store.transactions import own, reading

#: Each page looks for what stands still and for what an operator has to mend.
BANNERS = 2


def kept(firm: str = "harbor", words: str = "Who are you?", *, reason: str = "stranger") -> uuid.UUID:
    """A client's text in quarantine."""
    request = RawRequest("POST", {}, words.encode())
    with own() as session:
        row = quarantine.keep(session, request, kind="inbound", reason=reason, firm=firm)
    assert row is not None
    return row


def opted_out(firm: str = "harbor", phone: bytes = b"somebody's phone") -> uuid.UUID:
    """The event of an opt-out of a number that nobody has texted."""
    with own() as session:
        consent.lock_pair(session, firm, phone)
        consent.opt_out(session, firm, phone, consent.Said("client:END", "client", message=uuid.uuid4()))
    with reading() as session:
        return session.scalars(select(ConsentEvent.id).where(ConsentEvent.firm == firm)).one()


def number_of(firm: str = "harbor") -> uuid.UUID:
    """The firm's only number."""
    with reading() as session:
        return session.scalars(select(Number.id).where(Number.firm == firm)).one()


def held_number(firm: str = "harbor", code: str = "number") -> uuid.UUID:
    """A hold on the firm's only number."""
    with reading() as session:
        e164 = session.scalars(select(Number.e164).where(Number.firm == firm)).one()
    return held(HoldKind.NUMBER, e164, code)


def held(kind: HoldKind = HoldKind.ACCOUNT, object_: str = "default", code: str = "balance") -> uuid.UUID:
    """A hold."""
    with own() as session:
        assert holds.put(session, kind, object_, code, by="worker")
    with reading() as session:
        return session.scalars(select(Hold.id).where(Hold.lifted_at.is_(None), Hold.object == object_)).one()


def failed_order(firm: str = "harbor", **columns: Any) -> uuid.UUID:
    """An order that stands still."""
    with own() as session:
        placed = orders.place(session, firm=firm, country="US", by=f"admin@{firm}.example")
        assert placed is not None
        row = session.get_one(Order, placed)
        row.state, row.trouble, row.cause = OrderState.FAILED, "no_credit", "balance: 420"
        for name, value in columns.items():
            setattr(row, name, value)
    return placed


def order_state(order: uuid.UUID) -> str:
    with reading() as session:
        return str(session.get_one(Order, order).state)
