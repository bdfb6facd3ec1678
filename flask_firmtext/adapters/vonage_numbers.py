"""Our numbers at the carrier: searched, bought, linked to the application, given back."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..errors import CarrierBusy, CarrierRefused, Scope
from ..ports.gateway import NumberOffer, OwnedNumber
from .vonage_answers import local
from .vonage_basic import Basic, number

PAGE = 100
#: `/account/numbers` may be asked once a second.
PAGE_SECONDS = 1.0

_DIGITS = re.compile(r"[1-9]\d{6,14}", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Owned:
    """A number as the carrier lists it: the application that has it, and where its calls go instead."""

    number: OwnedNumber
    calls_elsewhere: bool


class Numbers:
    """The Numbers API."""

    def __init__(self, basic: Basic, application_id: str | None) -> None:
        self._basic = basic
        self._application_id = application_id

    def search(self, country: str, size: int) -> Sequence[NumberOffer]:
        found = self._basic.get(
            "rest",
            "/number/search",
            country=country,
            type="landline-toll-free",
            features="SMS,MMS,VOICE",
            size=max(1, min(size, PAGE)),
        )
        return [
            NumberOffer(_e164(item), str(item.get("country", country)), str(item.get("cost", "")), _features(item))
            for item in _listed(found)
        ]

    def buy(self, e164: str, country: str) -> None:
        error = self._basic.post("/number/buy", {"country": country, "msisdn": _digits(e164)})
        if error is None or (error.code == "taken" and self._find(e164)):
            return
        raise error

    def link(self, e164: str, country: str) -> None:
        """Link the number and read it back: a number may still forward its calls elsewhere.

        :raises CarrierRefused: evidence ``number`` with code ``not_owned``, ``calls_elsewhere`` or ``not_linked``.
        """
        if not self._application_id:
            raise local("FIRMTEXT_VONAGE_APPLICATION_ID is missing", Scope.ACCOUNT)
        form = {"country": country, "msisdn": _digits(e164), "app_id": self._application_id}
        error = self._basic.post("/number/update", form)
        if error is not None:
            raise self._not_linked(e164, error)
        found = self._find(e164)
        if found is None or not found.number.linked:
            raise number("not_linked", "read back")
        if found.calls_elsewhere:
            raise number("calls_elsewhere", "voiceCallbackType is sip or tel")

    def _not_linked(self, e164: str, error: CarrierRefused) -> CarrierRefused:
        if error.code != "taken":
            return error
        return number("not_linked" if self._find(e164) else "not_owned", error.detail)

    def owned(self) -> Sequence[OwnedNumber]:
        return [item.number for item in self._owned()]

    def release(self, e164: str, country: str) -> None:
        error = self._basic.post("/number/cancel", {"country": country, "msisdn": _digits(e164)})
        if error is not None and self._find(e164):
            raise number("not_released", error.detail) if error.code == "taken" else error

    def find(self, e164: str) -> OwnedNumber | None:
        found = self._find(e164) if _DIGITS.fullmatch(e164.removeprefix("+")) else None
        return found.number if found else None

    def _find(self, e164: str) -> _Owned | None:
        found = self._owned(pattern=_digits(e164), search_pattern=0)
        return next((item for item in found if item.number.e164 == e164), None)

    def _owned(self, **pattern: Any) -> Iterator[_Owned]:
        index = 1
        while True:
            page = self._basic.get("rest", "/account/numbers", size=PAGE, index=index, **pattern)
            items = _listed(page)
            for item in items:
                yield self._entry(item)
            count = page.get("count")
            if not items or not isinstance(count, int) or count <= PAGE * index:
                return
            index += 1
            time.sleep(PAGE_SECONDS)

    def _entry(self, item: Mapping[str, Any]) -> _Owned:
        applications = (item.get("app_id"), item.get("messagesCallbackValue"))
        linked = self._application_id is not None and self._application_id in applications
        entry = OwnedNumber(_e164(item), str(item.get("country", "")), _features(item), linked)
        return _Owned(entry, item.get("voiceCallbackType") in ("sip", "tel"))


def _listed(answer: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The numbers of an answer; `{}` is the carrier's way to say that there are none.

    The SDK takes any odd body for "none", which would hide every number that we own.
    """
    numbers = answer.get("numbers", [] if not answer or answer.get("count") == 0 else None)
    if not isinstance(numbers, list) or not all(isinstance(item, dict) and _has_number(item) for item in numbers):
        raise CarrierBusy("unreadable_2xx", "numbers")
    return numbers


def _has_number(item: Mapping[str, Any]) -> bool:
    return bool(_DIGITS.fullmatch(str(item.get("msisdn", ""))))


def _e164(item: Mapping[str, Any]) -> str:
    return f"+{item['msisdn']}"


def _digits(e164: str) -> str:
    digits = e164.removeprefix("+")
    if not _DIGITS.fullmatch(digits):
        raise number("not_e164", "")
    return digits


def _features(item: Mapping[str, Any]) -> frozenset[str]:
    features = item.get("features")
    return frozenset(str(feature) for feature in features) if isinstance(features, list) else frozenset()
