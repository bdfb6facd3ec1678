"""What a firm tells the carriers: filled in, kept encrypted, exported."""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from evidence import rows
from flask_firmtext.errors import FormRefused
from flask_firmtext.firm import registration
from flask_firmtext.firm.registration import Form
from flask_firmtext.firm.registration_fields import FIELDS, GROUPS
from flask_firmtext.firm.registration_kinds import Kind
from flask_firmtext.ports.values import Firm
from flask_firmtext.store.models import Audit, Registration
from flask_firmtext.store.transactions import own, reading
from registering import KNOWN, TYPED, WHOLE

NUMBER = "+18335550100"


def form(firm: Firm) -> Form:
    with reading() as session:
        return registration.filled(session, firm)


def save(values: dict[str, str], firm: str = "harbor", by: str = "admin@harbor.example") -> None:
    with own() as session:
        registration.save(session, firm, values, by=by)


def test_what_the_host_knows_is_filled_in(firm: Firm) -> None:
    values = form(replace(firm, legal=KNOWN)).values
    assert {name: values[name] for name in ("legal_name", "registration_number", "street", "region")} == {
        "legal_name": "Harbor Law, P.L.L.C.",
        "registration_number": "12-3456789",
        "street": "20 Quay Street",
        "region": "IL",
    }
    assert (values["country"], values["trade_name"]) == ("US", "Harbor Law")


def test_what_nobody_knows_is_filled_in_with_words_of_ours_where_there_are_true_ones(firm: Firm) -> None:
    found = form(firm)
    assert found.saved_at is None
    assert found.values["sample_1"].startswith("Harbor Law: ")
    assert found.values["description"].startswith("Harbor Law is a law firm.")
    # How clients agree is for the firm to say: we do not know.
    assert found.values["opt_in"] == found.values["contact_email"] == ""


def test_a_host_with_legal_details_leaves_open_only_what_no_host_knows(firm: Firm) -> None:
    assert set(form(replace(firm, legal=KNOWN)).faults) == set(TYPED)


def test_our_own_words_raise_no_doubt(firm: Firm) -> None:
    assert form(replace(firm, legal=KNOWN)).doubts == ()


def test_a_host_without_legal_details_costs_nobody_the_form(firm: Firm) -> None:
    assert form(replace(firm, legal=None)).values["legal_name"] == ""  # type: ignore[arg-type]


def test_a_long_name_leaves_room_in_a_sample(firm: Firm) -> None:
    found = form(replace(firm, name="Featherstonehaugh & " * 200))
    assert "sample_1" not in found.faults


def test_what_was_saved_comes_before_what_the_host_knows(firm: Firm) -> None:
    save({**WHOLE, "street": "21 Quay Street"})
    found = form(replace(firm, legal=KNOWN))
    assert found.values["street"] == "21 Quay Street"
    assert found.saved_by == "admin@harbor.example"
    assert found.saved_at is not None


def test_an_optional_field_that_was_emptied_stays_empty_and_a_required_one_is_offered_again(firm: Firm) -> None:
    save({**WHOLE, "trade_name": "", "sample_2": "", "street": ""})
    values = form(replace(firm, legal=KNOWN)).values
    assert (values["trade_name"], values["sample_2"], values["street"]) == ("", "", "20 Quay Street")


def test_a_form_that_is_not_complete_can_be_saved_and_gone_on_with(firm: Firm) -> None:
    save({"legal_name": "Harbor Law, P.L.L.C."})
    assert form(firm).values["legal_name"] == "Harbor Law, P.L.L.C."


def test_saving_again_replaces_and_each_time_is_audited(firm: Firm) -> None:
    save(WHOLE)
    save({**WHOLE, "city": "Evanston"}, by="other")
    assert form(firm).values["city"] == "Evanston"
    assert len(rows(Registration)) == 1
    noted = rows(Audit, Audit.action == "registration.save")
    assert {(row.firm, row.actor, row.object_id) for row in noted} == {
        ("harbor", "admin@harbor.example", "harbor"),
        ("harbor", "other", "harbor"),
    }
    assert len(noted) == 2


def test_what_is_wrong_is_not_saved(app: Any) -> None:
    with pytest.raises(FormRefused) as refused:
        save({**WHOLE, "contact_email": "nobody", "website": "harbor"})
    assert set(refused.value.faults) == {"contact_email", "website"}
    assert rows(Registration) == []


def test_a_number_for_texts_is_no_phone_that_anybody_answers(number: Any) -> None:
    with pytest.raises(FormRefused) as refused:
        save({**WHOLE, "contact_phone": "833-555-0100"})
    assert refused.value.faults == {"contact_phone": registration.TEXT_NUMBER}


def test_nothing_that_was_filled_in_lies_in_clear(app: Any, firm: Firm, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    save(WHOLE)
    assert form(firm).values["contact_last_name"] == "Quillfeather"
    with reading() as session:
        tables = [table for table in Registration.metadata.tables.values() if table.name.startswith("firmtext_")]
        kept = b"".join(
            bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
            for table in tables
            for row in session.execute(sa.select(table))
            for value in row
        )
    for canary in ("Quillfeather", "adelheid@", "12-3456789", "5550142", "20 Quay"):
        assert canary.encode() not in kept
        assert canary not in caplog.text
    assert b"registration.save" in kept
    assert "Quillfeather" not in repr(form(firm))


def test_another_firms_cell_cannot_be_read_as_ones_own(firm: Firm) -> None:
    save(WHOLE)
    with own() as session:
        row = session.get_one(Registration, "harbor")
        session.add(Registration(firm="summit", details=row.details, changed_by="x", changed_at=row.changed_at))
    found = form(replace(firm, ref="summit"))
    assert found.unreadable
    assert found.values["contact_last_name"] == ""


def test_the_export_has_the_carriers_shape() -> None:
    document = registration.export(WHOLE, NUMBER)
    assert json.loads(json.dumps(document)) == document
    assert document["numbers"] == ["18335550100"]
    business = document["business"]
    assert business["name"] == "Harbor Law, P.L.L.C."
    assert business["dba"] == "Harbor Law"
    assert business["company_website"] == "https://www.harborlaw.example"
    assert business["address"] == {
        "street": "20 Quay Street",
        "city": "Chicago",
        "state": "IL",
        "postal_code": "60601",
        "country": "US",
    }
    assert business["contact"] == {
        "first_name": "Adelheid",
        "last_name": "Quillfeather",
        "email": "adelheid@harborlaw.example",
        "phone": "13125550142",
    }
    assert document["campaign"]["sample_messages"] == [WHOLE["sample_1"]]


def test_the_export_carries_everything_that_was_filled_in() -> None:
    said = json.dumps(registration.export(WHOLE, NUMBER), ensure_ascii=False)
    assert [name for name, value in WHOLE.items() if value not in said and name != "contact_phone"] == []


@pytest.mark.parametrize("name", [name for name, field in FIELDS.items() if field.required])
def test_nothing_is_exported_while_something_required_is_missing(name: str) -> None:
    with pytest.raises(FormRefused) as refused:
        registration.export({**WHOLE, name: " "}, NUMBER)
    assert set(refused.value.faults) == {name}
    assert refused.value.faults[name] == f"Missing. {FIELDS[name].help}"


def test_a_sole_proprietor_may_have_no_registration_number() -> None:
    alone = {**WHOLE, "entity": "SOLE_PROPRIETOR", "registration_type": "NONE", "registration_number": ""}
    business = registration.export(alone, NUMBER)["business"]
    assert {"registration_type", "registration_number"}.isdisjoint(business)


def test_every_field_says_what_it_wants_and_has_a_place_of_its_own() -> None:
    places = [field.carrier for field in FIELDS.values() if not field.carrier.endswith("[]")]
    assert len(places) == len(set(places))
    for field in FIELDS.values():
        assert field.label
        assert field.help.endswith((".", "”"))
        assert (field.kind is Kind.CHOICE) == bool(field.choices)
    assert sum(len(group.fields) for group in GROUPS) == len(FIELDS)
