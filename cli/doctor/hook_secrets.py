"""Which of the accepted secrets sign webhooks, and which may be taken away."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from ...current import firmtext
from ...messaging import hook_secrets
from ...messaging.hook_secrets import Secret
from ...store.transactions import reading
from .finding import Finding, doubtful, fine

NAME = "webhooks.secret"
#: The carrier repeats for 24 hours what it may have signed when it first sent it.
REPEATED = timedelta(hours=25)

_LIST = "FIRMTEXT_VONAGE_SIGNATURE_SECRETS"
_RESTART = "restart every web process"


def signed() -> Iterator[Finding]:
    """Each secret in the list, and each that a web process accepts beside it."""
    with reading() as session:
        found = hook_secrets.look(session, firmtext.settings.vonage_signature_secrets)
    newest = max((one.signed_at for one in found if one.signed_at), default=None)
    begun = any(one.since for one in found)
    for one in found:
        if one.place is None:
            seen = f"A web process accepts a secret (mark {one.mark}) that is not in {_LIST} here."
            cure = f"If the list is right here: {_RESTART}. The next webhook that is believed ends this."
            yield doubtful(NAME, seen, cure)
        else:
            which = f"The {_nth(one.place)} secret in {_LIST} (mark {one.mark})"
            yield _told(which, one, newest) if one.since or one.signed_at else _unknown(which, begun=begun)


def _unknown(which: str, *, begun: bool) -> Finding:
    if not begun:
        return fine(NAME, f"{which}: no webhook was believed yet.")
    return doubtful(NAME, f"{which} is not known to a web process yet.", f"Set the list everywhere, and {_RESTART}.")


def _told(which: str, one: Secret, newest: datetime | None) -> Finding:
    last = one.signed_at or one.since
    seen = f"{which} signed a webhook last at {_minute(one.signed_at)}."
    cure = f"Another one signs now: take it out of {_LIST} and {_RESTART}."
    if one.signed_at is None:
        seen = f"{which} is accepted since {_minute(one.since)} and has signed nothing."
        cure = f"Change it at the carrier, or take it out of {_LIST} and {_RESTART}."
    unused = newest is not None and last is not None and newest - last > REPEATED
    return doubtful(NAME, seen, cure) if unused else fine(NAME, seen)


def _nth(place: int) -> str:
    return ("1st", "2nd", "3rd", *(f"{n}th" for n in range(4, 9)))[place]


def _minute(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC" if moment else "a time that nobody noted"
