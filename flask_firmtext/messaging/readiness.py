"""Whether a firm, and a number of it, can send now; if not, why and what to do, in a sentence for its people."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from ..ports.values import Firm
from ..store import inbox_queries
from ..store.models import Hold
from ..store.states import HoldKind, NumberState

NOT_ON = "Text messaging is not turned on for your firm. An administrator turns it on in Settings."

WAITING = {
    NumberState.UPDATES_REQUIRED: "The carriers want more details before your firm's number may send texts. "
    "An administrator finds what is missing in Settings.",
    NumberState.REFUSED: "The carriers have refused your firm's number. An administrator finds the reason in Settings.",
}
NOT_VERIFIED = "The carriers are still verifying your firm's number. Texts can be sent as soon as they have."


def why_not(session: Session, firm: Firm) -> str | None:
    """Why this firm cannot send texts, None when it can."""
    states = inbox_queries.number_states(session, firm.ref)
    if NumberState.VERIFIED in states:
        return None
    if not firm.availability.allowed:
        return firm.availability.reason or "Text messaging is not available to your firm."
    if not states:
        return NOT_ON
    return next((words for state, words in WAITING.items() if state in states), NOT_VERIFIED)


def hold_on(holds: Sequence[Hold], number: str) -> str | None:
    """The code of the hold that stops texts from ``number`` (E.164), among those that stand for the firm."""
    return next((hold.code for hold in holds if hold.kind != HoldKind.NUMBER or hold.object == number), None)
