"""Whether a firm, and a number of it, can send now; if not, why and what to do, in a sentence for its people."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy.orm import Session

from ..language import gettext as _
from ..language import marked
from ..ports.values import Firm
from ..store import firm_queries
from ..store.models import Hold, Texting
from ..store.states import HoldKind, NumberState, OrderState

NOT_AVAILABLE = marked("Text messaging is not available to your firm.")
NOT_ON = marked(
    "Text messaging is not turned on for your firm. An administrator turns it on in Settings > Text Messaging."
)
COMING = marked("Your firm's number is being set up. Texts can be sent as soon as it is ready.")
STANDS_STILL = marked(
    "Your firm's number could not be set up yet. An administrator finds the reason in Settings > Text Messaging."
)
NO_NUMBER = marked("Your firm has no number to text from. An administrator gets one in Settings > Text Messaging.")
OFF = marked(
    "Text messaging is turned off for your firm. An administrator turns it on again in Settings > Text Messaging."
)

#: What a number waits for.
WAITING = {
    NumberState.BOUGHT: COMING,
    NumberState.LINKED: marked(
        "Your firm's number is not registered with the carriers yet, and they block texts from such "
        "numbers. An administrator completes the carrier registration in Settings > Text Messaging."
    ),
    NumberState.SUBMITTED: marked(
        "The carriers are still verifying your firm's number. Texts can be sent once they have."
    ),
    NumberState.UPDATES_REQUIRED: marked(
        "The carriers want more details before your firm's number may send texts. "
        "An administrator finds what is missing in Settings > Text Messaging."
    ),
    NumberState.REFUSED: marked(
        "The carriers have refused your firm's number. An administrator finds the reason in Settings > Text Messaging."
    ),
}
#: What a number is in while its order is worked on; a pool's is linked before it is checked for its firm.
SET_UP = {NumberState.BOUGHT, NumberState.LINKED}
#: The sentence of the number that has come furthest is the one that helps.
FURTHEST = (
    NumberState.UPDATES_REQUIRED,
    NumberState.REFUSED,
    NumberState.SUBMITTED,
    NumberState.LINKED,
    NumberState.BOUGHT,
)


def why_not(session: Session, firm: Firm) -> str | None:
    """Why this firm cannot send texts, None when it can."""
    if not firm.availability.allowed:
        return firm.availability.reason or _(NOT_AVAILABLE)
    switch = session.get(Texting, firm.ref)
    if switch is None:
        return _(NOT_ON)
    if switch.off_at is not None:
        return _(OFF)
    states = {number.state for number in firm_queries.numbers(session, firm.ref)}
    if NumberState.VERIFIED in states:
        return None
    if states <= SET_UP:
        return _while_set_up(session, firm.ref, states)
    return _(next(WAITING[state] for state in FURTHEST if state in states))


def _while_set_up(session: Session, firm: str, states: Collection[str]) -> str:
    order = firm_queries.open_order(session, firm)
    if order is None:
        return _(next((WAITING[state] for state in FURTHEST if state in states), NO_NUMBER))
    return _(COMING if order.state == OrderState.WORKING else STANDS_STILL)


def hold_on(holds: Sequence[Hold], number: str) -> str | None:
    """The code of the hold that stops texts from ``number`` (E.164), among those that stand for the firm."""
    return next((hold.code for hold in holds if hold.kind != HoldKind.NUMBER or hold.object == number), None)
