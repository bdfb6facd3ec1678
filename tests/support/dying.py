"""A step of ours that a power cut ends at a named point or at a commit: in a child of this process, by SIGKILL."""

from __future__ import annotations

import itertools
import os
import signal
import traceback
from collections.abc import Callable
from typing import Any, Literal

from sqlalchemy.orm import Session

from flask_firmtext import points
from flask_firmtext.current import firmtext

Side = Literal["before", "behind"]


def dies_at(point: str, step: Callable[[], object]) -> bool:
    """Run ``step`` until it reaches ``point``. Returns whether it came there and was killed."""

    def arm() -> None:
        points._WANTED = frozenset({f"kill:{point}"})

    return _dies(arm, step)


def dies_at_commit(n: int, side: Side, step: Callable[[], object]) -> bool:
    """Run ``step`` until just before or behind its ``n``-th commit, counted from 1, whoever's session commits.

    Returns whether there was such a commit and it was killed there.
    """

    def arm() -> None:
        counted, commit = itertools.count(1), Session.commit

        def counting(session: Session) -> None:
            here = next(counted) == n
            if here and side == "before":
                _power_cut()
            commit(session)
            if here:
                _power_cut()

        session: Any = Session
        session.commit = counting

    return _dies(arm, step)


def at_every_commit(one_try: Callable[[int, Side], bool]) -> int:
    """Try before and behind every commit until there is no further one. Returns how many there are."""
    n = 1
    while all([one_try(n, "before"), one_try(n, "behind")]):
        n += 1
    return n - 1


def _power_cut() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _dies(arm: Callable[[], None], step: Callable[[], object]) -> bool:
    child = os.fork()
    if child == 0:
        for engine in firmtext.db.engines.values():
            engine.dispose(close=False)  # the sockets are the parent's
        arm()
        code = 1
        try:
            step()
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) <= 0, "the step failed before it came there"
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
