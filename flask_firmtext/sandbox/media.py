"""Pictures and other files that phones sent, served for 48 hours."""

from __future__ import annotations

import uuid
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from .files import write_private
from .journal import Journal

#: Seconds that the carrier keeps a file.
LIFE = 48 * 3600


@dataclass(frozen=True)
class Medium:
    """One file; `since` is seconds since 1970 by the carrier's clock."""

    id: str
    name: str
    type: str
    since: float
    numbers: tuple[str, ...]

    @property
    def kind(self) -> str:
        """The carrier's word for this type of file."""
        if self.type in ("image/jpeg", "image/jpg", "image/png", "image/gif"):
            return "image"
        if self.type in ("text/vcard", "text/x-vcard"):
            return "vcard"
        major = self.type.partition("/")[0]
        return major if major in ("audio", "video") else "file"


class Media:
    """All files."""

    def __init__(self, journal: Journal, state_dir: Path) -> None:
        self._journal = journal
        self._dir = state_dir / "media"
        self._dir.mkdir(exist_ok=True)
        self._media: dict[str, Medium] = {}

    def empty(self) -> None:
        """Forget and delete all."""
        self._media = {}
        for path in self._dir.iterdir():
            path.unlink(missing_ok=True)

    def keep(self, name: str, media_type: str, content: bytes, since: float, numbers: tuple[str, ...]) -> Medium:
        """Keep a file that a phone sent."""
        medium = Medium(str(uuid.uuid4()), name, media_type, since, numbers)
        write_private(self._dir / medium.id, content)
        self._journal.add("medium", medium=asdict(medium))
        self._media[medium.id] = medium
        return medium

    def replay(self, fact: dict[str, Any]) -> None:
        """Take over a file that the journal remembers."""
        self._media[fact["id"]] = Medium(**{**fact, "numbers": tuple(fact["numbers"])})

    def get(self, medium_id: str, now: float) -> Medium | None:
        """A file that is not older than its life at `now`."""
        medium = self._media.get(medium_id)
        return medium if medium is not None and now < medium.since + LIFE else None

    def content(self, medium: Medium) -> bytes:
        """The bytes of a file."""
        return (self._dir / medium.id).read_bytes()
