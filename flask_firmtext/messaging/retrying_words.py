"""Why a failed text is not sent again, by the code of the refusal: one sentence each, the same wherever it is read."""

from __future__ import annotations

from collections.abc import Mapping

from ..errors import TextRefused
from ..language import gettext as _
from ..language import marked
from .readiness import NOT_AVAILABLE

REFUSALS: Mapping[str, str] = {
    "not_there": marked("There is no such text."),
    "not_failed": marked("This text has not failed, so it is not sent again."),
    "may_have_arrived": marked("This text, or part of it, may already have arrived. Ask the client first."),
    "not_worth_it": marked("Sending this text again as it is does not help."),
    "automatic_answer": marked("An automatic answer is not sent again. Write to the client instead."),
    "too_late": marked("It is too late: what this text tells of has begun, or is over."),
    "outdated": marked("The event has changed since, or another text has told of it."),
    "quiet_hours": marked("The reminder would come in the client's quiet hours."),
    "tried_again": marked("This text has been sent again already."),
    "opted_out": marked("The client wants no texts from your firm; the text was not sent again."),
    "asks_for_none": marked("The client asks for no more texts, and nobody has decided yet."),
    "conversation_changed": marked(
        "The text was not sent again: the client's number or your firm's has changed. Write the contact a new one."
    ),
    "not_on": marked("Your firm cannot send texts now: texting is off, or no number is verified."),
    "not_available": NOT_AVAILABLE,
    "host_silent": marked("The practice system cannot say whose number this is. Try again later."),
    "same_number": marked("The contact has no other number to text yet. Correct it in the contact first."),
    "number_changed": marked("The contact's number has changed once more. Look at it, then send the text."),
}


def refused(code: str) -> TextRefused:
    """The refusal with this code, in the language of whoever asks."""
    return TextRefused(code, _(REFUSALS[code]))
