"""Files that operators name, or ``-`` for stdin."""

from __future__ import annotations

import sys
from pathlib import Path

import click

STDIN = "-"
MOST_BYTES = 16 * 1024 * 1024


def text_of(source: str) -> str:
    """What a file says, without the mark that some editors put first.

    :raises click.BadParameter: there is no such file.
    :raises click.ClickException: it cannot be read, is no UTF-8, or is far too large.
    """
    content = _bytes_of(source)
    if len(content) > MOST_BYTES:
        raise click.ClickException(f"{named(source)} is larger than 16 MiB: name a file of templates.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise click.ClickException(
            f"{named(source)} is not UTF-8, line {line}: save it as UTF-8, or convert it with iconv -t UTF-8."
        ) from error


def named(source: str) -> str:
    """What is said instead of ``-``."""
    return "stdin" if source == STDIN else source


def _bytes_of(source: str) -> bytes:
    if source == STDIN:
        return sys.stdin.buffer.read(MOST_BYTES + 1)
    try:
        with Path(source).open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except FileNotFoundError as error:
        raise click.BadParameter(f"there is no file {source!r}. Give a path, or - for stdin.") from error
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise click.ClickException(f"{source} cannot be read: {why}. Give a file, or - for stdin.") from error
