"""A carrier in memory: what it was sent, what fails on demand, and webhooks as it would post them. Safe for threads."""

from __future__ import annotations

import threading
import uuid
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from io import BytesIO
from typing import Any, BinaryIO

from ..errors import CarrierRefused, Scope
from ..ports.gateway import (
    Again,
    CarrierEvent,
    Gateway,
    Meaning,
    NumberOffer,
    Outbound,
    OwnedNumber,
    RawRequest,
    Reason,
    Receipt,
    Speech,
    Webhooks,
)
from .gateway_contract import GatewayContract
from .gateway_webhooks import MemoryWebhooks

__all__ = ["CODES", "GatewayContract", "MemoryGateway"]

FEATURES = frozenset({"SMS", "MMS", "VOICE"})
MEDIA_HOST = "https://media.carrier.example/"

#: The twin's codes: one for each thing that a code can mean.
CODES = {
    "absent": Meaning(
        Reason.UNREACHABLE_NUMBER, Again.NOT_AS_IT_IS, "Number no longer active", number="not_in_service"
    ),
    "landline": Meaning(Reason.UNREACHABLE_NUMBER, Again.NOT_AS_IT_IS, "Takes no texts", number="no_texts"),
    "spam": Meaning(Reason.REJECTED_BY_CARRIER, Again.NOT_AS_IT_IS, "Taken for spam"),
    "stopped": Meaning(Reason.REJECTED_BY_CARRIER, Again.NOT_AS_IT_IS, "Opted out", opted_out=True),
    "busy": Meaning(Reason.TEMPORARY_ERROR, Again.WORTH_IT, "Network busy"),
    "segments": Meaning(Reason.UNKNOWN_ERROR, Again.UNSURE, "Not all segments confirmed"),
    "request": Meaning(
        Reason.CARRIER_ERROR, Again.NOT_AS_IT_IS, "Request not valid", operator=True, cure="Mend the request."
    ),
}

Answer = Callable[[Outbound], None]


class MemoryGateway(Gateway):
    """Takes every text, unless told otherwise.

    ``posts`` are all texts that were posted, ``sent`` those that it accepted, in order; ``receipts`` the ids it gave,
    by the text's reference. ``numbers`` (E.164) are the account's, ``for_sale`` the others. ``webhooks`` makes what it
    would post to us. The settings are taken, as of every gateway, and not used.
    """

    def __init__(self, settings: object = None) -> None:
        self.posts: list[Outbound] = []
        self.sent: list[Outbound] = []
        self.receipts: dict[str, str] = {}
        self.numbers = {
            number: OwnedNumber(number, "US", FEATURES, linked=True) for number in ("+18335550100", "+18335550101")
        }
        self.for_sale = [NumberOffer(f"+1844555{end:04}", "US", "1.25", FEATURES) for end in range(100, 150)]
        self.files: dict[str, bytes] = {}
        self.pointed_at: Webhooks | None = None
        self.webhooks = MemoryWebhooks(self)
        self._lock = threading.RLock()
        self._script: dict[str, deque[tuple[bool, Answer]]] = {}

    def fail(self, error: Exception, *, verb: str = "send", times: int = 1) -> None:
        """Raise ``error`` the next ``times`` times before anything is done."""
        self._plan(verb, times, accepts=False, answer=_raiser(error))

    def lose_answer(self, error: Exception, *, times: int = 1) -> None:
        """Accept the next ``times`` texts and raise ``error`` all the same."""
        self._plan("send", times, accepts=True, answer=_raiser(error))

    def before_answer(self, hook: Answer, *, verb: str = "send", times: int = 1) -> None:
        """Accept the next ``times`` texts and call ``hook`` with each before its receipt is handed out.

        With another ``verb`` the hook gets an empty text.
        """
        self._plan(verb, times, accepts=True, answer=hook)

    def mend(self) -> None:
        """Forget all failures that are still to come."""
        with self._lock:
            self._script.clear()

    def _plan(self, verb: str, times: int, *, accepts: bool, answer: Answer) -> None:
        if verb.startswith("_") or not hasattr(Gateway, verb):
            raise ValueError(f"a gateway has no verb {verb!r}")
        with self._lock:
            self._script.setdefault(verb, deque()).extend([(accepts, answer)] * times)

    def _next(self, verb: str) -> tuple[bool, Answer]:
        with self._lock:
            planned = self._script.get(verb)
            return planned.popleft() if planned else (True, _nothing)

    def _begin(self, verb: str) -> None:
        self._next(verb)[1](Outbound("", "", "", ""))

    def send(self, text: Outbound, *, seconds: float) -> Receipt:
        _sendable(text)
        accepts, answer = self._next("send")
        carrier_id = str(uuid.uuid4())
        with self._lock:
            self.posts.append(text)
            if accepts:
                self.sent.append(text)
                self.receipts[text.reference] = carrier_id
        answer(text)
        return Receipt(carrier_id)

    def verify(self, request: RawRequest) -> None:
        self._begin("verify")
        self.webhooks.verify(request)

    def parse(self, request: RawRequest, kind: str) -> Sequence[CarrierEvent]:
        self._begin("parse")
        return self.webhooks.parse(request, kind)

    def called(self, request: RawRequest) -> str | None:
        self._begin("called")
        return self.webhooks.called(request)

    def say(self, words: str) -> Speech:
        self._begin("say")
        return Speech("text/plain", words)

    @contextmanager
    def fetch_media(self, url: str) -> Iterator[BinaryIO]:
        self._begin("fetch_media")
        if not url.startswith(MEDIA_HOST):
            raise CarrierRefused("host", scope=Scope.TEXT)
        if url not in self.files:
            raise CarrierRefused("gone", scope=Scope.TEXT)
        yield BytesIO(self.files[url])

    def add_file(self, content: bytes) -> str:
        """Keep a file as one that came with a text. Returns its address."""
        url = f"{MEDIA_HOST}{uuid.uuid4()}"
        self.files[url] = content
        return url

    def probe(self) -> None:
        self._begin("probe")

    def search(self, country: str, *, size: int = 10) -> Sequence[NumberOffer]:
        self._begin("search")
        return [offer for offer in self.for_sale if offer.country == country][:size]

    def buy(self, e164: str, country: str) -> None:
        self._begin("buy")
        with self._lock:
            offer = next((offer for offer in self.for_sale if (offer.e164, offer.country) == (e164, country)), None)
            if e164 in self.numbers:
                return
            if offer is None:
                raise _number("taken")
            self.for_sale.remove(offer)
            self.numbers[e164] = OwnedNumber(e164, country, offer.features)

    def link(self, e164: str, country: str) -> None:
        self._begin("link")
        with self._lock:
            if e164 not in self.numbers:
                raise _number("not_owned")
            self.numbers[e164] = replace(self.numbers[e164], linked=True)

    def point(self, webhooks: Webhooks) -> None:
        self._begin("point")
        self.pointed_at = webhooks

    def pointed(self) -> Webhooks | None:
        self._begin("pointed")
        return self.pointed_at

    def owned(self) -> Sequence[OwnedNumber]:
        self._begin("owned")
        with self._lock:
            return list(self.numbers.values())

    def find(self, e164: str) -> OwnedNumber | None:
        self._begin("find")
        return super().find(e164)

    def release(self, e164: str, country: str) -> None:
        self._begin("release")
        with self._lock:
            self.numbers.pop(e164, None)

    def meaning(self, code: str | None) -> Meaning:
        return CODES.get(code or "") or super().meaning(code)


def _raiser(error: Exception) -> Answer:
    def answer(_: Outbound) -> Any:
        raise error

    return answer


def _nothing(_: Outbound) -> None:
    return None


def _number(code: str) -> CarrierRefused:
    return CarrierRefused("number", scope=Scope.NUMBER, code=code)


def _sendable(text: Outbound) -> None:
    try:
        text.text.encode()
    except UnicodeEncodeError:
        sendable = False
    else:
        sendable = bool(text.text) and all(n.startswith("+") and n[1:].isdecimal() for n in (text.to, text.sender))
    if not sendable:
        raise CarrierRefused("local", scope=Scope.TEXT, code="request")
