"""What is said of a received file: each state, each reason, each step of filing, in words with what to do."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from ..language import gettext as _
from ..language import marked, number
from ..store import erasing
from ..store.models import Attachment, Filing
from ..store.states import FileState, FilingState
from . import foreign_types
from .media_claims import IN_VAIN, KEPT, MISSING
from .wording import Words

SEND_AGAIN = marked("Ask the client to send it again.")
ANOTHER_WAY = marked("Ask the client to send a photo of it, or to use your client portal or email.")
OPERATOR = marked("Tell whoever operates this system.")

#: What a carrier calls a kind of file, as people call it.
KINDS: Mapping[str, str] = {
    "image": marked("Photo"),
    "video": marked("Video"),
    "audio": marked("Audio"),
    "vcard": marked("Contact card"),
    "text": marked("Text file"),
    "location": marked("Location"),
    "contacts": marked("Contact card"),
}
FILE = marked("File")
#: Reasons for which a file was refused.
REFUSALS: Mapping[str, Words] = {
    "type": Words(
        marked("%(file)s not accepted"),
        marked(
            "This kind of file cannot be sent by text: only pictures, videos, audio, plain text and contact cards can."
        ),
        ANOTHER_WAY,
    ),
    "too_large": Words(marked("%(file)s not accepted"), marked("It is too large for a text."), ANOTHER_WAY),
    MISSING: Words(
        marked("%(file)s could not be received"),
        marked("Nothing of it could be fetched: not everything that phones can send goes by text."),
        ANOTHER_WAY,
    ),
    "empty": Words(marked("%(file)s not accepted"), marked("It was empty."), SEND_AGAIN),
    "scanner": Words(marked("%(file)s not accepted"), marked("The virus scanner found something in it."), ANOTHER_WAY),
    "host": Words(
        marked("%(file)s not fetched"),
        marked("Its address is not one of the carrier's, so it was not opened."),
        OPERATOR,
    ),
    "redirect": Words(
        marked("%(file)s not fetched"),
        marked("The carrier sent us on to another address, which was not opened."),
        OPERATOR,
    ),
    erasing.REASON: Words(marked("%(file)s erased"), marked("It was erased with the text that it came with."), ""),
    "encoding": Words(
        marked("%(file)s not accepted"), marked("It came compressed, which could hide what it is."), SEND_AGAIN
    ),
}
OTHER = Words(marked("%(file)s not accepted"), marked("It could not be taken."), SEND_AGAIN)
#: What people call a stored file, by the first half of its type.
NOUNS: Mapping[str, str] = {
    "image": marked("Photo"),
    "video": marked("Video"),
    "audio": marked("Audio"),
    "text": marked("Text file"),
}
UNITS = (marked("bytes"), marked("KB"), marked("MB"), marked("GB"))

STATES: Mapping[str, str] = {
    "not_allowed": marked("You may not open files of this conversation."),
    "no_matter": marked("Kept here: the contact has no matter to file it in."),
    "closed_matters": marked("Kept here: the contact has closed matters only."),
    "not_yet": marked("Kept here: it is in no matter's documents."),
}


def state_words(code: str) -> str:
    """A sentence about a file that is here."""
    return _(STATES[code])


def words_of(state: str, reason: str | None, kind: str, media_type: str | None = None) -> Words:
    """What is said of a file that is not here; its bytes have a better name for it than the carrier."""
    name = _(foreign_types.LABELS.get(media_type or "") or KINDS.get(kind, FILE))
    if state == FileState.REFUSED:
        refusal = REFUSALS.get(reason or "", OTHER)
        return Words(_(refusal.label, file=name), _(refusal.meaning), _(refusal.next_step))
    lost = _("%(file)s could not be fetched", file=name)
    if state == FileState.LATE:
        return Words(lost, _("The carrier did not give it out in time."), _(SEND_AGAIN))
    if state == FileState.GONE:
        return Words(lost, _("The carrier no longer has this file."), _(SEND_AGAIN))
    return Words(_("%(file)s is coming…", file=name), "", "")


def first_word(media_type: str) -> str:
    """What a stored file is, in one word."""
    if media_type == "text/vcard":
        return _(KINDS["vcard"])
    return _(NOUNS.get(media_type.partition("/")[0], FILE))


def size_words(count: int) -> str:
    """A number of bytes as people read it."""
    amount, unit = float(count), 0
    while amount >= 1000 and unit < len(UNITS) - 1:
        amount, unit = amount / 1024, unit + 1
    return f"{number(amount, '0.0' if amount < 10 and unit else '0')} {_(UNITS[unit])}"


def can_help(row: Attachment, came: datetime, now: datetime) -> bool:
    """Whether to fetch a file again may bring it: it is not here, and the carrier may still have it."""
    if row.state not in (FileState.REFUSED, FileState.GONE, FileState.LATE) or now - came > KEPT:
        return False
    return not (row.state == FileState.REFUSED and row.reason in IN_VAIN)


def filing_words(row: Filing) -> str:
    """How far the filing is."""
    if row.state == FilingState.FILED:
        return _("Filed in")
    if row.state == FilingState.NOT_FILED:
        return _("Could not be filed in")
    return _("Not filed yet, it is tried again:") if row.tries and row.claim is None else _("Being filed in")
