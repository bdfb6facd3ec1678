"""The outermost group: errors become one sentence and an exit code in this one place."""

from __future__ import annotations

import errno
import io
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import current_thread, main_thread
from types import FrameType
from typing import Any

import click
from flask.cli import AppGroup, NoAppException
from sqlalchemy.exc import ArgumentError, DBAPIError

from ..errors import FirmTextError
from .loading import not_loaded

INTERRUPTED = 130


class FirmTextGroup(AppGroup):
    """0 done, 1 something failed, 2 wrong usage, 130 interrupted, 143 ended. A stack trace is for bugs."""

    def invoke(self, ctx: click.Context) -> Any:
        _write_out_what_the_terminal_lacks()
        try:
            with _orderly():
                return super().invoke(ctx)
        except (KeyboardInterrupt, click.Abort):
            click.echo("Interrupted.", err=True)
            raise click.exceptions.Exit(INTERRUPTED) from None
        except Exception as error:
            if (sentence := _sentence(error)) is None:
                raise
            if isinstance(error, OSError):
                _write_no_more()
            raise click.ClickException(sentence) from error


@contextmanager
def _orderly() -> Iterator[None]:
    """SIGTERM ends a command as an interruption does: a transaction is rolled back, a part of a file is taken away.

    What runs until it is told to end, as a worker, has a handler of its own in the place of this one.
    """
    ours = current_thread() is main_thread() and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    if ours:
        signal.signal(signal.SIGTERM, _end)
    try:
        yield
    finally:
        if ours:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _end(number: int, frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


def _sentence(error: Exception) -> str | None:
    """What a person is told; None for wrong usage, for a reader who went away (click ends in silence) and for bugs."""
    if isinstance(error, FirmTextError):
        return str(error)
    if isinstance(error, NoAppException):
        return not_loaded(error)
    if isinstance(error, DBAPIError):
        return database_sentence(error)
    if isinstance(error, ArgumentError):
        return f"The database's address is not usable: {error}. Mend SQLALCHEMY_DATABASE_URI."
    if isinstance(error, OSError) and error.errno != errno.EPIPE:
        return ": ".join(str(part) for part in (error.strerror or error, error.filename) if part is not None)
    return None


def _write_out_what_the_terminal_lacks() -> None:
    """A letter that the terminal's encoding does not know is shown as ``\\xeb`` and breaks nothing."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def _write_no_more() -> None:
    """After a full disk Python would try at its end to write what is left, and end with 120."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def database_sentence(error: DBAPIError) -> str:
    """What the database said, without the statement and its values."""
    first = str(error.orig).strip().splitlines()[0] if error.orig is not None else type(error).__name__
    return f"The database refused: {first}. `flask firmtext doctor` says more."
