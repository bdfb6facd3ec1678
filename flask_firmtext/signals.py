"""What a host may hear, and consumers of outgoing webhooks: after the commit, with ids and no content.

:data:`TOLD` is the one table of it; docs/signals.md is written from it, and a test holds it to the code.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from blinker import NamedSignal, Namespace

_signals = Namespace()

FIRM = {"firm": "the host's reference of the firm"}
TEXT = {"conversation": "our id", "message": "our id of the text"}

#: A client's text was stored. Carries ``firm``, ``conversation`` and ``message`` (ids as strings).
text_received = _signals.signal("firmtext-text-received")

#: A file that came with a client's text is here. Carries ``firm``, ``message`` and ``file`` (ids as strings).
file_received = _signals.signal("firmtext-file-received")

#: A received file is in a matter's documents. Carries ``firm``, ``file`` (our id as a string) and the host's references
#: ``matter`` and ``document``.
file_filed = _signals.signal("firmtext-file-filed")

#: A client answered an invitation. Carries ``firm``, the host's references ``event`` and ``contact``, and ``message``
#: (the client's text, our id as a string). What was answered, ``Calendar.respond`` says.
invitation_answered = _signals.signal("firmtext-invitation-answered")

#: A text of the firm reached a final state. Carries ``firm``, ``conversation``, ``message`` and ``state``.
text_delivered = _signals.signal("firmtext-text-delivered")

#: A text of the firm failed. Carries ``firm``, ``conversation``, ``message``, ``reason`` and the carrier's ``code``.
text_failed = _signals.signal("firmtext-text-failed")

#: A client paid through a payment link that the firm made. Carries ``firm`` and ``link`` (our id as a string).
payment_link_paid = _signals.signal("firmtext-payment-link-paid")

#: A number's consent changed. Carries ``firm``, ``conversation`` (or None) and ``opted_out`` (bool).
consent_changed = _signals.signal("firmtext-consent-changed")

#: A firm's number may send now. Carries ``firm`` and ``number`` (our id as a string).
number_verified = _signals.signal("firmtext-number-verified")

#: Something needs an operator. Carries ``kind`` (a short code such as ``secret_rotated``) and ``detail`` (no content).
alarm = _signals.signal("firmtext-alarm")


@dataclass(frozen=True, slots=True)
class Told:
    """When a signal is sent and what it carries. ``kind`` is its name among outgoing webhooks, None: there is none.

    ``words``: the text's words may go with the webhook, where the firm has asked for them.
    """

    name: str
    signal: NamedSignal
    when: str
    fields: Mapping[str, str]
    kind: str | None = None
    words: bool = False


TOLD = (
    Told(
        "text_received", text_received, "a client's text was stored", {**FIRM, **TEXT}, kind="text.received", words=True
    ),
    Told(
        "file_received",
        file_received,
        "a file that came with a client's text is here",
        {**FIRM, "message": TEXT["message"], "file": "our id"},
        kind="file.received",
    ),
    Told(
        "file_filed",
        file_filed,
        "a received file is in a matter's documents",
        {**FIRM, "file": "our id", "matter": "the host's reference", "document": "the host's reference"},
        kind="file.filed",
    ),
    Told(
        "invitation_answered",
        invitation_answered,
        "a client answered an invitation; what was answered, `Calendar.respond` says",
        {**FIRM, "event": "the host's reference", "contact": "the host's reference", "message": TEXT["message"]},
        kind="invitation.answered",
        words=True,
    ),
    Told(
        "text_delivered",
        text_delivered,
        "a text of the firm was delivered",
        {**FIRM, **TEXT, "state": "`delivered`"},
        kind="text.delivered",
        words=True,
    ),
    Told(
        "text_failed",
        text_failed,
        "a text of the firm failed",
        {**FIRM, **TEXT, "reason": "why, as in [states](states.md)", "code": "the carrier's code, or None"},
        kind="text.failed",
        words=True,
    ),
    Told(
        "payment_link_paid",
        payment_link_paid,
        "a client paid through a payment link that the firm made",
        {**FIRM, "link": "our id"},
        kind="payment_link.paid",
    ),
    Told(
        "consent_changed",
        consent_changed,
        "a number's consent changed",
        {**FIRM, "conversation": "our id, or None", "opted_out": "whether no more may be sent"},
        kind="consent.changed",
    ),
    Told(
        "number_verified",
        number_verified,
        "a number of the firm may send now",
        {**FIRM, "number": "our id"},
        kind="number.verified",
    ),
    Told(
        "alarm",
        alarm,
        "something needs an operator",
        {"kind": "a short code such as `secret_rotated`", "detail": "no content"},
    ),
)

#: What an outgoing webhook may be about.
KINDS: Mapping[str, Told] = {one.kind: one for one in TOLD if one.kind}
#: By the signal's own name: its kind, None where there is no webhook of it.
KIND_OF: Mapping[str, str | None] = {one.signal.name: one.kind for one in TOLD}
