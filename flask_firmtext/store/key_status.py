"""Which configured key protects how much, and what is to be done about it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..current import firmtext
from . import configured, key_queries, retiring, rotations
from .models import Key
from .protected import EVERYTHING, FILES
from .states import KeyState

DATA_KEY_STATES = (KeyState.ACTIVE, KeyState.REPLACED, KeyState.RETIRED, KeyState.DESTROYED)


@dataclass(slots=True)
class Wrapping:
    """A configured key, or one that should be: how many firms' keys it wraps, and what is below them.

    ``cells`` are counted with the state of their data key, so that a rotation can be watched.
    """

    name: str
    first: bool = False
    configured: bool = False
    firms: set[str] = field(default_factory=set)
    keys: dict[str, int] = field(default_factory=lambda: dict.fromkeys(DATA_KEY_STATES, 0))
    cells: dict[str, int] = field(default_factory=lambda: dict.fromkeys(DATA_KEY_STATES, 0))
    files: int = 0
    file_bytes: int = 0

    @property
    def used(self) -> bool:
        return bool(self.firms)


@dataclass(frozen=True, slots=True)
class Going:
    """A rotation that goes on. ``second_look`` is when its empty keys may be retired, None while there are none."""

    firm: str
    by: str
    started_at: datetime
    done: int
    unreadable: int
    second_look: datetime | None


@dataclass(slots=True)
class Status:
    """``lost`` counts what names a key that is not there at all. ``faults`` are sentences."""

    wrappings: list[Wrapping]
    lost: int
    going: list[Going]
    faults: list[str]


def look(session: Session) -> Status:
    """Count everything: as many looks as there are protected columns, each at a whole table."""
    names = [*firmtext.settings.encryption_keys]
    found = {name: Wrapping(name, first=name == names[0], configured=True) for name in names}

    def wrapping(name: str) -> Wrapping:
        return found.setdefault(name, Wrapping(name))

    for row in key_queries.firms_by_key(session):
        wrapping(row.wrapped_by).firms.add(row.firm)
    for row in key_queries.keys_by_parent(session):
        if row.wrapped_by is not None:
            wrapping(row.wrapped_by).keys[row.state] = row.keys
    lost = sum(_counted(session, wrapping))
    return Status(list(found.values()), lost, _going(session), configured.faults(session))


def _counted(session: Session, wrapping: Callable[[str], Wrapping]) -> Iterator[int]:
    for one in EVERYTHING:
        for row in key_queries.counts(session, one):
            if row.wrapped_by is None or row.state is None:
                yield row.cells
                continue
            under = wrapping(row.wrapped_by)
            if one is FILES:
                under.files += row.cells
                under.file_bytes += int(row.size or 0)  # PostgreSQL adds up to a Decimal
            else:
                under.cells[row.state] += row.cells


def _going(session: Session) -> list[Going]:
    found = []
    for one in rotations.open_ones(session):
        steps = rotations.steps(session, one)
        counts = sum(step.done for step in steps), sum(step.unreadable for step in steps)
        found.append(Going(one.firm, one.by, one.started_at, *counts, _second_look(session, one.firm)))
    return found


def _second_look(session: Session, firm: str) -> datetime | None:
    replaced = (Key.firm == firm, Key.state == KeyState.REPLACED, Key.empty_at.is_not(None))
    last = session.scalars(select(Key.empty_at).where(*replaced).order_by(Key.empty_at.desc()).limit(1)).first()
    return None if last is None else last + retiring.WAIT
