"""The outermost group: errors become one sentence and an exit code in this one place."""

from __future__ import annotations

from typing import Any

import click
from flask.cli import AppGroup
from sqlalchemy.exc import DBAPIError

from ..errors import FirmTextError

INTERRUPTED = 130


class FirmTextGroup(AppGroup):
    """0 done, 1 something failed, 2 wrong usage, 130 interrupted. A stack trace is for bugs."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except FirmTextError as error:
            raise click.ClickException(str(error)) from error
        except DBAPIError as error:
            raise click.ClickException(database_sentence(error)) from error
        except (KeyboardInterrupt, click.Abort):
            click.echo("Interrupted.", err=True)
            raise click.exceptions.Exit(INTERRUPTED) from None


def database_sentence(error: DBAPIError) -> str:
    """What the database said, without the statement and its values."""
    first = str(error.orig).strip().splitlines()[0] if error.orig is not None else type(error).__name__
    return f"The database refused: {first}. `flask firmtext doctor` says more."
