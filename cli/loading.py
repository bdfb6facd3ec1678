"""The host's application for commands that must work before its settings are right."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click
from flask import Flask
from flask.cli import NoAppException, ScriptInfo
from sqlalchemy import Engine

from ..leniency import lenient


@contextmanager
def host_engine() -> Iterator[Engine]:
    """The engine of the host's default database, inside its application context; no key of ours is needed.

    :raises click.ClickException: the application does not load, or knows nothing of us.
    """
    with loaded().app_context() as context:
        yield context.app.extensions["firmtext"].db.engine


def loaded() -> Flask:
    """The host's application, even when our settings are incomplete.

    :raises NoAppException: it does not load.
    :raises click.ClickException: it never called ``FirmText.init_app``.
    """
    info = click.get_current_context().ensure_object(ScriptInfo)
    with lenient():
        app = info.load_app()
    if "firmtext" not in app.extensions:
        raise click.ClickException(
            f"The application {app.name!r} has no FirmText: call firmtext.init_app(app, db=db, host=make_host(db))."
        )
    return app


def not_loaded(error: NoAppException) -> str:
    """Why there is no application, in one line: of a stack trace the last line says most."""
    lines = [line.strip() for line in error.format_message().splitlines() if line.strip()]
    if len(lines) > 1:
        return f"{lines[0]} {lines[-1]}"
    return f"{lines[0]} Name it: flask --app practice firmtext …"
