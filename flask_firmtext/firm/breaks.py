"""What a check of the record finds."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime

#: Breaks that are named; more are counted.
NAMED = 100


@dataclass(frozen=True, slots=True)
class Break:
    """A place where the record is not what was sealed. ``kind`` is ``changed``, ``deleted`` or ``inserted`` for a row,
    ``seal``, ``missing`` or ``key`` for a seal, ``end`` for the chain's end, ``proof`` for the proof of an erasure that
    is not what the record says: ``row`` is the erasure's id then, as its page and the record call it."""

    kind: str
    why: str
    seal: int | None = None
    row: uuid.UUID | None = None
    at: datetime | None = None


@dataclass(slots=True)
class Checked:
    """What was found. ``late`` rows came when later ones were sealed already, which slow transactions and clocks that
    are behind do; ``waiting`` ones are not sealed yet, ``overdue`` of them should be. ``proofs`` of erasures were
    compared with the record."""

    firm: str
    rows: int = 0
    seals: int = 0
    head: str | None = None
    late: int = 0
    waiting: int = 0
    overdue: int = 0
    proofs: int = 0
    breaks: list[Break] = field(default_factory=list)
    more: int = 0

    def found(self, one: Break) -> None:
        if len(self.breaks) < NAMED:
            self.breaks.append(one)
        else:
            self.more += 1
