"""Where clients pay: accounts, bills, and links that nobody can guess."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from flask import current_app, request
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from flask_firmtext.ports import host, values

from .. import charges, models
from .references import key, of_firm


class Payments(host.Payments):
    """A link is made once for the same bill or contact and account; asked again, it is the same."""

    def __init__(self, db: SQLAlchemy, firm: str) -> None:
        self.db, self.firm = db, firm

    def accounts(self) -> Sequence[values.Account]:
        rows = self.db.session.scalars(of_firm(charges.Account, self.firm).order_by(charges.Account.id))
        return [values.Account(str(row.id), row.name, row.trust) for row in rows]

    def bills(self, contact: str) -> Sequence[values.Bill]:
        open_ones = of_firm(models.Bill, self.firm).where(models.Bill.contact_id == key(contact), models.Bill.is_open())
        rows = self.db.session.scalars(open_ones.order_by(models.Bill.issued, models.Bill.id))
        return [as_bill(row) for row in rows]

    def bill(self, ref: str) -> values.Bill | None:
        row = self._bill(ref)
        return row and as_bill(row)

    def bill_link(self, bill: str, account: str) -> values.Link:
        row = self._bill(bill)
        if row is None:
            raise LookupError("no bill of the firm has this reference")
        token = self._token(account, bill_id=row.id)
        return self._link(token, f"pay bill {row.number} (${row.due:,.2f}) here")

    def link(self, account: str) -> values.Link:
        return self._link(self._token(account), "pay here")

    def link_for(self, account: str, contact: str) -> values.Link:
        known = self.db.session.scalar(of_firm(models.Contact, self.firm).filter_by(id=key(contact)))
        if known is None:
            raise LookupError("no contact of the firm has this reference")
        return self._link(self._token(account, contact_id=known.id), "pay here")

    def _bill(self, ref: str) -> models.Bill | None:
        row: models.Bill | None = self.db.session.scalar(of_firm(models.Bill, self.firm).filter_by(id=key(ref)))
        return row

    def _token(self, account: str, *, bill_id: int | None = None, contact_id: int | None = None) -> str:
        session = self.db.session
        into = session.scalar(of_firm(charges.Account, self.firm).filter_by(id=key(account)))
        if into is None:
            raise LookupError("no account of the firm has this reference")
        same = f"{into.id}/{bill_id or ''}/{contact_id or ''}"
        known = select(charges.PaymentLink.token).filter_by(firm_ref=self.firm, purpose=same)
        token: str | None = session.scalar(known)
        if token is None:
            token = secrets.token_urlsafe(32)
            row = charges.PaymentLink(firm_ref=self.firm, account_id=into.id, bill_id=bill_id, contact_id=contact_id)
            row.token, row.purpose = token, same
            try:
                with session.begin_nested():
                    session.add(row)
            except IntegrityError:  # somebody else was faster
                token = session.scalars(known).one()
        return token

    def _link(self, token: str, what: str) -> values.Link:
        firm = self.db.session.get_one(models.Firm, self.firm)
        return values.Link(address(token), f"{firm.name}: {what}")


def address(token: str) -> str:
    """Where a link leads: to our public address where that is known, because a request's may be forged."""
    public: str | None = current_app.extensions["firmtext"].settings.public_url
    return f"{(public or request.url_root).rstrip('/')}/pay/{token}"


def as_bill(row: models.Bill) -> values.Bill:
    return values.Bill(str(row.id), row.number, row.due, issued=row.issued, contact=str(row.contact_id))
