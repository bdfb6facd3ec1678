"""Whether the carrier's webhooks arrive: where they go, which were refused lately, and which wait in quarantine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from ...current import firmtext
from ...store.transactions import reading
from .. import counts
from .finding import Finding, doubtful, fine, wrong

LATELY = timedelta(hours=24)
#: Counters: a refused webhook by the reason that the log names, and what the carrier told against our own record.
REFUSED = "webhook_refused."
AGAINST_US = ("contradiction", "uuid_conflict")

_SECRETS = "FIRMTEXT_VONAGE_SIGNATURE_SECRETS"
_SIGN = "Switch signed webhooks on at the carrier, and let a proxy in front pass the Authorization header unchanged."


class Refusal(NamedTuple):
    """What a reason means; ``ours`` says that the carrier itself called, so that a client's words may be missing."""

    seen: str
    cure: str
    ours: bool = True


REFUSALS: Mapping[str, Refusal] = {
    "secret_rotated": Refusal(
        "A webhook for our account bears a signature that none of our secrets fits.",
        f"Put the account's present signature secret first into {_SECRETS}.",
    ),
    "clock": Refusal(
        "A webhook was signed at a time that is too far from this machine's clock.",
        "Set this machine's clock, by NTP.",
    ),
    "unsigned": Refusal("A webhook about a number or text of ours came without a signature.", _SIGN),
    "key_unavailable": Refusal(
        "A webhook could not be protected, so it was not stored.",
        "Mend FIRMTEXT_ENCRYPTION_KEYS and FIRMTEXT_INDEX_KEY in the web server's environment.",
    ),
    "webhook_fault": Refusal(
        "A webhook met a fault of ours.",
        'Look for "a webhook met a fault" in the web server\'s log and report its place to the maintainers.',
    ),
    "forged_account": Refusal(
        "A webhook is signed with our secret for another account or application.",
        "Check FIRMTEXT_VONAGE_API_KEY and FIRMTEXT_VONAGE_APPLICATION_ID.",
    ),
    "forged_payload_hash": Refusal(
        "A webhook's body is not the one that was signed.",
        "Let a proxy in front pass the body unchanged, byte for byte.",
    ),
    "forged_signature": Refusal(
        "A webhook's signature fits no secret of ours, and it names neither our key nor our application.",
        f"If answers are missing, check {_SECRETS} and FIRMTEXT_VONAGE_APPLICATION_ID; else a stranger tried.",
        ours=False,
    ),
}
_STRANGER = Refusal(
    "A request was no webhook of the carrier's.", f"If answers are missing: {_SIGN} Else a stranger tried.", ours=False
)

#: What to do about a webhook in quarantine, by its reason. Any other reason is a field that could not be read.
QUARANTINED: Mapping[str, tuple[str, str]] = {
    "number_unknown": (
        "for a number that no firm has here",
        "Take our webhook address from that number at the carrier, unless a firm is to have it.",
    ),
    "stranger": (
        "from phones that the firm has not texted",
        "Nothing is lost. Tell the firm that somebody wrote; it may text that phone first.",
    ),
    "orphan_status": (
        "about texts that are not in this database",
        "After a restore: they were sent after the backup. Else another system uses our application at the carrier.",
    ),
    "conflict": (
        "with an id that came before with other words",
        "The first one stands in its thread. Report it to the carrier.",
    ),
}
_ODD = (
    "of a shape that this version cannot read",
    "Install the newest flask-firmtext; if that does not help, report kind and reason to its maintainers.",
)


def address() -> Iterator[Finding]:
    """What the carrier needs to tell us of answers and deliveries."""
    settings = firmtext.settings
    if not settings.vonage_signature_secrets:
        yield wrong(
            "webhooks.secrets",
            "There is no signature secret, so no webhook can be believed: no answer arrives.",
            f"Copy the account's signature secret into {_SECRETS}.",
        )
    if settings.public_url is None:
        yield wrong("webhooks.address", "The carrier does not know where to call.", "Set FIRMTEXT_PUBLIC_URL.")
        return
    prefix = f"{settings.public_url}{settings.url_prefix}/webhooks"
    yield fine("webhooks.address", f"The carrier calls {prefix}/inbound, /status and /answer.")


def refused() -> Iterator[Finding]:
    """Webhooks that were not believed lately. One that was believed since is evidence that the cause is gone."""
    with reading() as session:
        lately = counts.counted(session, REFUSED, LATELY)
        believed = counts.newest_believed(session) if lately else None
    for reason, last in lately.items():
        meant = REFUSALS.get(reason, _STRANGER)
        since = believed is not None and believed > last
        seen = f"{meant.seen} Refused as {reason}, last at {_minute(last)}"
        seen += "; others were believed since." if since else "."
        yield (wrong if meant.ours and not since else doubtful)("webhooks.refused", seen, meant.cure)


def quarantine() -> Iterator[Finding]:
    """Webhooks that were believed and have no place."""
    with reading() as session:
        waiting = counts.quarantined(session)
        against = [name for name in AGAINST_US if counts.counted(session, name, LATELY)]
    for some in waiting:
        which, cure = QUARANTINED.get(some.reason, _ODD)
        count = "1 webhook waits" if some.count == 1 else f"{some.count} webhooks wait"
        seen = f"{count}, {some.kind}, {which} ({some.reason}), the oldest since {_minute(some.oldest)}."
        yield doubtful("quarantine", seen, cure)
    for name in against:
        yield doubtful(
            "evidence",
            f"The carrier told of a text what our own record excludes ({name}).",
            "The carrier was believed. Report it to the maintainers, with the attempt's evidence from the admin.",
        )


def _minute(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
