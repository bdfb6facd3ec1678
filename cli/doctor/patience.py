"""How long the doctor waits for others: a host or a carrier that hangs is a finding, and not a hung doctor."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextvars import copy_context
from queue import Empty, SimpleQueue
from threading import Thread
from typing import NamedTuple, TypeVar

from .finding import Finding, wrong

T = TypeVar("T")

#: For one check, longer than the time that any request of its own is given (seconds).
CHECK = 30.0
#: For one verb of the host: nobody waits so long for a page (seconds).
VERB = 10.0


class Late(Exception):
    """There was no answer in time. Whoever was asked may still be at it."""


class Hung(NamedTuple):
    """What a check that has no answer is called, and what it says."""

    id: str
    seen: str
    cure: str
    seconds: float = CHECK


_DATABASE = (
    "Look for whoever holds a lock (pg_stat_activity), and let the engine give up: connect_timeout and "
    "-c statement_timeout in SQLALCHEMY_ENGINE_OPTIONS."
)
_ADDRESS = "Try the address with curl from this machine; a proxy or the name server in between keeps the request."
#: By check; every other one asks the database only.
HUNG: Mapping[str, Hung] = {
    "bell": Hung("redis", "Redis", "Restart it, or mend FIRMTEXT_REDIS_URL."),
    "policy": Hung(
        "page",
        "A page of ours inside the host's",
        "Give a time limit to what a before_request, a template or a port of the host waits for.",
    ),
    "journal": Hung("database", "The database", _DATABASE),
    "migrations": Hung("migrations", "The filter of the host's migrations", "Mend what include_object waits for."),
    "adapter": Hung("host", "The host's adapter", "Give a time limit to what its ports wait for."),
    "carrier": Hung(
        "carrier",
        "The carrier",
        "Check FIRMTEXT_VONAGE_API_HOST, the name server and the firewall; an own gateway needs a time limit.",
    ),
    "application": Hung(
        "webhooks.application",
        "The carrier, asked for our application,",
        "Check FIRMTEXT_VONAGE_API_HOST, the name server and the firewall; an own gateway needs a time limit.",
    ),
    "clock": Hung("clock", "The database or the carrier, asked for the time,", _DATABASE),
    "reach": Hung("webhooks.reach", "Our public address", _ADDRESS),
}


def answered(question: Callable[[], T], seconds: float) -> T:
    """What it answers, or raises. It is asked in a thread of its own, which nobody waits for at the end.

    :raises Late: it has not answered within ``seconds``.
    """
    told: SimpleQueue[tuple[T | None, BaseException | None]] = SimpleQueue()

    def ask() -> None:
        try:
            told.put((question(), None))
        except BaseException as error:
            told.put((None, error))

    Thread(target=copy_context().run, args=(ask,), name="firmtext-doctor", daemon=True).start()
    try:
        answer, error = told.get(timeout=seconds)
    except Empty:
        raise Late from None
    if error is not None:
        raise error
    return answer  # type: ignore[return-value]


def examined(name: str, check: Callable[[], Iterable[Finding]]) -> list[Finding]:
    """What a check finds, or that it hangs."""
    asked = HUNG.get(name, Hung(name, "The database", _DATABASE))
    try:
        return answered(lambda: list(check()), asked.seconds)
    except Late:
        return [wrong(asked.id, f"{asked.seen} has not answered within {asked.seconds:g} s.", asked.cure)]
