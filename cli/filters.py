"""Options that narrow texts down, the same for every command about them."""

from __future__ import annotations

from datetime import datetime, timedelta

import click

from ..current import firmtext
from ..messaging.wording import REASONS, find_reason
from .moments import since

firm_option = click.option("--firm", metavar="REF", help="Only this firm: the practice system's reference.")
reason_option = click.option(
    "--reason", metavar="REASON", callback=lambda _, __, value: reason(value), help="Only this reason: code or label."
)
since_option = click.option(
    "--since", "after", metavar="TIME", callback=lambda _, __, value: since(value), help="ISO time, or 2h, 3d."
)
until_option = click.option(
    "--until", "before", metavar="TIME", callback=lambda _, __, value: since(value), help="ISO time, or 2h, 3d."
)


def moment_of(given: timedelta | datetime | None) -> datetime | None:
    """The moment that was named, or so long ago."""
    return firmtext.clock.now() - given if isinstance(given, timedelta) else given


def reason(given: str | None) -> str | None:
    """A reason by its code or its label, in any case."""
    if given is None:
        return None
    if (found := find_reason(given)) is None:
        raise click.BadParameter(f"{given!r} is none of {', '.join(REASONS)}.")
    return found.value
