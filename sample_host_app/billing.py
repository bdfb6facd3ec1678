"""Bills, and payments that came in online."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from sqlalchemy.orm import selectinload
from werkzeug.wrappers import Response

from .charges import Account, Payment, PaymentLink
from .models import Bill, db
from .pages import bp, one_of_ours, ours


@bp.get("/bills")
def bills() -> str:
    rows = ours(Bill).options(selectinload(Bill.contact), selectinload(Bill.matter)).order_by(Bill.issued.desc())
    return render_template("bills.html", bills=db.session.scalars(rows).all())


@bp.get("/bills/<int:bill_id>")
def bill(bill_id: int) -> str:
    return render_template("bill.html", bill=one_of_ours(Bill, bill_id))


@bp.post("/bills/<int:bill_id>/send")
def send_bill(bill_id: int) -> Response:
    row = one_of_ours(Bill, bill_id)
    flash(f"Bill {row.number} would go to {row.contact.email} now. The demo sends no email.")
    return redirect(url_for("pages.bill", bill_id=row.id), code=303)


@bp.post("/bills/<int:bill_id>/void")
def void_bill(bill_id: int) -> Response:
    """Take a bill back; one on which something was paid stands."""
    row = one_of_ours(Bill, bill_id)
    if row.paid_cents:
        flash(f"Bill {row.number} cannot be made void: something was paid on it.")
    else:
        row.void = True
        db.session.commit()
        flash(f"Bill {row.number} is void.")
    return redirect(url_for("pages.bill", bill_id=row.id), code=303)


@bp.get("/online-payments")
def online_payments() -> str:
    link = selectinload(Payment.link)
    names = link.selectinload(PaymentLink.account), link.selectinload(PaymentLink.bill)
    whose = link.selectinload(PaymentLink.contact)
    rows = ours(Payment).options(*names, whose).order_by(Payment.at.desc(), Payment.id.desc()).limit(200)
    return render_template("online_payments.html", payments=db.session.scalars(rows).all(), accounts=_accounts())


@bp.get("/online-payments/new")
def new_charge() -> str:
    return render_template("new_charge.html", accounts=_accounts())


def _accounts() -> list[Account]:
    return list(db.session.scalars(ours(Account).order_by(Account.id)))
