"""What the sandbox remembers across restarts: one JSON object a line, only ever appended."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .files import claim


class Journal:
    """The file `journal.jsonl` of a state directory. Safe for threads."""

    def __init__(self, state_dir: Path) -> None:
        self._path = state_dir / "journal.jsonl"
        self._lock = threading.Lock()
        self._file = self._path.open("a", encoding="utf-8")
        try:
            claim(self._file)
        except OSError:
            self._file.close()
            raise
        self._mend()

    def add(self, kind: str, **fact: Any) -> None:
        """Append one fact; it is with the operating system when this returns."""
        line = json.dumps({"kind": kind, **fact}, separators=(",", ":")) + "\n"
        with self._lock:
            if not self._file.closed:
                self._file.write(line)
                self._file.flush()

    def facts(self) -> Iterator[dict[str, Any]]:
        """Everything remembered, oldest first."""
        with self._path.open(encoding="utf-8") as file:
            for line in file:
                yield json.loads(line)

    def empty(self) -> None:
        """Forget everything."""
        with self._lock:
            self._file.truncate(0)

    def close(self) -> None:
        """Write no more."""
        with self._lock:
            self._file.close()

    def _mend(self) -> None:
        """A process that was killed while writing leaves half a line: cut it off."""
        self._path.chmod(0o600)
        self._file.truncate(self._path.read_bytes().rfind(b"\n") + 1)
