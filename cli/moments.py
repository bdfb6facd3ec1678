"""Times as people type them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import click

_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def moment(value: str | None) -> datetime | None:
    """An ISO time; without a zone it is UTC."""
    if value is None:
        return None
    try:
        parsed = datetime.fromisoformat(value)
    except ValueError:
        raise click.BadParameter(f"{value!r} is no ISO time like 2026-05-04T09:00:00Z.") from None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def since(value: str | None) -> datetime | timedelta | None:
    """An ISO time, or how long ago: ``30m``, ``2h``, ``3d``, ``1w``."""
    if value and (ago := re.fullmatch(r"(\d{1,4})([mhdw])", value)):
        return timedelta(**{_UNITS[ago[2]]: int(ago[1])})
    try:
        return moment(value)
    except click.BadParameter:
        raise click.BadParameter(f"{value!r} is neither an ISO time nor like 2h or 3d.") from None
