"""What each word of a text says about texting, as one letter: the net for requests is knotted of these.

``s`` stop · ``S`` cease, enough · ``L`` unsubscribe, leave me alone · ``E`` delete, cancel · ``V`` take, turn ·
``F`` off · ``R`` revoke · ``C`` consent · ``N`` not · ``m`` no more · ``P`` did not, cannot · ``W`` want, like,
ask for · ``T`` texts · ``A`` to text, a text · ``D`` send · ``B`` call, write · ``k`` what else comes too often
· ``r`` to receive · ``U`` number · ``X`` list · ``H`` person · ``e`` name · ``c`` client · ``n`` nobody · ``J``
wrong · ``M`` me, my · ``Y`` you · ``y`` your · ``f`` the firm's people · ``O`` somebody else · ``Q`` something
else · ``G`` got, have · ``Z`` a time or place · ``K`` tell, make · ``q`` should, reply, mean · ``I`` I · ``l``
by, at, in · ``w`` why · ``h`` these · ``a`` again, anything · ``b`` words of no weight · ``p`` politeness ·
``t`` politeness and turns, after which what was said before no longer matters · ``g`` another word in -ing ·
``d`` figures · ``.`` any other word.
"""

from __future__ import annotations

import re
from functools import lru_cache

from . import consent_english as english
from . import consent_french as french
from . import consent_spanish as spanish

#: In Spanish "me" is written onto its verb; a word that we know, such as French "systeme", is no such verb.
_CLITIC = re.compile(r"(?<=\w\w\w[aenr])(?=(?:me|nos)\b)")
#: Letters with blanks between.
_SPELT = re.compile(r"\b(?:\w ){2,8}\w\b")
#: The words that carry most requests, also with a letter mistyped; those shorter than this resemble too many others.
_SHORT = 4
_MISTYPED = (
    *("texting", "texts", "message", "messages", "messaging", "reminders", "sending", "contact", "number", "remove"),
    *("delete", "please", "arretez", "ecrivez", "contactez", "mensajes", "mensaje", "escribir", "numero"),
)
_LANGUAGES = (english, french, spanish)


def meanings(clause: str) -> str:
    """A letter for each word of ``clause``, which is in small letters, without accents, parted by blanks."""
    clause = _SPELT.sub(lambda found: found[0].replace(" ", ""), clause)
    clause = " ".join(word if word in _words() else _CLITIC.sub(" ", word) for word in clause.split())
    if _any_joined().search(clause):
        for pattern, word in _joined():
            clause = pattern.sub(word, clause)
    return "".join(_meaning(word) for word in clause.split())


def is_nearly(letters: str, word: str) -> bool:
    """Whether one letter is missing, too many, another one or at its neighbour's place; for long words only."""
    if abs(len(letters) - len(word)) > 1 or letters[:1] != word[:1]:
        return False
    same = next((n for n, pair in enumerate(zip(letters, word, strict=False)) if pair[0] != pair[1]), len(word))
    rest, wanted = letters[same:], word[same:]
    swapped = rest[:2] == wanted[1::-1] and rest[2:] == wanted[2:]
    return swapped or rest[1:] == wanted or rest == wanted[1:] or rest[1:] == wanted[1:]


def _meaning(word: str) -> str:
    known = _known(word)
    if known is None and len(word) > _SHORT:
        known = next((_known(core) for core in _mistyped().get(word[0], ()) if is_nearly(word, core)), None)
    if known:
        return known
    return "d" if word.isdigit() else "g" if word.endswith("ing") else "."


def _known(word: str) -> str | None:
    known = _words().get(word)
    if known is None and word.startswith(_beginnings()):
        known = next(letter for stem, letter in _stems() if word.startswith(stem))
    return known


@lru_cache(maxsize=1)
def _words() -> dict[str, str]:
    return {word: letter for word, letter in listed() if not word.endswith("*")}


@lru_cache(maxsize=1)
def _stems() -> tuple[tuple[str, str], ...]:
    return tuple((word[:-1], letter) for word, letter in listed() if word.endswith("*"))


@lru_cache(maxsize=1)
def _beginnings() -> tuple[str, ...]:
    """Of all stems: most words have none, which is known at once."""
    return tuple(stem for stem, _letter in _stems())


def listed() -> list[tuple[str, str]]:
    """Each word or stem with its letter."""
    return [
        (word, letter)
        for language in _LANGUAGES
        for letter, words in language.MEANINGS.items()
        for word in words.split()
    ]


@lru_cache(maxsize=1)
def _mistyped() -> dict[str, list[str]]:
    """By their first letter, which is never taken for a mistake."""
    return {letter: [core for core in _MISTYPED if core[0] == letter] for letter in {core[0] for core in _MISTYPED}}


@lru_cache(maxsize=1)
def _any_joined() -> re.Pattern[str]:
    """All of them in one: where it finds nothing, there is nothing to join."""
    return re.compile("|".join(pattern.pattern for pattern, _word in _joined()))


@lru_cache(maxsize=1)
def _joined() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple(
        (re.compile(rf"\b(?:{one})\b"), word) for language in _LANGUAGES for one, word in language.JOINED.items()
    )
