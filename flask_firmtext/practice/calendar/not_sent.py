"""Why a text about an event was not made, in words: one table for every code that a notice or a reminder bears."""

from __future__ import annotations

from collections.abc import Mapping

from ...language import gettext as _
from ...language import marked

WORDS: Mapping[str, str] = {
    "opted_out": marked("opted out"),
    "asks_for_none": marked("asks for no more texts, and nobody has decided yet"),
    "no_number": marked("no phone number"),
    "number_not_textable": marked("no number that can be texted"),
    "contact_gone": marked("the contact is no longer in the practice system"),
    "firm_gone": marked("the practice system does not know your firm any more"),
    "not_on": marked("your firm could not send texts"),
    "not_available": marked("text messaging is not available to your firm"),
    "conversation_changed": marked("the number had just changed hands"),
    "host_silent": marked("the practice system did not say how the event stands"),
    "quiet_hours": marked("it would have come in the client's quiet hours"),
    "begun": marked("the event had begun"),
    "nearer": marked("a later reminder was due as well"),
}
OTHER = marked("it could not be made")


def why(code: str | None) -> str:
    """What completes "Not sent: …"."""
    return _(WORDS.get(code or "", OTHER))
