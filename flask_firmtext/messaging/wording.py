"""A text's state in words, the same on pages, in the admin and on the command line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from ..language import either, marked
from ..language import gettext as _
from ..ports.gateway import Again, Reason
from . import codes
from .moments import clock_time, day, moment

#: States that need no more words than these. Queued and failed texts have more to say.
STATES: Mapping[str, str] = {
    "queued": marked("Sending…"),
    "sending": marked("Sending…"),
    "unknown": marked("Not sure it was sent"),
    "submitted": marked("Sent"),
    "unconfirmed": marked("Sent, no confirmation"),
    "failed": marked("Not delivered"),
    "delivered": marked("Delivered"),
    "cancelled": marked("Cancelled"),
    "expired": marked("Not sent: too late"),
    "received": marked("Received"),
}


@dataclass(frozen=True, slots=True)
class Words:
    """A label, what it means and what to do next, each for people."""

    label: str
    meaning: str
    next_step: str

    def said(self) -> Words:
        """The same in the language of whoever asks."""
        return Words(_(self.label), _(self.meaning), _(self.next_step))


REASONS: Mapping[Reason, Words] = {
    Reason.UNREACHABLE_NUMBER: Words(
        marked("Unreachable number"),
        marked("The number is not in service or cannot receive texts."),
        marked("Check the number with the client and correct it in the contact."),
    ),
    Reason.REJECTED_BY_CARRIER: Words(
        marked("Rejected by carrier"),
        marked("The client's carrier refused the text, or the client blocked texts from this number."),
        marked("Do not send it again. Reach the client another way."),
    ),
    Reason.TEMPORARY_ERROR: Words(
        marked("Temporary error"),
        marked("The phone was off or out of coverage, or the network was busy."),
        marked("Send it again later."),
    ),
    Reason.UNKNOWN_ERROR: Words(
        marked("Unknown error"),
        marked("The carrier did not say what happened. The text, or part of it, may have arrived."),
        marked("Ask the client before you send it again."),
    ),
    Reason.CARRIER_ERROR: Words(
        marked("Carrier error"),
        marked(
            "The carrier could not take the text; something in its network or in this system's account needs mending."
        ),
        marked("Sending it again does not help. Tell whoever operates this system."),
    ),
}

#: Beside the reason of a text whose code is the account's or this system's problem: people at the firm can do nothing.
OPERATOR_TOLD = marked("The operator was told.")
ONCE_MENDED = marked("Send it again once that is mended.")
NOT_BEFORE_MENDED = marked("Sending it again does not help before that is mended; reach the client another way.")
#: Of a text of which somebody at the firm has said so.
KNOWN_LOST = marked("Somebody at the firm knows that the client did not get it.")
STILL_TRUE = marked("Send it again if it is still true.")

#: What holds sending back, by the hold's code: label completes "Waiting: …".
HOLDS: Mapping[str, Words] = {
    "auth": Words(
        marked("the carrier does not accept this system's sign-in"),
        marked("The carrier refused our credentials, or our clock is wrong."),
        marked("An operator checks the carrier's credentials; texts then go out by themselves."),
    ),
    "balance": Words(
        marked("the carrier account has no credit"),
        marked("The carrier sends nothing until the account is topped up."),
        marked("An operator tops up the carrier account; texts then go out by themselves."),
    ),
    "number": Words(
        marked("the carrier does not accept the firm's number"),
        marked("The number is not registered, not linked or not ours."),
        marked("An operator checks the number at the carrier; texts then go out by themselves."),
    ),
    "wrong_address": Words(
        marked("the carrier cannot be reached at its address"),
        marked("Something answered in a way that the carrier does not; nothing is known against the texts."),
        marked("An operator checks the carrier's address, proxy and firewall, then lifts the hold."),
    ),
    "odd_4xx": Words(
        marked("the carrier gives an unexpected answer"),
        marked("Several texts got an answer that we do not know; nothing is known against the texts."),
        marked("An operator checks the carrier's address, proxy and firewall, then lifts the hold."),
    ),
    "redirect": Words(
        marked("something that is not the carrier answered"),
        marked("A proxy or a wrong address answered in the carrier's place."),
        marked("An operator checks the carrier's address and the network, then lifts the hold."),
    ),
    "tls": Words(
        marked("the carrier's certificate is not trusted"),
        marked("The connection was not made, so nothing was sent."),
        marked("An operator checks the list of trusted certificates and the network, then lifts the hold."),
    ),
    "local": Words(
        marked("this system cannot sign in to the carrier"),
        marked("The private key cannot be read or used, so nothing was sent."),
        marked("An operator checks the private key; texts then go out by themselves."),
    ),
    "breaker": Words(
        marked("the carrier is not answering properly"),
        marked("Several texts in a row ended without an answer."),
        marked("Nothing to do: we try again within a minute."),
    ),
    "restore": Words(
        marked("a backup was restored"),
        marked("Some of the waiting texts may have been sent after the backup was taken."),
        marked("An operator looks through the waiting texts, then lifts the hold."),
    ),
    "operator": Words(
        marked("an operator stopped sending"),
        marked("Texts are kept and go out when the hold is lifted."),
        marked("Ask whoever operates this system."),
    ),
}

_UNKNOWN = REASONS[Reason.UNKNOWN_ERROR]

_OTHER_HOLD = Words(
    marked("sending is stopped"),
    marked("Texts are kept and go out when the hold is lifted."),
    marked("Ask whoever operates this system."),
)


#: The code of no hold: the text waits for the end of the client's quiet hours.
QUIET_HOURS = "quiet_hours"

#: How we know that a client wants no texts, by the first word of the evidence; completed with name, day and word.
OPT_OUTS: Mapping[str, str] = {
    "client": marked("%(name)s replied %(word)s on %(day)s."),
    "network": marked("%(name)s replied %(word)s on %(day)s."),
    "carrier": marked("%(name)s blocked texts from this number; the carrier told us on %(day)s."),
    "asked": marked("%(name)s asked in a text for no more texts, noted on %(day)s."),
    "staff": marked("%(name)s asked for no more texts, noted on %(day)s."),
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
        return _("%(state)s: %(reason)s", state=_(STATES[state]), reason=reason_words(reason).label)
    if state != "queued":
        return _(STATES[state])
    if hold == QUIET_HOURS and due is not None:
        return _("Waiting: quiet hours until %(time)s, client's time", time=clock_time(due, zone))
    if due is not None and due > now:
        return _("Scheduled for %(moment)s", moment=moment(due, now, zone))
    return _(STATES[state]) if hold is None else _("Waiting: %(reason)s", reason=hold_words(hold).label)


def reason_words(reason: str | None) -> Words:
    """The words for a reason; one that nobody knows is an unknown error."""
    return next((words for known, words in REASONS.items() if known == reason), _UNKNOWN).said()


def failure_words(reason: str | None, code: str | None) -> Words:
    """The words for a text that failed with the carrier's ``code``: the reason's, and who has to do something.

    What only whoever operates this system can mend says so, to everybody in the same words.
    """
    words, means = reason_words(reason), codes.meaning(code)
    if code == codes.LOST:
        return replace(words, meaning=_(KNOWN_LOST), next_step=_(STILL_TRUE))
    if not (code and means.operator):
        return words
    then = {Again.WORTH_IT: _(ONCE_MENDED), Again.NOT_AS_IT_IS: _(NOT_BEFORE_MENDED)}.get(means.again, words.next_step)
    return replace(words, next_step=f"{_(OPERATOR_TOLD)} {then}")


def hold_words(code: str) -> Words:
    """The words for a hold; one that nobody knows says that sending is stopped."""
    return HOLDS.get(code, _OTHER_HOLD).said()


def find_reason(given: str) -> Reason | None:
    """The reason that a person named by its code or its label, in any case; None when there is none."""
    wanted = given.strip().casefold()
    return next((reason for reason, words in REASONS.items() if wanted in (reason, words.label.casefold())), None)


#: Who said something before the conversation began may have been an earlier owner of the number.
SOMEBODY = marked("Whoever had this number")


def who_said(names: Sequence[str], said: datetime, begun: datetime | None) -> str:
    """Who said something at ``said``, in a conversation that began at ``begun`` (None: there is none yet)."""
    return either(names) if names and begun is not None and begun <= said else _(SOMEBODY)


def opted_out(name: str, evidence: str | None, at: datetime, now: datetime, zone: str) -> str:
    """Why a contact cannot be texted, since when, and how that ends. ``zone`` is the firm's.

    ``evidence`` begins with a key of :data:`OPT_OUTS`; the word that the client wrote follows a colon.
    """
    how, word = _evidence(evidence)
    told = OPT_OUTS.get(how, OPT_OUTS["staff"])
    fact = _(told, name=name, day=day(at, now, zone), word=word or "STOP")
    return f"{fact} {way_back(evidence)}"


def way_back(evidence: str | None) -> str:
    """How an opt-out ends."""
    if _evidence(evidence)[0] in NETWORK_OPT_OUTS:
        return _("Texts can go out again once an UNSTOP comes from that phone.")
    return _("Texts can go out again once a START comes from that phone.")


def _evidence(evidence: str | None) -> tuple[str, str]:
    how, word = [*(evidence or "").split(":", 1), ""][:2]
    return how, word
