"""The marks of a text: of each of its words whole, and of the first three and five letters of those that have them.

What is stored is a set of numbers, as many of a text as of others of about its length, in the order of their values.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator

from ..store.ciphers import word_mark
from .common_words import COMMON
from .folding import fold

#: The kinds of marks: a whole word, and the beginning of one.
WHOLE, BEGIN_3, BEGIN_5 = "word", "3", "5"
#: A word of one letter tells nothing, and beginnings shorter than three would be a list of the alphabet.
SHORTEST, SHORT, LONG = 2, 3, 5
#: So many words of a text can be found; nobody's text has more.
MOST = 1000
#: Rounded up to one of these, then to multiples of the last.
SIZES = (8, 16, 32, 48, 64, 96, 128)


def of_text(key: bytes, text: str) -> list[int]:
    """What is stored of a text under a firm's key."""
    words = sorted(word for word in fold(text).every if is_marked(word))[:MOST]
    found = {word_mark(key, kind, part) for word in words for kind, part in parts(word)}
    while len(found) < size_of(len(found)):
        found.add(secrets.randbits(64) - 2**63)
    return sorted(found)


def is_marked(word: str) -> bool:
    """Whether a word of a text can be found by itself."""
    return len(word) >= SHORTEST and word not in COMMON


def parts(word: str) -> Iterator[tuple[str, str]]:
    """What is marked of a word."""
    yield WHOLE, word
    if len(word) >= SHORT:
        yield BEGIN_3, word[:SHORT]
    if len(word) >= LONG:
        yield BEGIN_5, word[:LONG]


def size_of(count: int) -> int:
    """How many marks are stored where there are so many."""
    last = SIZES[-1]
    return next((size for size in SIZES if count <= size), -(-count // last) * last)


def pack(marks: Iterable[int]) -> bytes:
    """Marks in one piece, as they are kept beside their text."""
    return b"".join(mark.to_bytes(8, "big", signed=True) for mark in marks)


def unpack(packed: bytes) -> list[int]:
    return [int.from_bytes(packed[at : at + 8], "big", signed=True) for at in range(0, len(packed), 8)]
