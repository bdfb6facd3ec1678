import pytest
import smsutil
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError
from vonage_messages import Sms

from flask_firmtext.messaging.segments import GSM_BASIC, GSM_EXTENDED, TEXT_LIMIT, Encoding, Segments, measure

gsm_letters = st.sampled_from(sorted(GSM_BASIC | GSM_EXTENDED))
gsm_texts = st.text(gsm_letters, min_size=1, max_size=700)
# The oracle takes the escape, which only introduces a letter, for a letter.
any_texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x1b"), min_size=1, max_size=300)


@pytest.mark.parametrize(
    ("text", "units", "count"),
    [
        ("a", 1, 1),
        ("a" * 160, 160, 1),
        ("a" * 161, 161, 2),
        ("a" * 306, 306, 2),
        ("a" * 307, 307, 3),
        ("€", 2, 1),
        ("€" * 80, 160, 1),
        ("€" * 80 + "a", 161, 2),
        ("a" * 1530, 1530, 10),
    ],
)
def test_a_plain_text_is_counted_in_septets(text, units, count):
    assert measure(text) == Segments(Encoding.GSM7, units, count)


@pytest.mark.parametrize(
    ("text", "units", "count"),
    [
        ("ç", 1, 1),
        ("ж" * 70, 70, 1),
        ("ж" * 71, 71, 2),
        ("ж" * 134, 134, 2),
        ("ж" * 135, 135, 3),
        ("😀", 2, 1),
        ("😀" * 35, 70, 1),
        ("😀" * 36, 72, 2),
        ("ж" * 670, 670, 10),
    ],
)
def test_a_text_outside_the_gsm_alphabet_is_counted_in_utf16_units(text, units, count):
    assert measure(text) == Segments(Encoding.UCS2, units, count, text[0])


def test_an_escape_is_not_parted_from_its_character():
    # 152 septets, then a pair that needs 2 of the 1 left: the first part stays one short.
    assert measure("a" * 152 + "€" + "a" * 152).count == 3


def test_a_surrogate_pair_is_not_parted():
    assert measure("ж" * 66 + "😀" + "ж" * 66).count == 3


def test_the_first_expensive_character_is_named():
    assert measure("We’ll meet “today”").expensive == "’"


def test_no_text_has_no_segment():
    assert measure("") == Segments(Encoding.GSM7, 0, 0)


@pytest.mark.parametrize("letter", "|^€{}[]~\\")
def test_a_character_of_the_extension_table_counts_two(letter):
    assert measure(letter).units == 2


@given(gsm_texts)
@example("€" * 77)
def test_a_gsm_text_has_as_many_segments_as_the_oracle_says(text):
    assert measure(text).count == len(smsutil.split(text).parts)


@given(any_texts)
@example("😀" * 34 + "ж" * 3)
def test_any_text_has_as_many_segments_and_bytes_as_the_oracle_says(text):
    oracle = smsutil.split(text)
    size = measure(text)
    assert size.count == len(oracle.parts)
    assert size.units * (1 if size.encoding is Encoding.GSM7 else 2) == oracle.total_bytes
    assert (size.encoding is Encoding.GSM7) == (oracle.encoding == "gsm0338")


@given(any_texts, any_texts)
def test_more_words_never_make_fewer_segments(first, second):
    assert measure(first + second).count >= max(measure(first).count, measure(second).count)


def test_the_alphabet_has_each_code_once():
    assert len(GSM_BASIC) == 127  # 128 codes, one of which is the escape
    assert len(GSM_EXTENDED) == 10
    assert not GSM_BASIC & GSM_EXTENDED


def test_the_limit_is_the_one_of_the_carriers_own_model():
    Sms(to="13125550100", from_="18335550100", text="ж" * TEXT_LIMIT)
    with pytest.raises(ValidationError):
        Sms(to="13125550100", from_="18335550100", text="ж" * (TEXT_LIMIT + 1))
