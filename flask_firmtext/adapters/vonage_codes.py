"""What the carrier's error codes mean: every code of the Messages API's status webhooks, in order.

Source: the error list (`x-errors`) of the Messages API document 1.20.0, and of 1.11.0; 1110 from the list before it;
read on 2026-10-08. The carrier publishes no mapping to reasons: that is ours, and so is what a code says of a number,
by its meaning there. In an HTTP answer the same numbers mean other things, see ``vonage_answers``.
"""

from __future__ import annotations

from dataclasses import replace

from ..ports.gateway import Again, Meaning, Reason
from .vonage_cures import CURES

UNREACHABLE = Reason.UNREACHABLE_NUMBER
REJECTED = Reason.REJECTED_BY_CARRIER
TEMPORARY = Reason.TEMPORARY_ERROR
UNKNOWN = Reason.UNKNOWN_ERROR
CARRIER = Reason.CARRIER_ERROR

WORTH_IT = Again.WORTH_IT
NEVER = Again.NOT_AS_IT_IS
UNSURE = Again.UNSURE

CODES: dict[str, Meaning] = {
    "1000": Meaning(TEMPORARY, WORTH_IT, "Throttled"),  # over the account's submission rate
    "1010": Meaning(CARRIER, NEVER, "Missing params", operator=True),  # request incomplete
    "1020": Meaning(CARRIER, NEVER, "Invalid params", operator=True),  # a value is invalid
    "1021": Meaning(CARRIER, NEVER, "Invalid tag", operator=True),  # Messenger tag
    "1022": Meaning(CARRIER, NEVER, "Invalid template", operator=True),  # WhatsApp template
    "1030": Meaning(TEMPORARY, WORTH_IT, "Internal error"),  # platform failed to process
    "1040": Meaning(UNREACHABLE, NEVER, "Invalid message", number="no_number"),  # e.g. unknown prefix
    "1050": Meaning(REJECTED, NEVER, "Number barred"),  # recipient blacklisted at Vonage
    "1060": Meaning(CARRIER, NEVER, "Partner account barred", operator=True),  # our account is barred
    "1070": Meaning(CARRIER, WORTH_IT, "Quota exceeded", operator=True),  # credit or allocated quota used up
    "1080": Meaning(CARRIER, NEVER, "Account not enabled for REST", operator=True),  # not provisioned
    "1090": Meaning(CARRIER, NEVER, "Message too long", operator=True),  # binary body over 140 octets
    "1100": Meaning(TEMPORARY, WORTH_IT, "Communication failed"),  # not submitted
    "1110": Meaning(CARRIER, NEVER, "Invalid signature", operator=True),  # old list only
    "1120": Meaning(CARRIER, NEVER, "Illegal sender address", operator=True),  # sender id not accepted
    "1130": Meaning(CARRIER, NEVER, "Invalid TTL", operator=True),  # ttl value
    "1140": Meaning(CARRIER, NEVER, "Facility not allowed", operator=True),  # feature not enabled
    "1150": Meaning(CARRIER, NEVER, "Invalid message class", operator=True),  # out of range
    "1160": Meaning(CARRIER, NEVER, "Non white-listed destination", operator=True),  # trial account
    "1170": Meaning(UNREACHABLE, NEVER, "Invalid recipient", number="no_number"),  # to missing or invalid
    "1180": Meaning(TEMPORARY, WORTH_IT, "Destination temporarily unavailable"),  # phone off or out of cover
    "1190": Meaning(
        UNREACHABLE, NEVER, "Absent subscriber permanent", number="not_in_service"
    ),  # number no longer active
    "1200": Meaning(CARRIER, NEVER, "Portability error"),  # recipient changed carrier and must ask it
    "1210": Meaning(REJECTED, NEVER, "Anti-spam rejection"),  # carrier filter: sender or content
    "1220": Meaning(TEMPORARY, WORTH_IT, "Handset busy"),  # with `submitted`: still trying
    "1230": Meaning(TEMPORARY, WORTH_IT, "Temporary network failure"),  # network issue
    "1240": Meaning(REJECTED, NEVER, "Illegal number", opted_out=True),  # recipient said STOP: record the opt-out
    "1241": Meaning(TEMPORARY, WORTH_IT, "Too many send requests"),  # too many to phone numbers
    "1242": Meaning(CARRIER, NEVER, "Number pool does not exist", operator=True),  # configuration
    "1250": Meaning(UNREACHABLE, NEVER, "Unroutable", number="no_texts"),  # unsupported network, prepaid or reseller
    "1251": Meaning(UNREACHABLE, NEVER, "Unable to route", operator=True),  # routing rules for the network
    "1260": Meaning(UNREACHABLE, NEVER, "Destination unreachable"),  # could not be delivered to the number
    "1270": Meaning(REJECTED, NEVER, "Subscriber age restriction"),  # content against age setting
    "1280": Meaning(REJECTED, NEVER, "Number blocked by carrier"),  # plan without SMS, suspended
    "1282": Meaning(REJECTED, NEVER, "Message rejected by provider"),  # policy or content
    "1290": Meaning(REJECTED, NEVER, "Prepaid, insufficient funds"),  # recipient cannot receive
    "1300": Meaning(
        UNREACHABLE, NEVER, "Not part of the provider network", number="not_in_service"
    ),  # no such user there
    "1310": Meaning(UNREACHABLE, NEVER, "Not suitable device", number="no_texts"),  # phone cannot receive it
    "1320": Meaning(UNKNOWN, UNSURE, "Message already sent"),  # already sent
    "1330": Meaning(UNKNOWN, NEVER, "Delivery failed"),  # unknown permanent failure, check the number
    "1331": Meaning(TEMPORARY, WORTH_IT, "Provider error"),  # provider does not answer, try in minutes
    "1340": Meaning(UNKNOWN, NEVER, "Outside of the allowed window"),  # other channels
    "1350": Meaning(UNKNOWN, NEVER, "Phone matching fee not paid"),  # Messenger
    "1360": Meaning(TEMPORARY, WORTH_IT, "TTL was activated"),  # expired before delivery
    "1370": Meaning(UNKNOWN, NEVER, "Expired access token"),  # Messenger
    "1380": Meaning(CARRIER, NEVER, "Invalid resource", operator=True),  # media URL (MMS out)
    "1381": Meaning(CARRIER, NEVER, "Resource too large", operator=True),  # media (MMS out)
    "1382": Meaning(CARRIER, NEVER, "Unsupported resource type", operator=True),  # media (MMS out)
    "1400": Meaning(CARRIER, NEVER, "Unsupported channel", operator=True),  # request
    "1410": Meaning(CARRIER, NEVER, "Invalid channel parameters", operator=True),  # request
    "1420": Meaning(CARRIER, NEVER, "Invalid sender", operator=True),  # from not valid for the channel
    "1430": Meaning(UNREACHABLE, NEVER, "Invalid recipient", number="no_number"),  # to not valid for the channel
    "1431": Meaning(CARRIER, NEVER, "Multiple recipients", operator=True),  # not supported
    "1440": Meaning(CARRIER, NEVER, "Invalid message type", operator=True),  # request
    "1450": Meaning(CARRIER, NEVER, "Invalid client reference", operator=True),  # over 100 characters
    "1451": Meaning(UNKNOWN, NEVER, "Invalid context"),  # reply-to unknown
    "1460": Meaning(TEMPORARY, WORTH_IT, "Daily message limit exceeded", operator=True),  # registration limits
    "1461": Meaning(UNKNOWN, NEVER, "Auto-limited by provider"),  # WhatsApp marketing
    "1470": Meaning(REJECTED, NEVER, "Fraud Defender traffic rule", operator=True),  # our own rules block it
    "1472": Meaning(TEMPORARY, WORTH_IT, "Fraud Defender burst protection", operator=True),  # traffic limit reached
    "1473": Meaning(REJECTED, NEVER, "Fraud Defender AIT protection", operator=True),  # rejected
    "1474": Meaning(REJECTED, NEVER, "Fraud Defender country block", operator=True),  # our own rules
    "1475": Meaning(REJECTED, NEVER, "Fraud Defender network block", operator=True),  # our own rules
    "1476": Meaning(REJECTED, NEVER, "Do Not Originate", operator=True),  # our number is on a DNO list
    "1480": Meaning(CARRIER, NEVER, "Entity filter", operator=True),  # entity_id (India)
    "1481": Meaning(CARRIER, NEVER, "Header filter", operator=True),  # sender not registered
    "1482": Meaning(CARRIER, NEVER, "Content filter", operator=True),  # content_id
    "1483": Meaning(REJECTED, NEVER, "Consent filter", operator=True),  # consent not authorised
    "1484": Meaning(CARRIER, NEVER, "Authentication or compliance failure", operator=True),  # check sender set-up
    "1490": Meaning(UNKNOWN, UNSURE, "SMS segment timeout"),  # receipts missing, partial delivery possible
    "2001": Meaning(REJECTED, NEVER, "Fraud protection triggered", operator=True),  # blocked at the provider
    "2002": Meaning(UNKNOWN, NEVER, "Email size exceeded"),  # email
    "2003": Meaning(UNKNOWN, NEVER, "Destination unavailable"),  # email suppression list
}

#: A code that is not in the list, or none at all.
UNLISTED = Meaning(UNKNOWN, UNSURE, "Unknown code")

#: `undeliverable` without a code: the carrier could not reach the next one, such as during its outage.
OUTAGE = Meaning(TEMPORARY, WORTH_IT, "Undeliverable")

#: Refusals that have no code of the list; the names are ours.
REFUSALS: dict[str, Meaning] = {
    "http-400": Meaning(CARRIER, NEVER, "Request refused", operator=True),
    "http-413": Meaning(CARRIER, NEVER, "Request too large", operator=True),
    "http-415": Meaning(CARRIER, NEVER, "Request of the wrong type", operator=True),
    "http-422": Meaning(CARRIER, NEVER, "Request not valid", operator=True),
    "local": Meaning(CARRIER, NEVER, "Request could not be built", operator=True),
}

for _table in (CODES, REFUSALS):
    _table.update({code: replace(_table[code], cure=cure) for code, cure in CURES.items() if code in _table})
