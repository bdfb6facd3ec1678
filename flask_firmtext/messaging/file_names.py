"""What a received file is called: by us where it is kept, and by its sender where a person may want to know."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from .media_types import MediaType

LONGEST = 120
#: Whole families of characters that steer rather than say something: controls, marks of direction, private ones.
STEERING = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_SLASHES = "/\\\u2044\u2215\u29f8\uff0f\uff3c"
_FORBIDDEN = re.compile(r'[<>:"|?*]')
WORDS = {"image": "photo", "video": "video", "audio": "audio", "text/vcard": "contact"}


def ours(kind: MediaType, day: date, n: int) -> str:
    """``photo-2025-03-14-1.jpg``: the ``n``-th file of a text that came on ``day``."""
    word = WORDS.get(kind.name) or WORDS.get(kind.name.partition("/")[0], "text")
    return f"{word}-{day:%Y-%m-%d}-{n}.{kind.extension}"


def senders(name: str) -> str:
    """The name that the sender gave, without a path and without what could deceive; "" when nothing is left."""
    # Not by a pattern: one that looks for the last of something begins anew at each of 200,000 letters.
    said = _FORBIDDEN.sub("", name[max(map(name.rfind, _SLASHES)) + 1 :])
    kept = "".join(letter for letter in said if unicodedata.category(letter) not in STEERING)
    return " ".join(kept.split()).strip(". ")[:LONGEST].rstrip()
