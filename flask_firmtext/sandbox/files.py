"""Files of the state directory: written whole and private, used by one process at a time."""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any


def write_private(path: Path, content: bytes) -> None:
    """Write `content` so that only the owner can read it and nobody ever sees half of it."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
    draft.replace(path)


@contextmanager
def one_at_a_time(state_dir: Path) -> Iterator[None]:
    """Wait until no other process is making files in `state_dir`, which is made when absent."""
    state_dir.mkdir(parents=True, exist_ok=True)
    with (state_dir / ".lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def claim(file: IO[Any]) -> None:
    """Keep an open file for this process until it closes it. Raises OSError when another process has it."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        folder = Path(file.name).parent
        raise OSError(f"Another sandbox runs on {folder}. End it, or choose another folder with --state-dir.") from None
