"""Whose webhook this is: a token signed with the account's secret, over the hash of the body.

The SDK's verifier is not used: it takes a wrong body hash and raises on a clock that differs.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import jwt
from jwt.api_jws import PyJWS

from ..errors import WebhookDoubtful, WebhookForged, WebhookRefused
from ..ports.gateway import RawRequest
from .vonage_events import e164, object_of

AHEAD_SECONDS = 5 * 60
#: The carrier repeats for 24 hours; whether it signs a repeat anew is not documented.
BEHIND_SECONDS = 25 * 60 * 60


_JWS = PyJWS(algorithms=["HS256"])


class Verifier:
    """Checks webhooks against all ``secrets``; ``api_key`` and ``application_id`` are ours."""

    def __init__(
        self,
        secrets: tuple[str, ...],
        api_key: str | None,
        application_id: str | None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.secrets = secrets
        self._ours = {"api_key": api_key, "application_id": application_id}
        self._now = now
        self._last = threading.local()

    @property
    def secret_index(self) -> int | None:
        """Which secret (0 is the newest) verified the last webhook of this thread."""
        return getattr(self._last, "index", None)

    def verify(self, request: RawRequest) -> None:
        """:raises WebhookForged, WebhookDoubtful: as in :class:`flask_firmtext.ports.gateway.Gateway`."""
        self._last.index = None
        token = _bearer(request)
        parts = _unverified(token)
        _pinned(parts["header"])
        index, claims = self._signed(token, parts["signature"]), _claims(parts["payload"])
        if index is None:
            raise self._unknown_key(claims)
        if claims.get("iss") != "Vonage":
            raise WebhookForged("issuer")
        if any(ours and claims.get(name) not in (None, ours) for name, ours in self._ours.items()):
            raise WebhookForged("account")
        if not _hash_fits(claims.get("payload_hash"), request):
            raise WebhookForged("payload_hash")
        if not self._in_time(claims.get("iat")):
            raise WebhookDoubtful("clock")
        self._last.index = index

    def _signed(self, token: str, signature: bytes) -> int | None:
        """The secret that fits. All are tried always, so that time tells nothing."""
        # HS256 itself, because PyJWT decodes the whole token anew for each secret and warns of short ones.
        said, fits = token.rpartition(".")[0].encode(), None
        for index, secret in enumerate(self.secrets):
            if hmac.compare_digest(hmac.digest(secret.encode(), said, "sha256"), signature) and fits is None:
                fits = index
        return fits

    def _unknown_key(self, claims: Mapping[str, Any]) -> WebhookRefused:
        if any(ours and claims.get(name) == ours for name, ours in self._ours.items()):
            return WebhookDoubtful("secret_rotated")
        return WebhookForged("signature")

    def _in_time(self, issued: Any) -> bool:
        if isinstance(issued, bool) or not isinstance(issued, (int, float)):
            return False
        now = self._now()
        return now - BEHIND_SECONDS <= issued <= now + AHEAD_SECONDS


def _bearer(request: RawRequest) -> str:
    header = request.headers.get("authorization", "").strip()
    if not header:
        to = e164((payload(request) or {}).get("to"))
        if to is None:
            raise WebhookForged("unsigned")
        raise WebhookDoubtful("unsigned", to=to)
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise WebhookForged("scheme")
    return token.strip()


def _pinned(header: Mapping[str, Any]) -> None:
    # `kid`, `jku`, `x5u` and `jwk` are never looked at.
    if header.get("alg") != "HS256":
        raise WebhookForged("algorithm")


def _unverified(token: str) -> Mapping[str, Any]:
    """Header, payload and signature, of which nothing is believed yet."""
    try:
        return _JWS.decode_complete(token, options={"verify_signature": False})
    except (jwt.PyJWTError, ValueError, RecursionError):
        raise WebhookForged("token") from None


def _claims(payload: bytes) -> Mapping[str, Any]:
    claims = object_of(payload)
    if claims is None:
        raise WebhookForged("claims")
    return claims


def payload(request: RawRequest) -> dict[str, Any] | None:
    """What a webhook says: its body, or the query of one by GET; None when that is no object."""
    return dict(request.args) if request.method.upper() == "GET" else object_of(request.body)


def _hash_fits(given: Any, request: RawRequest) -> bool:
    if not isinstance(given, str):
        return False
    wanted = given.lower().encode(errors="replace")
    return any(hmac.compare_digest(hashlib.sha256(form).hexdigest().encode(), wanted) for form in _forms(request))


def _forms(request: RawRequest) -> Iterator[bytes]:
    """What the carrier may have hashed: the bytes as they came, or the body as JavaScript writes JSON.

    A GET has no body; there it is the query, in order.
    """
    if request.method.upper() != "GET":
        yield request.body
    try:
        compact = json.dumps(payload(request), separators=(",", ":"), ensure_ascii=False)
    except RecursionError:
        return
    yield compact.encode(errors="surrogatepass")
