"""``flask firmtext numbers …``: the toll-free numbers of firms and of the pool."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from .verification import verification


@click.group(cls=AppGroup)
def numbers() -> None:
    """Look after toll-free numbers."""


numbers.add_command(verification)
