"""What commands take alike: a number as people write it, a country."""

from __future__ import annotations

import re

import click

from ..errors import TextRefused
from ..messaging.numbers import to_call


def e164(given: str) -> str:
    """A number in E.164, as people write it or as it is."""
    try:
        return to_call(given)
    except TextRefused as error:
        raise click.BadParameter(error.sentence) from error


def country(given: str | None) -> str | None:
    """Two letters, in any case."""
    if given is not None and not re.fullmatch(r"[A-Za-z]{2}", given):
        raise click.BadParameter(f"{given!r} is no country: write two letters, like US.")
    return given.upper() if given else None


number_argument = click.argument("number", metavar="NUMBER", callback=lambda _, __, value: e164(value))
