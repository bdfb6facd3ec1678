"""The numbers of the carrier: those for sale, and those that the account owns."""

from __future__ import annotations

import threading
from dataclasses import asdict, dataclass, replace
from typing import Any

from .journal import Journal

#: Numbers that the account owns from the start, linked to its application.
OWNED = ("18335550100", "18335550101")

_TOLL_FREE = ("800", "833", "844", "855", "866", "877", "888")
_EVERYTHING = ("SMS", "MMS", "VOICE")


class GoneError(Exception):
    """The number is not for sale, or not the account's."""


@dataclass(frozen=True)
class Number:
    """One number; links are empty when it is not linked.

    `verified` is what the carriers think of it, `taken` that somebody else has it.
    """

    msisdn: str
    type: str
    features: tuple[str, ...]
    country: str = "US"
    owned: bool = False
    app_id: str = ""
    mo_http_url: str = ""
    voice_callback_type: str = ""
    voice_callback_value: str = ""
    verified: bool = True
    taken: bool = False


def _pool() -> dict[str, Number]:
    """Numbers reserved for fiction; the endings 0150 to 0169 are kept for phones that fail."""
    endings = [f"01{place:02}" for place in (*range(50), *range(70, 100))]
    numbers = [
        Number(f"1{prefix}555{end}", "landline-toll-free", _EVERYTHING) for end in endings for prefix in _TOLL_FREE
    ]
    # A search that forgets to ask for toll-free numbers finds these first.
    locals_ = [Number(f"1209555018{digit}", "mobile-lvn", ("SMS", "VOICE")) for digit in range(10)]
    return {number.msisdn: number for number in (*locals_, *numbers)}


class Inventory:
    """All numbers. Safe for threads: of two buyers one gets `GoneError`."""

    def __init__(self, journal: Journal, application_id: str) -> None:
        self._journal = journal
        self._application_id = application_id
        self._lock = threading.Lock()
        self.empty()

    def empty(self) -> None:
        """Back to the stock of the first day."""
        with self._lock:
            self._numbers = _pool()
            for msisdn in OWNED:
                number = self._numbers[msisdn]
                self._numbers[msisdn] = replace(number, owned=True, app_id=self._application_id)

    def replay(self, fact: dict[str, Any]) -> None:
        """Take over a number that the journal remembers."""
        with self._lock:
            self._numbers[fact["msisdn"]] = Number(**{**fact, "features": tuple(fact["features"])})

    def verify(self, msisdn: str, verified: bool) -> Number:
        """Let the carriers take the number's texts, or block them. Raises GoneError."""
        with self._lock:
            return self._keep(msisdn, verified=verified)

    def sell_to_another(self, msisdn: str) -> None:
        """Let somebody else have a number that is for sale."""
        with self._lock:
            if msisdn in self._numbers and not self._numbers[msisdn].owned:
                self._keep(msisdn, taken=True)

    def buy(self, country: str, msisdn: str) -> None:
        """Make a number the account's. Raises GoneError."""
        self._change(country, msisdn, False, owned=True)

    def cancel(self, country: str, msisdn: str) -> None:
        """Give a number back. Raises GoneError."""
        blank = {"app_id": "", "mo_http_url": "", "voice_callback_type": "", "voice_callback_value": ""}
        self._change(country, msisdn, True, owned=False, **blank)

    def update(self, country: str, msisdn: str, **links: str) -> None:
        """Change the links of a number of the account; what is not given is cleared. Raises GoneError."""
        self._change(country, msisdn, True, **links)

    def _change(self, country: str, msisdn: str, owned_before: bool, **changes: Any) -> None:
        with self._lock:
            number = self._numbers.get(msisdn)
            if number is None or number.country != country or number.owned is not owned_before or number.taken:
                raise GoneError
            self._keep(msisdn, **changes)

    def _keep(self, msisdn: str, **changes: Any) -> Number:
        if msisdn not in self._numbers:
            raise GoneError
        number = self._numbers[msisdn] = replace(self._numbers[msisdn], **changes)
        self._journal.add("number", number=asdict(number))
        return number

    def sender(self, msisdn: str) -> bool:
        """Whether the account may text from this number: it owns it and linked it to its application."""
        with self._lock:
            number = self._numbers.get(msisdn)
            return number is not None and number.owned and number.app_id == self._application_id

    def owns(self, msisdn: str) -> bool:
        """Whether the number is the account's."""
        with self._lock:
            return msisdn in self._numbers and self._numbers[msisdn].owned

    def verified(self, msisdn: str) -> bool:
        """Whether the carriers let this number's texts through."""
        with self._lock:
            return msisdn not in self._numbers or self._numbers[msisdn].verified

    def all(self, owned: bool) -> list[Number]:
        """The account's numbers, or those for sale."""
        with self._lock:
            return [number for number in self._numbers.values() if number.owned is owned and not number.taken]
