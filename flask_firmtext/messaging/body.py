"""What may be sent as a text. A person's words go out letter for letter: they are checked, never changed."""

from __future__ import annotations

import re
import unicodedata

from ..errors import TextRefused
from ..language import gettext as _
from ..language import number
from .segments import TEXT_LIMIT

#: Controls but tab and line feed, and halves of surrogate pairs, which no encoding can carry.
_BAD = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")

#: Unicode's Default_Ignorable_Code_Point, and the blank braille pattern: nobody sees them on a phone.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)


def check(text: str) -> str:
    """``text`` as it will be sent: the same, with the line ends of a web form (CRLF) as single line feeds.

    Marks that turn the direction of writing are kept; pages isolate them.

    :raises TextRefused: ``text_too_long``, ``text_bad_character`` (with its position, the first is 1) or
        ``text_empty``.
    """
    text = text.replace("\r\n", "\n")
    if len(text) > TEXT_LIMIT:
        raise TextRefused(
            "text_too_long",
            _(
                "This text has %(count)s characters; at most %(most)s can be sent. "
                "Shorten it, or send it in two parts.",
                count=number(len(text)),
                most=number(TEXT_LIMIT),
            ),
        )
    if bad := _BAD.search(text):
        raise TextRefused(
            "text_bad_character",
            _(
                "Character %(place)s of this text cannot be sent (%(code)s). Delete it and type it again.",
                place=number(bad.start() + 1),
                code=_code(bad.group()),
            ),
        )
    if all(map(_unseen, text)):
        raise TextRefused("text_empty", _("Write a message first."))
    return text


def _code(letter: str) -> str:
    return f"U+{ord(letter):04X}"


def _unseen(letter: str) -> bool:
    return letter.isspace() or unicodedata.category(letter) == "Cf" or _INVISIBLE.match(letter) is not None
