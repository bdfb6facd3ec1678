"""What a client's text says about texting. Pure, and quick on any text."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from . import consent_hints as hints
from . import consent_phrases as phrases
from .consent_meanings import is_nearly, meanings
from .consent_words import WORDS, Wish, Word

#: No phrase is looked for behind this: nobody hides a request there, and a text may be as long as its sender likes.
LONGEST = 4000
#: The longest word of the table, each letter with a blank and a sign around it.
WHOLE = 120

_CONTRACTED = re.compile(r"(?<=\w)'(?=(?:t|s|ll|ve|re|d|m)\b)")
_LETTERED = re.compile(r"(?<=\b\w)\.(?=\w\b)")
_CLAUSE = re.compile(r"[.,!?;:()\[\]\n\r…¡¿\"“”«»*]+|--|—|–| - ")
_NOT_WORDS = re.compile(r"[\W_]+")
_NUMBER = re.compile(r"#(?!\w)")
_RUN = re.compile(r"(.)\1{2,}")


@dataclass(frozen=True, slots=True)
class Said:
    """``word`` is that of the table, empty for a longer text; ``language`` is the word's."""

    wish: Wish
    word: str = ""
    language: str = "en"


NOTHING = Said(Wish.NOTHING)
ASKS = Said(Wish.ASKS)


def of(text: str) -> Said:
    """What ``text`` says: by one word as the whole of it, else whether a longer one plainly asks to stop."""
    plain = folded(text[:LONGEST])
    word = _whole(plain)
    if word is not None:
        return Said(word.wish, word.word, word.language)
    return ASKS if _asks(plain) or re.search(phrases.NOT_ME, text[:LONGEST]) else NOTHING


def folded(text: str) -> str:
    """Small letters without accents and without what nobody sees."""
    if text.isascii():  # has neither, and is what most people write
        return text.lower()[:LONGEST].replace("`", "'")
    # One sign may stand for a whole sentence, so what comes of it is cut, too.
    plain = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text).casefold()[:LONGEST])
    seen = "".join(sign for sign in plain if unicodedata.category(sign) not in ("Mn", "Cf"))
    return seen.translate({ord("’"): "'", ord("‘"): "'", ord("`"): "'", ord("´"): "'"})


def _whole(folded: str) -> Word | None:
    """The word that the whole text is, once or again and again."""
    if len(folded) > WHOLE:
        return None
    words = _NOT_WORDS.sub(" ", folded).split()
    if len(set(words)) == 1:
        words = words[:1]
    return _known("".join(words))


def _known(letters: str) -> Word | None:
    table = _table()
    found = table.get(letters) or table.get(_RUN.sub(r"\1", letters))
    return found or (table["unsubscribe"] if is_nearly(letters, "unsubscribe") else None)


@lru_cache(maxsize=1)
def _table() -> dict[str, Word]:
    return {form: word for word in WORDS for form in (word.word.lower(), *word.spellings)}


def _asks(folded: str) -> bool:
    if re.match(phrases.REACTION, folded.strip()):
        return False
    clauses = _clauses(folded)
    said = [meanings(clause) for clause in clauses]
    pairs = [",".join(pair) for pair in pairwise(said)]
    named = re.match(phrases.NAMED, "".join(said)) is not None
    return (
        named
        or _is_a_word_politely(clauses)
        or any(_clause_asks(one) for one in (*said, *pairs))
        or hints.tells(", ".join(clauses))
    )


def _clauses(folded: str) -> list[str]:
    whole = _NUMBER.sub(" number ", _LETTERED.sub("", _CONTRACTED.sub("", folded)))
    clauses = (_NOT_WORDS.sub(" ", clause).strip() for clause in _CLAUSE.split(whole))
    return [clause for clause in clauses if clause]


def _is_a_word_politely(clauses: list[str]) -> bool:
    """CANCEL and the like mean other things, too: only with nothing but politeness in the whole text."""
    others = [word for clause in clauses for word in clause.split() if word not in phrases.POLITE]
    known = _table().get("".join(word for word in others if word not in ("all", "now")))
    return known is not None and known.wish in (Wish.STOP, Wish.ASKS) and len(others) < 4


def _clause_asks(said: str) -> bool:
    return phrases.any_pattern().search(said) is not None and any(
        not _is_told(said[: found.start()], found[0])
        for pattern in phrases.patterns()
        for found in pattern.finditer(said)
    )


def _is_told(before: str, asked: str) -> bool:
    """Whether the client tells of somebody else, of something else or of the contrary."""
    before = re.split(phrases.TURN, before[-phrases.REMEMBERED :])[-1]
    stopping = re.match(phrases.STOPPING, asked) is not None
    if stopping and re.search(phrases.UNSTOPPED, before):
        return True
    # To opt out of something else: "the deadline of the settlement to opt out".
    if asked.startswith("L") and "Q" in before:
        return True
    if "y" in asked or re.search(phrases.OURS, before):
        return False
    others = phrases.OTHERS if stopping else "O"
    return re.search(f"{phrases.TOLD}|{others}", before) is not None
