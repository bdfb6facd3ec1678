"""Whether our clock is right: signatures and tokens are believed for minutes only."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import requests
from sqlalchemy import select

from ...clock import Clock
from ...current import firmtext
from ...store.transactions import reading
from .finding import Finding, fine, wrong

FAR = timedelta(seconds=60)
SECONDS = 3.0
_CURE = "Let this machine set its clock by NTP (`timedatectl set-ntp true`)."


def clock() -> Iterator[Finding]:
    """Our clock beside the database's and the carrier's."""
    others = {"the database's": _database(), "the carrier's": _carrier()}
    apart = {name: firmtext.clock.now() - at for name, at in others.items() if at is not None}
    for name, ahead in apart.items():
        if abs(ahead) > FAR:
            seen = f"Our clock is {abs(ahead).total_seconds():.0f} s {'ahead of' if ahead > FAR else 'behind'} {name}."
            yield wrong("clock", f"{seen} From 5 minutes on, no webhook and no request is believed.", _CURE)
    if all(abs(ahead) <= FAR for ahead in apart.values()):
        yield fine("clock", f"It agrees with {' and '.join(apart)}.")


def _database() -> datetime:
    with reading() as session:
        moment: datetime = session.execute(select(Clock().sql())).scalar_one()
    return moment


def _carrier() -> datetime | None:
    """When the carrier says that it answered; None when it is another carrier's adapter, away, or says nothing."""
    settings = firmtext.settings
    if settings.vonage_application_id is None:
        return None
    try:
        with requests.Session() as session:
            session.trust_env = False
            answer = session.head(
                f"https://{settings.vonage_api_host}/",
                timeout=SECONDS,
                allow_redirects=False,
                verify=settings.vonage_ca_bundle or True,
            )
        return parsedate_to_datetime(answer.headers["Date"]).astimezone(UTC)
    except (requests.RequestException, OSError, LookupError, ValueError):
        return None
