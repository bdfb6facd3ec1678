"""The carrier's account APIs: key and secret, forms, and errors as HTTP 420 or inside a 200, with the code as text."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Literal

from vonage_http_client import HttpClient

from ..errors import CarrierBusy, CarrierError, CarrierRefused, CarrierUnsure, Scope
from .vonage_answers import failure, local
from .vonage_client import Lines

SECONDS = 30.0
Host = Literal["api", "rest"]

_CREDIT = re.compile(r"credit|balance|fund|payment", re.IGNORECASE)


class Basic:
    """Calls with key and secret, on lines that do nothing else.

    After one JSON call the SDK sends every form as JSON, and the carrier reads none: texts have lines of their own, and
    of two of these objects one posts forms and the other puts JSON.
    """

    def __init__(self, lines: Lines, api_key: str | None) -> None:
        self._lines = lines
        self._api_key = api_key

    def get(self, host: Host, path: str, **query: Any) -> Mapping[str, Any]:
        """Ask; a question may be asked again, so nothing here is unsure.

        :raises CarrierBusy, CarrierRefused: as in :class:`flask_firmtext.ports.gateway.Gateway`.
        """
        outcome = self._call(lambda client: client.get(_name(client, host), path, query, "basic"))
        if isinstance(outcome, CarrierUnsure):
            outcome = CarrierBusy(outcome.evidence, outcome.detail)
        if isinstance(outcome, CarrierError):
            raise outcome
        return outcome

    def post(self, path: str, form: Mapping[str, str]) -> CarrierRefused | None:
        """Order something; a refusal is returned for the caller to judge.

        :raises CarrierBusy, CarrierUnsure: as in :class:`flask_firmtext.ports.gateway.Gateway`.
        """
        outcome = self._call(lambda client: client.post(client.rest_host, path, dict(form), "basic", "form"))
        if isinstance(outcome, CarrierRefused):
            return outcome
        if isinstance(outcome, CarrierError):
            raise outcome
        return None

    def put(self, path: str, body: Mapping[str, Any]) -> None:
        """Replace something of the ``api`` host by ``body``; the same may be done again.

        :raises CarrierBusy, CarrierRefused, CarrierUnsure: as in :class:`flask_firmtext.ports.gateway.Gateway`.
        """
        outcome = self._call(lambda client: client.put(client.api_host, path, dict(body), "basic", "json"))
        if isinstance(outcome, CarrierError):
            raise outcome

    def _call(self, ask: Any) -> Mapping[str, Any] | CarrierError:
        if not self._api_key:
            return local("FIRMTEXT_VONAGE_API_KEY is missing", Scope.ACCOUNT)
        line = self._lines.mine()
        with line.wire.exchanging(SECONDS) as exchange:
            try:
                answer = ask(line.client)
            except Exception as error:
                told = _not_a_texts(failure(exchange, error))
                return _refusal(_object(exchange.body), told.detail) if exchange.status == 420 else told
        if not isinstance(answer, dict):
            return CarrierUnsure("unreadable_2xx", str(exchange.status))
        if str(answer.get("error-code", "200")) != "200":
            return _refusal(answer, "in a 200")
        return answer


def _not_a_texts(error: CarrierError) -> CarrierError:
    if isinstance(error, CarrierRefused) and error.scope is Scope.TEXT:
        return CarrierRefused(error.evidence, error.detail, scope=Scope.ACCOUNT, code=error.code)
    return error


def _name(client: HttpClient, host: Host) -> str:
    return str(client.api_host if host == "api" else client.rest_host)


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _refusal(answer: Mapping[str, Any], detail: str) -> CarrierRefused:
    """420 stands for many things. Only want of credit shows in its label; the rest speaks of addresses, gone or not."""
    code, label = str(answer.get("error-code", "420")), str(answer.get("error-code-label", ""))
    if code == "401":
        return CarrierRefused("auth", detail, scope=Scope.ACCOUNT)
    if _CREDIT.search(label):
        return CarrierRefused("balance", detail, scope=Scope.ACCOUNT)
    return number("taken", detail)


def number(code: str, detail: str) -> CarrierRefused:
    """One of our numbers, or one that we want, is refused."""
    return CarrierRefused("number", detail, scope=Scope.NUMBER, code=code)
