"""What a whole text answers, and what is none: a table."""

from __future__ import annotations

import pytest

from flask_firmtext.messaging import answer_words, wishes
from flask_firmtext.messaging.answer_words import Said
from flask_firmtext.messaging.consent_words import WORDS, Wish
from flask_firmtext.ports.values import Answer


def table(words: str) -> list[str]:
    return words.split("|")


YES = table(
    'Y|y| y |Y.|Y!|"Y"|(y)|YES|Yes|yes.|Yes!!|yep|Yeah|yup|Y thanks|y, thank you!|Yes please|yes, thanks.'
    "|Thank you, yes|yes yes|YES\n|\nY\n|\uff39\uff25\uff33|Yes\u200d|confirmed|I confirm|Yes, ma'am|Y…|yes - thanks"
    "|OUI|Oui merci|oui, s'il vous plaît|Oui s\u2019il vous plaît !|o|O.|« Oui »"
    "|¡Sí!|SI|sí gracias|Sí, por favor|si, claro|s|Sí, muchas gracias."
)
NO = table(
    "N|n|n.|NO|No.|No!|nope|nah|No thanks|no, thank you|No, sorry|Non|NON MERCI|non, désolé|no gracias|No, lo siento"
)
NONE = table(
    "|...|?|Y?|yes?|Y/N|N/A|Y or N|yes but later|Yes, but I will be late|Y, where do I park?|yes no|no yes|no problem"
    "|no worries|no more|maybe|ok|okay|\N{THUMBS UP SIGN}|Y \N{THUMBS DOWN SIGN}|yes \N{GRINNING FACE}|STOP|cancel"
    "|no stop|not sure|now|you|si quiere|o no|yes at 3pm|y 10:30|1:30|no 2|No. 2|nº 2|0|00|100|1 and 2|1Y 2N|1 maybe"
    "|y2k|1st|Why|Noon|Nov 3|Oui mais|y\x00|No puedo|See you"
)
NUMBERED = {
    **dict.fromkeys(("1Y", "Y1", "1 yes", "Y 1", "yes, 1", "1. Yes", "#1 y"), (1, Answer.CONFIRMED)),
    **dict.fromkeys(("1) oui", "1 SÍ", "1o", "1 OUI", "1S"), (1, Answer.CONFIRMED)),
    **dict.fromkeys(("2N", "n 2", "2 no", "2: no thanks", "non 2", "nope 2"), (2, Answer.DECLINED)),
    **dict.fromkeys(("1", "#1", "1.", "(1)", " 1 "), (1, None)),
    "12": (12, None),
}


@pytest.mark.parametrize("text", YES)
def test_yes(text: str) -> None:
    assert answer_words.of(text) == Said(Answer.CONFIRMED)


@pytest.mark.parametrize("text", NO)
def test_no(text: str) -> None:
    assert answer_words.of(text) == Said(Answer.DECLINED)
    assert wishes.of(text).wish is Wish.NOTHING, "nobody is kept from texts by it"


@pytest.mark.parametrize("text", NONE)
def test_nothing(text: str) -> None:
    assert answer_words.of(text) is None


@pytest.mark.parametrize(("text", "said"), NUMBERED.items())
def test_a_number_of_a_list(text: str, said: tuple[int, Answer | None]) -> None:
    assert answer_words.of(text) == Said(said[1], said[0])


def test_no_form_is_heard_as_a_word_about_texting_and_no_such_word_as_an_answer() -> None:
    forms = answer_words._table()
    assert {form for form in forms if wishes.of(form).wish not in (Wish.NOTHING, Wish.YES)} == set()
    spelled = [
        form for word in WORDS if word.wish is not Wish.YES for form in (word.word, *word.written, *word.spellings)
    ]
    assert [form for form in spelled if answer_words.of(form) is not None] == []


def test_a_text_of_any_length_is_looked_at_quickly() -> None:
    assert answer_words.of("y" * 1_000_000) is None
    assert answer_words.of(" y" * 39) is None
