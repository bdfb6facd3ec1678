"""P12: P1, P2 and P7 with 1,000, 10,000, 100,000 and 1,000,000 texts, each beside itself with 1,000."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack

from . import ingest, pages, sending
from .pages import PAGES
from .rounds import Figure, Pair, Scale, Target
from .stage import Stage

BASELINE = "itself with 1,000 texts"
TARGET = Target("flat or a logarithm: ≤ 1.5 times the time at 1,000 times the texts", most=1.5)
SIZES = (1_000, 10_000, 100_000, 1_000_000)
ENGINE = "postgresql"

Steps = Mapping[int, Callable[[], float]]


def run(stage: Stage, scale: Scale) -> Iterator[Figure]:
    sizes = SIZES[: scale.of(4, 2)]
    with ExitStack() as stack:
        readers = {size: stack.enter_context(pages.reader(stage, ENGINE, size)) for size in sizes}
        for page in PAGES:
            steps = {size: lambda size=size, page=page: readers[size].took(page) for size in sizes}
            yield _figure(page, steps, scale.rounds(15))
    with ExitStack() as stack:
        yield _figure("webhook", _webhooks(stack, stage, sizes), scale.rounds(9))
    with ExitStack() as stack:
        yield _figure("sending", _sending(stack, stage, sizes), scale.rounds(9))


def _webhooks(stack: ExitStack, stage: Stage, sizes: tuple[int, ...]) -> Steps:
    urls = {size: pages.library(stage, ENGINE, size) for size in sizes}
    routes = {size: stack.enter_context(ingest.routes(stage, url)) for size, url in urls.items()}
    return {size: lambda one=one: 1000 / one.rate(one.ours, 60) for size, one in routes.items()}


def _sending(stack: ExitStack, stage: Stage, sizes: tuple[int, ...]) -> Steps:
    carrier = stack.enter_context(stage.carrier())
    urls = {size: pages.library(stage, ENGINE, size) for size in sizes}
    senders = {size: stack.enter_context(sending.sender(url, carrier)) for size, url in urls.items()}
    return {size: lambda one=one: 1000 / one.rate(40) for size, one in senders.items()}


def _figure(what: str, steps: Steps, rounds: int) -> Figure:
    """Milliseconds of one, by the number of texts; all sizes by turns."""
    for step in steps.values():
        step()
    found: dict[int, list[float]] = {size: [] for size in steps}
    for n in range(rounds):
        for size in list(steps)[:: 1 if n % 2 else -1]:
            found[size].append(steps[size]())
    least, most = min(found), max(found)
    medians = {str(size): round(statistics.median(each), 3) for size, each in found.items()}
    pair = Pair(found[most], found[least])
    ratios = {str(size): round(Pair(each, found[least]).ratio, 3) for size, each in found.items()}
    return pair.figure("P12", what, TARGET, unit="ms", db=ENGINE, texts=most, by_texts=medians, ratios=ratios)
