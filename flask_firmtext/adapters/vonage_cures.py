"""What an operator mends where texts fail with a code of the carrier's: a row for each code of ``vonage_codes`` that is
marked ``operator``.

Ours, by the code's meaning there. What a request of ours must have brought about is a fault of this extension.
"""

from __future__ import annotations

OUR_FAULT = "A request of ours was not as the carrier wants it: install the newest flask-firmtext, or report the code."
FRAUD = "Look at Fraud Defender in the carrier's dashboard"

CURES: dict[str, str] = {
    "1010": OUR_FAULT,
    "1020": OUR_FAULT,
    "1021": "Text messages have no tag: another system sends through our application. Ask the carrier.",
    "1022": "Text messages have no template: another system sends through our application. Ask the carrier.",
    "1060": "The carrier has barred the account: ask its support why, and what lifts it.",
    "1070": "Top up the carrier account and set its auto-reload, or raise the quota of the subaccount.",
    "1080": "Let the carrier's support enable the account for sending.",
    "1090": OUR_FAULT,
    "1110": "Check FIRMTEXT_VONAGE_APPLICATION_ID and _PRIVATE_KEY against the application in the carrier's dashboard.",
    "1120": "Check that the firm's number is the account's (`numbers sync`) and verified (`numbers list`).",
    "1130": OUR_FAULT,
    "1140": "Let the carrier's support enable texts (SMS) from toll-free numbers for the account.",
    "1150": OUR_FAULT,
    "1160": "The account is on trial: top it up, or add the number to its list of test numbers.",
    "1242": "The account or application names a number pool that is gone: take it out in the carrier's dashboard.",
    "1251": "Ask the carrier's support for a route to the client's network, with an id of `messages show`.",
    "1380": OUR_FAULT,
    "1381": OUR_FAULT,
    "1382": OUR_FAULT,
    "1400": "Let the carrier's support enable the SMS channel for the application.",
    "1410": OUR_FAULT,
    "1420": "Link the firm's number to our application: `numbers sync --fix`; then check its toll-free verification.",
    "1431": OUR_FAULT,
    "1440": OUR_FAULT,
    "1450": OUR_FAULT,
    "1460": "The registration's daily limit is reached: raise it at the carrier, or spread texts over more numbers.",
    "1470": f"{FRAUD}: a traffic rule of the account blocks these texts.",
    "1472": f"{FRAUD}: raise the limit of its burst protection, or lower FIRMTEXT_REQUESTS_PER_SECOND.",
    "1473": f"{FRAUD}: it takes these texts for inflated traffic; let support clear what is wanted.",
    "1474": f"{FRAUD}: allow the client's country, US and CA at least.",
    "1475": f"{FRAUD}: allow the client's network.",
    "1476": "The firm's number is on a do-not-originate list: let support take it off, or get another number.",
    "1480": "The destination wants a registered entity: texts to that country are not provided for here.",
    "1481": "Register the sender: complete the number's toll-free verification (`numbers verification show`).",
    "1482": "The destination wants registered content: texts to that country are not provided for here.",
    "1483": "The destination's consent register refuses the sender: ask the carrier's support what is missing.",
    "1484": "Check the firm's number: toll-free verification and link to our application (`numbers sync`).",
    "2001": "A carrier's fraud protection blocks the sender: let support clear the firm's number.",
    "http-400": OUR_FAULT,
    "http-413": OUR_FAULT,
    "http-415": OUR_FAULT,
    "http-422": f"{OUR_FAULT} A number that the carrier does not know as a sender has the same effect: `numbers sync`.",
    "local": OUR_FAULT,
}
