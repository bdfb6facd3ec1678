import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_firmtext.errors import TextRefused
from flask_firmtext.messaging.body import check
from flask_firmtext.messaging.segments import TEXT_LIMIT

controls = [chr(code) for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in "\n\t"]
invisible = st.text(st.sampled_from(" \t\n\u00a0\u200b\u200d\u2060\ufeff\ufe0f\u00ad\u3164\u2800\u202e\U000e0041"))
words = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=200)


def refusal(text):
    with pytest.raises(TextRefused) as caught:
        check(text)
    return caught.value.code, caught.value.sentence


@given(words, words)
def test_a_persons_words_go_out_letter_for_letter(before, after):
    text = f"{before}seen\n\t{after}"
    assert check(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "  two blanks before and after  ",
        "\n\nline feeds around\n\n",
        "e\u0301 is not made é",
        "שלום \u202eabc\u202c عليكم",
        "👩\u200d⚖️",
        "\ufeffstill a text",
        ".",
        "\ufffc",
    ],
)
def test_nothing_is_stripped_folded_or_taken_out(text):
    assert check(text) == text


def test_the_line_ends_of_a_web_form_become_line_feeds():
    assert check("one\r\ntwo\r\n") == "one\ntwo\n"


def test_a_web_form_line_end_counts_as_one_character():
    assert len(check("a\r\n" * (TEXT_LIMIT // 2))) == TEXT_LIMIT


@given(invisible)
def test_a_text_that_nobody_can_see_is_empty(text):
    assert refusal(text) == ("text_empty", "Write a message first.")


def test_every_blank_and_format_mark_of_unicode_is_invisible():
    for code in range(sys.maxunicode + 1):
        letter = chr(code)
        if unicodedata.category(letter) in ("Cf", "Zs", "Zl", "Zp"):
            assert refusal(letter)[0] == "text_empty", hex(code)


def test_a_text_of_the_limit_is_taken_whole():
    assert check("ж" * TEXT_LIMIT) == "ж" * TEXT_LIMIT


@pytest.mark.attack("A39")
def test_a_text_over_the_limit_is_refused_with_both_numbers():
    code, sentence = refusal("a" * 3251)
    assert code == "text_too_long"
    assert "3,251" in sentence
    assert "3,200" in sentence


def test_the_limit_counts_characters_and_not_bytes():
    assert check("😀" * TEXT_LIMIT)
    assert refusal("😀" * (TEXT_LIMIT + 1))[0] == "text_too_long"


@pytest.mark.parametrize("letter", [*controls, *map(chr, (0xD800, 0xDFFF))], ids=lambda letter: f"U+{ord(letter):04X}")
def test_a_control_or_half_a_pair_is_refused_with_its_place(letter):
    code, sentence = refusal(f"abc{letter}def")
    assert code == "text_bad_character"
    assert "Character 4 " in sentence
    assert f"U+{ord(letter):04X}" in sentence
    assert letter not in sentence


def test_the_place_is_counted_as_a_web_form_shows_it():
    assert "Character 3 " in refusal("a\r\n\x00")[1]


@given(st.text(max_size=50))
def test_what_was_taken_is_taken_again_unchanged(text):
    try:
        once = check(text)
    except TextRefused:
        return
    assert check(once) == once
    once.encode("utf-8")
