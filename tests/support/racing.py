"""Steps that are taken at the same instant."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any


def race(app: Any, *steps: Callable[[], object]) -> list[Any]:
    """What each step returned or raised, all begun at one instant, each in a thread with a context of its own."""
    gate, found = threading.Barrier(len(steps)), dict[int, Any]()

    def take(number: int, step: Callable[[], object]) -> None:
        with app.app_context():
            gate.wait(30)
            try:
                found[number] = step()
            except BaseException as error:  # a test that fails in a thread fails by one
                found[number] = error

    threads = [threading.Thread(target=take, args=one) for one in enumerate(steps)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return [found[number] for number in range(len(steps))]


def at_once(app: Any, *steps: Callable[[], object]) -> list[BaseException]:
    """The same; only what they raised."""
    return [one for one in race(app, *steps) if isinstance(one, BaseException)]
