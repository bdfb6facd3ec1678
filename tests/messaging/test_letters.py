"""Which letters cost more, and what could stand instead."""

from __future__ import annotations

from typing import Any

import pytest

from flask_firmtext.messaging.letters import PLAIN, advice, plain
from flask_firmtext.messaging.segments import Encoding, measure

LONG = "x" * 99


@pytest.mark.parametrize(
    ("text", "words", "replaceable"),
    [
        (f"“{LONG}", "“ makes this count as 2 texts instead of 1.", True),
        (f"“{LONG}”", "“ ” make this count as 2 texts instead of 1.", True),
        (f"“{LONG * 3}", "“ makes this count as 5 texts instead of 2.", True),
        (f"{LONG}\u00a0", "a special blank makes this count as 2 texts instead of 1.", True),
        (f"{LONG}\u200b", "an invisible character makes this count as 2 texts instead of 1.", True),
        (f"{LONG}ç", "ç makes this count as 2 texts instead of 1.", False),
        (f"“{LONG}ç”", "ç makes this count as 2 texts instead of 1.", False),
        (f"{LONG}🎉", "🎉 makes this count as 2 texts instead of 1.", False),
        (f"{LONG}e\u0301", "◌\u0301 makes this count as 2 texts instead of 1.", False),
        (f"{LONG}áíóúâê", "á í ó ú … make this count as 2 texts instead of 1.", False),
    ],
)
def test_the_letters_that_cost_are_named_with_what_they_cost(
    app: Any, text: str, words: str, replaceable: bool
) -> None:
    found = advice(text)
    assert found is not None
    assert (found.words, found.plain) == (words, replaceable)


@pytest.mark.parametrize("text", ["", LONG, "“", "ç", "x" * 400 + "é", "“" * 3201])
def test_what_costs_nothing_is_not_spoken_of(text: str) -> None:
    assert advice(text) is None


def test_every_replacement_is_cheap_and_no_letter_with_an_accent_is_among_them() -> None:
    for letter, instead in PLAIN.items():
        assert measure(letter).encoding is Encoding.UCS2
        assert measure(instead).encoding is Encoding.GSM7
        assert not letter.isalpha() or letter in "ﬁﬂ"


def test_replaced_it_says_the_same() -> None:
    assert plain("“It’s 9–10\u00a0a.m.…” ç🎉") == '"It\'s 9-10 a.m...." ç🎉'
