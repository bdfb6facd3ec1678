"""A bar on a terminal, for whoever waits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress


@contextmanager
def progress(what: str, total: int) -> Iterator[Callable[..., None]]:
    """Call what is yielded after each of ``total`` things, or with a number after so many.

    One alone, and a stderr that is no terminal, get no bar.
    """
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=total < 2 or not console.is_terminal) as bar:
        task = bar.add_task(what, total=total)
        yield lambda some=1: bar.advance(task, some)
