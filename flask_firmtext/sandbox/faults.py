"""What is to go wrong, as somebody asked for it over the control."""

from __future__ import annotations

import itertools
import threading
from dataclasses import asdict, dataclass, replace
from typing import Any

from .tokens import FORGERIES
from .wire import WAYS

_REQUEST = ("answer", "delay", "drop_before", "drop_after", "never")
_WEBHOOK = ("delay", "drop_before", "drop_after", "duplicate", "reorder", "never", "forge")

#: What can go wrong where.
PLACES: dict[str, tuple[str, ...]] = {
    "post": (*_REQUEST, "reorder", "code"),
    "status": (*_WEBHOOK, "code"),
    "inbound": _WEBHOOK,
    "answer": ("delay", "drop_before", "never", "forge"),
    "media": _REQUEST,
    "account": _REQUEST,
    "application_get": _REQUEST,
    "application_put": _REQUEST,
    "number_search": _REQUEST,
    "number_buy": (*_REQUEST, "code", "taken"),
    "number_update": (*_REQUEST, "code"),
    "number_cancel": (*_REQUEST, "code"),
    "tls": ("delay", "drop_before", "forge"),
}

#: The manners of a fault, by what it does.
MANNERS: dict[str, tuple[str, ...]] = {
    "answer": (*WAYS, "reused_uuid"),
    "drop_before": ("reset",),
    "drop_after": ("reset",),
    "forge": (*FORGERIES, "authority", "name", "expired"),
    "code": ("text", "number", "nested", "segment"),
}


class BadFaultError(ValueError):
    """A fault that does not exist; the message names those that do."""


@dataclass(frozen=True)
class Fault:
    """One thing that goes wrong.

    `to` limits it to events of one number (either end), None is all. `times` is how often it happens, None is until
    it is cleared; for `duplicate` it is how many times each webhook is sent. `seconds` is how long a delay or
    silence lasts, and the Retry-After of an answer 429 or 503. `accept` takes the request as usual before giving
    the bad answer; `how` and `at` say how the answer or signature is damaged, `state` and `then` what the status
    of a `code` is and what contradicts it.
    """

    on: str
    do: str
    id: str = ""
    to: str | None = None
    status: int | None = None
    code: int | None = None
    seconds: float | None = None
    times: int | None = None
    how: str | None = None
    at: int | None = None
    body: Any = None
    headers: dict[str, str | None] | None = None
    accept: bool = False
    state: str | None = None
    then: str | None = None

    def concerns(self, on: str, numbers: set[str]) -> bool:
        """Whether it happens `on` an event between `numbers`."""
        return self.on == on and (self.to is None or self.to in numbers)


_KINDS: dict[str, tuple[tuple[type, ...], str]] = {
    "to": ((str,), "a number as digits, or null"),
    "status": ((int,), "an HTTP status, or null"),
    "code": ((int,), "a number, or null"),
    "seconds": ((int, float), "a number of seconds, or null"),
    "times": ((int,), "a whole number above 0, or null"),
    "how": ((str,), "a text, or null"),
    "at": ((int,), "a number of bytes, or null"),
    "body": ((str, dict, list), "a text, an object or a list, or null"),
    "headers": ((dict,), "an object, or null"),
    "accept": ((bool,), "true or false"),
    "state": ((str,), "rejected or undeliverable, or null"),
    "then": ((str,), "delivered, rejected or undeliverable, or null"),
}
_STATES = ("rejected", "undeliverable")
_FORGED_TLS = "'how' of forge is authority, name or expired on tls, and only there."


def fault(wanted: object) -> Fault:
    """The fault that a JSON document describes.

    Raises BadFaultError.
    """
    if not isinstance(wanted, dict):
        raise BadFaultError('Send a JSON object such as {"on": "post", "do": "answer", "status": 503}.')
    _check_names(wanted)
    given = {name: value for name, value in wanted.items() if value is not None and name not in ("on", "do")}
    for name, value in given.items():
        kinds, meaning = _KINDS[name]
        if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
            raise BadFaultError(f"{name!r} must be {meaning}.")
    return _checked(Fault(on=wanted["on"], do=wanted["do"], **given))


def _check_names(wanted: dict[str, Any]) -> None:
    unknown = sorted(set(wanted) - set(_KINDS) - {"on", "do"})
    if unknown:
        raise BadFaultError(f"Unknown field {unknown[0]!r}; there are on, do, {', '.join(_KINDS)}.")
    on, do = wanted.get("on"), wanted.get("do")
    if on not in PLACES:
        raise BadFaultError(f"'on' must be one of {', '.join(PLACES)}; got {on!r}.")
    if do not in PLACES[on]:
        raise BadFaultError(f"'do' on {on} must be one of {', '.join(PLACES[on])}; got {do!r}.")


def _checked(made: Fault) -> Fault:
    """The fault itself, when its fields fit each other."""
    manners = MANNERS.get(made.do, ())
    on_tls = made.how in ("authority", "name", "expired")
    to = None if made.to is None else made.to.removeprefix("+")
    rules = (
        (made.how in (None, *manners), f"'how' of {made.do} must be one of {', '.join(manners) or 'nothing'}."),
        (made.how is None or made.do != "forge" or on_tls == (made.on == "tls"), _FORGED_TLS),
        (made.state in (None, *_STATES), f"'state' must be {_KINDS['state'][1]}."),
        (made.then in (None, "delivered", *_STATES), f"'then' must be {_KINDS['then'][1]}."),
        (made.do != "code" or made.code is not None, "'do': 'code' needs a 'code'."),
        (made.status is None or 200 <= made.status <= 599, "'status' must be an HTTP status from 200 to 599."),
        (made.times is None or made.times > 0, f"'times' must be {_KINDS['times'][1]}."),
        (made.seconds is None or made.seconds >= 0, "'seconds' must not be negative."),
        (to is None or to.isdecimal(), f"'to' must be {_KINDS['to'][1]}."),
    )
    for holds, sentence in rules:
        if not holds:
            raise BadFaultError(sentence)
    return replace(made, to=to)


class Faults:
    """The faults that are switched on. Safe for threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._active: list[Fault] = []

    def add(self, wanted: object) -> Fault:
        """Switch a fault on.

        Raises BadFaultError.
        """
        made = replace(fault(wanted), id=f"fault-{next(self._numbers)}")
        with self._lock:
            self._active.append(made)
        return made

    def clear(self, fault_id: str | None = None) -> int:
        """Switch off one fault, or all; how many those were."""
        with self._lock:
            kept = [one for one in self._active if fault_id is not None and one.id != fault_id]
            gone = len(self._active) - len(kept)
            self._active = kept
        return gone

    def shown(self) -> list[dict[str, Any]]:
        """Those switched on, oldest first, without what they leave open."""
        with self._lock:
            return [
                {name: value for name, value in asdict(one).items() if value is not None and value is not False}
                for one in self._active
            ]

    def first(self, on: str, numbers: set[str]) -> Fault | None:
        """The oldest fault for one event; it counts as having happened."""
        with self._lock:
            found = next((one for one in self._active if one.concerns(on, numbers)), None)
            if found is not None:
                self._happened(found)
        return found

    def all(self, on: str, numbers: set[str]) -> dict[str, Fault]:
        """For one event, the oldest fault of each kind by what it does; they count as having happened."""
        with self._lock:
            found: dict[str, Fault] = {}
            for one in self._active:
                if one.concerns(on, numbers):
                    found.setdefault(one.do, one)
            for one in found.values():
                self._happened(one)
        return found

    def _happened(self, one: Fault) -> None:
        if one.times is None or one.do == "duplicate":
            return
        place = self._active.index(one)
        self._active[place : place + 1] = [replace(one, times=one.times - 1)] if one.times > 1 else []
