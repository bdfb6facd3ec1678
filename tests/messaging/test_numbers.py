import re

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_firmtext.errors import TextRefused
from flask_firmtext.messaging.numbers import display, last_four, parse

fiction = st.builds(
    "+1{}5550{}".format,
    st.sampled_from(["201", "312", "416", "514", "604", "787", "833", "917"]),
    st.integers(100, 199),
)


def refusal(given_number, **more):
    with pytest.raises(TextRefused) as caught:
        parse(given_number, **more)
    assert caught.value.code == "number_not_textable"
    return caught.value.sentence


@pytest.mark.parametrize(
    "given_number",
    [
        "(312) 555-0100",
        "312-555-0100",
        "312.555.0100",
        "3125550100",
        "13125550100",
        "+13125550100",
        "+1 (312) 555-0100",
        "1 312 555 0100",
        "  312 555 0100\n",
        "tel:+13125550100",
        "312\u00a0555\u20110100",
        "\u202a+1 312 555 0100\u202c",
        "３１２５５５０１００",
    ],
)
def test_what_people_write_is_one_number(given_number):
    assert parse(given_number) == "+13125550100"


@pytest.mark.parametrize("number", ["+14165550123", "+15145550123", "+17875550100", "+18765550100", "+16847331234"])
def test_canada_and_the_caribbean_are_north_america(number):
    assert parse(number) == number


@pytest.mark.parametrize("number", [f"+1312555{last:04}" for last in range(100, 200)])
def test_the_numbers_of_fiction_can_be_texted(number):
    assert parse(number) == number


@pytest.mark.parametrize(
    ("given_number", "rule"),
    [
        ("", "no phone number"),
        ("   ", "no phone number"),
        ("hello", "not a phone number"),
        ("+", "not a phone number"),
        ("1" * 300, "not a phone number"),
        ("+44 20 7946 0000", "United States, Canada"),
        ("011 44 20 7946 0000", "United States, Canada"),
        ("+351 912 345 678", "United States, Canada"),
        ("911", "emergency"),
        ("+1911", "emergency"),
        ("12345", "short code"),
        ("787878", "short code"),
        ("555-0100", "area code is missing"),
        ("312555010", "ten digits"),
        ("31255501000", "ten digits"),
        ("1-800-FLOWERS", "letters"),
        ("(312) 555-0100 (mobile)", "letters"),
        ("312-555-0100 x5", "extension"),
        ("+1 312 555 0100;ext=12", "extension"),
        ("312-555-0100 / 312-555-0101", "one number"),
        ("312-555-0100, 0101", "extension"),
        ("+1 900 555 0100", "900"),
        ("123-456-7890", "no such number"),
        ("555-555-0100", "no such number"),
        ("+1 312 155 0100", "no such number"),
        ("+1 876 606 0123", "landline"),
    ],
)
@pytest.mark.attack("A39")
def test_a_number_that_cannot_be_texted_is_refused_by_the_rule(given_number, rule):
    assert rule in refusal(given_number)


@pytest.mark.parametrize(
    "label", ["landline", "Land line", "office land-line", "Fax", "home fax", "Télécopieur", "fijo"]
)
def test_a_number_that_the_host_calls_a_landline_is_refused(label):
    assert "landline" in refusal("+13125550100", label=label)


@pytest.mark.parametrize("label", ["", "mobile", "office", "home", "work", "Faxon's phone"])
def test_no_other_label_says_landline(label):
    assert parse("+13125550100", label=label) == "+13125550100"


def test_the_firms_own_number_is_refused():
    assert "own numbers" in refusal("(833) 555-0100", own={"+18335550100"})
    assert parse("(833) 555-0101", own={"+18335550100"}) == "+18335550101"


def test_a_refusal_never_repeats_the_number():
    for given_number in ("+442079460123", "312-555-0147 x5", "19005550147", "5550147", "312555014"):
        sentence = refusal(given_number)
        assert not re.search(r"\d{4}", sentence.replace("(312) 555-0100", "")), sentence


def test_a_refusal_has_no_chain_that_holds_the_number():
    with pytest.raises(TextRefused) as caught:
        parse("hello")
    assert caught.value.__suppress_context__


@given(fiction)
def test_a_number_survives_being_displayed_and_read_again(number):
    assert parse(display(number)) == number
    assert parse(parse(number)) == number
    assert display(number).endswith(last_four(number))


@given(st.text("0123456789+-() .x,;#*abcEXT", max_size=24) | st.text(max_size=40))
def test_anything_typed_is_a_valid_north_american_number_or_refused(given_number):
    try:
        number = parse(given_number)
    except TextRefused:
        return
    assert re.fullmatch(r"\+1[2-9][0-9]{2}[2-9][0-9]{6}", number)
    assert phonenumbers.is_valid_number(phonenumbers.parse(number))


@pytest.mark.parametrize(
    ("e164", "shown"),
    [
        ("+13125550100", "(312) 555-0100"),
        ("+18335550100", "(833) 555-0100"),
        ("+442079460000", "+44 20 7946 0000"),
        ("+999123456789", "+999123456789"),
        ("78787", "78787"),
        ("BANK", "BANK"),
        ("", ""),
    ],
)
def test_a_number_is_displayed_as_people_write_it(e164, shown):
    assert display(e164) == shown


@given(st.text(max_size=30))
def test_whatever_sent_a_text_can_be_displayed(sender):
    display(sender)
    assert len(last_four(sender)) <= 4


def test_the_last_four_digits_leave_the_rest_out():
    assert last_four("+13125550147") == "0147"
