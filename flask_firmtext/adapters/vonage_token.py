"""Our name and signature at the carrier: a token from the application's private key, kept for ten minutes."""

from __future__ import annotations

import threading
import time
import uuid
from pathlib import Path

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from vonage_http_client import Auth

from ..errors import CarrierRefused, Scope
from .vonage_answers import local

#: A token is valid for this long at the carrier; ours is renewed well before.
VALID_SECONDS = 900
RENEW_SECONDS = 600


class Tokens:
    """The application's tokens, for all threads. ``key`` is PEM text (PKCS#1 or PKCS#8) or a path, read when needed."""

    def __init__(self, application_id: str | None, key: str | None) -> None:
        self._application_id = application_id
        self._key = key
        self._parsed: RSAPrivateKey | None = None
        self._token: str | None = None
        self._made = 0.0
        self._lock = threading.Lock()

    def current(self) -> str:
        """A token that is valid for at least five minutes.

        :raises CarrierRefused: evidence ``local`` for the account: id or key missing, unreadable or of the wrong kind.
        """
        with self._lock:
            if self._token is None or time.monotonic() - self._made > RENEW_SECONDS:
                self._token = self._sign()
                self._made = time.monotonic()
            return self._token

    def public_key(self) -> RSAPublicKey:
        """The other half of our private key.

        :raises CarrierRefused: as :meth:`current`.
        """
        with self._lock:
            return self._private_key().public_key()

    def drop(self) -> None:
        """The carrier did not like the token: the next is a new one."""
        with self._lock:
            self._token = None

    def _sign(self) -> str:
        if not self._application_id:
            raise local("FIRMTEXT_VONAGE_APPLICATION_ID is missing", Scope.ACCOUNT)
        now = int(time.time())
        claims = {
            "application_id": self._application_id,
            "iat": now,
            "exp": now + VALID_SECONDS,
            "jti": str(uuid.uuid4()),
        }
        return jwt.encode(claims, self._private_key(), algorithm="RS256")

    def _private_key(self) -> RSAPrivateKey:
        if self._parsed is None:
            self._parsed = load_key(self._key)
        return self._parsed


def load_key(given: str | None) -> RSAPrivateKey:
    """The private key from PEM text or a path.

    :raises CarrierRefused: evidence ``local``; the detail names setting, path and fault.
    """
    if not given:
        raise _fault("is missing")
    pem = given.encode() if "-----BEGIN" in given else _file(Path(given))
    fault = "is no PEM of a private key"
    try:
        key = load_pem_private_key(pem, password=None)
    except TypeError:
        fault = "is encrypted with a password; give it without"
    except (ValueError, UnsupportedAlgorithm):
        pass
    else:
        if isinstance(key, RSAPrivateKey):
            return key
        fault = "is not an RSA key"
    raise _fault(fault)


def _file(path: Path) -> bytes:
    try:
        mode = path.stat().st_mode & 0o777
        content = path.read_bytes()
    except OSError as error:
        fault = f"names {path}, which cannot be read ({error.strerror})"
    else:
        if not mode & 0o007:
            return content
        fault = f"names {path}, which everybody may read (mode {mode:o}); take that right away"
    raise _fault(fault)


def _fault(what: str) -> CarrierRefused:
    return local(f"FIRMTEXT_VONAGE_PRIVATE_KEY {what}", Scope.ACCOUNT)


class KeptAuth(Auth):  # type: ignore[misc]
    """The SDK's credentials, but with kept tokens: it would read the key and sign anew for each request (37 ms)."""

    def __init__(self, api_key: str | None, api_secret: str | None, application_id: str | None, tokens: Tokens) -> None:
        super().__init__(api_key=api_key, api_secret=api_secret)
        self._application_id = application_id
        self._tokens = tokens

    def create_jwt_auth_string(self) -> bytes:
        return b"Bearer " + self._tokens.current().encode()
