"""Which program measures what, beside which baseline, and what is to be reached."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from . import ingest, sending
from .rounds import Figure, Scale, Target
from .stage import Stage


class Program(NamedTuple):
    """One benchmark."""

    run: Callable[[Stage, Scale], Iterator[Figure]]
    baseline: str
    target: Target


PROGRAMS = {
    "P1": Program(ingest.run, ingest.BASELINE, ingest.TARGET),
    "P2": Program(sending.run, sending.BASELINE, sending.TARGET),
    "P3": Program(sending.run_naive, sending.NAIVE_BASELINE, sending.NAIVE_TARGET),
}
