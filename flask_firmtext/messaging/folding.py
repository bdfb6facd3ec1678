"""Words as they are searched for: without case, accents and apostrophes, whatever the script.

Each keeps the place in the text from which it was read, so that it can be shown there.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

APOSTROPHES = "'\u2019\u2018\u02bc\u02b9\u2032\u00b4`\uff07"
#: Letters that Unicode does not take apart.
LETTERS = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "đ": "d", "ð": "d", "ł": "l", "ı": "i", "þ": "th", "ħ": "h"})
#: What stands between the thousands of a number; a space that breaks lines does not.
THOUSANDS = ",.\u00a0\u202f"
#: French words that an apostrophe shortens; and what it adds to an English name. Neither is a part of the word.
ELIDED = frozenset(("c", "d", "j", "l", "m", "n", "qu", "s", "t", "jusqu", "lorsqu", "puisqu", "quoiqu"))
POSSESSIVE = "s"
AMOUNT = re.compile(rf"(?<![\w{THOUSANDS}])\d{{1,3}}(?:[{THOUSANDS}{APOSTROPHES}]\d{{3}})+(?!\w)")
#: They choose how the character before them looks.
VARIANT = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
PLAIN = re.compile(rf"[a-z0-9]+(?:[{APOSTROPHES}](?=[a-z0-9]))?")


@dataclass(frozen=True, slots=True)
class Token:
    """A word, and the piece of the text (``start`` to before ``end``) that it was read from."""

    word: str = field(repr=False)
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Folded:
    """A text in words. ``joined`` are words of which an apostrophe, or the dots of thousands, makes several."""

    words: Sequence[Token]
    joined: Sequence[Token]

    @property
    def every(self) -> set[str]:
        """All words, once each."""
        return {token.word for token in (*self.words, *self.joined)}


def fold(text: str) -> Folded:
    """A text in words, in their order."""
    words: list[Token] = []
    joined: list[Token] = []
    chain: list[Token] = []
    for token, goes_on in _read(text):
        words.append(token)
        chain.append(token)
        if not goes_on:
            chain = bare(chain)
            if len(chain) > 1:
                joined.append(Token("".join(one.word for one in chain), chain[0].start, chain[-1].end))
            chain = []
    for amount in AMOUNT.finditer(text):
        digits = "".join(_digit(letter) for letter in amount.group() if letter.isdigit())
        joined.append(Token(digits, amount.start(), amount.end()))
    return Folded(words, joined)


def bare(chain: Sequence[Token]) -> list[Token]:
    """Words that apostrophes part, without what is only bound to them: *l'accord*, *the client's*."""
    begin = 1 if len(chain) > 1 and chain[0].word in ELIDED else 0
    end = len(chain) - 1 if len(chain) - begin > 1 and chain[-1].word == POSSESSIVE else len(chain)
    return list(chain[begin:end])


def _read(text: str) -> Iterator[tuple[Token, bool]]:
    """Each word, and whether only an apostrophe parts it from the next."""
    if text.isascii():
        for found in PLAIN.finditer(text.lower()):
            goes_on = found.group()[-1] in APOSTROPHES
            end = found.end() - goes_on
            yield Token(text[found.start() : end].lower(), found.start(), end), goes_on
        return
    begin, letters = 0, ""
    for place, letter in enumerate(text):
        more = _folded(letter)
        if more is None or (more and not letters and not more[0].isalnum()):  # nothing in itself
            continue
        if more and not letters:
            begin = place
        if more:
            letters += more
        elif letters:
            yield Token(letters, begin, place), _joins(text, place)
            letters = ""
    if letters:
        yield Token(letters, begin, len(text)), False


def _joins(text: str, place: int) -> bool:
    """Whether an apostrophe stands here, with a letter behind it."""
    return text[place] in APOSTROPHES and bool(_folded(text[place + 1 : place + 2]))


@lru_cache(maxsize=4096)
def _folded(letter: str) -> str | None:
    """A character as it is compared: none between words, None where it is nothing in itself, as an accent is."""
    if not letter or letter in APOSTROPHES:
        return ""
    if unicodedata.category(letter) == "Cf" or unicodedata.combining(letter) or VARIANT.match(letter):
        return None
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", letter).casefold()).translate(LETTERS)
    return "".join(_digit(one) for one in plain if _stays(one))


def _stays(letter: str) -> bool:
    if unicodedata.combining(letter):
        return False
    return letter.isalnum() or unicodedata.category(letter) in ("Mc", "Mn", "Me")


def _digit(letter: str) -> str:
    value = unicodedata.digit(letter, None)
    return letter if value is None else str(value)
