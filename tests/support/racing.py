"""Steps that are taken at the same instant."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any


def at_once(app: Any, *steps: Callable[[], object]) -> list[BaseException]:
    """Take steps at the same instant, each in a thread with a context of its own; what they raised."""
    gate, raised = threading.Barrier(len(steps)), list[BaseException]()

    def take(step: Callable[[], object]) -> None:
        with app.app_context():
            gate.wait()
            try:
                step()
            except BaseException as error:  # a test that fails in a thread fails by one
                raised.append(error)

    threads = [threading.Thread(target=take, args=(step,)) for step in steps]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised
