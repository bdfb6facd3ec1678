"""Why an order for a number stands still, in the firm's words; the operator reads the cause."""

from __future__ import annotations

from ..errors import CarrierBusy, CarrierRefused, CarrierUnsure
from ..language import gettext as _
from ..language import marked

AWAY = "away"
NONE_LEFT = "none_left"
NO_ADDRESS = "no_address"
NOT_OURS = "not_ours"
GIVEN_BACK = "given_back"
FAULT = "fault"

#: Code → sentence. The codes stand in the database.
SENTENCES = {
    AWAY: marked("The carrier does not answer at the moment. We keep trying."),
    "carrier_away": marked("The carrier did not answer for several minutes. Nothing is lost: press Try again."),
    NONE_LEFT: marked(
        "There is no toll-free number for sale at the moment. Whoever runs your practice system has been told. Press "
        "Try again later."
    ),
    "no_credit": marked(
        "The number could not be bought, because the account at the carrier has no credit. Whoever runs your practice "
        "system has been told."
    ),
    "credentials": marked("The carrier does not accept our account. Whoever runs your practice system has been told."),
    NO_ADDRESS: marked(
        "The number is yours, but the carrier does not know yet where to bring its texts. Whoever runs your practice "
        "system has been told."
    ),
    NOT_OURS: marked(
        "The number that your practice system names for your firm is not in our account at the carrier. Whoever runs "
        "your practice system has been told."
    ),
    "linking": marked(
        "The number is yours, but the carrier has not connected it to this system. Whoever runs your practice system "
        "has been told."
    ),
    GIVEN_BACK: marked("The number that was being set up has been given back. Press Try again to get another one."),
    FAULT: marked(
        "Something went wrong on our side. Whoever runs your practice system has been told. Nothing is lost: press "
        "Try again."
    ),
}


def sentence(code: str | None) -> str | None:
    """What the firm reads; None when nothing is wrong."""
    return None if code is None else _(SENTENCES.get(code, SENTENCES[FAULT]))


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
