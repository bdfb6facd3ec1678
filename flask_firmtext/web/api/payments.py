"""Payment links."""

from __future__ import annotations

import uuid

from pydantic import Field

from ...messaging import tenancy
from ...messaging.owners import Subject
from ...ports import promises
from ...practice.payments import Wanted
from .. import payments
from ..access import asked
from ..paying import Paying, paying
from .arguments import Key
from .bearer import Bearer
from .operations import post
from .problems import Failure, conflict, invalid, nothing
from .shapes import Answer, Given, Ref


class NewLink(Given):
    """For a bill, or of any amount; into which account."""

    account: Ref | None = Field(None, description="Null: the firm's only account.")
    bill: Ref | None = None
    contact: Ref | None = Field(None, description="For whom a link of any amount is.")


class PaymentLink(Answer):
    """A link. Who has the address can open it."""

    id: uuid.UUID
    address: str
    label: str
    words: str = Field(description="What goes into a text.")


@post("/payment-links", "payments:write")
def make_payment_link(who: Bearer, given: NewLink, key: Key) -> PaymentLink:
    """Make a payment link

    What makes the practice system's link is its own affair: asked twice for the same, most give the same address, and
    that is one link here.
    """
    found = paying(who, Subject(who.firm.ref, (given.contact,)) if given.contact else None)
    wanted = _wanted(found, given)
    try:
        made = payments.made(who, wanted)
    except payments.NotMade as error:
        raise Failure("unavailable", error.words) from None
    return PaymentLink(id=made.id, address=made.address, label=made.label, words=made.words)


def _wanted(found: Paying, given: NewLink) -> Wanted:
    """:raises Failure: the firm has no such account, bill or contact, or nothing is due."""
    who, accounts = found.who, {one.ref: one for one in found.accounts}
    ref = given.account or (next(iter(accounts)) if len(accounts) == 1 else "")
    if ref not in accounts:
        raise invalid({"/account": "Name one of the firm's accounts."})
    if given.bill is None:
        contact = given.contact
        if contact is not None and asked("Contacts.get", lambda: tenancy.contact(who.ports, contact)) is None:
            raise nothing()
        return Wanted(accounts[ref], None, contact)
    bill_ref = given.bill
    bill = asked("Payments.bill", lambda: promises.bill("bill", found.port.bill(bill_ref)))
    if bill is None:
        raise nothing()
    if bill.contact:
        who.must("payment.insert", Subject(who.firm.ref, (bill.contact,)))
    if bill.due <= 0:
        raise conflict("nothing_due")
    return Wanted(accounts[ref], bill)
