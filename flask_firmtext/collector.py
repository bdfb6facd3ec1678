"""The garbage collector of the process."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def paused() -> Iterator[None]:
    """For what makes many objects at once that come to stay, an import say.

    The collector looks at all objects of the process whenever there are a quarter more of them, and there it finds
    nothing: a fifth of the time of our import (benchmarks/README.md, P11).
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
