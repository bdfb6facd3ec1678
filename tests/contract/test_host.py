"""The twin keeps the contract, the contract finds each way of breaking it, and what is absent is seen to be."""

from __future__ import annotations

import collections
import contextlib
import dataclasses
import re
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from unittest import SkipTest

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session, scoped_session, sessionmaker

from flask_firmtext.ports.host import NoCalendar, NoDocuments, NoMatters, NoPayments, NoTimeEntries, Ports
from flask_firmtext.ports.values import (
    Account,
    Bill,
    Contact,
    Event,
    Firm,
    Link,
    Matter,
    PhoneNumber,
    Relation,
    Side,
    User,
)
from flask_firmtext.testing import (
    CalendarContract,
    ContactsContract,
    DocumentsContract,
    FirmsContract,
    HostContract,
    Known,
    MattersContract,
    MemoryHost,
    PaymentsContract,
    TimeEntriesContract,
    UsersContract,
    harbor_and_summit,
)
from flask_firmtext.testing.ports import MemoryContacts, MemoryDocuments

PORTS = (
    UsersContract,
    FirmsContract,
    ContactsContract,
    MattersContract,
    DocumentsContract,
    TimeEntriesContract,
    PaymentsContract,
    CalendarContract,
)


@pytest.fixture
def known():
    host = harbor_and_summit()
    host.users.sign_in("staff@harbor.example")

    @contextmanager
    def signed_out():
        host.users.sign_in(None)
        yield
        host.users.sign_in("staff@harbor.example")

    return Known(
        host=host,
        firm="harbor",
        user="staff@harbor.example",
        contact="rosa",
        matter="lease",
        event="hearing",
        other_firm="summit",
        other_contact="paul",
        other_matter="patent",
        other_event="deposition",
        signed_out=signed_out,
    )


class TestMemoryHost(HostContract):
    """Every promise, kept by the twin that hosts test with."""


def run(known, *contracts):
    """What each test of the contracts came to: None, a skip's reason or a failure's words."""
    ends = {}
    for contract in contracts:
        for name in vars(contract):
            if name.startswith("test_"):
                try:
                    getattr(contract(), name)(known)
                except SkipTest as skip:
                    ends[name] = f"skipped: {skip}"
                except AssertionError as failure:
                    ends[name] = str(failure)
    return ends


def test_no_promise_is_hidden_by_another_of_the_same_name():
    names = collections.Counter(name for port in (*PORTS, HostContract) for name in vars(port) if name[:5] == "test_")
    assert not {name for name, times in names.items() if times > 1}


ROSA = Contact("rosa", "Rosa Marsh", (PhoneNumber("+13125550100"),), "+13125550100")
STAFF = User("staff@harbor.example", "Sam Staff", "harbor")
HEARING = Event("hearing", "Hearing", datetime(2031, 5, 6, 9), datetime(2031, 5, 6, 10), "America/Chicago")  # noqa: DTZ001


class Proxy:
    """What Werkzeug's LocalProxy is: something that only claims to be a user."""

    @property
    def __class__(self):
        return User

    def __getattr__(self, name):
        return getattr(STAFF, name)


@pytest.mark.parametrize(
    ("verb", "how"),
    [
        ("Users.current", {"returns": None}),
        ("Users.current", {"returns": Proxy()}),
        ("Users.current", {"returns": dataclasses.replace(STAFF, firm="summit")}),
        ("Users.current", {"returns": dataclasses.replace(STAFF, name=" ")}),
        ("Users.may", {"returns": True}),
        ("Users.may", {"returns": None}),
        ("Users.may", {"returns": "yes"}),
        ("Users.names", {"returns": {"nobody": "Nobody"}}),
        ("Users.names", {"returns": None}),
        ("Users.administrators", {"returns": None}),
        ("Users.administrators", {"returns": ["Ada Admin"]}),
        ("Users.administrators", {"returns": [STAFF]}),
        ("Users.administrators", {"returns": [dataclasses.replace(STAFF, firm="summit")]}),
        ("Firms.get", {"returns": None}),
        ("Firms.get", {"returns": Firm("harbor", "Harbor Law", "Central")}),
        ("Firms.get", {"returns": Firm("harbor", "Harbor Law", "America/Chicago", "USA")}),
        ("Firms.get", {"returns": Firm("harbor", "Harbor Law", "America/Chicago")}),
        ("Contacts.get", {"returns": None}),
        ("Contacts.get", {"returns": ROSA}),
        ("Contacts.get", {"returns": {"ref": "rosa"}}),
        ("Contacts.get", {"returns": dataclasses.replace(ROSA, ref=7)}),
        ("Contacts.get", {"returns": dataclasses.replace(ROSA, numbers=[PhoneNumber("+13125550100")])}),
        ("Contacts.get", {"returns": dataclasses.replace(ROSA, numbers=(PhoneNumber("312-555-0100"),))}),
        ("Contacts.get", {"returns": dataclasses.replace(ROSA, texting_number="+13125550111")}),
        ("Contacts.get", {"returns": dataclasses.replace(ROSA, zone="Central")}),
        ("Contacts.get", {"returns": dataclasses.replace(ROSA, url="javascript:alert(1)")}),
        ("Contacts.get", {"raises": ValueError("invalid literal for int()")}),
        ("Contacts.search", {"returns": []}),
        ("Contacts.search", {"returns": iter([ROSA])}),
        ("Contacts.search", {"returns": [ROSA] * 21}),
        ("Contacts.search", {"returns": [dataclasses.replace(ROSA, ref="paul")]}),
        ("Contacts.by_number", {"returns": []}),
        ("Contacts.by_number", {"returns": None}),
        ("Contacts.by_number", {"returns": [dataclasses.replace(ROSA, numbers=())]}),
        ("Contacts.by_refs", {"returns": {}}),
        ("Contacts.by_refs", {"returns": [ROSA]}),
        ("Contacts.by_numbers", {"returns": {}}),
        ("Contacts.by_numbers", {"returns": []}),
        ("Matters.get", {"returns": None}),
        ("Matters.get", {"returns": Matter("lease", "Marsh v. Dune Properties")}),
        ("Matters.of_contact", {"returns": []}),
        ("Matters.of_contact", {"returns": [Matter("old", "Old", open=False), Matter("lease", "Lease")]}),
        ("Matters.related_to", {"returns": []}),
        ("Matters.related_to", {"returns": {}}),
        ("Matters.related_to", {"returns": {"theo": [Relation(Matter("lease", "Lease"), Side.OPPOSING)]}}),
        ("Matters.related_to", {"returns": {"rosa": [Relation(Matter("lease", "Lease"), Side.CLIENT)]}}),
        ("Matters.contacts_of", {"returns": []}),
        ("Matters.contacts_of", {"returns": [ROSA]}),
        ("Documents.file", {"returns": None}),
        ("Documents.file", {"returns": ""}),
        ("Documents.file", {"returns": "always the same"}),
        ("Documents.url", {"returns": "//evil.example/x"}),
        ("TimeEntries.add", {"returns": 17}),
        ("TimeEntries.add", {"returns": "always the same"}),
        ("TimeEntries.add", {"raises": RuntimeError("away")}),
        ("Payments.accounts", {"returns": []}),
        ("Payments.accounts", {"returns": [Account("a", "A"), Account("a", "B")]}),
        ("Payments.bills", {"returns": []}),
        ("Payments.bills", {"returns": [Bill("bill-1", "1", 480.0)]}),
        ("Payments.bills", {"returns": [Bill("bill-1", "1", Decimal(0))]}),
        ("Payments.bill_link", {"returns": Link("/pay/1")}),
        ("Payments.link", {"returns": Link("https://pay.example/a b")}),
        ("Payments.link", {"returns": "https://pay.example/1"}),
        ("Calendar.event", {"returns": None}),
        ("Calendar.event", {"returns": HEARING}),
        ("Calendar.respond", {"returns": True}),
        ("Calendar.respond", {"raises": KeyError("token")}),
    ],
    ids=lambda part: part if isinstance(part, str) else None,
)
def test_a_broken_promise_is_found_and_named(known, verb, how):
    known.host.fault(verb, **how)
    ends = run(known, *PORTS)
    named = [words for words in ends.values() if words.startswith(f"{verb}(")]
    assert named
    assert all("must return" in words or "must raise" in words for words in named)
    assert all(re.search(r" \(\S+\.py:[0-9]+\)$", words) for words in named), named


def line_of(function):
    return f"({function.__code__.co_filename}:{function.__code__.co_firstlineno})"


def test_a_verb_that_raises_is_named_with_what_it_raised_and_where(known, monkeypatch):
    def by_number(self, e164):
        raise OSError("the line is down")

    monkeypatch.setattr(MemoryContacts, "by_number", by_number)
    said = run(known, ContactsContract)["test_every_contact_with_a_number_is_found_by_it"]
    assert "the line is down" in said
    assert f"{__file__}:{by_number.__code__.co_firstlineno + 1})" in said


def test_a_verb_that_breaks_its_promise_is_named_with_its_line(known, monkeypatch):
    def get(self, ref):
        return {"ref": ref}

    monkeypatch.setattr(MemoryContacts, "get", get)
    said = [words for words in run(known, ContactsContract).values() if words.startswith("Contacts.get(")]
    assert said
    assert all(words.endswith(line_of(get)) for words in said), said


def test_a_second_document_for_the_same_token_is_found(known):
    files = known.host.files("harbor")
    known.host.fault("Documents.file", does=files.tokens.clear)
    assert "as the first time" in run(known, DocumentsContract)["test_the_same_token_is_the_same_document"]


def test_a_port_that_takes_half_a_file_for_a_document_is_found(known, monkeypatch):
    def half(self, place, name, media_type, stream, *, token):
        with contextlib.suppress(OSError):
            stream.read()
        return "half"

    monkeypatch.setattr(MemoryDocuments, "file", half)
    assert "must raise" in run(known, DocumentsContract)["test_a_file_that_breaks_off_is_no_document"]


def test_a_host_that_shows_another_firms_things_is_found(known):
    host = known.host
    mine, theirs = host.files("harbor"), host.files("summit")
    for kind in ("contacts", "matters", "sides", "events"):
        getattr(mine, kind).update(getattr(theirs, kind))
    ends = run(known, *PORTS)
    for name in (
        "test_another_firms_contact_is_none",
        "test_a_search_sees_no_other_firm",
        "test_a_number_does_not_find_another_firms_contact",
        "test_another_firms_matter_is_none_and_has_nobody",
        "test_another_firms_matter_takes_no_file",
        "test_another_firms_matter_takes_no_time",
        "test_another_firms_event_is_none",
    ):
        assert "must" in ends[name]


class SmallHost(MemoryHost):
    """A host that has contacts and nothing else."""

    def for_firm(self, ref):
        return Ports(super().for_firm(ref).contacts)


def test_a_port_that_the_host_does_without_is_skipped_and_named():
    host = SmallHost()
    host.add_firm("only", "Only Law")
    user = host.add_user("only", "Sam")
    contact = host.add_contact("only", "Rosa Marsh", "+13125550100")
    host.users.sign_in(user.ref)
    known = Known(host=host, firm="only", user=user.ref, contact=contact.ref)
    for contract, absent in (
        (MattersContract, NoMatters),
        (DocumentsContract, NoDocuments),
        (TimeEntriesContract, NoTimeEntries),
        (PaymentsContract, NoPayments),
        (CalendarContract, NoCalendar),
    ):
        ends = run(known, contract)
        assert len(ends) == len([name for name in vars(contract) if name.startswith("test_")])
        for words in ends.values():
            assert words.startswith("skipped: ")
            assert absent.__name__ in words or "other_" in words
    rest = run(known, UsersContract, FirmsContract, ContactsContract, HostContract)
    assert all(words.startswith("skipped: Known(") for words in rest.values())


def test_a_port_that_is_there_but_was_given_nothing_to_try_fails(known):
    ends = run(
        dataclasses.replace(known, matter=None, event=None), MattersContract, TimeEntriesContract, CalendarContract
    )
    assert "needs Known(matter=…)" in ends["test_a_matter_is_found_by_its_reference"]
    assert "needs Known(matter=…)" in ends["test_the_same_token_is_the_same_entry"]
    assert "needs Known(event=…)" in ends["test_an_event_is_found_by_its_reference"]


@pytest.fixture
def engine():
    made = sa.create_engine("sqlite://")
    yield made
    made.dispose()


@pytest.mark.parametrize("make", [sessionmaker, lambda engine: scoped_session(sessionmaker(engine))])
@pytest.mark.parametrize("end", ["commit", "rollback"])
def test_a_port_that_ends_the_hosts_transaction_is_found(known, engine, make, end):
    session = made if isinstance(made := make(engine), scoped_session) else made()
    known.host.fault("Documents.file", does=getattr(session, end))
    ends = run(dataclasses.replace(known, session=session), DocumentsContract)
    session.close()
    assert "leave the transaction to its caller" in ends["test_a_contact_can_be_the_place"]


def test_a_port_may_use_a_savepoint(known, engine):
    with Session(engine) as session:

        def savepoint():
            with session.begin_nested():
                session.execute(sa.text("SELECT 1"))

        known.host.fault("Documents.file", does=savepoint)
        assert run(dataclasses.replace(known, session=session), DocumentsContract) == {}


def test_the_contract_needs_no_pytest():
    import subprocess
    import sys

    code = "import sys; sys.modules['pytest'] = None; import flask_firmtext.testing"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
