"""Posting a webhook to whoever a firm has named: HTTPS, once, no redirect, nowhere inside, and no longer than 15 s.

The address is somebody else's, so each one that its name leads to is judged before it is connected to.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from requests import Session

from ..errors import CarrierRefused
from ..settings import Settings
from .addresses import PORT, is_listed, is_public
from .exchanges import Exchange, Stage
from .wires import Wire, quiet

SECONDS = 15.0
#: The longest that is posted (bytes).
LONGEST = 64 * 1024
#: In words of ours, how far a request got that had no answer.
REACHED = {Stage.DIALING: "not_reached", Stage.SECURING: "no_tls", Stage.WRITTEN: "no_answer"}


@dataclass(frozen=True, slots=True)
class Outcome:
    """``status`` of the answer, None: there was none. ``evidence`` is a short code, None for a success."""

    status: int | None
    evidence: str | None = None

    @property
    def is_over(self) -> bool:
        """Whether the consumer says that it is gone for good."""
        return self.status == 410


def post(settings: Settings, url: str, headers: Mapping[str, str], body: bytes) -> Outcome:
    """Post once. Nothing is raised: whatever went wrong is the outcome."""
    quiet()
    parts = urlsplit(url)
    listed = is_listed(settings, str(parts.hostname), parts.port or PORT)
    with Session() as session:
        wire = Wire(session, settings.webhook_ca_bundle)
        with wire.exchanging(SECONDS, None if listed else is_public) as exchange:
            try:
                answer = wire.open(method="POST", url=url, headers=headers, data=body, read_seconds=SECONDS)
                answer.close()
            except Exception as error:
                return Outcome(None, _why(exchange, error))
    return _judged(answer.status_code)


def _judged(status: int) -> Outcome:
    if 200 <= status < 300:
        return Outcome(status)
    return Outcome(status, "redirect" if 300 <= status < 400 else "answer")


def _why(exchange: Exchange, error: Exception) -> str:
    if exchange.expired:
        return "timeout"
    if isinstance(error, CarrierRefused):
        return "not_public"
    return REACHED[exchange.stage]
