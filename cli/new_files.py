"""Files that commands write: new ones only, for nobody else to read, and whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import click


@contextmanager
def created(path: Path) -> Iterator[TextIO]:
    """A new file. What is there, a link to what is elsewhere included, is left alone; a part is not left behind.

    :raises click.ClickException: there is something by that name.
    """
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise click.ClickException(
            f"{path} is there already, and nothing is overwritten: name another file."
        ) from error
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            yield file
    except BaseException:
        path.unlink(missing_ok=True)
        raise
