"""``flask firmtext keys …``: the keys that protect every stored text."""

from __future__ import annotations

import base64
import os
import secrets
from datetime import UTC, datetime

import click
from flask.cli import AppGroup

from .keys_rotate import rotate
from .keys_status import status
from .output import document, json_option, say


@click.group(cls=AppGroup)
def keys() -> None:
    """Make and look after the keys that protect every stored text."""


@keys.command(with_appcontext=False)
@json_option
def generate(as_json: bool) -> None:
    """Print a new pair of keys, ready to paste into the environment. Needs no application.

    To rotate, put the printed key into the list behind the old ones, never in their place (docs/keys.md).
    """
    made = {"FIRMTEXT_ENCRYPTION_KEYS": f"{_id()}:{_key()}", "FIRMTEXT_INDEX_KEY": _key()}
    if as_json:
        document(made)
        return
    for name, value in made.items():
        click.echo(f"{name}={value}")
    if made.keys() & os.environ.keys():
        say("This environment has keys already: put these beside them, never in their place (docs/keys.md).")
    say("Keep both in two places apart from the database's backups: without them no stored text can be read.")


def _id() -> str:
    return f"k{datetime.now(UTC):%Y%m%d}-{secrets.token_hex(2)}"


def _key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


keys.add_command(status)
keys.add_command(rotate)
