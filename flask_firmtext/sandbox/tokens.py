"""Who asks, and proof that a webhook is the carrier's."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import time
import uuid

import jwt

from . import problems
from .account import Account
from .problems import Problem

#: Seconds by which a customer's clock may be ahead of the carrier's.
SKEW = 60

FORGERIES = ("unsigned", "wrong_secret", "wrong_hash", "old", "future", "far_future", "stranger", "none")


def refused_basic(account: Account, header: str) -> bool:
    """Whether an Authorization header is not the account's key and secret."""
    scheme, _, encoded = header.partition(" ")
    try:
        given = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        return True
    wanted = f"{account.api_key}:{account.api_secret}".encode()
    return scheme.lower() != "basic" or not hmac.compare_digest(given, wanted)


def refused_bearer(account: Account, header: str) -> Problem | None:
    """Why an Authorization header is no token of the application; None when it is one."""
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer":
        return problems.UNAUTHORIZED
    try:
        claims = jwt.decode(
            token,
            account.public_key,
            algorithms=["RS256"],
            leeway=SKEW,
            options={"require": ["iat", "jti", "application_id"]},
        )
    except jwt.ExpiredSignatureError:
        return problems.JWT_EXPIRED
    except (jwt.PyJWTError, ValueError):
        return problems.UNAUTHORIZED
    known = claims["application_id"] == account.application_id
    # A token without `exp` lives 15 minutes.
    fresh = "exp" in claims or float(claims["iat"]) > time.time() - 900 - SKEW
    return None if known and fresh else problems.UNPROVISIONED if fresh else problems.JWT_EXPIRED


def refused(account: Account, header: str) -> Problem | None:
    """Why an Authorization header is neither a token of the application nor the account's key and secret."""
    if header.lower().startswith("basic "):
        return problems.UNAUTHORIZED if refused_basic(account, header) else None
    return refused_bearer(account, header)


def webhook_headers(account: Account, secret: str, body: bytes, now: float, forgery: str | None) -> dict[str, str]:
    """The Authorization header of a webhook; `forgery` is one of FORGERIES or None for an honest one."""
    if forgery == "unsigned":
        return {}
    claims = {
        "iat": int(now) + {"old": -26 * 3600, "future": 120, "far_future": 26 * 3600}.get(forgery or "", 0),
        "jti": str(uuid.uuid4()),
        "iss": "Vonage",
        "payload_hash": hashlib.sha256(body + b" " * (forgery == "wrong_hash")).hexdigest(),
        "api_key": account.api_key,
        "application_id": account.application_id,
    }
    if forgery == "stranger":
        claims |= {"api_key": "0badc0de", "application_id": str(uuid.uuid4())}
    if forgery in ("wrong_secret", "stranger"):
        secret = secret[::-1]
    if forgery == "none":
        return {"Authorization": "Bearer " + jwt.encode(claims, "", algorithm="none")}
    return {"Authorization": "Bearer " + jwt.encode(claims, secret, algorithm="HS256")}
