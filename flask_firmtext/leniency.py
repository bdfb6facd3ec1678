"""Commands that need no settings of ours load the host all the same: ``db …`` and ``doctor``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_lenient: ContextVar[bool] = ContextVar("firmtext_lenient", default=False)


@contextmanager
def lenient() -> Iterator[None]:
    """Inside, ``init_app`` keeps the faults of the settings instead of raising them."""
    token = _lenient.set(True)
    try:
        yield
    finally:
        _lenient.reset(token)


def is_lenient() -> bool:
    """Whether such a command is loading the host now."""
    return _lenient.get()
