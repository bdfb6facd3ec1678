"""Whether the carrier calls us, and whether our addresses answer."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import requests

from ...current import firmtext
from ...errors import CarrierError
from ...firm import provisioning, reconciling
from .finding import Finding, doubtful, fine, wrong

SECONDS = 3.0
#: The most that we take of a webhook is 256 KiB.
TOO_LARGE = 256 * 1024 + 1
HEADER = "X-Request-Id"
_KEEP = (
    "Let the host's sign-in, its CSRF protection and the proxy in front leave our webhooks alone, and the proxy take "
    "bodies of 300 KiB."
)


def application() -> Iterator[Finding]:
    """Where the application at the carrier brings texts, reports and calls."""
    wanted = provisioning.webhooks()
    if wanted is None:
        return
    try:
        has = firmtext.gateway.pointed()
    except (CarrierError, ImportError, AttributeError):
        return  # the carrier's own check tells it
    if has == wanted:
        yield fine("webhooks.application", "The application at the carrier calls us.")
    else:
        seen = reconciling.elsewhere(has, wanted)
        yield wrong("webhooks.application", seen, "Point it here: `flask firmtext numbers sync --fix`.")


def reach() -> Iterator[Finding]:
    """Whether the public address leads to us, as seen from here."""
    settings = firmtext.settings
    if settings.public_url is None:
        return
    address = f"{settings.public_url}{settings.url_prefix}/healthz"
    try:
        code = _code(address)
    except requests.Timeout:
        seen = f"{address} does not answer within {SECONDS:g} s from here."
        cure = "Try it from elsewhere: some networks do not let a machine reach its own public address."
        yield doubtful("webhooks.reach", seen, cure)
    except requests.exceptions.SSLError:
        seen = f"The certificate of {address} is not trusted, and the carrier does not trust it either."
        yield wrong("webhooks.reach", seen, "Renew it, with all certificates in between.")
    except requests.RequestException as error:
        seen = f"{address} cannot be reached from here: {type(error).__name__}."
        yield wrong("webhooks.reach", seen, "Start the web server, or mend FIRMTEXT_PUBLIC_URL and what is in between.")
    else:
        yield _judged(address, code)
        if code == requests.codes.ok:
            yield from _round_trip(f"{settings.public_url}{settings.url_prefix}/webhooks/inbound")


def _round_trip(address: str) -> Iterator[Finding]:
    """A POST as the carrier's, larger than any of them: we refuse it before we look at it, so nothing comes of it."""
    name = uuid.uuid4().hex
    try:
        with requests.Session() as session:
            session.trust_env = False
            session.headers.update({HEADER: name, "Content-Type": "application/json"})
            answer = session.post(address, data=bytes(TOO_LARGE), timeout=SECONDS, allow_redirects=False)
    except requests.RequestException as error:
        seen = f"A POST to {address} is not answered: {type(error).__name__}."
        yield doubtful("webhooks.round_trip", seen, "Let the proxy in front pass POST requests of up to 300 KiB.")
        return
    if answer.headers.get(HEADER) == name and answer.status_code == requests.codes.request_entity_too_large:
        yield fine("webhooks.round_trip", f"A POST to {address} comes to us.")
    else:
        yield wrong("webhooks.round_trip", f"A POST to {address} is answered {answer.status_code}{_by(answer)}", _KEEP)


def _by(answer: requests.Response) -> str:
    if 300 <= answer.status_code < 400:
        return ", leading elsewhere, before it comes to us."
    return ", and not by us."


def _code(address: str) -> int:
    with requests.Session() as session:
        session.trust_env = False
        with session.get(address, timeout=SECONDS, allow_redirects=False, stream=True) as answer:
            return answer.status_code


def _judged(address: str, code: int) -> Finding:
    if code == requests.codes.ok:
        return fine("webhooks.reach", f"{address} answers.")
    if code == requests.codes.service_unavailable:
        return wrong("webhooks.reach", f"{address} answers 503.", "The web server cannot write to the database.")
    if 300 <= code < 400:
        seen = f"{address} leads elsewhere ({code}), and the carrier does not follow."
        return wrong("webhooks.reach", seen, "Set FIRMTEXT_PUBLIC_URL to the address to which it leads.")
    seen = f"{address} answers {code}: something else is served there."
    return wrong("webhooks.reach", seen, "Mend FIRMTEXT_PUBLIC_URL, FIRMTEXT_URL_PREFIX or the proxy in front.")
