"""Many values for one look: as many at a time as every database takes in a statement."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TypeVar

MOST = 500

T = TypeVar("T")


def portions(values: Iterable[T]) -> Iterator[Sequence[T]]:
    """The values in their order, in lists of at most ``MOST``; none of nothing."""
    rest = iter(values)
    while portion := [*islice(rest, MOST)]:
        yield portion
