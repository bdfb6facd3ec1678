"""``flask firmtext numbers …``: the toll-free numbers of firms and of the pool."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from .buying import buy, search
from .holdings import list_numbers
from .linking import link, release
from .reconciling import sync
from .verification import verification


@click.group(cls=AppGroup)
def numbers() -> None:
    """Look after toll-free numbers."""


for command in (search, buy, list_numbers, link, release, sync, verification):
    numbers.add_command(command)
