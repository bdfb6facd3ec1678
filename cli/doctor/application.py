"""Whether the host's application loads with our settings."""

from __future__ import annotations

import os
import traceback
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click
from flask import Flask
from flask.cli import NoAppException

from ...errors import ConfigurationError
from ...setting_names import deprecated
from ...settings import read
from ..loading import loaded, not_loaded
from .finding import Finding, doubtful, fine, wrong

_START_THERE = "Start the doctor as you start the application: in the same folder, with the same environment."
_RENAME_IT = "Rename it in app.config or in the environment once no process of an older version reads it there."
_SET_IT = "Set it in app.config or in the environment; docs/settings.md has every setting."


def load() -> tuple[Flask | None, list[Finding]]:
    """The application, or why it does not load."""
    try:
        app = loaded()
    except NoAppException as error:
        return None, [wrong("application", not_loaded(error), _START_THERE)]
    except click.ClickException as error:
        return None, [wrong("application", error.format_message(), _START_THERE)]
    except Exception as error:
        cure = "Mend that first: the web server cannot start either."
        return None, [
            wrong("application", f"It does not load: {type(error).__name__}: {error} ({_place(error)})", cure)
        ]
    return app, [fine("application", f"{app.name} loads.")]


def settings_of(app: Flask | None) -> Iterator[Finding]:
    """Every fault of the settings; without an application those of the environment."""
    if app is None:
        faults, where = _faults_of_environment(), " (looked at the environment only)"
    else:
        faults, where = list(getattr(app.extensions["firmtext"], "faults", ())), ""
    for fault in faults:
        yield wrong("settings", fault + where, _SET_IT)
    if not faults:
        yield fine("settings", f"Complete and well-formed{where}.")


def renamed(given: Mapping[str, Any]) -> Iterator[Finding]:
    """Every setting that is given under an older name."""
    for words in deprecated(given):
        yield doubtful("settings.renamed", words, _RENAME_IT)


def surroundings(app: Flask) -> Iterator[Finding]:
    """What in the host makes production unsafe."""
    if app.debug:
        yield wrong(
            "debug", "Flask's debug mode is on: its error page shows texts.", "Take away --debug and FLASK_DEBUG."
        )


def _faults_of_environment() -> list[str]:
    try:
        with warnings.catch_warnings(action="ignore", category=DeprecationWarning):  # told as findings
            read({}, os.environ)
    except ConfigurationError as error:
        return error.faults
    return []


def _place(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    return f"{Path(frames[-1].filename).name}, line {frames[-1].lineno}" if frames else "no place"
