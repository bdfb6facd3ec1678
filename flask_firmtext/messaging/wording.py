"""A text's state in words, the same on pages, in the admin and on the command line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ..ports.gateway import Reason
from .moments import clock_time, day, moment

#: States that need no more words than these. Queued and failed texts have more to say.
STATES: Mapping[str, str] = {
    "queued": "Sending…",
    "sending": "Sending…",
    "unknown": "Not sure it was sent",
    "submitted": "Sent",
    "unconfirmed": "Sent, no confirmation",
    "failed": "Not delivered",
    "delivered": "Delivered",
    "cancelled": "Cancelled",
    "expired": "Not sent: too late",
    "received": "Received",
}


@dataclass(frozen=True, slots=True)
class Words:
    """A label, what it means and what to do next, each for people."""

    label: str
    meaning: str
    next_step: str


REASONS: Mapping[Reason, Words] = {
    Reason.UNREACHABLE_NUMBER: Words(
        "Unreachable number",
        "The number is not in service or cannot receive texts.",
        "Check the number with the client and correct it in the contact.",
    ),
    Reason.REJECTED_BY_CARRIER: Words(
        "Rejected by carrier",
        "The client's carrier refused the text, or the client blocked texts from this number.",
        "Do not send it again. Reach the client another way.",
    ),
    Reason.TEMPORARY_ERROR: Words(
        "Temporary error",
        "The phone was off or out of coverage, or the network was busy.",
        "Send it again later.",
    ),
    Reason.UNKNOWN_ERROR: Words(
        "Unknown error",
        "The carrier did not say what happened. The text, or part of it, may have arrived.",
        "Ask the client before you send it again.",
    ),
    Reason.CARRIER_ERROR: Words(
        "Carrier error",
        "The carrier could not take the text; something in its network or in this system's account needs mending.",
        "Sending it again does not help. Tell whoever operates this system.",
    ),
}

#: What holds sending back, by the hold's code: label completes "Waiting: …".
HOLDS: Mapping[str, Words] = {
    "auth": Words(
        "the carrier does not accept this system's sign-in",
        "The carrier refused our credentials, or our clock is wrong.",
        "An operator checks the carrier's credentials; texts then go out by themselves.",
    ),
    "balance": Words(
        "the carrier account has no credit",
        "The carrier sends nothing until the account is topped up.",
        "An operator tops up the carrier account; texts then go out by themselves.",
    ),
    "number": Words(
        "the carrier does not accept the firm's number",
        "The number is not registered, not linked or not ours.",
        "An operator checks the number at the carrier; texts then go out by themselves.",
    ),
    "wrong_address": Words(
        "the carrier cannot be reached at its address",
        "Something answered in a way that the carrier does not; nothing is known against the texts.",
        "An operator checks the carrier's address, proxy and firewall, then lifts the hold.",
    ),
    "odd_4xx": Words(
        "the carrier gives an unexpected answer",
        "Several texts got an answer that we do not know; nothing is known against the texts.",
        "An operator checks the carrier's address, proxy and firewall, then lifts the hold.",
    ),
    "redirect": Words(
        "something that is not the carrier answered",
        "A proxy or a wrong address answered in the carrier's place.",
        "An operator checks the carrier's address and the network, then lifts the hold.",
    ),
    "tls": Words(
        "the carrier's certificate is not trusted",
        "The connection was not made, so nothing was sent.",
        "An operator checks the list of trusted certificates and the network, then lifts the hold.",
    ),
    "local": Words(
        "this system cannot sign in to the carrier",
        "The private key cannot be read or used, so nothing was sent.",
        "An operator checks the private key; texts then go out by themselves.",
    ),
    "breaker": Words(
        "the carrier is not answering properly",
        "Several texts in a row ended without an answer.",
        "Nothing to do: we try again within a minute.",
    ),
    "restore": Words(
        "a backup was restored",
        "Some of the waiting texts may have been sent after the backup was taken.",
        "An operator looks through the waiting texts, then lifts the hold.",
    ),
    "operator": Words(
        "an operator stopped sending",
        "Texts are kept and go out when the hold is lifted.",
        "Ask whoever operates this system.",
    ),
}

_UNKNOWN = REASONS[Reason.UNKNOWN_ERROR]

_OTHER_HOLD = Words(
    "sending is stopped",
    "Texts are kept and go out when the hold is lifted.",
    "Ask whoever operates this system.",
)


#: How we know that a client wants no texts, by the first word of the evidence; completed with name, day and word.
OPT_OUTS: Mapping[str, str] = {
    "client": "{name} replied {word} on {day}.",
    "network": "{name} replied {word} on {day}.",
    "carrier": "{name} blocked texts from this number; the carrier told us on {day}.",
    "asked": "{name} asked in a text for no more texts, noted on {day}.",
    "staff": "{name} asked for no more texts, noted on {day}.",
}
#: Where the carriers have blocked the number themselves, they lift that on these words only.
NETWORK_OPT_OUTS = frozenset({"network", "carrier"})


def state_words(
    state: str, reason: str | None, due: datetime | None, now: datetime, zone: str, hold: str | None
) -> str:
    """What staff read beside a text.

    :param due: when it is meant to go (aware); None for at once, and while a failed try waits for the next.
    :param zone: IANA zone in which ``due`` is told: the firm's, for quiet hours the client's.
    :param hold: code of the hold on account, number or firm; ``quiet_hours`` when it waits for their end at ``due``.
    """
    if state == "failed":
        return f"{STATES[state]}: {reason_words(reason).label}"
    if state != "queued":
        return STATES[state]
    if hold == "quiet_hours" and due is not None:
        return f"Waiting: quiet hours until {clock_time(due, zone)}, client's time"
    if due is not None and due > now:
        return f"Scheduled for {moment(due, now, zone)}"
    return STATES[state] if hold is None else f"Waiting: {hold_words(hold).label}"


def reason_words(reason: str | None) -> Words:
    """The words for a reason; one that nobody knows is an unknown error."""
    return next((words for known, words in REASONS.items() if known == reason), _UNKNOWN)


def hold_words(code: str) -> Words:
    """The words for a hold; one that nobody knows says that sending is stopped."""
    return HOLDS.get(code, _OTHER_HOLD)


def find_reason(given: str) -> Reason | None:
    """The reason that a person named by its code or its label, in any case; None when there is none."""
    wanted = given.strip().casefold()
    return next((reason for reason, words in REASONS.items() if wanted in (reason, words.label.casefold())), None)


#: Who said something before the conversation began may have been an earlier owner of the number.
SOMEBODY = "Whoever had this number"


def who_said(names: Sequence[str], said: datetime, begun: datetime | None) -> str:
    """Who said something at ``said``, in a conversation that began at ``begun`` (None: there is none yet)."""
    return " or ".join(names) if names and begun is not None and begun <= said else SOMEBODY


def opted_out(name: str, evidence: str | None, at: datetime, now: datetime, zone: str) -> str:
    """Why a contact cannot be texted, since when, and how that ends. ``zone`` is the firm's.

    ``evidence`` begins with a key of :data:`OPT_OUTS`; the word that the client wrote follows a colon.
    """
    how, _, word = (evidence or "").partition(":")
    fact = OPT_OUTS.get(how, OPT_OUTS["staff"]).format(name=name, day=day(at, now, zone), word=word or "STOP")
    return f"{fact} {way_back(evidence)}"


def way_back(evidence: str | None) -> str:
    """How an opt-out ends."""
    word = "an UNSTOP" if (evidence or "").partition(":")[0] in NETWORK_OPT_OUTS else "a START"
    return f"Texts can go out again once {word} comes from that phone."
