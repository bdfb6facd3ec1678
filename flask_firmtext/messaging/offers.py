"""Earlier files that are not in a matter's documents yet, counted over a conversation and offered above its texts."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from ..ports.values import Matter
from ..store import attachment_queries
from .files import Shelf


@dataclass(frozen=True, slots=True)
class Offer:
    """So many files of the conversation are not in this matter."""

    matter: Matter
    count: int


@dataclass(frozen=True, slots=True)
class Kept:
    """How many files of a conversation are here, and how many of them are filed or to be, by matter."""

    files: int = 0
    filed: Mapping[str, int] = field(default_factory=dict)

    def offers(self, shelf: Shelf) -> tuple[Offer, ...]:
        """What somebody may file into open matters; into a closed one it is filed at each file, where it is rarer."""
        if shelf.documents is None or not shelf.rights.file:
            return ()
        left = [(matter, self.files - self.filed.get(matter.ref, 0)) for matter in shelf.matters or () if matter.open]
        return tuple(Offer(matter, count) for matter, count in left if count > 0)


NOTHING = Kept()


def read(session: Session, firm: str, conversation_id: uuid.UUID) -> Kept:
    """One look-up, and a second when there are files."""
    here = attachment_queries.stored_in(session, firm, conversation_id)
    return Kept(len(here), attachment_queries.count_filed(session, firm, here))
