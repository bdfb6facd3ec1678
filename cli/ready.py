"""What must be right before a worker or a sweep may begin."""

from __future__ import annotations

import click

from ..current import firmtext
from .doctor.database import database
from .doctor.finding import Level
from .doctor.protection import protection


def refuse_unready() -> None:
    """:raises click.ClickException: the database or the keys are not as they must be; every fault with its cure."""
    for check in (lambda: database(firmtext.engine), protection):
        faults = [finding for finding in check() if finding.level is Level.ERROR]
        if faults:
            raise click.ClickException("\n".join(f"{fault.seen} {fault.cure}" for fault in faults))
