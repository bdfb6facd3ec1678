"""What must be right before a worker or a sweep may begin."""

from __future__ import annotations

from collections.abc import Iterable

import click

from ..current import firmtext
from .doctor.database import database
from .doctor.finding import Finding, Level
from .doctor.protection import protection


def refuse_unready() -> None:
    """:raises click.ClickException: the database or the keys are not as they must be; every fault with its cure."""
    _refuse(database(firmtext.engine))
    _refuse(protection())


def _refuse(findings: Iterable[Finding]) -> None:
    faults = [finding for finding in findings if finding.level is Level.ERROR]
    if faults:
        raise click.ClickException("\n".join(f"{fault.id}: {fault.seen} {fault.cure}" for fault in faults))
