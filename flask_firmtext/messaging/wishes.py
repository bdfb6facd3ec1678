"""What a client's text says about texting. Pure, and quick on any text."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from . import consent_phrases as phrases
from .consent_words import WORDS, Wish, Word

#: No phrase is looked for behind this: nobody hides a request there, and a text may be as long as its sender likes.
LONGEST = 4000
#: The longest word of the table, each letter with a blank and a sign around it.
WHOLE = 120

_CONTRACTED = re.compile(r"(?<=\w)'(?=(?:t|s|ll|ve|re|d|m)\b)")
_LETTERED = re.compile(r"(?<=\b\w)\.(?=\w\b)")
_CLAUSE = re.compile(r"[.,!?;:()\[\]\n\r…¡¿\"“”«»*]+|--|—|–")
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
    folded = _folded(text[:LONGEST])
    word = _whole(folded)
    if word is not None:
        return Said(word.wish, word.word, word.language)
    return ASKS if _asks(folded) else NOTHING


def _folded(text: str) -> str:
    """Small letters without accents and without what nobody sees."""
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
    return found or (table["unsubscribe"] if _is_nearly(letters, "unsubscribe") else None)


@lru_cache(maxsize=1)
def _table() -> dict[str, Word]:
    return {form: word for word in WORDS for form in (word.word.lower(), *word.spellings)}


def _is_nearly(letters: str, word: str) -> bool:
    """Whether one letter is missing, too many or another one; for long words only, which resemble no other."""
    if abs(len(letters) - len(word)) > 1 or letters[:1] != word[:1]:
        return False
    same = next((n for n, pair in enumerate(zip(letters, word, strict=False)) if pair[0] != pair[1]), len(word))
    rest, wanted = letters[same:], word[same:]
    return rest[1:] == wanted or rest == wanted[1:] or rest[1:] == wanted[1:]


def _asks(folded: str) -> bool:
    if _pattern(phrases.REACTION).match(folded.strip()):
        return False
    clauses = _clauses(folded)
    return _is_a_word_politely(clauses) or any(_clause_asks(clause) for clause in clauses)


def _clauses(folded: str) -> list[str]:
    whole = _NUMBER.sub(" number ", _LETTERED.sub("", _CONTRACTED.sub("", folded)))
    clauses = (_NOT_WORDS.sub(" ", clause).strip() for clause in _CLAUSE.split(whole))
    return [clause for clause in clauses if clause]


def _is_a_word_politely(clauses: list[str]) -> bool:
    """CANCEL and the like mean other things, too: only with nothing but politeness in the whole text."""
    others = [word for clause in clauses for word in clause.split() if word not in phrases.POLITE]
    known = _table().get("".join(word for word in others if word not in ("all", "now")))
    return known is not None and known.wish in (Wish.STOP, Wish.ASKS) and len(others) < 4


def _clause_asks(clause: str) -> bool:
    return _only_says_stop(clause) or _says_it_alone(clause) or _says_it(clause)


def _only_says_stop(clause: str) -> bool:
    """STOP and its kin with nothing but politeness or impatience around it."""
    rest = _pattern(phrases.REPEATED).sub(" ", clause).split()
    words = set(rest)
    return bool(words & phrases.STOPPING) and words <= phrases.STOPPING | phrases.INSISTING


def _says_it_alone(clause: str) -> bool:
    words = clause.split()
    first = next((n for n, word in enumerate(words) if word not in phrases.INSISTING or word == "no"), 0)
    alone = _patterns(phrases.ALONE)
    return any(alone.match(" ".join(words[n:])) is not None for n in {0, first})


def _says_it(clause: str) -> bool:
    return any(not _is_told(clause[: found.start()], found[0]) for found in _patterns(phrases.ASKING).finditer(clause))


def _is_told(before: str, said: str) -> bool:
    """Whether the client tells of somebody else, or of the contrary."""
    turns = list(_pattern(phrases.TURN).finditer(before))
    before = before[turns[-1].end() :].strip() if turns else before.strip()
    if not _pattern(phrases.WANTING).match(said) and _pattern(phrases.NEGATED).search(before):
        return True
    if _pattern(phrases.IMPERATIVE).match(said) and _pattern(phrases.SUBJECT).search(before):
        return True
    if _pattern(phrases.OURS).search(before):
        return False
    return bool(_pattern(phrases.OTHERS).search(before) or _pattern(phrases.TOLD).search(before))


@lru_cache(maxsize=32)
def _pattern(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


@lru_cache(maxsize=4)
def _patterns(many: tuple[str, ...]) -> re.Pattern[str]:
    whole = "|".join(f"(?:{one.format(**phrases.PARTS)})" for one in many)
    return re.compile(rf"\b(?:{whole})(?!\w)")
