"""The carrier Vonage: its Messages API for texts, its Numbers API for our numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import BinaryIO

from pydantic import ValidationError
from vonage_messages import Messages, Sms

from ..errors import CarrierError, CarrierUnsure, Scope
from ..ports.gateway import (
    CarrierEvent,
    Gateway,
    Meaning,
    NumberOffer,
    Outbound,
    OwnedNumber,
    RawRequest,
    Receipt,
    Speech,
    Webhooks,
)
from ..settings import Settings
from .vonage_account import probe
from .vonage_answers import failure, local
from .vonage_application import Application
from .vonage_basic import Basic
from .vonage_calls import called, say
from .vonage_client import Lines, connect
from .vonage_events import meaning, parse
from .vonage_media import MediaFiles
from .vonage_numbers import Numbers
from .vonage_signature import Verifier
from .vonage_token import Tokens

_E164 = re.compile(r"\+[1-9]\d{6,14}", re.ASCII)
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


class VonageGateway(Gateway):
    """The gateway on the vonage SDK.

    Made without I/O; keys and certificates are read when first needed. Threads and forked processes may share it:
    each thread has connections of its own: for texts, for numbers and for the application.
    """

    def __init__(self, settings: Settings) -> None:
        self._tokens = Tokens(settings.vonage_application_id, settings.vonage_private_key)
        self._lines = Lines(lambda: connect(settings, self._tokens))
        self._numbers = Numbers(self._basic(settings), settings.vonage_application_id)
        self._application = Application(self._basic(settings), settings.vonage_application_id)
        self._media = MediaFiles(settings, self._tokens)
        self._verifier = Verifier(
            settings.vonage_signature_secrets, settings.vonage_api_key, settings.vonage_application_id
        )

    def _basic(self, settings: Settings) -> Basic:
        return Basic(Lines(lambda: connect(settings, self._tokens)), settings.vonage_api_key)

    @property
    def secret_index(self) -> int | None:
        return self._verifier.secret_index

    @property
    def secrets(self) -> Sequence[str]:
        return self._verifier.secrets

    def send(self, text: Outbound, *, seconds: float) -> Receipt:
        message = _sms(text)
        self._tokens.current()
        outcome = self._post(message, seconds)
        if isinstance(outcome, CarrierError):
            # Raised here, outside of every handler, so that no other error hangs on it with text and number.
            raise outcome
        return outcome

    def _post(self, message: Sms, seconds: float) -> Receipt | CarrierError:
        line = self._lines.mine()
        with line.wire.exchanging(seconds) as exchange:
            try:
                carrier_id = Messages(line.client).send(message).message_uuid
            except Exception as error:
                if exchange.status == 401:
                    self._tokens.drop()
                return failure(exchange, error)
        if not _UUID.fullmatch(carrier_id):
            return CarrierUnsure("unreadable_2xx", "message_uuid")
        return Receipt(carrier_id.lower())

    def verify(self, request: RawRequest) -> None:
        self._verifier.verify(request)

    def parse(self, request: RawRequest, kind: str) -> Sequence[CarrierEvent]:
        return parse(request, kind)

    def called(self, request: RawRequest) -> str | None:
        return called(request)

    def say(self, words: str) -> Speech:
        return say(words)

    def fetch_media(self, url: str) -> AbstractContextManager[BinaryIO]:
        return self._media.open(url)

    def probe(self) -> None:
        probe(self._application, self._tokens)

    def search(self, country: str, *, size: int = 10) -> Sequence[NumberOffer]:
        return self._numbers.search(country, size)

    def buy(self, e164: str, country: str) -> None:
        self._numbers.buy(e164, country)

    def link(self, e164: str, country: str) -> None:
        self._numbers.link(e164, country)

    def point(self, webhooks: Webhooks) -> None:
        self._application.point(webhooks)

    def pointed(self) -> Webhooks | None:
        return self._application.pointed()

    def owned(self) -> Sequence[OwnedNumber]:
        return self._numbers.owned()

    def find(self, e164: str) -> OwnedNumber | None:
        return self._numbers.find(e164)

    def release(self, e164: str, country: str) -> None:
        self._numbers.release(e164, country)

    def meaning(self, code: str | None) -> Meaning:
        return meaning(code)


def _sms(text: Outbound) -> Sms:
    """The request, built before the call: what is wrong with it was never sent."""
    fault = _fault(text)
    if fault is None:
        try:
            return Sms(
                to=text.to[1:],
                from_=text.sender[1:],
                text=text.text,
                client_ref=text.reference,
                # An account left on another version cannot change the shape of our status webhooks.
                webhook_version="v1",
            )
        except ValidationError as error:
            # The error's own words hold the text.
            fault = ", ".join(sorted({str(item["loc"][0]) for item in error.errors(include_input=False)}))
    raise local(fault, Scope.TEXT)


def _fault(text: Outbound) -> str | None:
    if not _E164.fullmatch(text.to) or not _E164.fullmatch(text.sender):
        return "a number is not E.164"
    if not text.text:
        return "the text is empty"
    if not text.reference:
        return "no reference"
    try:
        text.text.encode()
    except UnicodeEncodeError:
        return "the text is not Unicode"
    return None
