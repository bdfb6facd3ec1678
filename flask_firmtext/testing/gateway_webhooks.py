"""Webhooks of the carrier in memory: made, signed, checked and read, in a form of its own."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from ..errors import WebhookDoubtful, WebhookForged, WebhookUnreadable
from ..ports.gateway import CarrierEvent, InboundText, Meaning, Media, RawRequest, StatusEvent, StatusKind

SECRET = b"known to everybody"
WINDOW = timedelta(hours=25)


class Carrier(Protocol):
    """What the webhooks need to know of their carrier."""

    receipts: dict[str, str]

    def meaning(self, code: str | None) -> Meaning: ...

    def add_file(self, content: bytes) -> str: ...


class MemoryWebhooks:
    """What the carrier posts to us."""

    def __init__(self, carrier: Carrier) -> None:
        self._carrier = carrier

    def text(self, sender: str, to: str, text: str, *files: bytes, carrier_id: str | None = None) -> RawRequest:
        """A client's text from ``sender`` (E.164) with ``files``."""
        media = [{"url": self._carrier.add_file(content), "kind": "file", "name": ""} for content in files]
        body = {"id": carrier_id or str(uuid.uuid4()), "from": sender, "to": to, "text": text, "media": media}
        return signed({**body, "at": _now()})

    def status(self, reference: str, status: str, *, code: str | None = None, partly: bool = False) -> RawRequest:
        """A status of the text with our ``reference``: ``submitted``, ``delivered``, ``failed`` or another."""
        body = {"id": self._carrier.receipts[reference], "reference": reference, "status": status, "code": code}
        return signed({**body, "to": "", "partly": partly, "at": _now()})

    def call(self, sender: str, to: str) -> RawRequest:
        """The question what ``sender`` (E.164), who calls, is to hear."""
        return signed({"id": str(uuid.uuid4()), "from": sender, "to": to})

    def called(self, request: RawRequest) -> str | None:
        to = (_object(request.body) or {}).get("to")
        return to if isinstance(to, str) and to.startswith("+") else None

    def verify(self, request: RawRequest) -> None:
        """:raises WebhookForged, WebhookDoubtful: as in :class:`flask_firmtext.ports.gateway.Gateway`."""
        signature = request.headers.get("authorization", "")
        if not signature:
            to = self.called(request)
            if to is None:
                raise WebhookForged("unsigned")
            raise WebhookDoubtful("unsigned", to=to)
        issued, _, given = signature.partition(" ")
        if not hmac.compare_digest(_signature(request.body, issued).encode(), given.encode()):
            raise WebhookForged("signature")
        if abs(time.time() - float(issued)) > WINDOW.total_seconds():
            raise WebhookDoubtful("clock")

    def parse(self, request: RawRequest, kind: str) -> Sequence[CarrierEvent]:
        """:raises WebhookUnreadable: as in :class:`flask_firmtext.ports.gateway.Gateway`."""
        body = _object(request.body)
        if body is None:
            raise WebhookUnreadable("not_an_object")
        if not isinstance(body.get("id"), str):
            raise WebhookUnreadable("id")
        reader = {"inbound": self._inbound, "status": self._status}.get(kind)
        if reader is None:
            raise WebhookUnreadable("kind")
        try:
            return [reader(body)]
        except (KeyError, TypeError, ValueError, AttributeError):
            unreadable = WebhookUnreadable("field")
        raise unreadable

    def _inbound(self, body: Mapping[str, Any]) -> CarrierEvent:
        media = tuple(Media(item["url"], item["kind"], item["name"]) for item in body["media"])
        digest = _digest(body["id"], body["from"], body["to"], body["text"], *[item.url for item in media])
        at = datetime.fromisoformat(body["at"])
        return InboundText(body["id"], body["from"], body["to"], body["text"], at, media, digest=digest)

    def _status(self, body: Mapping[str, Any]) -> CarrierEvent:
        status, code = body["status"], body["code"]
        return StatusEvent(
            carrier_id=body["id"],
            reference=body["reference"],
            kind=StatusKind(status) if status in set(StatusKind) else StatusKind.OTHER,
            name=status,
            at=datetime.fromisoformat(body["at"]),
            digest=_digest(body["id"], status, body["at"], code or ""),
            code=code,
            meaning=self._carrier.meaning(code) if status == "failed" else None,
            partly=body["partly"],
        )


def signed(body: object, *, issued: float | None = None) -> RawRequest:
    """``body`` as a signed webhook, ``issued`` at so many seconds since 1970."""
    content = json.dumps(body).encode()
    at = str(time.time() if issued is None else issued)
    headers = {"content-type": "application/json", "authorization": f"{at} {_signature(content, at)}"}
    return RawRequest("POST", headers, content)


def _signature(content: bytes, issued: str) -> str:
    return hmac.new(SECRET, issued.encode() + b" " + content, "sha256").hexdigest()


def _object(content: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _digest(*parts: str) -> bytes:
    return hashlib.sha256(json.dumps(parts).encode()).digest()


def _now() -> str:
    return datetime.now(UTC).isoformat()
