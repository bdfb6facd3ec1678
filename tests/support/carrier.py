"""The sandbox as the tests hold it: its control, its settings."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

#: As fast as can be, and without a limit: a test that wants another pace says so.
OPTIONS = {"speed": 0, "retry_speed": 0.05, "requests_per_second": 0, "clock_ahead": 0, "secure_media": True}


def _session() -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    return session


@dataclass
class Carrier:
    """A running sandbox. ``settings`` are what a host needs to use it."""

    control: str
    state: Path
    settings: dict[str, str]
    session: requests.Session = field(default_factory=_session)

    def get(self, path: str) -> Any:
        answer = self.session.get(self.control + path, timeout=10)
        answer.raise_for_status()
        return answer.json()

    def post(self, path: str, **body: Any) -> Any:
        answer = self.session.post(self.control + path, json=body, timeout=10)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    @property
    def posts(self) -> list[dict[str, Any]]:
        """The accepted POSTs."""
        return self.get("/_sandbox/ledger")["posts"]

    @property
    def webhooks(self) -> list[dict[str, Any]]:
        """The webhooks sent."""
        return self.get("/_sandbox/ledger")["webhooks"]

    def fault(self, on: str, do: str, **more: Any) -> str:
        """Switch a fault on; returns its id."""
        return str(self.post("/_sandbox/faults", on=on, do=do, **{"to": None, **more})["id"])

    def text(self, phone: str, to: str, text: str, *media: tuple[str, str, bytes]) -> str:
        """A phone sends a text, with files (name, type, content); returns the carrier's id. Digits without +."""
        given = [{"name": name, "type": kind, "data": b64encode(data).decode()} for name, kind, data in media]
        return str(self.post(f"/_sandbox/phones/{phone}/texts", to=to, text=text, media=given)["message_uuid"])

    def reset(self) -> None:
        self.session.delete(self.control + "/_sandbox/faults", timeout=10).raise_for_status()
        self.post("/_sandbox/reset")  # first: it puts the options back, too
        self.post("/_sandbox/options", **OPTIONS)

    def option(self, **options: Any) -> None:
        """Change pace, limits or clock until the next test."""
        self.post("/_sandbox/options", **options)
