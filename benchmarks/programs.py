"""Which program measures what, beside which baseline, and what is to be reached."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from . import arriving, growth, importing, ingest, latency, media, pages, planning, searching, sending
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
    "P4": Program(latency.run, latency.BASELINE, latency.TARGET),
    "P5": Program(latency.run_busy, latency.BUSY_BASELINE, latency.BUSY_TARGET),
    "P6": Program(arriving.run, arriving.BASELINE, arriving.TARGET),
    "P7": Program(pages.run, pages.BASELINE, pages.TARGET),
    "P8": Program(planning.run, planning.BASELINE, planning.TARGET),
    "P9": Program(searching.run, searching.BASELINE, searching.TARGET),
    "P10": Program(media.run, media.BASELINE, media.TARGET),
    "P11": Program(importing.run, importing.BASELINE, importing.TARGET),
    "P12": Program(growth.run, growth.BASELINE, growth.TARGET),
}
