"""MemoryHost is filled by plain calls, and what went in comes out."""

from __future__ import annotations

import io
import threading
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from flask_firmtext.errors import TextRefused
from flask_firmtext.messaging.numbers import parse
from flask_firmtext.ports.values import Answer, PhoneNumber, Side
from flask_firmtext.testing import MemoryHost, harbor_and_summit


@pytest.fixture
def host():
    made = MemoryHost()
    made.add_firm("one", "Firm One")
    made.add_firm("two", "Firm Two", "America/Toronto", country="CA")
    return made


def test_what_is_added_is_what_the_ports_return(host):
    rosa = host.add_contact("one", "Rosa", "+13125550100", PhoneNumber("+13125550101", "office"))
    matter = host.add_matter("one", "Lease", client=rosa)
    event = host.add_event("one", "Hearing", datetime(2031, 5, 6, 15, tzinfo=UTC), matter=matter.ref)
    account = host.add_account("one", "Trust", trust=True)
    bill = host.add_bill("one", rosa, "12.50", issued=date(2031, 1, 1))
    ports = host.for_firm("one")
    assert ports.contacts.get(rosa.ref) == rosa
    assert rosa.texting_number == "+13125550100"
    assert ports.matters.of_contact(rosa.ref) == [matter]
    assert ports.calendar.event(event.ref) == event
    assert event.zone == "America/Chicago"
    assert (ports.payments.accounts(), ports.payments.bills(rosa.ref)) == ([account], [bill])
    assert bill.due == Decimal("12.50")


def test_the_same_calls_make_an_equal_host_in_every_process():
    first, second = harbor_and_summit(), harbor_and_summit()
    for firm in ("harbor", "summit"):
        assert first.files(firm).contacts == second.files(firm).contacts
        assert first.files(firm).events == second.files(firm).events
    assert first.users.all == second.users.all


def test_a_firm_sees_its_own_things_only(host):
    rosa = host.add_contact("one", "Rosa", "+13125550100")
    twin = host.add_contact("two", "Rosa", "+13125550100")
    assert host.for_firm("two").contacts.get(rosa.ref) is None
    assert host.for_firm("two").contacts.by_number("+13125550100") == [twin]


def test_a_firm_that_nobody_added_has_no_ports(host):
    with pytest.raises(LookupError):
        host.for_firm("three")
    assert host.firms.get("three") is None


def test_everybody_with_a_shared_number_is_found(host):
    grace, henry = (host.add_contact("one", name, "+13125550101") for name in ("Grace", "Henry"))
    assert host.for_firm("one").contacts.by_number("+13125550101") == [grace, henry]


def test_a_contact_may_have_no_number_and_change_later(host):
    theo = host.add_contact("one", "Theo")
    assert theo.texting_number is None
    host.put_contact("one", replace(theo, numbers=(PhoneNumber("+13125550102"),), texting_number="+13125550102"))
    assert host.for_firm("one").contacts.get(theo.ref).texting_number == "+13125550102"
    host.remove_contact("one", theo.ref)
    assert host.for_firm("one").contacts.get(theo.ref) is None


def test_related_contacts_stand_after_the_client_with_their_side(host):
    rosa, dune = host.add_contact("one", "Rosa"), host.add_contact("one", "Dune")
    matter = host.add_matter("one", "Lease", client=rosa)
    host.relate("one", matter, dune, Side.OPPOSING)
    parties = host.for_firm("one").matters.contacts_of(matter.ref)
    assert [(party.contact, party.side) for party in parties] == [(rosa, Side.CLIENT), (dune, Side.OPPOSING)]
    assert host.for_firm("one").matters.of_contact(dune.ref) == []


def test_a_search_puts_names_that_begin_so_first(host):
    for name in ("Ann Rose", "Rosa Marsh", "Bob"):
        host.add_contact("one", name, "+13125550177" if name == "Bob" else "+13125550178")
    search = host.for_firm("one").contacts.search
    assert [contact.name for contact in search("ros")] == ["Rosa Marsh", "Ann Rose"]
    assert [contact.name for contact in search("555-0177")] == ["Bob"]
    assert [contact.name for contact in search("")] == ["Ann Rose", "Bob", "Rosa Marsh"]


def test_who_is_signed_in_is_a_matter_of_each_thread(host):
    user = host.add_user("one", "Sam")
    host.users.sign_in(user.ref)
    seen = []
    thread = threading.Thread(target=lambda: seen.append(host.users.current()))
    thread.start()
    thread.join()
    assert (host.users.current(), seen) == (user, [None])
    host.users.sign_in("a stranger")
    assert host.users.current() is None


def test_staff_may_text_and_only_administrators_may_set(host):
    staff, admin = host.add_user("one", "Sam"), host.add_user("one", "Ada", administrator=True)
    assert [host.users.may(user, "message.send") for user in (staff, admin)] == [True, True]
    assert [host.users.may(user, "settings.edit") for user in (staff, admin)] == [False, True]
    assert not host.users.may(admin, "no.such.action")


def test_a_right_can_be_taken_away_and_ends_at_the_firm(host):
    staff, other = host.add_user("one", "Sam"), host.add_user("two", "Tess")
    assert not host.users.may(staff, "message.send", other)
    host.users.refuse(staff.ref, "message.send")
    assert not host.users.may(staff, "message.send")
    assert host.users.may(staff, "conversation.read")


def test_a_filed_document_is_kept_whole(host):
    matter = host.add_matter("one", "Lease", client=host.add_contact("one", "Rosa"))
    documents = host.for_firm("one").documents
    ref = documents.file(matter.ref, "photo.jpg", "image/jpeg", io.BytesIO(b"picture"), token="t")
    kept = host.files("one").documents[ref]
    assert (kept.place, kept.name, kept.media_type, kept.content) == (matter.ref, "photo.jpg", "image/jpeg", b"picture")
    assert documents.url(ref) == f"/documents/{ref}"


def test_a_late_repeat_of_an_answer_does_not_undo_the_next(host):
    rosa = host.add_contact("one", "Rosa")
    event = host.add_event("one", "Hearing", datetime(2031, 5, 6, 15, tzinfo=UTC))
    respond = host.for_firm("one").calendar.respond
    respond(event.ref, rosa.ref, Answer.CONFIRMED, token="1")
    respond(event.ref, rosa.ref, Answer.DECLINED, token="2")
    respond(event.ref, rosa.ref, Answer.CONFIRMED, token="1")
    assert host.files("one").answers[event.ref, rosa.ref] is Answer.DECLINED


def test_payment_links_are_kept_and_cannot_be_guessed(host):
    rosa = host.add_contact("one", "Rosa")
    account, bill = host.add_account("one", "Trust"), host.add_bill("one", rosa, 80)
    payments = host.for_firm("one").payments
    assert payments.bill_link(bill.ref, account.ref) == payments.bill_link(bill.ref, account.ref)
    assert len({payments.bill_link(bill.ref, account.ref).url, payments.link(account.ref).url}) == 2
    with pytest.raises(LookupError):
        payments.link("nobody's")


def test_a_paid_bill_is_not_due(host):
    rosa = host.add_contact("one", "Rosa")
    host.add_bill("one", rosa, 0)
    assert host.for_firm("one").payments.bills(rosa.ref) == []


def test_the_example_has_a_number_of_every_kind():
    contacts = harbor_and_summit().files("harbor").contacts
    textable = [parse(number.e164, label=number.label) for ref in ("rosa", "sara") for number in contacts[ref].numbers]
    assert textable == ["+13125550100", "+13125550110", "+14165550104"]
    assert contacts["theo"].numbers == ()
    assert contacts["grace"].texting_number == contacts["henry"].texting_number
    with pytest.raises(TextRefused, match="landline"):
        parse(contacts["ines"].numbers[0].e164, label=contacts["ines"].numbers[0].label)


def test_a_search_ends_at_twenty(host):
    for count in range(25):
        host.add_contact("one", f"Client {count:02}")
    names = [contact.name for contact in host.for_firm("one").contacts.search("client")]
    assert names == [f"Client {count:02}" for count in range(20)]
