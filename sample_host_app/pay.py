"""The page on which a client pays. Nobody signs in: whoever has the link may pay, and sees the firm and the amount.

No money moves here. What would come after a payment service's answer is real: the payment, the bill's balance and what
FirmText is told are one transaction.
"""

from __future__ import annotations

import re
import secrets
from datetime import UTC, datetime
from decimal import Decimal

from flask import Blueprint, Flask, Response, abort, redirect, render_template, request, url_for
from flask_wtf import CSRFProtect
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from .adapter.payments import address
from .charges import Payment, PaymentLink
from .models import Bill, db
from .texting import firmtext

bp = Blueprint("pay", __name__, url_prefix="/pay")
AMOUNT = re.compile(r"\$?\s*([0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,7})(?:\.([0-9]{1,2}))?")
TOKEN = re.compile(r"[\w-]{20,64}", re.ASCII)
MOST_CENTS = 100_000_00


class Refused(Exception):
    """Nothing was paid, in words for the client."""


def init_app(app: Flask, csrf: CSRFProtect) -> None:
    app.register_blueprint(bp)
    # Who has the link may pay, and nobody is signed in here in whose name another site could press. The session's
    # token would keep out phones without cookies.
    csrf.exempt(bp)


@bp.after_request
def secret(response: Response) -> Response:
    """The address is the key: no search engine keeps it and no other site is told."""
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.get("/<token>")
def page(token: str) -> str:
    return _page(_link(token))


@bp.post("/<token>")
def pay(token: str) -> AnyResponse | tuple[str, int]:
    link, form = _link(token), request.form.get("token", "")
    if not TOKEN.fullmatch(form):
        return _page(link, "The page was not whole. Press Pay again."), 422
    try:
        _pay(link, form, request.form.get("amount", ""))
    except Refused as refused:
        db.session.rollback()
        return _page(link, str(refused), request.form.get("amount", "")), 422
    except IntegrityError:  # the other press of two was faster
        db.session.rollback()
    return redirect(url_for("pay.receipt", token=token, payment=form), code=303)


@bp.get("/<token>/paid/<payment>")
def receipt(token: str, payment: str) -> str:
    found = select(Payment).filter_by(token=payment, link_id=_link(token).id)
    row = (TOKEN.fullmatch(payment) and db.session.scalar(found)) or abort(404)
    return render_template("receipt.html", link=row.link, payment=row)


@bp.errorhandler(404)
def not_found(error: HTTPException) -> tuple[str, int]:
    return render_template("no_such_link.html"), 404


def _link(token: str) -> PaymentLink:
    found = select(PaymentLink).filter_by(token=token)
    return (TOKEN.fullmatch(token) and db.session.scalar(found)) or abort(404)


def _page(link: PaymentLink, trouble: str = "", amount: str = "") -> str:
    return render_template("pay.html", link=link, trouble=trouble, amount=amount, token=secrets.token_urlsafe(24))


def _pay(link: PaymentLink, token: str, amount: str) -> None:
    """:raises Refused: nothing is to be paid, or not this."""
    if db.session.scalar(select(Payment.id).filter_by(token=token)) is not None:
        return
    cents = _settled(link.bill, amount) if link.bill else _given(amount)
    now = datetime.now(UTC)
    row = Payment(firm_ref=link.firm_ref, link_id=link.id, cents=cents, at=now.replace(tzinfo=None), token=token)
    db.session.add(row)
    db.session.flush()
    firmtext.payment_received(address(link.token), Decimal(cents) / 100, now)
    db.session.commit()


def _settled(bill: Bill, amount: str) -> int:
    """Pay what is due, if that is still what the client saw; one statement, so that two who pay at once do not both."""
    cents = _given(amount)
    paid = db.session.execute(
        update(Bill)
        .where(Bill.id == bill.id, Bill.is_open(), Bill.total_cents - Bill.paid_cents == cents)
        .values(paid_cents=Bill.paid_cents + cents)
        .execution_options(synchronize_session=False)
    )
    if paid.rowcount != 1:  # type: ignore[attr-defined]
        raise Refused("Nothing was paid: the balance has changed. What is due now stands here.")
    return cents


def _given(amount: str) -> int:
    found = AMOUNT.fullmatch(amount.strip())
    if not found:
        raise Refused("Type an amount in dollars, such as 150 or 150.00.")
    cents = int(found[1].replace(",", "")) * 100 + int((found[2] or "0").ljust(2, "0"))
    if not 0 < cents <= MOST_CENTS:
        raise Refused("An amount is between $0.01 and $100,000.00.")
    return cents
