"""A deployment's SIGTERM at a named point, the first time that a step comes there."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from flask_firmtext import points


@contextmanager
def ended_at(point: str) -> Iterator[list[str]]:
    """What was reached until then; the last of it is ``point`` if somebody came there."""
    came: list[str] = []

    def reach(name: str) -> None:
        if point in came:
            return
        came.append(name)
        if name == point:
            signal.raise_signal(signal.SIGTERM)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(points, "reach", reach)
        yield came
