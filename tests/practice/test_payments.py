"""Payment links: the same one again, recognised in texts, and marked when the host says that they were paid."""

from __future__ import annotations

import logging
import uuid
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from flask_firmtext import FirmText, signals
from flask_firmtext.current import firmtext
from flask_firmtext.errors import HostContractError, KeyUnavailable
from flask_firmtext.messaging import pay_links, thread
from flask_firmtext.ports.values import Link
from flask_firmtext.practice import payments
from flask_firmtext.practice.payments import Made, Wanted
from flask_firmtext.store import cells
from flask_firmtext.store.models import Audit, Payment, PaymentLink, SentLink
from flask_firmtext.store.states import State
from flask_firmtext.store.transactions import own, reading
from office import ADMIN, STAFF, Office

AT = datetime(2031, 5, 3, 15, 0, tzinfo=UTC)
DUE = Decimal("480.00")


@pytest.fixture
def office(app: Any) -> Office:
    return Office(app)


def made(
    bill: str | None = "bill-1", account: str = "operating", *, contact: str | None = None, firm: str = "harbor"
) -> Made:
    port = payments.port_of(firm)
    assert port is not None
    into = next(one for one in port.accounts() if one.ref == account)
    who = firmtext.host.users.all[STAFF if firm == "harbor" else "admin@summit.example"]  # type: ignore[attr-defined]
    known = firmtext.host.firms.get(firm)
    assert known is not None
    with own() as session:
        return payments.make(session, port, known, who, Wanted(into, port.bill(bill) if bill else None, contact))


def rows(model: Any) -> list[Any]:
    with reading() as session:
        return list(session.scalars(select(model)))


def told(office: Office, phone: str = "+13125550100") -> list[tuple[str, ...]]:
    """What stands under each text of a conversation about payments."""
    firm = firmtext.host.firms.get("harbor")
    assert firm is not None
    shown = thread.show(firm, office.conversation(phone))
    assert shown is not None
    return [text.payments for text in shown.texts]


def paid(link: Link | str, amount: Decimal = DUE, at: datetime = AT) -> None:
    FirmText().payment_received(link, amount, at)
    firmtext.db.session.commit()


def test_a_link_says_whose_it_is_and_what_for(office: Office) -> None:
    link = made()
    assert link.words == f"Harbor Law: pay bill 1 ($480.00) here: {link.address}"
    office.host.fault("Payments.bill_link", returns=Link("https://pay.example/a-b-c", "HARBOR LAW bill"))
    assert made().label == "HARBOR LAW bill"
    office.host.fault("Payments.bill_link", returns=Link("https://pay.example/d-e-f"))
    assert made().label == "Harbor Law"


def test_the_same_link_again_is_the_same_row(office: Office) -> None:
    assert made().id == made().id != made(account="trust").id
    assert made(None).id == made(None).id != made(None, contact="rosa").id
    assert len(rows(PaymentLink)) == 4


def test_neither_address_nor_words_nor_amount_are_stored_as_they_are(office: Office) -> None:
    link = made()
    paid(link.address)
    (row,) = rows(PaymentLink)
    (payment,) = rows(Payment)
    stored = b"".join((row.address, row.label, row.address_index, payment.amount, payment.digest))
    for secret in (link.address, "Harbor", "480"):
        assert secret.encode() not in stored
    assert (row.bill, row.contact, row.account, row.currency, row.by) == ("bill-1", "rosa", "operating", "USD", STAFF)


@pytest.mark.parametrize(
    "answer",
    [None, "https://a.example", Link("javascript:alert(1)"), Link("https://a b"), Link(""), Link("//a.example/x")],
)
def test_what_is_no_link_is_refused_as_the_hosts_fault(office: Office, answer: Any) -> None:
    office.host.fault("Payments.bill_link", returns=answer)
    with pytest.raises(HostContractError, match=r"Payments\.bill_link"):
        made()
    assert rows(PaymentLink) == []


@pytest.mark.parametrize(
    "words",
    [
        "Pay here: {}",
        "({})",
        "See {}. Thank you",
        "{}?!",
        "Pay {}, or call",
        "{} {}",
        "Https://www.other.example/x {}",
    ],
)
def test_a_known_link_is_recognised_however_it_came_into_the_text(office: Office, words: str) -> None:
    link = made()
    text = office.sends(text=words.format(link.address, link.address))
    assert [(row.message_id, row.link_id) for row in rows(SentLink)] == [(text, link.id)]
    assert told(office) == [("Payment link sent",)]


def test_a_capital_in_its_scheme_or_host_makes_no_other_link(office: Office) -> None:
    office.sends(text=made().address.replace("https://pay", "Https://Pay"))
    assert len(rows(SentLink)) == 1


def test_another_address_is_no_payment_link(office: Office) -> None:
    link = made()
    office.sends(text=f"{link.address}x and https://pay.practice.example/ and {link.address[:-1]}")
    assert rows(SentLink) == []
    assert told(office) == [()]


@pytest.mark.attack("A12")
def test_A12_another_firms_link_says_nothing_in_our_texts(office: Office) -> None:
    theirs = made(None, "summit-operating", firm="summit")
    office.sends(text=f"Look: {theirs.address}")
    assert rows(SentLink) == []
    paid(theirs.address)
    assert told(office) == [()]


def test_a_text_without_an_address_asks_the_database_nothing(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    made()
    monkeypatch.setattr(pay_links.practice_queries, "links_with", lambda *_: pytest.fail("it asked"))
    office.sends(text="Pay soon. http: //not-an-address")


def test_a_text_that_never_went_out_does_not_say_that_the_link_was_sent(office: Office) -> None:
    office.becomes(office.sends(text=made().address), State.FAILED, reason="unreachable_number")
    assert told(office) == [("Payment link",)]


def test_a_payment_is_told_under_every_text_with_the_link_with_its_day(office: Office) -> None:
    link = made()
    office.sends(text=f"First {link.address}")
    office.sends(text="Between")
    office.sends(text=f"Again {link.address}")
    paid(link.address)
    assert told(office) == [("Paid $480.00 on May 3, 2031",), (), ("Paid $480.00 on May 3, 2031",)]


def test_a_payment_that_is_said_again_counts_once_and_a_second_one_counts(office: Office) -> None:
    link = made(None, contact="rosa")
    office.sends(text=link.address)
    for _ in range(3):
        paid(link.address)
    paid(link.address, Decimal(480))
    paid(Link(link.address), at=AT.astimezone(timezone(timedelta(hours=5))))
    assert len(rows(Payment)) == 1
    paid(link.address, at=AT + timedelta(days=1))
    assert told(office) == [("Paid $480.00 on May 3, 2031", "Paid $480.00 on May 4, 2031")]


def test_who_paid_through_a_link_that_went_to_two_is_not_guessed(office: Office) -> None:
    link = made(None)
    office.sends(text=link.address)
    office.sends("grace", text=link.address)
    paid(link.address)
    assert told(office) == [("Payment link sent",)]
    assert told(office, "+13125550101") == [("Payment link sent",)]


def test_a_bill_is_paid_for_everybody_who_got_its_link(office: Office) -> None:
    link = made()
    office.sends(text=link.address)
    office.sends("grace", text=link.address)
    paid(link.address)
    assert told(office) == told(office, "+13125550101") == [("Paid $480.00 on May 3, 2031",)]


def test_a_link_that_nobody_knows_is_logged_without_it_and_changes_nothing(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    paid("https://pay.practice.example/secret-of-somebody")
    assert "no payment link of ours has this address" in caplog.text
    assert "secret-of-somebody" not in caplog.text
    assert rows(Payment) == []


@pytest.mark.parametrize(
    "amount", [480, 480.0, "480", None, Decimal(0), Decimal(-1), Decimal("NaN"), Decimal("Infinity")]
)
def test_what_is_no_amount_is_refused_with_the_cure(office: Office, amount: Any) -> None:
    with pytest.raises(ValueError, match="amount must be a Decimal above 0"):
        FirmText().payment_received(made().address, amount, AT)


def test_a_moment_without_a_zone_is_refused_with_the_cure(office: Office) -> None:
    with pytest.raises(ValueError, match="aware datetime"):
        FirmText().payment_received(made().address, DUE, AT.replace(tzinfo=None))


def test_it_is_the_hosts_transaction(office: Office) -> None:
    link = made()
    FirmText().payment_received(link.address, DUE, AT)
    firmtext.db.session.rollback()
    assert rows(Payment) == []


def test_a_signal_comes_after_the_commit_with_ids_only(office: Office) -> None:
    link = made()
    heard: list[dict[str, Any]] = []

    def hear(app: Any, **values: Any) -> None:
        heard.append(values)

    with signals.payment_link_paid.connected_to(hear, sender=office.app):
        FirmText().payment_received(link.address, DUE, AT)
        assert heard == []
        firmtext.db.session.commit()
        paid(link.address)
    assert heard == [{"firm": "harbor", "link": str(link.id)}]


def test_an_open_page_is_told(office: Office) -> None:
    link = made()
    office.sends(text=link.address)
    firm = firmtext.host.firms.get("harbor")
    assert firm is not None
    shown = thread.show(firm, office.conversation())
    assert shown is not None
    paid(link.address)
    (fresh,) = thread.changed(firm, office.conversation(), since=shown.now).texts
    assert fresh.payments == ("Paid $480.00 on May 3, 2031",)


def test_a_payment_is_noted_without_its_amount_when_nothing_can_be_protected(
    office: Office, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    link = made()
    office.sends(text=link.address)

    def none(*_: Any, **more: Any) -> bytes:
        raise KeyUnavailable("no key")

    with monkeypatch.context() as patch:
        patch.setattr(cells, "seal", none)
        paid(link.address)
    assert told(office) == [("Paid on May 3, 2031",)]
    assert "without its amount" in caplog.text


def test_links_and_payments_are_on_record(office: Office) -> None:
    link = made()
    paid(link.address)
    with reading() as session:
        found = session.execute(
            select(Audit.action, Audit.actor, Audit.object_id).where(Audit.action.startswith("payment."))
        ).all()
    assert {tuple(row) for row in found} == {
        ("payment.link", STAFF, str(link.id)),
        ("payment.receive", "host", str(link.id)),
    }


def test_a_call_that_is_never_committed_is_named_at_the_end_of_the_request(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    link, forgets = made(), FirmText()
    app = office.app
    app.add_url_rule("/forgets", "forgets", lambda: forgets.payment_received(link.address, DUE, AT) or "Paid")
    app.add_url_rule("/commits", "commits", lambda: paid(link.address) or "Paid")
    caplog.set_level(logging.WARNING)
    person = office.person(ADMIN)
    assert person.get("/commits").status_code == 200
    assert "without a commit" not in caplog.text
    assert person.get("/forgets").status_code == 200
    assert "payment_received was called, and its transaction ended without a commit" in caplog.text
    assert uuid.UUID(str(link.id))
