"""Whether the carrier takes our texts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from werkzeug.utils import ImportStringError

from ...current import firmtext
from ...errors import CarrierBusy, CarrierError, CarrierRefused
from ...messaging import held
from ...store.transactions import reading
from .finding import Finding, doubtful, fine, wrong

_SETTING = re.compile(r"FIRMTEXT_\w+")


def carrier() -> Iterator[Finding]:
    """The adapter, its credentials and the account, by one cheap request."""
    try:
        firmtext.gateway.probe()
    except (ImportStringError, ImportError, AttributeError) as error:
        yield wrong("carrier.adapter", f"It cannot be imported: {error}", "Mend FIRMTEXT_GATEWAY.")
    except CarrierBusy as error:
        yield wrong("carrier", f"It cannot be reached: {error}", _way_there(error))
    except CarrierRefused as error:
        yield _ours(error) if error.evidence == "local" else _refused(error)
    except CarrierError as error:
        yield wrong("carrier", f"Its answer is not the carrier's: {error}", "Check FIRMTEXT_VONAGE_API_HOST.")
    else:
        yield fine("carrier", "It answers and knows our account.")


def _ours(error: CarrierRefused) -> Finding:
    """The request could not be made here; the detail begins with the setting at fault, if it is one."""
    setting = _SETTING.match(error.detail)
    cure = f"Mend {setting[0]}; docs/settings.md says what it takes." if setting else "Mend FIRMTEXT_VONAGE_API_HOST."
    return wrong("carrier", f"It was not asked: {error.detail}", cure)


def _refused(error: CarrierRefused) -> Finding:
    return wrong(
        "carrier",
        f"It refuses us: {error}",
        "Check FIRMTEXT_VONAGE_API_KEY, _API_SECRET, _APPLICATION_ID, _PRIVATE_KEY and the account's balance.",
    )


def _way_there(error: CarrierBusy) -> str:
    if error.evidence == "tls":
        return "Check FIRMTEXT_VONAGE_CA_BUNDLE; never switch the check off."
    return "Check FIRMTEXT_VONAGE_API_HOST, the name server and the firewall."


def holds() -> Iterator[Finding]:
    """What stands still until somebody mends it."""
    with reading() as session:
        standing = held.standing(session)
    for hold in standing:
        what = f"{hold.kind} {hold.object}".strip()
        seen = f"Sending stands still for {what} since {hold.since:%Y-%m-%d %H:%M} UTC: {hold.words.label}."
        waits = "1 text waits." if hold.waiting == 1 else f"{hold.waiting} texts wait."
        again = " It was lifted a moment before: the cause is not mended." if hold.returned else ""
        cure = f"{hold.words.next_step} Or at once: `flask firmtext holds lift {hold.id}`."
        yield wrong("hold", f"{seen} {waits}{again}", cure)


def verification() -> Iterator[Finding]:
    """Numbers that send without the carriers' verification."""
    settings = firmtext.settings
    if settings.toll_free_verification == "assumed" and not settings.sandboxed:
        yield doubtful(
            "numbers",
            "Numbers send before the carriers have verified them; carriers block such texts.",
            "Set FIRMTEXT_TOLL_FREE_VERIFICATION to required.",
        )
