"""Which letters make a text expensive, and what could stand in their place without another spelling."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from ..language import gettext as _
from ..language import marked
from ..language import number as written
from .segments import GSM_BASIC, GSM_EXTENDED, TEXT_LIMIT, measure

#: What word processors and telephones put in by themselves. Letters with accents are not here: that is how a name or a
#: word is spelt.
PLAIN: Mapping[str, str] = {
    **dict.fromkeys("“”„‟″«»", '"'),
    **dict.fromkeys("‘’‚‛′´`‹›", "'"),
    **dict.fromkeys("‐‑‒–—―−", "-"),
    "…": "...",
    "•": "-",
    "\t": " ",
    **dict.fromkeys("\u00a0\u2002\u2003\u2007\u2009\u200a\u202f", " "),
    **dict.fromkeys("\u00ad\u200b\u200c\u200d\u200e\u200f\u2028\u2060\ufeff\ufe0e\ufe0f", ""),
    "ﬁ": "fi",
    "ﬂ": "fl",
}
#: How letters are named that nobody sees.
UNSEEN: Mapping[str, str] = {
    "\t": marked("a tab"),
    **dict.fromkeys("\u00a0\u2002\u2003\u2007\u2009\u200a\u202f", marked("a special blank")),
    **{letter: marked("an invisible character") for letter, plain in PLAIN.items() if not plain},
}
#: So many are named.
NAMED = 4
#: Longer than this is a name, and wants a comma.
SHORT = 2
COUNTS = marked("%(size)s · counts as %(n)s texts")
MAKES = (
    marked("%(letters)s makes this count as %(n)s texts instead of %(without)s."),
    marked("%(letters)s make this count as %(n)s texts instead of %(without)s."),
)


@dataclass(frozen=True, slots=True)
class Advice:
    """What a few letters cost. ``plain``: each of them can be replaced, and then the text costs less."""

    letters: tuple[str, ...]
    count: int
    without: int
    plain: bool

    @property
    def words(self) -> str:
        names = list(dict.fromkeys(_(UNSEEN[one]) if one in UNSEEN else one for one in self.letters))
        between = ", " if any(len(name) > SHORT for name in names) else " "
        told = between.join(names[:NAMED]) + (" …" if len(names) > NAMED else "")
        costs = {"n": written(self.count), "without": written(self.without)}
        return _(MAKES[len(names) > 1], letters=told, **costs)


def advice(text: str) -> Advice | None:
    """What makes ``text`` expensive, None when nothing does. While a letter must stay, only such are named."""
    odd = list(dict.fromkeys(letter for letter in text if letter not in GSM_BASIC and letter not in GSM_EXTENDED))
    if not odd or len(text) > TEXT_LIMIT:
        return None
    stay = [letter for letter in odd if letter not in PLAIN]
    cheap = "".join(PLAIN.get(letter, "x") if letter in odd else letter for letter in text)
    count, without = measure(text).count, measure(cheap).count
    if without >= count:
        return None
    return Advice(tuple(_shown(letter) for letter in stay or odd), count, without, not stay)


def plain(text: str) -> str:
    """``text`` with every letter replaced that has a plain twin."""
    return "".join(PLAIN.get(letter, letter) for letter in text)


def size(text: str) -> str:
    """How long a text is, in the words that counter.js uses, too."""
    limit = _("%(n)s of %(limit)s characters", n=written(len(text)), limit=written(TEXT_LIMIT))
    if len(text) > TEXT_LIMIT:
        return _("%(size)s: too long to send", size=limit)
    if not text:
        return limit
    count = measure(text).count
    return _("%(size)s · 1 text", size=limit) if count <= 1 else _(COUNTS, size=limit, n=written(count))


def _shown(letter: str) -> str:
    """A mark that combines with the letter before it is shown on a circle."""
    return f"◌{letter}" if unicodedata.combining(letter) else letter
