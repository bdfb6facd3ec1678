"""Pages of a list of which some rows may not be seen: as if there were no others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

Row = TypeVar("Row")
Place = TypeVar("Place")

#: So often more rows are looked at to fill a page, twice as many each time.
ROUNDS = 6


def read(
    look: Callable[[Place | None, int], Sequence[Row]],
    seen: Callable[[Sequence[Row]], Sequence[Row]],
    place: Callable[[Row], Place],
    size: int,
    after: Place | None = None,
) -> tuple[list[Row], Place | None]:
    """At most ``size`` rows behind ``after``, and behind which the next page begins; None on the last.

    ``look`` gives the next rows behind a place, ``seen`` those of them that may be seen, ``place`` where a row stands.
    A page is full, and there is a next one only where something on it may be seen: but for thousands in a row that
    may not.
    """
    found: list[Row] = []
    for n in range(ROUNDS):
        limit = (size + 1) << n
        rows = look(after, limit)
        found += seen(rows)
        if len(found) > size:
            return found[:size], place(found[size - 1])
        if len(rows) < limit:
            return found, None
        after = place(rows[-1])
    return found, after
