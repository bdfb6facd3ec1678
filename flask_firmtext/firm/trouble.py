"""Why an order for a number stands still, in the firm's words; the operator reads the cause."""

from __future__ import annotations

from ..errors import CarrierBusy, CarrierRefused, CarrierUnsure

AWAY = "away"
NONE_LEFT = "none_left"
NO_ADDRESS = "no_address"
NOT_OURS = "not_ours"
GIVEN_BACK = "given_back"
FAULT = "fault"

TOLD = "Whoever runs your practice system has been told."

#: Code → sentence. The codes stand in the database.
SENTENCES = {
    AWAY: "The carrier does not answer at the moment. We keep trying.",
    "carrier_away": "The carrier did not answer for several minutes. Nothing is lost: press Try again.",
    NONE_LEFT: f"There is no toll-free number for sale at the moment. {TOLD} Press Try again later.",
    "no_credit": f"The number could not be bought, because the account at the carrier has no credit. {TOLD}",
    "credentials": f"The carrier does not accept our account. {TOLD}",
    NO_ADDRESS: f"The number is yours, but the carrier does not know yet where to bring its texts. {TOLD}",
    NOT_OURS: f"The number that your practice system names for your firm is not in our account at the carrier. {TOLD}",
    "linking": f"The number is yours, but the carrier has not connected it to this system. {TOLD}",
    GIVEN_BACK: "The number that was being set up has been given back. Press Try again to get another one.",
    FAULT: f"Something went wrong on our side. {TOLD} Nothing is lost: press Try again.",
}


def sentence(code: str | None) -> str | None:
    """What the firm reads; None when nothing is wrong."""
    return None if code is None else SENTENCES.get(code, SENTENCES[FAULT])


def code_of(error: Exception) -> str:
    """Which trouble an error is, once trying again by ourselves does not help."""
    if isinstance(error, CarrierBusy | CarrierUnsure):
        return "carrier_away"
    if not isinstance(error, CarrierRefused):
        return FAULT
    if error.code == "not_owned":
        return NOT_OURS
    if error.evidence == "balance":
        return "no_credit"
    return "credentials" if error.evidence in ("auth", "local") else "linking"
