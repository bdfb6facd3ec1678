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


def whose(ref: str | None) -> str:
    """A firm in words; the pool where there is none."""
    return ref or "the pool"
