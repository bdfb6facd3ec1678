"""Whether a client's text is, as a whole, an answer to an invitation: one literal table. Whatever else it says is none.

A word that stops texts is never an answer (``consent_words``), and no answer is ever heard as such a word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from ..ports.values import Answer
from . import wishes

#: The longest form of the table with a blank and a sign around each letter.
LONGEST = 80

#: By language, what says yes and no, and what may stand in front of it or behind it and changes nothing.
YES = {
    "en": ("y", "yes", "yep", "yeah", "yup", "yea", "ya", "yess", "yesss", "confirm", "confirmed", "i confirm"),
    "fr": ("o", "oui", "ouais", "je confirme", "confirme"),
    "es": ("s", "si", "sii", "confirmo", "confirmado", "confirmada"),
}
NO = {
    "en": ("n", "no", "nope", "nah", "noo"),
    "fr": ("n", "non", "nan"),
    "es": ("n", "no", "nop"),
}
THANKS = {
    "en": ("thanks", "thank you", "thank you very much", "thank you so much", "many thanks", "thx", "ty", "thank u"),
    "fr": ("merci", "merci beaucoup", "merci bien"),
    "es": ("gracias", "muchas gracias", "mil gracias"),
}
WITH_YES = {
    "en": ("please", "pls", "maam", "ma am", "sir", "of course", "confirmed", "i confirm"),
    "fr": ("svp", "s il vous plait", "bien sur", "je confirme", "madame", "monsieur"),
    "es": ("por favor", "claro", "por supuesto", "confirmo", "senora", "senor"),
}
WITH_NO = {
    "en": ("sorry", "im sorry", "i m sorry", "maam", "ma am", "sir"),
    "fr": ("desole", "desolee", "je suis desole", "je suis desolee", "madame", "monsieur"),
    "es": ("lo siento", "perdon", "senora", "senor"),
}
#: In front of a number it means "number": the client may have chosen it.
NUMERO = "no"

#: What may stand around and between the words. A question mark may not: whoever asks has not answered.
_SIGNS = str.maketrans(dict.fromkeys(".,!;:'\"()*_-…¡«»“”„–—", " "))
_NUMBER_FIRST = re.compile(r"#?\s?([1-9][0-9]?)\b\s*(.*)|#?\s?([1-9][0-9]?)([a-z].*)")
_NUMBER_LAST = re.compile(r"(.*?[a-z])\s?#?\s?([1-9][0-9]?)")


@dataclass(frozen=True, slots=True)
class Said:
    """``n`` is the number in a list that we sent; with it alone there is no ``answer``."""

    answer: Answer | None
    n: int | None = None


def of(text: str) -> Said | None:
    """What the whole of ``text`` answers; None when it is no answer."""
    if len(text) > LONGEST:
        return None
    words = " ".join(wishes.folded(text).translate(_SIGNS).split())
    answer = _table().get(words)
    return Said(answer) if answer is not None else _numbered(words)


def _numbered(words: str) -> Said | None:
    first, last = _NUMBER_FIRST.fullmatch(words), _NUMBER_LAST.fullmatch(words)
    if first:
        n, rest = first[1] or first[3], first[2] if first[1] else first[4]
    elif last and last[1] != NUMERO:
        n, rest = last[2], last[1]
    else:
        return None
    answer = _table().get(rest)
    return Said(answer, int(n)) if answer is not None or not rest else None


@lru_cache(maxsize=1)
def _table() -> dict[str, Answer]:
    return dict.fromkeys(_forms(YES, WITH_YES), Answer.CONFIRMED) | dict.fromkeys(_forms(NO, WITH_NO), Answer.DECLINED)


def _forms(words: dict[str, tuple[str, ...]], more: dict[str, tuple[str, ...]]) -> Iterator[str]:
    for language, said in words.items():
        for word in said:
            yield from (word, f"{word} {word}")
            for polite in (*THANKS[language], *more[language]):
                yield from (f"{word} {polite}", f"{polite} {word}")
