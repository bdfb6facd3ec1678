"""The customer's application: where it wants its texts, reports and calls, kept as its owner put it."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any, NamedTuple

from .account import Account
from .journal import Journal
from .options import Options

#: What a webhook is called → capability and name of its address.
_PLACES = {
    "inbound": ("messages", "inbound_url"),
    "status": ("messages", "status_url"),
    "answer": ("voice", "answer_url"),
}
_METHODS = {"inbound": "POST", "status": "POST", "answer": "GET"}


class Hook(NamedTuple):
    """Where and how the customer is asked."""

    url: str
    method: str


class Application:
    """One application. Until its owner puts another it points to the `webhooks` of the options. Safe for threads."""

    def __init__(self, journal: Journal, account: Account, options: Options) -> None:
        self._journal, self._account, self._options = journal, account, options
        self._lock = threading.Lock()
        self.empty()

    def empty(self) -> None:
        """Back to the application of the first day."""
        with self._lock:
            self._put: dict[str, Any] | None = None

    def put(self, body: Mapping[str, Any]) -> None:
        """Replace the whole application; what the body lacks is gone."""
        kept = _completed({name: value for name, value in body.items() if name not in ("id", "_links")})
        self._journal.add("application", application=kept)
        self.replay(kept)

    def replay(self, kept: dict[str, Any]) -> None:
        """Take over an application that the journal remembers."""
        with self._lock:
            self._put = kept

    def shown(self) -> dict[str, Any]:
        """The application as the carrier's API shows it."""
        identity = self._account.application_id
        links = {"self": {"href": f"/v2/applications/{identity}"}}
        return {"id": identity, **self._kept(), "_links": links}

    def hook(self, kind: str) -> Hook:
        """Where a webhook of this kind goes: to the application's address, or to that of the options."""
        capability, name = _PLACES[kind]
        given = self._capability(capability).get("webhooks", {}).get(name, {})
        url = given.get("address") or f"{self._options.webhooks}/{kind}"
        return Hook(url, given.get("http_method") or _METHODS[kind])

    @property
    def public_key(self) -> str:
        """The key with which the application's tokens are checked; empty when it has none."""
        return str(self._kept().get("keys", {}).get("public_key", ""))

    @property
    def secures_media(self) -> bool:
        """Whether received files are for the application's token only."""
        return self._options.secure_media and self._capability("messages").get("authenticate_inbound_media") is True

    @property
    def signs_calls(self) -> bool:
        """Whether the question what to do with a call is signed."""
        return self._capability("voice").get("signed_callbacks", True) is True

    def _capability(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = self._kept().get("capabilities", {}).get(name, {})
        return found

    def _kept(self) -> dict[str, Any]:
        with self._lock:
            return self._put if self._put is not None else self._first()

    def _first(self) -> dict[str, Any]:
        def hook(kind: str) -> dict[str, str]:
            return {"address": f"{self._options.webhooks}/{kind}", "http_method": _METHODS[kind]}

        return {
            "name": "FirmText sandbox",
            "keys": {"public_key": self._account.public_key},
            "privacy": {"improve_ai": False},
            "capabilities": {
                "messages": {
                    "webhooks": {"inbound_url": hook("inbound"), "status_url": hook("status")},
                    "version": "v1",
                    "authenticate_inbound_media": self._options.secure_media,
                },
                "voice": {"webhooks": {"answer_url": hook("answer")}, "signed_callbacks": True},
            },
        }


def _completed(application: dict[str, Any]) -> dict[str, Any]:
    """The one default that the carrier documents for a PUT."""
    capabilities = application.get("capabilities", {})
    if "messages" not in capabilities:
        return application
    return {**application, "capabilities": {**capabilities, "messages": {"version": "v1", **capabilities["messages"]}}}
