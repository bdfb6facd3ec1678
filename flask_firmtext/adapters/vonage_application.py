"""Our application at the carrier: its public key, and where it brings our numbers' texts, reports and calls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..errors import CarrierBusy, Scope
from ..ports.gateway import Webhooks
from .vonage_answers import local
from .vonage_basic import Basic


class Application:
    """The Applications API. ``basic`` is its own: after the JSON of a PUT no form can be sent on those lines."""

    def __init__(self, basic: Basic, application_id: str | None) -> None:
        self._basic = basic
        self._id = application_id

    def read(self) -> Mapping[str, Any]:
        """The application as its owner set it up.

        :raises CarrierBusy, CarrierRefused: as in :class:`flask_firmtext.ports.gateway.Gateway`.
        """
        found = self._basic.get("api", self._path())
        if found.get("id") != self._id:
            raise CarrierBusy("unreadable_2xx", "application")
        return found

    def pointed(self) -> Webhooks | None:
        """The addresses that it has. What comes in a form that we do not read, or unsigned, comes nowhere.

        A carrier that does not show version or signing means its default, which is ours.
        """
        found = self.read()
        messages, voice = _capability(found, "messages"), _capability(found, "voice")
        texts = _object(messages.get("webhooks")) if messages.get("version", "v1") == "v1" else {}
        calls = _object(voice.get("webhooks")) if voice.get("signed_callbacks", True) is True else {}
        has = Webhooks(_address(texts, "inbound_url"), _address(texts, "status_url"), _address(calls, "answer_url"))
        return has if has != Webhooks("", "", "") else None

    def point(self, webhooks: Webhooks) -> None:
        """Give it these addresses, unless it has them. Whatever else it has goes back as it came: a PUT replaces all.

        :raises CarrierBusy, CarrierRefused, CarrierUnsure: as in :class:`flask_firmtext.ports.gateway.Gateway`.
        """
        found = self.read()
        wanted = _with(found, _capabilities(webhooks))
        if wanted != found:
            self._basic.put(self._path(), wanted)

    def _path(self) -> str:
        if not self._id:
            raise local("FIRMTEXT_VONAGE_APPLICATION_ID is missing", Scope.ACCOUNT)
        return f"/v2/applications/{self._id}"


def _capabilities(webhooks: Webhooks) -> Mapping[str, Any]:
    messages = {
        "version": "v1",
        "authenticate_inbound_media": True,
        "webhooks": {"inbound_url": _hook(webhooks.inbound, "POST"), "status_url": _hook(webhooks.status, "POST")},
    }
    voice = {"signed_callbacks": True, "webhooks": {"answer_url": _hook(webhooks.answer, "GET")}}
    return {"capabilities": {"messages": messages, "voice": voice}}


def _hook(address: str, method: str) -> Mapping[str, str]:
    return {"address": address, "http_method": method}


def _with(found: Any, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """``found`` with what is wanted, however deep, and with all else that it has."""
    kept = dict(found) if isinstance(found, Mapping) else {}
    changes = {
        name: _with(kept.get(name), value) if isinstance(value, Mapping) else value for name, value in wanted.items()
    }
    return kept | changes


def _capability(application: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    return _object(_object(application.get("capabilities")).get(name))


def _address(webhooks: Mapping[str, Any], name: str) -> str:
    address = _object(webhooks.get(name)).get("address")
    return address if isinstance(address, str) else ""


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
