"""The adapter keeps the contract of a host."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask_login import login_user, logout_user
from sqlalchemy import select

from flask_firmtext.ports.values import LegalDetails, Side
from flask_firmtext.testing import HostContract, Known


@pytest.fixture
def harbor(context: Any) -> Any:
    return context.extensions["firmtext"].host.for_firm("harbor")


def ref_of(name: str) -> str:
    from sample_host_app.models import Contact, db

    return str(db.session.scalars(select(Contact.id).filter_by(name=name)).one())


def matter_of(number: str) -> str:
    from sample_host_app.models import Matter, db

    return f"matter-{db.session.scalars(select(Matter.id).filter_by(number=number)).one()}"


def event_of(title: str) -> str:
    from sample_host_app.models import Event, db

    return str(db.session.scalars(select(Event.id).filter_by(title=title)).one())


class TestSampleHost(HostContract):
    @pytest.fixture
    def known(self, practice: Any) -> Iterator[Known]:
        from sample_host_app.models import User, db

        with practice.test_request_context():
            user = db.session.scalars(select(User).filter_by(email="admin@harbor.example")).one()
            login_user(user)

            @contextmanager
            def signed_out() -> Iterator[None]:
                logout_user()
                yield
                login_user(user)

            yield Known(
                host=practice.extensions["firmtext"].host,
                firm="harbor",
                user=str(user.id),
                contact=ref_of("Maria Delgado"),
                matter=matter_of("2024-0107"),
                event=event_of("Mediation"),
                other_firm="prairie",
                other_contact=ref_of("Earl Swenson"),
                other_matter=matter_of("P-204"),
                other_event=event_of("Family meeting"),
                session=db.session,
                signed_out=signed_out,
            )
            db.session.rollback()


def test_a_document_of_a_matter_is_never_a_contacts_of_the_same_number(harbor: Any) -> None:
    from sample_host_app.models import Document, db

    contact, matter = ref_of("Maria Delgado"), harbor.matters.of_contact(ref_of("Maria Delgado"))[0].ref
    for place, token in ((contact, "one"), (matter, "two")):
        harbor.documents.file(place, "a.txt", "text/plain", io.BytesIO(b"a"), token=token)
    rows = db.session.scalars(select(Document).where(Document.token.in_(["one", "two"])).order_by(Document.id))
    assert [(str(row.contact_id), row.matter_id and f"matter-{row.matter_id}") for row in rows] == [
        (contact, None), ("None", matter),
    ]  # fmt: skip
    db.session.rollback()


def test_a_number_of_two_spouses_finds_both(harbor: Any) -> None:
    assert [contact.name for contact in harbor.contacts.by_number("+16175550105")] == ["Ngozi Okafor", "Tom Okafor"]


def test_many_numbers_cost_two_queries(harbor: Any, statements: list[str]) -> None:
    found = harbor.contacts.by_numbers([f"+161755501{n:02}" for n in range(60)])
    assert sum(map(len, found.values())) > 8
    assert len(statements) == 2


def test_accents_and_case_do_not_matter_in_a_search(harbor: Any) -> None:
    assert [contact.name for contact in harbor.contacts.search("ZOE")] == ["Zoë Brontë-Lévesque"]
    assert [contact.name for contact in harbor.contacts.search("lévesque")] == ["Zoë Brontë-Lévesque"]


def test_a_number_is_found_as_people_write_it(harbor: Any) -> None:
    for text in ("(617) 555-0101", "617.555.0101", "+1 617 555 0101", "5550101"):
        assert [contact.name for contact in harbor.contacts.search(text)] == ["Maria Delgado"]


def test_names_that_begin_with_the_words_come_first(harbor: Any) -> None:
    assert harbor.contacts.search("ma")[0].name == "Maria Delgado"


def test_the_number_that_the_client_chose_is_the_texting_number(harbor: Any) -> None:
    assert harbor.contacts.search("Priya")[0].texting_number == "+16175550107"


def test_the_other_side_of_a_matter_is_told_from_related_contacts(harbor: Any) -> None:
    matter = harbor.matters.of_contact(ref_of("Maria Delgado"))[0]
    sides = {party.contact.name: party.side for party in harbor.matters.contacts_of(matter.ref)}
    assert sides == {
        "Maria Delgado": Side.CLIENT, "Carlos Medina": Side.RELATED, "Victor Stone": Side.OPPOSING,
    }  # fmt: skip


def test_related_contacts_have_their_matters_with_the_role_and_the_side(harbor: Any) -> None:
    names = ("Carlos Medina", "Victor Stone", "Maria Delgado")
    found = harbor.matters.related_to([*map(ref_of, names), "nobody", "999999"])
    told = {name: [(one.side, one.role) for one in found[ref_of(name)]] for name in names}
    assert told == {
        "Carlos Medina": [(Side.RELATED, "Witness")],
        "Victor Stone": [(Side.OPPOSING, "Owner of Bayside Storage")],
        "Maria Delgado": [],
    }
    assert found[ref_of("Victor Stone")][0].matter == harbor.matters.of_contact(ref_of("Maria Delgado"))[0]


def test_firms_outside_north_america_may_not_have_texting_and_read_why(context: Any) -> None:
    availability = context.extensions["firmtext"].host.firms.get("lisbon").availability
    assert not availability.allowed
    assert "United States and Canada" in availability.reason


def test_the_registration_form_gets_what_the_practice_system_knows(context: Any) -> None:
    firms = context.extensions["firmtext"].host.firms
    assert firms.get("prairie").legal == LegalDetails(
        legal_name="Prairie Legal PLLC",
        website="https://prairie.example",
        street="212 Main Street",
        city="Omaha",
        region="NE",
        postal_code="68102",
    )
    assert firms.get("lisbon").legal == LegalDetails()


def test_a_worker_gets_contacts_without_addresses_of_pages(harbor: Any) -> None:
    assert harbor.contacts.search("Maria")[0].url is None


@pytest.mark.parametrize(("email", "may"), [("admin@harbor.example", True), ("staff@harbor.example", False)])
def test_only_administrators_may_change_settings(context: Any, email: str, may: bool) -> None:
    from sample_host_app.adapter import as_user
    from sample_host_app.models import User, db

    user = as_user(db.session.scalars(select(User).filter_by(email=email)).one())
    users = context.extensions["firmtext"].host.users
    assert users.may(user, "message.send")
    assert users.may(user, "settings.edit") is may
