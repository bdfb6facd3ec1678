"""Whether bytes are a text that a person wrote, and what it says.

UTF-8 first; UTF-16 only with its mark, because without one any two bytes are a letter; and Windows' western code page,
which Notepad wrote for decades and in which a French or Spanish client's old files are. Nearly every binary file fails
by a control character in its first bytes.
"""

from __future__ import annotations

import codecs
import re

#: The encodings that name themselves, then the one that proves itself.
MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
WESTERN = "cp1252"
#: In a western language, letters beyond ASCII are few: this part of a text at most.
FEW = 1 / 3

#: No control characters but tabulator, line ends and form feed.
CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
#: What begins like a page, a program or another kind of document is not meant to be read as a text.
BEGINNING = re.compile(
    r"""\s*(?:<(?:[!?%]|/?(?:html|head|body|title|meta|link|style|script|svg|iframe|frameset|object|embed|table|div|span
        |font|form|img|br|h[1-6]|ul|ol|math|xml|rss|feed)\b|[pbi]>|a\s+(?:href|name|class|id)=)
        |\#!|@echo\b|%!PS|\{\\rtf|%PDF|BEGIN:VCALENDAR|MIME-Version:|PK\x03)""",
    re.IGNORECASE | re.VERBOSE,
)
ANYWHERE = re.compile(r"<(?:script|svg|html|iframe|object|embed|\?xml|!doctype)\b", re.IGNORECASE)
#: Readers look for this mark in so many characters.
PDF_WITHIN = 1024
CARD = re.compile(r"\s*BEGIN:VCARD\s", re.IGNORECASE)


def read(data: bytes, *, whole: bool = True) -> str | None:
    """A text, or None. Without ``whole`` the data may end within a letter."""
    encoding = next((encoding for mark, encoding in MARKS if data.startswith(mark)), "utf-8")
    text = _decoded(data, encoding, whole)
    if text is None and encoding == "utf-8" and sum(byte > 0x7F for byte in data) <= len(data) * FEW:
        text = _decoded(data, WESTERN, whole)
    return None if text is None or CONTROL.search(text) else text


def decoded(data: bytes) -> str:
    """What to show of bytes that were found to be a text; a letter that was cut at the end is left out."""
    text = read(data, whole=False)
    return data.decode("utf-8", "replace") if text is None else text


def is_something_else(text: str) -> bool:
    """Whether a text is a page, a program or another document."""
    return BEGINNING.match(text) is not None or ANYWHERE.search(text) is not None or "%PDF-" in text[:PDF_WITHIN]


def is_card(text: str) -> bool:
    return CARD.match(text) is not None


def _decoded(data: bytes, encoding: str, whole: bool) -> str | None:
    try:
        return codecs.getincrementaldecoder(encoding)().decode(data, whole)
    except ValueError:
        return None
