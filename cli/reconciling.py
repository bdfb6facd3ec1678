"""``flask firmtext numbers sync``: the carrier's list compared with ours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import click
from flask.cli import with_appcontext

from ..current import firmtext
from ..firm import mending, reconciling
from ..firm.reconciling import Difference
from .db import require_current
from .operator import actor
from .output import confirm, json_option, listing, say, yes_option
from .progress import progress

DIFFERS, MENDED, STANDS = "differs", "mended", "stands"


@click.command()
@click.option("--fix", is_flag=True, help="Mend what is safe to mend.")
@yes_option
@json_option
@with_appcontext
def sync(fix: bool, yes: bool, as_json: bool) -> None:
    """Compare the carrier's numbers and addresses with ours. Exit code 0 when nothing differs, or all is mended.

    Mended with --fix: numbers of the account that an order was buying, numbers that are not linked, numbers whose
    release the carrier has not carried out, addresses that lead elsewhere, and texts that came before their number was
    known. Told only: numbers that nobody here has or wants, and what the account has lost.
    """
    require_current(firmtext.engine)
    found = reconciling.differences()
    if fix and any(difference.mend for difference in found):
        _tell(found)
        confirm("Mend this?", yes=yes)
        rows = _mended(found)
    else:
        rows = [_row(difference, DIFFERS, None) for difference in found]
    listing(rows, as_json=as_json, nothing="Nothing differs.")
    if any(row["state"] != MENDED for row in rows):
        raise click.exceptions.Exit(1)


def _tell(found: Sequence[Difference]) -> None:
    for difference in found:
        say(f"{difference.number or 'application'}: {difference.seen} To do: {difference.mend or mending.PERSON}.")


def _mended(found: Sequence[Difference]) -> list[Mapping[str, Any]]:
    rows = []
    with progress("Mending", len(found)) as one_more:
        for difference in found:
            why = mending.mend(difference, by=actor())
            rows.append(_row(difference, STANDS if why else MENDED, why))
            one_more()
    return rows


def _row(difference: Difference, state: str, why: str | None) -> Mapping[str, Any]:
    return {
        "difference": difference.kind,
        "number": difference.number,
        "firm": difference.firm,
        "state": state,
        "seen": difference.seen,
        "mend": difference.mend,
        "why": why,
    }
