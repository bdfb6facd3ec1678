"""Whether the carrier knows us: one read that proves key, secret, application and private key."""

from __future__ import annotations

from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from ..errors import CarrierRefused, Scope
from .vonage_application import Application
from .vonage_token import Tokens


def probe(application: Application, tokens: Tokens) -> None:
    """Read our application, and compare the public key that the carrier has with our private one.

    :raises CarrierBusy, CarrierRefused: as for a text.
    """
    tokens.current()
    keys = application.read().get("keys")
    theirs = _public(keys.get("public_key") if isinstance(keys, dict) else None)
    if theirs is not None and theirs.public_numbers() != tokens.public_key().public_numbers():
        raise CarrierRefused("auth", "the private key is not the application's", scope=Scope.ACCOUNT)


def _public(pem: Any) -> RSAPublicKey | None:
    if not isinstance(pem, str):
        return None
    try:
        key = load_pem_public_key(pem.encode())
    except (ValueError, UnsupportedAlgorithm):
        return None
    return key if isinstance(key, RSAPublicKey) else None
