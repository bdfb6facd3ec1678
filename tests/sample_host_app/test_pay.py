"""The page on which clients pay: who has the link pays once, what is due, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from sqlalchemy import func, select

from racing import race


@pytest.fixture
def bill(context: Any) -> Any:
    """A bill of Harbor's on which $450.00 are due."""
    from sample_host_app.models import Bill, Matter, db

    matter = db.session.scalars(select(Matter).filter_by(firm_ref="harbor").order_by(Matter.id)).first()
    row = Bill(firm_ref="harbor", contact_id=matter.client_id, matter_id=matter.id, number="9001")
    row.issued = row.payable = matter.bills[0].issued
    row.total_cents, row.paid_cents = 45000, 0
    db.session.add(row)
    db.session.commit()
    return row


def link(context: Any, bill: Any | None = None) -> str:
    """The path of a link for a bill, or without an amount."""
    from sample_host_app.models import db

    with context.test_request_context():
        port = context.extensions["firmtext"].host.for_firm("harbor").payments
        account = port.accounts()[0].ref
        made = port.bill_link(str(bill.id), account) if bill else port.link(account)
        db.session.commit()
    return "/pay/" + made.url.rpartition("/")[2]


def form(page: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))


def money(path: str) -> int:
    """What came in through a link, in cents."""
    from sample_host_app.charges import Payment, PaymentLink, db

    through = select(func.coalesce(func.sum(Payment.cents), 0)).join(PaymentLink)
    return int(db.session.scalar(through.where(PaymentLink.token == path.rpartition("/")[2])))


def balance(bill: Any) -> Decimal:
    from sample_host_app.models import db

    db.session.refresh(bill)
    due: Decimal = bill.due
    return due


def test_a_client_sees_whose_bill_it_is_and_pays_it(context: Any, bill: Any, visitor: Any) -> None:
    path = link(context, bill)
    page = visitor.get(path).text
    for words in ("Harbor Law", "Bill 9001", "$450.00", "This is a demo; no money moves."):
        assert words in page
    assert "Delgado" not in page
    answer = visitor.post(path, data=form(page), follow_redirects=True)
    assert "Harbor Law has received <strong>$450.00</strong> for bill 9001" in answer.text
    assert (balance(bill), money(path)) == (0, 45000)
    assert "This bill is paid." in visitor.get(path).text


def test_a_second_press_pays_nothing_and_shows_the_same_receipt(context: Any, bill: Any, visitor: Any) -> None:
    path = link(context, bill)
    sent = form(visitor.get(path).text)
    answers = [visitor.post(path, data=sent) for _ in range(3)]
    assert len({answer.headers["Location"] for answer in answers}) == 1
    assert (balance(bill), money(path)) == (0, 45000)


def test_two_phones_that_pay_one_bill_at_once_pay_it_once(context: Any, bill: Any, practice: Any) -> None:
    path = link(context, bill)
    phones = [practice.test_client() for _ in range(4)]
    forms = [form(phone.get(path).text) for phone in phones]
    presses = (partial(phone.post, path, data=sent) for phone, sent in zip(phones, forms, strict=True))
    codes = [one.status_code for one in race(practice, *presses)]
    assert codes.count(303) == 1, codes
    assert (balance(bill), money(path)) == (0, 45000)


@pytest.mark.parametrize("amount", ["450.01", "4500", "1", "0", "-450.00", "", "450,00", "1e9", "9999999999999"])
def test_no_other_amount_than_the_one_that_is_due(context: Any, bill: Any, visitor: Any, amount: str) -> None:
    path = link(context, bill)
    answer = visitor.post(path, data=form(visitor.get(path).text) | {"amount": amount})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert (balance(bill), money(path)) == (450, 0)


def test_a_void_bill_says_so_and_takes_nothing(
    context: Any, bill: Any, visitor: Any, signed_in: Callable[[str], Any]
) -> None:
    path = link(context, bill)
    sent = form(visitor.get(path).text)
    staff = signed_in("staff@harbor.example")
    page = staff.get(f"/bills/{bill.id}").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token
    assert staff.post(f"/bills/{bill.id}/void", data={"csrf_token": token[1]}).status_code == 303
    assert "This bill is void." in visitor.get(path).text
    assert visitor.post(path, data=sent).status_code == 422
    assert money(path) == 0
    assert "More ways to send" not in staff.get(f"/bills/{bill.id}").text


def test_a_bill_on_which_something_was_paid_is_not_made_void(
    context: Any, bill: Any, visitor: Any, signed_in: Callable[[str], Any]
) -> None:
    from sample_host_app.models import db

    path = link(context, bill)
    visitor.post(path, data=form(visitor.get(path).text))
    staff = signed_in("staff@harbor.example")
    token = re.search(r'name="csrf_token" value="([^"]+)"', staff.get(f"/bills/{bill.id}").text)
    assert token
    staff.post(f"/bills/{bill.id}/void", data={"csrf_token": token[1]})
    db.session.refresh(bill)
    assert not bill.void


@pytest.mark.parametrize(
    ("typed", "cents"), [("150", 15000), ("$1,250.5", 125050), (" 0.01 ", 1), ("100000", 10_000_000)]
)
def test_a_link_without_an_amount_takes_what_the_client_types(
    context: Any, visitor: Any, typed: str, cents: int
) -> None:
    path = link(context)
    before = money(path)
    page = visitor.get(path).text
    assert "Amount in dollars" in page
    assert visitor.post(path, data=form(page) | {"amount": typed}).status_code == 303
    assert money(path) - before == cents


@pytest.mark.parametrize("typed", ["", "0", "-1", "a lot", "1.234", "100000.01", "1 000", "1,00"])
def test_what_is_no_amount_is_refused_and_kept(context: Any, visitor: Any, typed: str) -> None:
    path = link(context)
    before = money(path)
    answer = visitor.post(path, data=form(visitor.get(path).text) | {"amount": typed})
    assert answer.status_code == 422
    assert f'value="{typed}"' in answer.text
    assert money(path) == before


@pytest.mark.parametrize("token", ["nobody", "x" * 43, "..%2f..%2fbills", "%00", "' OR 1=1"])
def test_A42_a_guessed_token_finds_a_friendly_page_and_nothing_else(visitor: Any, token: str) -> None:
    for answer in (visitor.get(f"/pay/{token}"), visitor.post(f"/pay/{token}", data={"token": "x" * 32})):
        assert answer.status_code in (404, 308)
        assert "Delgado" not in answer.text
    assert "ask the firm for a new one" in visitor.get("/pay/nobody").text


def test_A42_a_link_cannot_be_guessed_from_another(context: Any, bill: Any) -> None:
    tokens = [path.rpartition("/")[2] for path in (link(context, bill), link(context))]
    assert all(len(token) == 43 for token in tokens)
    assert tokens[0][:8] != tokens[1][:8]
    assert link(context, bill) == link(context, bill)


def test_A12_one_links_receipt_is_not_anothers(context: Any, bill: Any, visitor: Any) -> None:
    path, other = link(context, bill), link(context)
    where = visitor.post(path, data=form(visitor.get(path).text)).headers["Location"]
    assert visitor.get(where).status_code == 200
    assert visitor.get(where.replace(path, other)).status_code == 404


def test_A36_no_search_engine_and_no_other_site_learns_a_link(context: Any, bill: Any, visitor: Any) -> None:
    for path in (link(context, bill), "/pay/nobody"):
        headers = visitor.get(path).headers
        assert headers["X-Robots-Tag"] == "noindex, nofollow"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cache-Control"] == "no-store"
        assert headers["Content-Security-Policy"].startswith("default-src 'self'")


def test_a_payment_and_what_firmtext_is_told_stand_or_fall_together(
    context: Any, bill: Any, visitor: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sample_host_app import pay

    path = link(context, bill)
    sent = form(visitor.get(path).text)

    def fails(*_: object) -> None:
        raise OSError

    monkeypatch.setattr(pay.firmtext, "payment_received", fails)
    monkeypatch.setitem(context.config, "PROPAGATE_EXCEPTIONS", False)
    assert visitor.post(path, data=sent).status_code == 500
    pay.db.session.rollback()  # the request ends with the test's own context
    assert (balance(bill), money(path)) == (450, 0)
    monkeypatch.undo()
    assert visitor.post(path, data=sent).status_code == 303
    assert (balance(bill), money(path)) == (0, 45000)


def test_lists_of_money_and_time_hold_the_own_firms_only(signed_in: Callable[[str], Any]) -> None:
    prairie = signed_in("staff@prairie.example")
    for path in ("/online-payments", "/time"):
        assert "Delgado" not in prairie.get(path).text
    assert "Copy payment link" not in prairie.get("/online-payments").text  # texting is not on
    assert "Copy payment link" in signed_in("staff@harbor.example").get("/online-payments").text
