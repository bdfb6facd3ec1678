"""What can go wrong in a host, on demand: a verb that raises, lies, is slow, or does something else first."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Concatenate, ParamSpec, Protocol, TypeVar, cast

from ..ports.host import Calendar, Contacts, Documents, Firms, Matters, Payments, TimeEntries, Users

P = ParamSpec("P")
R = TypeVar("R")

#: Every verb of every port, as ``Contacts.by_number``.
VERBS = frozenset(
    f"{port.__name__}.{verb}"
    for port in (Users, Firms, Contacts, Matters, Documents, TimeEntries, Payments, Calendar)
    for verb in vars(port)
    if not verb.startswith("_") and callable(getattr(port, verb))
)
_AS_EVER = object()


@dataclass
class Fault:
    """One fault. ``times`` counts down; None lasts until it is mended."""

    seconds: float
    does: Callable[[], object] | None
    raises: BaseException | None
    raises_after: BaseException | None
    returns: object
    times: int | None


class Faults:
    """The faults of one host, and which verbs were called. Safe for threads."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self._faults: dict[str, Fault] = {}
        self._lock = threading.Lock()

    def add(
        self,
        verb: str,
        *,
        seconds: float = 0.0,
        does: Callable[[], object] | None = None,
        raises: BaseException | None = None,
        raises_after: BaseException | None = None,
        returns: object = _AS_EVER,
        times: int | None = None,
    ) -> Fault:
        """Let ``verb`` ("Contacts.get") go wrong, in this order: wait, ``does``, raise, work, raise, lie.

        :param does: called first; ``db.session.commit`` is what a port must never do.
        :param raises_after: raised when the work is done, as by a host that dies before it could answer.
        :param times: how many calls go wrong; None for all until :meth:`clear`.
        :raises ValueError: no port has this verb.
        """
        if verb not in VERBS:
            raise ValueError(f"no port has {verb!r}; there are {', '.join(sorted(VERBS))}")
        fault = Fault(seconds, does, raises, raises_after, returns, times)
        with self._lock:
            self._faults[verb] = fault
        return fault

    def clear(self) -> None:
        """Mend everything."""
        with self._lock:
            self._faults.clear()

    def around(self, verb: str, work: Callable[[], R]) -> R:
        """Do ``work``, with the fault of ``verb`` if there is one."""
        fault = self._take(verb)
        if fault is None:
            return work()
        time.sleep(fault.seconds)
        if fault.does is not None:
            fault.does()
        if fault.raises is not None:
            raise fault.raises
        answer = work()
        if fault.raises_after is not None:
            raise fault.raises_after
        return answer if fault.returns is _AS_EVER else cast(R, fault.returns)

    def _take(self, verb: str) -> Fault | None:
        with self._lock:
            self.calls.append(verb)
            fault = self._faults.get(verb)
            if fault is not None and fault.times is not None:
                fault.times -= 1
                if fault.times <= 0:
                    del self._faults[verb]
            return fault


class HasFaults(Protocol):
    faults: Faults


Port = TypeVar("Port", bound=HasFaults)


def faulty(verb: Callable[Concatenate[Port, P], R]) -> Callable[Concatenate[Port, P], R]:
    """A verb of a ``Memory…`` port that can go wrong."""

    @wraps(verb)
    def call(port: Port, /, *args: P.args, **named: P.kwargs) -> R:
        name = f"{type(port).__name__.removeprefix('Memory')}.{verb.__name__}"
        return port.faults.around(name, lambda: verb(port, *args, **named))

    return call
