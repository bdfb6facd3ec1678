"""How many segments a text takes: each is paid for, and each can be lost on its own.

The network joins segments with six bytes of header, so a text that does not fit into one has less room in each. Curly
quotes, dashes, ç and emoji are not in the GSM alphabet: one of them more than halves what fits.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

#: The most characters (code points) that the carrier takes in one text.
TEXT_LIMIT = 3200

#: GSM 03.38, the alphabet that every handset knows: one unit each.
GSM_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)

#: Its extension table: an escape comes before each, so two units.
GSM_EXTENDED = frozenset("\f^{}\\[~]|€")


class Encoding(StrEnum):
    """How a text travels."""

    GSM7 = "GSM-7"
    UCS2 = "UCS-2"


_ALONE = {Encoding.GSM7: 160, Encoding.UCS2: 70}
_JOINED = {Encoding.GSM7: 153, Encoding.UCS2: 67}


@dataclass(frozen=True, slots=True)
class Segments:
    """The size of a text: ``units`` are septets in GSM-7 and UTF-16 units in UCS-2, ``count`` the segments.

    ``expensive`` is the first character that forces UCS-2, None in GSM-7.
    """

    encoding: Encoding
    units: int
    count: int
    expensive: str | None = None


def measure(text: str) -> Segments:
    """The size of ``text``; an empty one has no segment."""
    expensive = next((letter for letter in text if letter not in GSM_BASIC and letter not in GSM_EXTENDED), None)
    encoding = Encoding.GSM7 if expensive is None else Encoding.UCS2
    widths = [_width(letter, encoding) for letter in text]
    units = sum(widths)
    count = min(units, 1) if units <= _ALONE[encoding] else _parts(widths, _JOINED[encoding])
    return Segments(encoding, units, count, expensive)


def _width(letter: str, encoding: Encoding) -> int:
    if encoding is Encoding.GSM7:
        return 2 if letter in GSM_EXTENDED else 1
    return 2 if ord(letter) > 0xFFFF else 1


def _parts(widths: Iterable[int], room: int) -> int:
    """Parts of at most ``room`` units; neither an escape nor a surrogate is parted from its other half."""
    parts, used = 1, 0
    for width in widths:
        if used + width > room:
            parts, used = parts + 1, 0
        used += width
    return parts
