"""How many segments the network makes of a text."""

from __future__ import annotations

_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_EXTENDED = frozenset("\f^{}\\[~]|€")


def count(text: str) -> int:
    """Segments of `text`: GSM-7 160 alone or 153 each, else UCS-2 70 or 67, never splitting a character."""
    if all(character in _GSM or character in _GSM_EXTENDED for character in text):
        return _fill([2 if character in _GSM_EXTENDED else 1 for character in text], 160, 153)
    return _fill([2 if ord(character) > 0xFFFF else 1 for character in text], 70, 67)


def _fill(widths: list[int], alone: int, each: int) -> int:
    if sum(widths) <= alone:
        return 1
    segments, used = 1, 0
    for width in widths:
        if used + width > each:
            segments, used = segments + 1, 0
        used += width
    return segments
