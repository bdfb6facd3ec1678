"""Times as people type them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import click

_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
#: So far from the ends of the calendar that any wait may be added or taken away.
YEARS = range(1970, 3000)


def moment(value: str | None, otherwise: str = "is no ISO time like 2026-05-04T09:00:00Z") -> datetime | None:
    """An ISO time; without a zone it is UTC."""
    if value is None:
        return None
    try:
        parsed = datetime.fromisoformat(value)
        at = parsed.astimezone(UTC) if parsed.tzinfo else parsed.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise click.BadParameter(f"{value!r} {otherwise}.") from None
    if at.year not in YEARS:
        raise click.BadParameter(f"{value!r} is not in the years {YEARS[0]} to {YEARS[-1]}.")
    return at


def since(value: str | None) -> datetime | timedelta | None:
    """An ISO time, or how long ago: ``30m``, ``2h``, ``3d``, ``1w``."""
    if value and (ago := re.fullmatch(r"(\d{1,4})([mhdw])", value)):
        return timedelta(**{_UNITS[ago[2]]: int(ago[1])})
    return moment(value, "is neither an ISO time nor like 2h or 3d")
