"""Addresses in a text as links that are what they seem. Only http and https; nothing is fetched."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from markupsafe import Markup, escape

#: An address ends at blanks, quotes, angle brackets, and marks that nobody sees or that turn the direction of writing.
_ADDRESS = re.compile("https?://[^\\s<>\"'`\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]+", re.IGNORECASE)
_AFTER = ".,;:!?…»”’)]}"
_PAIRS = {")": "(", "]": "[", "}": "{"}
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?", re.IGNORECASE)


def linked(text: str) -> Markup:
    """``text`` as HTML: escaped, its http(s) addresses as links whose host is shown in punycode."""
    parts: list[Markup] = []
    end = 0
    for found in _ADDRESS.finditer(text):
        address = _trimmed(found.group())
        shown = _plain(address)
        if shown is None:
            continue
        parts += [escape(text[end : found.start()]), _anchor(shown)]
        end = found.start() + len(address)
    return Markup("").join([*parts, escape(text[end:])])


def _trimmed(address: str) -> str:
    """Without the punctuation that belongs to the sentence; a bracket stays when it was opened inside."""
    while address and address[-1] in _AFTER:
        opened = _PAIRS.get(address[-1])
        if opened and address.count(opened) >= address.count(address[-1]):
            break
        address = address[:-1]
    return address


def _plain(address: str) -> str | None:
    """The address with its host in letters that cannot be mistaken; None for what is better no link."""
    try:
        parts = urlsplit(address)
        host = (parts.hostname or "").encode("idna").decode()
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return None
    # Who writes a name before an @ wants it taken for the host.
    if "@" in parts.netloc or "\\" in parts.netloc or not _HOST.fullmatch(host):
        return None
    return parts._replace(scheme=parts.scheme.lower(), netloc=f"{host}{port}").geturl()


def _anchor(address: str) -> Markup:
    return Markup('<a href="{0}" rel="noopener noreferrer nofollow" target="_blank">{0}</a>').format(address)
