"""Webhooks as the carrier signs them, and as somebody else would. Bodies are bytes or objects."""

from __future__ import annotations

import hashlib
import json
import time
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import jwt

from carrier import Carrier
from flask_firmtext.sandbox.account import Account, account

HARBOR, ROSA = "18335550100", "13125550100"


def words(text: str = "Hello", *, sender: str = ROSA, to: str = HARBOR, **more: Any) -> dict[str, Any]:
    """A client's text."""
    said = {"message_uuid": str(uuid.uuid4()), "to": to, "from": sender, "timestamp": datetime.now(UTC).isoformat()}
    return {**said, "channel": "sms", "message_type": "text", "text": text, **more}


def told(status: str, *, uuid_: str | None = None, reference: Any = None, code: str | None = None, **more: Any) -> Any:
    """A status of a text of ours."""
    said: dict[str, Any] = {"message_uuid": uuid_ or str(uuid.uuid4()), "to": ROSA, "from": HARBOR, "channel": "sms"}
    said |= {"timestamp": datetime.now(UTC).isoformat(), "status": status}
    if reference is not None:
        said["client_ref"] = str(reference)
    if code is not None:
        said["error"] = {"type": f"https://developer.vonage.com/api-errors/messages#{code}", "title": int(code)}
    return {**said, **more}


def packed(body: Any) -> bytes:
    return body if isinstance(body, bytes) else json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()


@dataclass
class Signer:
    """Signs for one account. ``of(carrier)`` has the sandbox's."""

    account: Account

    @classmethod
    def of(cls, carrier: Carrier) -> Signer:
        return cls(account(carrier.state))

    def claims(self, body: bytes, **changes: Any) -> dict[str, Any]:
        claims = {
            "iat": int(time.time()),
            "jti": str(uuid.uuid4()),
            "iss": "Vonage",
            "payload_hash": hashlib.sha256(body).hexdigest(),
            "api_key": self.account.api_key,
            "application_id": self.account.application_id,
        }
        return {name: value for name, value in (claims | changes).items() if value is not None}

    def token(
        self, body: bytes, *, secret: Any = None, algorithm: str = "HS256", header: Any = None, **claims: Any
    ) -> str:
        key = self.account.signature_secret if secret is None else secret
        return jwt.encode(self.claims(body, **claims), key, algorithm=algorithm, headers=header)

    def post(self, client: Any, kind: str, body: Any, *, token: str | None = None, **how: Any) -> Any:
        """Post a webhook, signed unless ``token`` says otherwise (empty: unsigned)."""
        raw = packed(body)
        bearer = self.token(raw, **how) if token is None else token
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {bearer}"} if bearer else {})
        return client.post(f"/texting/webhooks/{kind}", data=raw, headers=headers)
