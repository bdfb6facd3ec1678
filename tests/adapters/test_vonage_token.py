"""The application's key in every form that it is given, and its token."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from flask_firmtext.adapters import vonage_token
from flask_firmtext.adapters.vonage_token import Tokens, load_key
from flask_firmtext.errors import CarrierRefused, Scope
from flask_firmtext.parsing import pem as pem_setting

SECRET = "canary password"


@pytest.mark.parametrize("form", [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL])
@pytest.mark.parametrize("how", ["text", "text with \\n", "path", "path with a suffix"])
def test_every_form_of_the_key_is_read(
    private_key: rsa.RSAPrivateKey, tmp_path: Path, form: PrivateFormat, how: str
) -> None:
    pem = private_key.private_bytes(Encoding.PEM, form, NoEncryption()).decode()
    given = {"text": pem, "text with \\n": pem.replace("\n", "\\n")}.get(how)
    if given is None:
        path = tmp_path / ("key" if how == "path" else "private.key")
        path.write_text(pem)
        path.chmod(0o600)
        given = str(path)
    assert load_key(pem_setting(given)).private_numbers() == private_key.private_numbers()


def _encrypted(key: rsa.RSAPrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(SECRET.encode())).decode()


def _elliptic(_: object) -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (lambda _: None, "is missing"),
        (lambda _: "/nowhere/private.key", "names /nowhere/private.key, which cannot be read (No such file"),
        (lambda _: "-----BEGIN PRIVATE KEY-----\ncanary\n-----END PRIVATE KEY-----", "is no PEM of a private key"),
        (_encrypted, "is encrypted with a password"),
        (_elliptic, "is not an RSA key"),
    ],
)
def test_a_key_that_is_none_is_refused_by_the_settings_name(
    private_key: rsa.RSAPrivateKey, given: Callable[[rsa.RSAPrivateKey], str | None], said: str
) -> None:
    with pytest.raises(CarrierRefused) as caught:
        load_key(given(private_key))
    assert (caught.value.evidence, caught.value.scope) == ("local", Scope.ACCOUNT)
    assert caught.value.detail.startswith(f"FIRMTEXT_VONAGE_PRIVATE_KEY {said}")
    assert "canary" not in caught.value.detail
    assert caught.value.__context__ is None


def test_a_key_that_everybody_may_read_is_refused_with_path_and_mode(pem: str, tmp_path: Path) -> None:
    path = tmp_path / "private.key"
    path.write_text(pem)
    path.chmod(0o644)
    with pytest.raises(CarrierRefused) as caught:
        load_key(str(path))
    assert str(path) in caught.value.detail
    assert "644" in caught.value.detail


def test_a_token_is_renewed_before_it_ends_and_the_key_is_read_once(pem: str, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    monkeypatch.setattr(vonage_token.time, "monotonic", lambda: now[0])
    reads: list[str | None] = []
    monkeypatch.setattr(vonage_token, "load_key", lambda given: (reads.append(given), load_key(given))[1])
    tokens = Tokens("application", pem)
    first = tokens.current()
    now[0] += 590
    assert tokens.current() == first
    now[0] += 20
    assert tokens.current() != first
    assert len(reads) == 1


def test_a_kept_token_costs_next_to_nothing(pem: str) -> None:
    tokens = Tokens("application", pem)
    tokens.current()
    began = time.perf_counter()
    for _ in range(1000):
        tokens.current()
    assert time.perf_counter() - began < 0.5
