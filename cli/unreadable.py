"""Cells that cannot be decrypted: each is shown as such, all are told in one sentence that names the cure."""

from __future__ import annotations

from collections.abc import Sequence

import click
from sqlalchemy.orm import Session

from ..errors import DecryptError
from ..store import configured
from .output import Unreadable


def shown(cell: str | DecryptError) -> str | Unreadable:
    """What a cell says, or that it cannot be read."""
    return Unreadable.CELL if isinstance(cell, DecryptError) else cell


def why(session: Session, cells: Sequence[str | DecryptError]) -> str | None:
    """The sentence about those that cannot be read, None when all can."""
    broken = [cell for cell in cells if isinstance(cell, DecryptError)]
    if not broken:
        return None
    count = "1 cell" if len(broken) == 1 else f"{len(broken)} cells"
    if faults := configured.faults(session):
        return f"{count} could not be read. {' '.join(faults)}"
    return f"{count} could not be read although the keys are right: {broken[0]}. Restore it from a backup."


def fail_if(sentence: str | None) -> None:
    """:raises click.ClickException: with this sentence; to be called when everything that can be shown was shown."""
    if sentence is not None:
        raise click.ClickException(sentence)
