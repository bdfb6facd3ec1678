"""What a detail page shows."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Table:
    """Lines under a heading; ``empty`` is said when there are none."""

    title: str
    heads: Sequence[str]
    lines: Sequence[Sequence[Any]]
    empty: str


@dataclass(frozen=True, slots=True)
class Record:
    """One row: facts by their names, then ``tables``. ``body`` is a text; None where there is none to show.

    ``offered`` are the actions (name and label) that make sense for ``row``.
    """

    facts: Sequence[tuple[str, Any]]
    body: str | None = None
    unreadable: bool = False
    tables: Sequence[Table] = ()
    row: uuid.UUID | None = None
    offered: Sequence[tuple[str, str]] = ()
