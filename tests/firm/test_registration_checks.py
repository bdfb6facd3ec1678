"""What is wrong in a registration, and what carriers commonly refuse."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_firmtext.firm.refusals import REASONS, warnings
from flask_firmtext.firm.registration_checks import check, tidy, wrong
from flask_firmtext.firm.registration_fields import FIELDS
from registering import WHOLE


def test_a_careful_registration_has_no_fault_and_raises_no_doubt() -> None:
    assert check(WHOLE) == {}
    assert warnings(WHOLE) == ()


def test_an_empty_form_names_what_is_required_in_the_order_of_the_form_and_nothing_else() -> None:
    assert list(check({})) == [name for name, field in FIELDS.items() if field.required]
    assert warnings({}) == ()


@pytest.mark.parametrize(
    ("field", "text", "says"),
    [
        ("contact_email", "adelheid", "Mail cannot be sent"),
        ("contact_phone", "12", "short code"),
        ("contact_phone", "+44 20 7946 0018", "+1"),
        ("website", "harbor law", "whole address"),
        ("website", "localhost", "whole address"),
        ("website", "http://127.0.0.1", "whole address"),
        ("website", "ftp://harborlaw.example", "whole address"),
        ("website", "https://user@harborlaw.example", "whole address"),
        ("website", "https://[", "whole address"),
        ("privacy", "javascript://harborlaw.example/%0aalert(1)", "whole address"),
        ("entity", "LAW_FIRM", "no such choice"),
        ("country", "PT", "no such choice"),
        ("registration_number", "1234", "nine digits"),
        ("region", "Illinois", "two letters"),
        ("postal_code", "6060", "five digits"),
        ("postal_code", "12345678901", "at most 10"),
        ("legal_name", "x" * 501, "at most 500"),
        ("sample_1", "x" * 1001, "at most 1,000"),
    ],
)
def test_a_field_that_cannot_be_so_says_why(field: str, text: str, says: str) -> None:
    faults = check({**WHOLE, field: text})
    assert set(faults) == {field}
    assert says in faults[field]


@pytest.mark.parametrize(
    ("number", "good"),
    [("123456789", True), ("123456789RC0001", True), ("123456789 rc 0001", True), ("12345678", False)],
)
def test_a_canadian_number_is_a_cbn(number: str, good: bool) -> None:
    values = {**WHOLE, "registration_type": "CBN", "registration_number": number}
    values |= {"country": "CA", "region": "on", "postal_code": "m5v 2t6"}
    assert ("registration_number" not in check(values)) is good
    assert "postal_code" not in check(values)


def test_a_company_cannot_do_without_a_number() -> None:
    faults = check({**WHOLE, "registration_type": "NONE", "registration_number": ""})
    assert set(faults) == {"registration_type"}


def test_a_number_without_a_kind_is_neither() -> None:
    faults = check({**WHOLE, "entity": "SOLE_PROPRIETOR", "registration_type": "NONE"})
    assert set(faults) == {"registration_number"}


def test_what_was_typed_is_put_right_where_it_is_plain() -> None:
    values = tidy(
        {"website": " harborlaw.example ", "region": "il", "opt_in": "one\r\ntwo\x00", "city": "New\n  York", "x": "y"}
    )
    assert values["website"] == "https://harborlaw.example"
    assert values["region"] == "IL"
    assert values["opt_in"] == "one\ntwo"
    assert values["city"] == "New York"
    assert set(values) == set(FIELDS)


SAMPLE = "Harbor Law: See you on Tuesday. Reply STOP to opt out."
BOX = " A box is empty at first; clients are free to say no. Reply STOP to opt out."


@pytest.mark.parametrize(
    ("reason", "field", "text"),
    [
        (
            "consent_in_terms",
            "opt_in",
            "By signing the engagement letter clients consent to texts. STOP ends them." * 2,
        ),
        ("consent_in_terms", "opt_in", "Clients accept our terms and conditions, which say so. STOP ends the texts."),
        ("consent_forced", "opt_in", "Consent is required to become a client." + BOX),
        ("consent_forced", "opt_in", "The box is checked by default." + BOX),
        ("exemption_claimed", "opt_in", "Consent is not needed because of the existing relationship." + BOX),
        ("exemption_claimed", "description", "Texts to clients, which are exempt from the rules on consent, on cases."),
        (
            "opt_in_without_stop",
            "opt_in",
            "Clients tick a box on a separate page that says that they would like texts.",
        ),
        ("no_evidence", "opt_in_evidence", "On paper in our office"),
        ("shortened_link", "sample_1", f"{SAMPLE} https://bit.ly/3xYz"),
        ("shortened_link", "sample_2", f"{SAMPLE} tinyurl.com/abc"),
        ("shortened_link", "terms", "https://www.cutt.ly/terms"),
        ("sample_without_name", "sample_1", "See you on Tuesday. Reply STOP to opt out."),
        ("sample_without_opt_out", "sample_3", "Harbor Law: See you on Tuesday."),
        ("no_website", "website", "https://www.facebook.com/harborlaw"),
        ("no_website", "website", "https://attorneys.findlaw.com/harbor"),
        ("post_office_box", "street", "P.O. Box 12"),
        ("post_office_box", "street", "po box 12"),
        ("names_apart", "trade_name", "Sunrise Law Offices"),
        ("name_incomplete", "legal_name", "Harbor Law"),
        ("public_mailbox", "contact_email", "harborlaw@gmail.com"),
        ("other_domain", "contact_email", "adelheid@inlandlaw.example"),
        ("debt_collection", "description", "Texts to people from whom we collect outstanding debts for our clients."),
        ("debt_collection", "sample_1", f"{SAMPLE} We write on behalf of a creditor."),
        ("selling", "description", "News for our clients, special offers and invitations to talks and other events."),
        ("selling", "opt_in", "Clients agree to texts from us and our referral partners." + BOX),
        ("too_short", "description", "Texts to clients."),
        ("home_page", "privacy", "https://www.harborlaw.example/"),
    ],
)
def test_a_common_reason_for_refusal_is_seen_and_its_cure_named(reason: str, field: str, text: str) -> None:
    doubts = [doubt for doubt in warnings({**WHOLE, field: text}) if doubt.reason == reason]
    assert [doubt.field for doubt in doubts] == [field]
    assert doubts[0].sentence.endswith((".", "”"))


@pytest.mark.parametrize(
    ("field", "text"),
    [
        (
            "opt_in",
            "Clients tick a box of its own beside the engagement letter. It is not required. Reply STOP to end.",
        ),
        ("opt_in", "A separate form, not pre-checked and not a condition of being a client. Reply STOP to opt out."),
        (
            "opt_in",
            "Under the engagement letter stands a separate box, empty at first. Reply STOP to opt out of texts.",
        ),
        ("contact_email", "adelheid@mail.harborlaw.example"),
        ("trade_name", ""),
        ("trade_name", "Harbor"),
        ("sample_1", "HARBOR LAW. See https://www.harborlaw.example/pay for your bill. Text STOP to opt out."),
        ("street", "20 Boxwood Street"),
        ("description", "Harbor Law texts its clients about their matters and about the bills for its own work."),
    ],
)
def test_what_carriers_accept_raises_no_doubt(field: str, text: str) -> None:
    assert warnings({**WHOLE, field: text}) == ()


def test_doubts_stand_in_the_order_of_the_form_and_none_is_told_twice() -> None:
    doubts = warnings({**WHOLE, "contact_email": "harborlaw@gmail.com", "sample_1": "Hello", "street": "PO Box 1"})
    assert [(doubt.field, doubt.reason) for doubt in doubts] == [
        ("street", "post_office_box"),
        ("contact_email", "public_mailbox"),
        ("sample_1", "sample_without_name"),
        ("sample_1", "sample_without_opt_out"),
    ]


def test_each_reason_can_be_given() -> None:
    cases = test_a_common_reason_for_refusal_is_seen_and_its_cure_named.pytestmark[0].args[1]  # type: ignore[attr-defined]
    assert {reason for reason, *_ in cases} == {reason.code for reason in REASONS}


@given(st.dictionaries(st.sampled_from(list(FIELDS)), st.text(max_size=60)))
def test_nothing_that_can_be_typed_breaks_the_checks(values: dict[str, str]) -> None:
    check(values)
    warnings(values)
    assert tidy(tidy(values)) == tidy(values)
    assert set(wrong(values)) <= set(FIELDS)
