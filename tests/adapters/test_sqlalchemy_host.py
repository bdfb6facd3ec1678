"""A host of mapped tables: its ports, how many questions they are, and what is said of a wrong map."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from inspect import ismodule
from typing import Any

import pytest
from flask import Flask, g
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import CHAR, Integer, String, TypeDecorator, Uuid, column, event, select

import flask_firmtext
import mapped
from flask_firmtext import (
    ConfigurationError,
    ContactMap,
    Contacts,
    Documents,
    Firm,
    FirmMap,
    FirmText,
    MatterMap,
    Numbers,
    Related,
    SQLAlchemyHost,
    UserMap,
)
from flask_firmtext.adapters import sqlalchemy_host
from flask_firmtext.adapters.sqlalchemy_host import written
from flask_firmtext.adapters.sqlalchemy_host.references import Reference
from flask_firmtext.messaging.owners import Subject
from flask_firmtext.ports.host import NoDocuments, NoMatters, OneFirm, Ports
from flask_firmtext.ports.values import Answer, Side, User
from flask_firmtext.testing import HostContract, Known
from flask_firmtext.testing.host import MemoryHost
from mapped import Card, Docket, Guest, Ids, Part, Person, Phone, Slip, db, make_host


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "engine" in metafunc.fixturenames:
        chosen = metafunc.config.getoption("--db")
        metafunc.parametrize("engine", ("sqlite", "postgresql") if chosen == "both" else (chosen,), scope="module")


@pytest.fixture(scope="module")
def practice(engine: str, new_database: Callable[[str], str]) -> Iterator[Flask]:
    app = mapped.make_app(new_database(engine))
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def host(practice: Flask) -> Iterator[SQLAlchemyHost]:
    with practice.test_request_context():
        g.person = db.session.get(Person, uuid.UUID(Ids.ann))
        yield make_host()
        db.session.rollback()


@pytest.fixture
def ports(host: SQLAlchemyHost) -> Ports:
    return host.for_firm("harbor")


@pytest.fixture
def asked(host: SQLAlchemyHost) -> Iterator[list[str]]:
    """What was asked of the database."""
    said: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        said.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield said
    event.remove(db.engine, "before_cursor_execute", note)


class TestMappedHost(HostContract):
    @pytest.fixture
    def known(self, host: SQLAlchemyHost) -> Known:
        @contextmanager
        def signed_out() -> Iterator[None]:
            person = g.pop("person")
            yield
            g.person = person

        return Known(
            host=host,
            firm="harbor",
            user=Ids.ann,
            contact=Ids.rosa,
            matter=Ids.lease,
            event=Ids.hearing,
            other_firm="summit",
            other_contact=Ids.paul,
            other_matter=Ids.patent,
            other_event=Ids.dinner,
            session=db.session,
            signed_out=signed_out,
        )


def names(found: Sequence[Any]) -> list[str]:
    return [one.name for one in found]


def test_numbers_are_found_as_they_are_written(ports: Ports) -> None:
    assert names(ports.contacts.by_number("+13125550100")) == ["Rosa Marsh", "Tom Marsh"]
    for text in ("(312) 555-0100", "312.555.0100", "+1 312 555 0100", "5550100", "1 312 555 01"):
        assert "Rosa Marsh" in names(ports.contacts.search(text)), text
    assert ports.contacts.get(Ids.victor).numbers == (), "a text has no place for an extension"


def test_a_firms_country_says_what_a_number_without_one_is(host: SQLAlchemyHost) -> None:
    summit = host.for_firm("summit").contacts
    assert names(summit.by_number("+442079460100")) == ["Paul Marsh"]
    assert names(summit.search("+44 20 7946")) == ["Paul Marsh"]
    assert names(host.for_firm("harbor").contacts.by_number("+442079460100")) == []


def test_what_a_host_has_there_may_be_nothing_of_use(host: SQLAlchemyHost) -> None:
    paul = host.for_firm("summit").contacts.get(Ids.paul)
    assert (paul.language, paul.zone) == ("en-GB", None)


def test_the_number_that_a_client_chose_is_the_texting_number(ports: Ports) -> None:
    assert ports.contacts.get(Ids.rosa).texting_number == "+13125550199"


def test_words_of_a_search_may_stand_in_any_order_and_signs_are_signs(ports: Ports) -> None:
    for text in ("marsh ros", "ÉLODIE", "élodie", "100%_", "  rosa   marsh "):
        assert len(ports.contacts.search(text)) == 1, text
    assert names(ports.contacts.search("tom m")) == ["Tom Marsh"]
    assert ports.contacts.search("rosa\x00 %") == []


def test_a_row_that_the_map_leaves_out_is_nobody(ports: Ports) -> None:
    db.session.get(Card, uuid.UUID(Ids.rosa)).gone = True
    assert ports.contacts.get(Ids.rosa) is None
    assert names(ports.contacts.by_number("+13125550100")) == ["Tom Marsh"]
    assert ports.matters.of_contact(Ids.rosa) == []
    assert {party.contact.ref for party in ports.matters.contacts_of(Ids.lease)} == {Ids.wit, Ids.victor}


def test_who_has_two_parts_in_a_matter_has_one_side(ports: Ports) -> None:
    sides = {party.contact.ref: party.side for party in ports.matters.contacts_of(Ids.lease)}
    assert sides == {Ids.rosa: Side.CLIENT, Ids.wit: Side.RELATED, Ids.victor: Side.OPPOSING}
    [relation] = ports.matters.related_to([Ids.victor])[Ids.victor]
    assert (relation.side, relation.role, relation.matter.title) == (Side.OPPOSING, "Defendant, Witness", "7 Lease")


def test_matters_lead_to_contacts_by_relationships_too(host: SQLAlchemyHost) -> None:
    straight = MatterMap(
        Docket, title=Docket.title, client=Docket.client, related=Docket.others, firm=Docket.tenant, page=str
    )
    other = make_host(matter=straight)
    assert other.faults() == []
    matters = other.for_firm("harbor").matters
    sides = {party.contact.ref: party.side for party in matters.contacts_of(Ids.lease)}
    assert sides == {Ids.rosa: Side.CLIENT, Ids.wit: Side.RELATED, Ids.victor: Side.RELATED}
    [relation] = matters.related_to([Ids.victor])[Ids.victor]
    assert (relation.matter.title, relation.matter.open, relation.matter.url) == ("Lease", True, Ids.lease)
    assert [matter.title for matter in matters.of_contact(Ids.rosa)] == ["Lease", "Will"]


def test_each_verb_is_as_many_questions_for_many_as_for_one(ports: Ports, asked: list[str]) -> None:
    everybody = [Ids.rosa, Ids.twin, Ids.victor, Ids.wit, Ids.paul]
    ports.contacts.search("5")  # the firm's country is known from here on
    for verb, most in (
        (lambda: ports.contacts.by_refs(everybody), 2),
        (lambda: ports.contacts.by_numbers([f"+1312555{n:04}" for n in range(100, 160)]), 2),
        (lambda: ports.contacts.search("marsh"), 2),
        (lambda: ports.matters.of_contacts(everybody), 1),
        (lambda: ports.matters.related_to(everybody), 2),
        (lambda: ports.matters.contacts_of(Ids.lease), 3),
        (lambda: make_host().users.names([Ids.ann, Ids.bob]), 1),
        (lambda: make_host().users.administrators("harbor"), 1),
        (lambda: make_host().users.may_each(USER, "message.send", [Subject("harbor")] * 50), 0),
    ):
        asked.clear()
        verb()
        assert len(asked) == most, "\n".join(asked)


USER = User(Ids.ann, "Ann Lee", "harbor")


def test_only_who_works_here_may_text_but_everybody_keeps_a_name(host: SQLAlchemyHost) -> None:
    g.person = db.session.get(Person, uuid.UUID(Ids.old))
    assert host.users.current() is None
    g.person = db.session.get(Card, uuid.UUID(Ids.rosa))
    assert host.users.current() is None, "a client who signs in to a portal is no user"
    assert host.users.names([Ids.old]) == {Ids.old: "Old Lee"}
    assert names(host.users.administrators("harbor")) == ["Ann Lee"]


def test_rights_are_those_of_the_table_and_the_host_narrows_them(practice: Flask) -> None:
    told = []

    def may(user: User, action: str, objects: Sequence[Any]) -> Sequence[bool]:
        told.append((action, len(objects)))
        return ["x" not in one.contacts for one in objects]

    users = make_host(may=may).users
    staff, admin = USER, User(Ids.ann, "Ann Lee", "harbor", administrator=True)
    objects = [Subject("harbor", ("x",)), Subject("summit"), Subject("harbor", ("y",))]
    assert users.may_each(staff, "message.send", objects) == [False, False, True]
    assert told == [("message.send", 2)], "one question, and none of another firm's"
    assert not users.may(staff, "settings.edit", Subject("harbor"))
    assert users.may(admin, "settings.edit", Subject("harbor"))
    assert not users.may(admin, "no.such.action", Subject("harbor"))
    assert [action for action, _ in told[1:]] == ["settings.edit"]


def test_an_answer_is_written_in_the_hosts_words(ports: Ports) -> None:
    ports.calendar.respond(Ids.hearing, Ids.rosa, Answer.CONFIRMED, token="1")
    assert db.session.scalars(select(Guest.reply)).all() == ["yes"]
    for event_, contact in ((Ids.hearing, Ids.twin), (Ids.dinner, Ids.rosa), (Ids.off, Ids.rosa)):
        with pytest.raises(LookupError):
            ports.calendar.respond(event_, contact, Answer.DECLINED, token="2")


def test_an_event_is_a_moment_in_the_firms_zone(ports: Ports) -> None:
    hearing = ports.calendar.event(Ids.hearing)
    assert (hearing.start, hearing.end) == (
        datetime(2031, 5, 6, 14, 30, tzinfo=UTC),
        datetime(2031, 5, 6, 15, 30, tzinfo=UTC),
    )
    assert hearing.zone == "America/Chicago"
    assert ports.calendar.event(Ids.off) is None


def test_time_is_recorded_as_the_table_wants_it(ports: Ports) -> None:
    ref = ports.time_entries.add(Ids.ann, Ids.lease, 18, date(2031, 5, 6), "Texts", token="t")
    slip = db.session.get(Slip, uuid.UUID(ref))
    assert (slip.hours, slip.source, slip.tenant, slip.text) == (0.3, "texts", "harbor", "Texts")


def test_a_firm_may_be_without_texting_and_its_details_are_known(host: SQLAlchemyHost) -> None:
    harbor, summit = host.firms.get("harbor"), host.firms.get("summit")
    assert (harbor.country, harbor.legal.street, harbor.availability.allowed) == ("US", "20 Quay Street", True)
    assert (summit.country, summit.availability.allowed) == ("GB", False)
    assert summit.availability.reason


class OurContacts(Contacts):
    def __init__(self, db: SQLAlchemy, firm: str) -> None:
        self.firm = firm

    def get(self, ref: str) -> None:
        return None

    def search(self, text: str) -> Sequence[Any]:
        return []

    by_number = search


def test_one_port_is_replaced_alone_and_what_is_not_mapped_is_absent() -> None:
    host = make_host(contacts=OurContacts, matter=None, time_entry=None)
    assert host.faults() == []
    ports = host.for_firm("harbor")
    assert isinstance(ports.contacts, OurContacts)
    assert ports.contacts.firm == "harbor"
    assert (type(ports.matters), type(ports.documents)) == (NoMatters, NoDocuments)


def test_the_root_has_each_of_its_names() -> None:
    for name, value in vars(sqlalchemy_host).items():
        if isinstance(value, type):
            assert getattr(flask_firmtext, name) is value
    own = {name for name, value in vars(flask_firmtext).items() if name[0] != "_" and not ismodule(value)}
    assert set(flask_firmtext.__all__) == own | {name for name in vars(sqlalchemy_host) if name[0].isupper()}
    starred: dict[str, Any] = {}
    exec("from flask_firmtext import *", starred)
    assert starred["UserMap"] is UserMap
    with pytest.raises(AttributeError, match="NoSuchMap"):
        flask_firmtext.NoSuchMap  # noqa: B018


def test_a_map_without_faults_has_none() -> None:
    assert make_host().faults() == []
    assert make_host(contact=mapped.in_columns()).faults() == []


class Pair(mapped.Base):
    """Has no key of one column."""

    __tablename__ = "pair"
    a = mapped.mapped_column(Integer, primary_key=True)
    b = mapped.mapped_column(Integer, primary_key=True)

    @property
    def words(self) -> str:
        return f"{self.a} {self.b}"


HARBOR = Firm("harbor", "Harbor Law", "UTC")
CARD = {"name": Card.name, "numbers": Numbers(Card.phones, Phone.written), "firm": Card.tenant}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"user": None}, "user= is missing. Pass a UserMap, or your own users=."),
        ({"firm": "Harbor"}, "pass Firm(ref, name, zone), or FirmMap"),
        ({"firm": Firm("x", "X", "Central")}, "Firm(…), zone: 'Central' is no IANA time zone. Pass one such as"),
        ({"firm": FirmMap(mapped.Tenant, name=mapped.Tenant.title, zone="Central")}, "zone: 'Central' is no IANA time"),
        ({"firm": HARBOR}, "this host has one firm for all. Leave it out"),
        ({"contact": UserMap(Person, name=Person.full, administrator=True)}, "pass a ContactMap"),
        ({"contact": ContactMap(dict, **CARD)}, "dict is no mapped class"),
        ({"contact": ContactMap(Card, **{**CARD, "firm": None})}, "the column of Card with the firm's key as firm="),
        ({"contact": ContactMap(Card, **{**CARD, "name": "name"})}, "Pass the attribute itself: Card.name."),
        ({"contact": ContactMap(Card, **{**CARD, "name": Person.full})}, "Person.full belongs to Person, not to Card"),
        ({"contact": ContactMap(Card, **{**CARD, "name": Person.given + "x"})}, "belongs to person, not to Card"),
        ({"contact": ContactMap(Card, **{**CARD, "numbers": Card.phones})}, "Pass Numbers(Card.phones, the column"),
        ({"contact": ContactMap(Card, **{**CARD, "numbers": ()})}, "missing. Pass a column of Card."),
        ({"contact": ContactMap(Card, **{**CARD, "numbers": Numbers(Card.name, Phone.written)})}, "Card.phones"),
        ({"contact": ContactMap(Card, **CARD, language=Card.phones)}, "Card.phones is a relationship. Pass a column"),
        ({"contact": ContactMap(Card, **CARD, page=7)}, "pass the endpoint of the page"),
        ({"user": UserMap(Pair, name=Pair.words, administrator=True, firm=Pair.a)}, "has several columns (a, b)"),
        ({"user": UserMap(Pair, name=Pair.words, administrator=True, firm=Pair.a)}, "property Pair.words is nothing"),
        ({"matter": MatterMap(Docket, title=Docket.title, client=Docket.parts, firm=Docket.tenant)}, "not to Card"),
        (
            {"matter": MatterMap(Docket, title=Docket.title, client=Docket.client_id, firm=Docket.tenant,
                                 related=Related(Docket.parts, contact=Card.id))},
            "Card.id belongs to Card, not to Part",
        ),
        ({"contact": None, "contacts": OurContacts}, "SQLAlchemyHost(matter=…) needs contact=, too."),
        ({"documents": NoDocuments()}, "Pass the class, or a function, that is called with (db, firm)"),
        ({"documents": OurContacts}, "(documents=OurContacts): it is no Documents"),
        ({"document": Documents}, "there is no such port. Did you mean documents?"),
        ({"users": Documents}, "(users=Documents): it is no Users"),
    ],
)  # fmt: skip
def test_a_fault_of_the_map_is_told_with_its_cure(given: dict[str, Any], said: str) -> None:
    assert said in "\n".join(make_host(**given).faults())


def test_a_zone_of_the_only_firm_is_looked_at_whatever_the_host() -> None:
    host = MemoryHost()
    assert host.faults() == ()
    host.firms = OneFirm(Firm("x", "X", "Central"))
    assert [fault.partition(":")[0] for fault in host.faults()] == ["Firm(…), zone"]


def test_a_page_that_is_nowhere_costs_its_link_only(practice: Flask, caplog: pytest.LogCaptureFixture) -> None:
    lost = make_host(contact=ContactMap(Card, **CARD, page="statics"), matter=None, time_entry=None)
    said = "ContactMap(page='statics'): no endpoint has this name; did you mean 'static'?"
    with practice.test_request_context():
        assert lost.late_faults() == [said]
        found = [*lost.for_firm("harbor").contacts.search(""), *lost.for_firm("harbor").contacts.search("")]
    assert {one.url for one in found} == {None}
    assert [(one.levelname, said in one.getMessage()) for one in caplog.records] == [("ERROR", True)]


def test_a_page_that_raises_costs_its_link_only_and_its_words_are_not_logged(
    practice: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    def page(key: object) -> str:
        raise LookupError("Rosa Marsh")

    lost = make_host(contact=ContactMap(Card, **CARD, page=page), matter=None, time_entry=None)
    with practice.test_request_context():
        found = [*lost.for_firm("harbor").contacts.search(""), *lost.for_firm("harbor").contacts.search("")]
    assert {one.url for one in found} == {None}
    (told,) = [one.getMessage() for one in caplog.records]
    assert told.startswith(f"ContactMap(page=…) raised LookupError at {__file__}:")
    assert "Rosa" not in told + caplog.text


def test_all_faults_are_told_at_once_when_the_extension_is_bound() -> None:
    app = Flask("wrong")
    app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
    db.init_app(app)
    host = make_host(contact=ContactMap(Card, name=None, numbers=Part.role, firm=Card.tenant), user=None)
    with pytest.raises(ConfigurationError) as caught:
        FirmText().init_app(app, db=db, host=host)
    assert len(caught.value.faults) == 4  # two of the contact, the user that is missing, and what time entries need


class Guid(TypeDecorator[uuid.UUID]):
    """As many a project has it."""

    impl = CHAR(32)
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Any) -> str | None:
        return value if value is None else uuid.UUID(str(value)).hex


KEY = "6f2a0c1e-8d7b-4b55-9d3e-0123456789ab"


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        (Integer(), "7", ["07", " 7", "7.0", "١", "", "99999999999999999999", "x"]),
        (Uuid(), KEY, [KEY.upper(), KEY.replace("-", ""), "7", ""]),
        (Uuid(as_uuid=False), KEY, [KEY.upper(), "7", ""]),
        (Guid(), KEY, ["7", "", "zz"]),
        (String(), "anything", ["", "a\x00b", "\ud800", "x" * 300]),
    ],
    ids=str,
)
def test_what_cannot_be_a_key_is_nobodys_and_no_database_is_asked(kind: Any, good: str, bad: list[str]) -> None:
    reference = Reference(column("id", kind))
    assert str(reference.key(good)) == good
    assert [reference.key(ref) for ref in bad] == [None] * len(bad)


def test_a_key_too_large_for_its_column_is_nobodys_and_spoils_no_transaction(host: SQLAlchemyHost) -> None:
    number = Reference(Docket.number)
    for ref in ("9999999999", "-9999999999", "7"):
        found = db.session.scalars(select(Docket.title).where(number.equals(ref) | number.among([ref]))).all()
        assert found == (["Lease"] if ref == "7" else [])


@pytest.mark.parametrize(
    ("text", "country", "e164"),
    [
        ("(312) 555-0100", "US", "+13125550100"),
        ("+1 312.555.0100", "US", "+13125550100"),
        ("tel:+1-312-555-0100", "US", "+13125550100"),
        ("1\u00a0312\u2011555\u20110100", "CA", "+13125550100"),
        ("020 7946 0100", "GB", "+442079460100"),
        ("+44 (0)20 7946 0100", "GB", "+442079460100"),
        ("011 44 20 7946 0100", "US", "+442079460100"),
        ("555-0100", "US", None),
        ("312 555 0100 ext. 7", "US", None),
        ("1-800-FLOWERS", "US", None),
        ("312 555 0100 or 0101", "US", None),
        ("", "US", None),
        (None, "US", None),
        (3125550100, "US", "+13125550100"),
        ("123", "US", None),
        ("312 555 0100", "XX", None),
    ],
)
def test_a_written_number_is_read_and_is_found_by_what_was_read(text: Any, country: str, e164: str | None) -> None:
    assert written.read(text, country) == e164
    if e164:
        digits = "".join(letter for letter in str(text) if letter.isascii() and letter.isdigit())
        assert digits in written.forms(e164, country)
