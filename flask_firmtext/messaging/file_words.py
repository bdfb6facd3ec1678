"""What is said of a received file: each state, each reason, each step of filing, in words with what to do."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from ..store.models import Attachment, Filing
from ..store.states import FileState, FilingState
from . import foreign_types
from .media_claims import IN_VAIN, KEPT, MISSING
from .wording import Words

SEND_AGAIN = "Ask the client to send it again."
ANOTHER_WAY = "Ask the client to send a photo of it, or to use your client portal or email."
OPERATOR = "Tell whoever operates this system."

#: What a carrier calls a kind of file, as people call it.
KINDS: Mapping[str, str] = {
    "image": "Photo",
    "video": "Video",
    "audio": "Audio",
    "vcard": "Contact card",
    "text": "Text file",
    "location": "Location",
    "contacts": "Contact card",
}
#: Reasons for which a file was refused.
REFUSALS: Mapping[str, Words] = {
    "type": Words(
        "not accepted",
        "This kind of file cannot be sent by text: only pictures, videos, audio, plain text and contact cards can.",
        ANOTHER_WAY,
    ),
    "too_large": Words("not accepted", "It is too large for a text.", ANOTHER_WAY),
    MISSING: Words(
        "could not be received",
        "It reached us without anything that could be fetched: not everything that phones can send goes by text.",
        ANOTHER_WAY,
    ),
    "empty": Words("not accepted", "It was empty.", SEND_AGAIN),
    "scanner": Words("not accepted", "The virus scanner found something in it.", ANOTHER_WAY),
    "host": Words("not fetched", "Its address is not one of the carrier's, so it was not opened.", OPERATOR),
    "redirect": Words("not fetched", "The carrier sent us on to another address, which was not opened.", OPERATOR),
    "encoding": Words("not accepted", "It came compressed, which could hide what it is.", SEND_AGAIN),
}
OTHER = Words("not accepted", "It could not be taken.", SEND_AGAIN)
#: What people call a stored file, by the first half of its type.
NOUNS: Mapping[str, str] = {"image": "Photo", "video": "Video", "audio": "Audio", "text": "Text file"}
UNITS = ("bytes", "KB", "MB", "GB")

STATES: Mapping[str, str] = {
    "not_allowed": "You may not open files of this conversation.",
    "no_matter": "Kept here: the contact has no matter to file it in.",
    "closed_matters": "Kept here: the contact has closed matters only.",
    "not_yet": "Kept here: it is in no matter's documents.",
}


def state_words(code: str) -> str:
    """A sentence about a file that is here."""
    return STATES[code]


def words_of(state: str, reason: str | None, kind: str, media_type: str | None = None) -> Words:
    """What is said of a file that is not here; its bytes have a better name for it than the carrier."""
    name = foreign_types.LABELS.get(media_type or "") or KINDS.get(kind, "File")
    if state == FileState.REFUSED:
        refusal = REFUSALS.get(reason or "", OTHER)
        return Words(f"{name} {refusal.label}", refusal.meaning, refusal.next_step)
    if state == FileState.LATE:
        return Words(f"{name} could not be fetched", "The carrier did not give it out in time.", SEND_AGAIN)
    if state == FileState.GONE:
        return Words(f"{name} could not be fetched", "The carrier no longer has this file.", SEND_AGAIN)
    return Words(f"{name} is coming…", "", "")


def first_word(media_type: str) -> str:
    """What a stored file is, in one word."""
    if media_type == "text/vcard":
        return "Contact card"
    return NOUNS.get(media_type.partition("/")[0], "File")


def size_words(count: int) -> str:
    """A number of bytes as people read it."""
    amount, unit = float(count), 0
    while amount >= 1000 and unit < len(UNITS) - 1:
        amount, unit = amount / 1024, unit + 1
    return f"{amount:.1f} {UNITS[unit]}" if amount < 10 and unit else f"{amount:.0f} {UNITS[unit]}"


def can_help(row: Attachment, came: datetime, now: datetime) -> bool:
    """Whether to fetch a file again may bring it: it is not here, and the carrier may still have it."""
    if row.state not in (FileState.REFUSED, FileState.GONE, FileState.LATE) or now - came > KEPT:
        return False
    return not (row.state == FileState.REFUSED and row.reason in IN_VAIN)


def filing_words(row: Filing) -> str:
    """How far the filing is."""
    if row.state == FilingState.FILED:
        return "Filed in"
    if row.state == FilingState.NOT_FILED:
        return "Could not be filed in"
    return "Not filed yet, it is tried again:" if row.tries and row.claim is None else "Being filed in"
