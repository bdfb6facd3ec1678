"""The carrier account: made once in the state directory, then kept."""

from __future__ import annotations

import json
import secrets
import uuid
from dataclasses import asdict, dataclass
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from .authority import Authority
from .files import one_at_a_time, write_private


@dataclass(frozen=True)
class Account:
    """One customer of the carrier with one application."""

    api_key: str
    api_secret: str
    application_id: str
    signature_secret: str
    public_key: str


def account(state_dir: Path) -> Account:
    """The account of `state_dir`, made when there is none."""
    path = state_dir / "account.json"
    with one_at_a_time(state_dir):
        if not path.exists():
            write_private(path, json.dumps(asdict(_new(state_dir / "application.pem")), indent=1).encode())
    return Account(**json.loads(path.read_text()))


def credentials(state_dir: Path) -> dict[str, str]:
    """The settings with which FirmText talks to the sandbox of `state_dir`; makes account and authority if absent."""
    of = account(state_dir)
    return {
        "FIRMTEXT_VONAGE_API_KEY": of.api_key,
        "FIRMTEXT_VONAGE_API_SECRET": of.api_secret,
        "FIRMTEXT_VONAGE_APPLICATION_ID": of.application_id,
        "FIRMTEXT_VONAGE_PRIVATE_KEY": str((state_dir / "application.pem").resolve()),
        "FIRMTEXT_VONAGE_SIGNATURE_SECRETS": of.signature_secret,
        "FIRMTEXT_VONAGE_CA_BUNDLE": str(Authority(state_dir).bundle.resolve()),
    }


def _new(private_key: Path) -> Account:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    write_private(private_key, pem)
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return Account(
        api_key=secrets.token_hex(4),
        api_secret=secrets.token_urlsafe(12),
        application_id=str(uuid.uuid4()),
        signature_secret=secrets.token_urlsafe(48),
        public_key=public.decode(),
    )
