"""Firms as operators name them: by the practice system's reference."""

from __future__ import annotations

import click

from ..current import firmtext
from ..ports import promises
from ..ports.values import Firm


def known(ref: str) -> Firm:
    """The firm with this reference. :raises click.BadParameter: the practice system knows none."""
    firm = promises.firm("get", firmtext.host.firms.get(ref))
    if firm is None:
        raise click.BadParameter(f"the practice system knows no firm {ref!r}.", param_hint="--firm")
    return firm


def named(ref: str | None) -> str | None:
    """The reference that ``--firm`` gave, None without it. :raises click.BadParameter: there is no such firm."""
    return None if ref is None else known(ref).ref


def served(ref: str) -> Firm:
    """The same, for a firm that may have texting. :raises click.ClickException: it may not."""
    firm = known(ref)
    must_be_allowed(firm)
    return firm


def must_be_allowed(firm: Firm) -> None:
    """:raises click.ClickException: the practice system says that the firm may not have texting."""
    if not firm.availability.allowed:
        raise click.ClickException(f"{firm.ref} may not have texting: {firm.availability.reason or 'no reason given'}")


def whose(ref: str | None) -> str:
    """A firm in words; the pool where there is none."""
    return ref or "the pool"
