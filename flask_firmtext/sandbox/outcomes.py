"""How texts to certain phones end, and what the carrier's codes are called.

The codes and their wording are those of the Messages API's error list (document 1.20.0, `x-errors`).
"""

from __future__ import annotations

from typing import NamedTuple


class Outcome(NamedTuple):
    """How a text ends that does not arrive."""

    code: int
    status: str = "rejected"
    #: How the webhook writes its error: `text` ("1190"), `number` (1190) or `nested` ({"error": {…}}).
    how: str = "text"


#: The last four digits of a phone that cannot be texted → what happens. All three shapes of `error` occur, because
#: all three were seen in the wild.
OUTCOMES: dict[str, Outcome] = {
    "0150": Outcome(1190),
    "0151": Outcome(1260, how="nested"),
    "0152": Outcome(1300, how="number"),
    "0153": Outcome(1251),
    "0154": Outcome(1210),
    "0155": Outcome(1280, how="nested"),
    "0156": Outcome(1240),
    "0157": Outcome(1050, how="number"),
    "0158": Outcome(1180),
    "0159": Outcome(1331, "undeliverable"),
    "0160": Outcome(1360, how="nested"),
    "0161": Outcome(1230, how="number"),
    "0162": Outcome(1330),
    "0163": Outcome(1490, how="segment"),
    "0164": Outcome(1320),
    "0165": Outcome(1200, how="nested"),
    "0166": Outcome(1070),
    "0167": Outcome(1140, how="number"),
    "0168": Outcome(1460),
    "0169": Outcome(1340, "undeliverable"),
}

#: A text to somebody who wrote STOP: accepted with 202, then refused.
STOPPED = Outcome(1240)
#: A text from a number that the carriers have not verified: accepted with 202, then blocked.
UNVERIFIED = Outcome(1484)
#: A text to a number that no US or Canadian toll-free number reaches.
UNREACHED = Outcome(1250)

TITLES: dict[int, str] = {
    1000: "Throttled - You have exceeded the submission capacity allowed on this account. Please wait and retry",
    1030: "Internal error - There was an error processing your request in the Platform.",
    1050: "Number barred - The number you are trying to submit to is blacklisted and may not receive messages.",
    1070: "Provider quota exceeded - your allocated quota may have been exceeded.",
    1140: "Facility not allowed - Your request makes use of a facility that is not enabled on your account.",
    1180: "Destination temporarily unavailable - The destination cannot currently receive messages. Retry later.",
    1190: "Absent Subscriber Permanent - `to` is no longer active, You should remove this phone number from your "
    "database.",
    1200: "Portability Error - There is an issue after the user has changed carrier for to. If the user wants to "
    "receive messages from you, they need to contact their carrier directly.",
    1210: "Anti-Spam Rejection - Carriers often apply restrictions that block messages following different criteria. "
    "For example on SenderID or message content.",
    1220: "Handset Busy - The handset associated with to was not available when this message was sent.",
    1230: "Temporary network failure - The message could not be delivered due to a network issue. Retry later.",
    1240: "Illegal Number - You tried to send a message to a blacklisted phone number. That is, the user has already "
    "sent a STOP opt-out message and no longer wishes to receive messages from you.",
    1250: "Unroutable - The chosen route to send your message is not available. This is because the phone number is "
    "either currently on an unsupported network or on a pre-paid or reseller account that could not receive a message.",
    1251: "Unable to route traffic to a destination - This may be due to the routing rules applied for your "
    "destination network.",
    1260: "Destination unreachable - The message could not be delivered to the phone number.",
    1280: "Number Blocked by Carrier - The carrier blocked this message. This could be due to several reasons. For "
    "example, to's plan does not include SMS or the account is suspended.",
    1300: "Not part of the provider network - The number or ID is not a user in the provider network.",
    1320: "Message already sent - The message was already sent.",
    1330: "Delivery failed - The provider returned an unknown permanent failure. Verify the destination and retry if "
    "appropriate.",
    1331: "Provider error - The provider is not responding or unable to process the request. Please try sending your "
    "message in a few minutes time.",
    1340: "Outside of the allowed window - This message is sent outside of allowed response window.",
    1360: "TTL was activated, or message expired before delivered.",
    1460: "Daily message limit exceeded - Check compliance with regulations such as 10DLC.",
    1484: "Authentication or compliance failure - The message failed authentication or regulatory checks. Verify "
    "sender configuration or contact support.",
    1490: "SMS segment timeout - Not all segment delivery receipts were received within the allowed time. The overall "
    "delivery status of this message is unknown. Partial delivery is possible.",
}


def title(code: int) -> str:
    """The carrier's sentence for `code`."""
    return TITLES.get(code, f"Error {code}")
