"""Faults that the phones page offers as buttons."""

from __future__ import annotations

from typing import Any, NamedTuple


class Preset(NamedTuple):
    """One button; `fault` is what is posted to `/_sandbox/faults`, without the phone."""

    key: str
    label: str
    hint: str
    fault: dict[str, Any]


#: For the chosen phone.
PHONE_PRESETS = (
    Preset(
        "unreachable",
        "Number unreachable",
        "Texts fail with code 1260",
        {"on": "status", "do": "code", "code": 1260},
    ),
    Preset("off", "Phone switched off", "Texts fail with code 1180", {"on": "status", "do": "code", "code": 1180}),
    Preset("spam", "Taken for spam", "Texts fail with code 1210", {"on": "status", "do": "code", "code": 1210}),
    Preset(
        "doubt",
        "Failed, then delivered",
        "Code 1330, then “delivered” after all",
        {"on": "status", "do": "code", "code": 1330, "then": "delivered"},
    ),
    Preset("silent", "No status comes", "Accepted, and never heard of again", {"on": "status", "do": "never"}),
    Preset("twice", "Statuses come twice", "Each is sent two times", {"on": "status", "do": "duplicate", "times": 2}),
    Preset("order", "Statuses out of order", "“delivered” before “submitted”", {"on": "status", "do": "reorder"}),
    Preset(
        "unsigned",
        "Answers come unsigned",
        "What you text lacks its signature",
        {"on": "inbound", "do": "forge", "how": "unsigned"},
    ),
)

#: For everybody.
CARRIER_PRESETS = (
    Preset(
        "busy",
        "Carrier is busy",
        "429, try again in 5 seconds",
        {"on": "post", "do": "answer", "status": 429, "seconds": 5},
    ),
    Preset(
        "hangup",
        "Hangs up after accepting",
        "The text is sent, the answer is lost",
        {"on": "post", "do": "drop_after"},
    ),
    Preset(
        "internal",
        "Fails after accepting",
        "The text is sent, the answer is 500",
        {"on": "post", "do": "answer", "status": 500, "accept": True},
    ),
    Preset("slow", "Answers slowly", "After 8 seconds", {"on": "post", "do": "delay", "seconds": 8}),
    Preset(
        "credentials", "Refuses the credentials", "401 to every text", {"on": "post", "do": "answer", "status": 401}
    ),
    Preset("balance", "No credit left", "402 to every text", {"on": "post", "do": "answer", "status": 402}),
    Preset(
        "sold",
        "Number sold meanwhile",
        "Somebody else buys it first",
        {"on": "number_buy", "do": "taken", "times": 1},
    ),
    Preset(
        "no_credit",
        "No credit for a number",
        "420 to every purchase",
        {
            "on": "number_buy",
            "do": "answer",
            "status": 420,
            "body": {"error-code": "420", "error-code-label": "You do not have sufficient credit to buy this number."},
        },
    ),
    Preset("overtake", "Statuses before the answer", "Both overtake the 202", {"on": "post", "do": "reorder"}),
    Preset(
        "certificate",
        "Wrong certificate",
        "Signed by another authority",
        {"on": "tls", "do": "forge", "how": "authority"},
    ),
)
