"""What somebody searches for: words that must all occur. Each finds those that begin with it; what stands between
quotation marks is found as it stands there, word by word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ..store.ciphers import word_mark
from .folding import Folded, bare, fold
from .word_marks import BEGIN_3, BEGIN_5, LONG, SHORT, WHOLE, is_marked

#: So many words are looked up; the others are compared with what that finds.
LOOKED_UP = 8
#: Longer than anybody types.
LONGEST = 200
QUOTES = '"\u201c\u201d\u00ab\u00bb\u201e\uff02'
CHUNK = re.compile(rf"[{QUOTES}]([^{QUOTES}]*)[{QUOTES}]|(\S+)")

Span = tuple[int, int]
#: A kind of mark and a word.
LookedUp = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Term:
    """Words that stand one after the other; ``whole``: the last is not only the beginning of one, either."""

    words: tuple[str, ...] = field(repr=False)
    whole: bool

    def lookups(self) -> Iterator[LookedUp]:
        """By what texts with it can be found: nothing where it has only what is common or too short."""
        *before, last = self.words
        yield from ((WHOLE, word) for word in before if is_marked(word))
        if not is_marked(last):
            return
        if self.whole or len(last) < SHORT:
            yield WHOLE, last
        elif len(last) < LONG:
            yield BEGIN_3, last[:SHORT]
        else:
            yield BEGIN_5, last[:LONG]

    def found_in(self, text: Folded) -> Iterator[Span]:
        """Where it stands in a text."""
        *before, _ = self.words
        for at in range(len(text.words) - len(before)):
            *there, last = text.words[at : at + len(self.words)]
            if self._ends(last.word) and [one.word for one in there] == before:
                yield text.words[at].start, last.end
        if not before:
            yield from ((token.start, token.end) for token in text.joined if self._ends(token.word))

    def _ends(self, word: str) -> bool:
        last = self.words[-1]
        return word == last if self.whole or len(last) < SHORT else word.startswith(last)


@dataclass(frozen=True, slots=True)
class Sought:
    """Everything that was typed. ``lookups`` is empty where nothing can be found by it."""

    terms: tuple[Term, ...]

    @property
    def lookups(self) -> Sequence[LookedUp]:
        """What to look up, the most telling first: the longest words."""
        every = dict.fromkeys(one for term in self.terms for one in term.lookups())
        return sorted(every, key=lambda one: (one[0] == WHOLE, len(one[1])), reverse=True)[:LOOKED_UP]

    def marks(self, key: bytes) -> list[int]:
        """The same as marks under a firm's key."""
        return [word_mark(key, *one) for one in self.lookups]

    def spans(self, text: str) -> tuple[Span, ...] | None:
        """Where a text has what is sought, in order and apart; None where not all of it occurs."""
        folded = fold(text)
        found: list[Span] = []
        for term in self.terms:
            theirs = list(term.found_in(folded))
            if not theirs:
                return None
            found += theirs
        return _apart(found)


def read(typed: str) -> Sought:
    """What was typed, as words."""
    terms = (_term(*found.groups()) for found in CHUNK.finditer(typed[:LONGEST]))
    return Sought(tuple(dict.fromkeys(term for term in terms if term is not None)))


def _term(quoted: str | None, loose: str | None) -> Term | None:
    words = _words(quoted if quoted is not None else (loose or "").strip(QUOTES))
    return Term(words, quoted is not None) if words else None


def _words(chunk: str) -> tuple[str, ...]:
    """Its words; one that is whole in spite of an apostrophe, or of its thousands' dots, as one."""
    folded = fold(chunk)
    words = bare(folded.words) if " " not in chunk else folded.words
    if len(folded.joined) == 1 and words:
        joined = folded.joined[0]
        if joined.start <= words[0].start and words[-1].end <= joined.end:
            return (joined.word,)
    return tuple(token.word for token in words)


def _apart(spans: Sequence[Span]) -> tuple[Span, ...]:
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return tuple(found)
