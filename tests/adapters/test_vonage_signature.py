"""Whose webhook it is: the table of reliability.md section 4, and attacks A01 to A08."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flask_firmtext.adapters.vonage import VonageGateway
from flask_firmtext.adapters.vonage_signature import Verifier
from flask_firmtext.errors import WebhookDoubtful, WebhookForged, WebhookRefused
from flask_firmtext.ports.gateway import RawRequest
from flask_firmtext.settings import Settings

APPLICATION = "aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab"
KEY = "abcd1234"
SECRETS = ("the newest signature secret, long enough", "an older signature secret, long enough, too")
BODY = b'{"to":"18335550100","from":"14155550123","text":"Gr\xc3\xbc\xc3\x9fe \\u2713","n":1}'


def claims(body: bytes, **changes: object) -> dict[str, object]:
    told: dict[str, object] = {
        "iss": "Vonage",
        "iat": int(time.time()),
        "jti": str(uuid.uuid4()),
        "payload_hash": hashlib.sha256(body).hexdigest(),
        "api_key": KEY,
        "application_id": APPLICATION,
    }
    told.update(changes)
    return {name: value for name, value in told.items() if value is not None}


def encoded(part: bytes) -> bytes:
    return base64.urlsafe_b64encode(part).rstrip(b"=")


def token(payload: object, secret: str = SECRETS[0], *, alg: str = "HS256", **header: object) -> str:
    head = encoded(json.dumps({"alg": alg, "typ": "JWT", **header}).encode())
    signed = head + b"." + encoded(payload if isinstance(payload, bytes) else json.dumps(payload).encode())
    return (signed + b"." + encoded(hmac.digest(secret.encode(), signed, "sha256"))).decode()


def request(body: bytes = BODY, authorization: str | None = None, **changes: object) -> RawRequest:
    """A webhook, signed; ``changes`` change the claims, None takes one out."""
    header = f"Bearer {token(claims(body, **changes))}" if authorization is None else authorization
    return RawRequest("POST", {"authorization": header, "content-type": "application/json"}, body)


def refusal(gateway: VonageGateway, asked: RawRequest) -> WebhookRefused:
    with pytest.raises(WebhookRefused) as caught:
        gateway.verify(asked)
    assert gateway.secret_index is None
    return caught.value


def forged(gateway: VonageGateway, asked: RawRequest) -> str:
    error = refusal(gateway, asked)
    assert type(error) is WebhookForged
    return error.reason


def doubtful(gateway: VonageGateway, asked: RawRequest) -> str:
    error = refusal(gateway, asked)
    assert type(error) is WebhookDoubtful
    return error.reason


@pytest.mark.parametrize("index", [0, 1])
def test_every_secret_of_the_list_verifies_and_is_named(gateway: VonageGateway, index: int) -> None:
    gateway.verify(request(authorization=f"Bearer {token(claims(BODY), SECRETS[index])}"))
    assert gateway.secret_index == index


def test_ids_that_the_token_leaves_out_are_not_asked_for(gateway: VonageGateway) -> None:
    gateway.verify(request(api_key=None, application_id=None, jti=None))


@pytest.mark.parametrize("scheme", ["bearer", "BEARER", "Bearer ", "  Bearer"])
def test_the_scheme_is_read_as_http_says(gateway: VonageGateway, scheme: str) -> None:
    gateway.verify(request(authorization=f"{scheme} {token(claims(BODY))}"))


# A01, and the carrier's own unsigned calls after an internal error


def test_an_unsigned_webhook_of_our_shape_is_doubtful_and_names_its_number(gateway: VonageGateway) -> None:
    for headers in ({}, {"authorization": ""}, {"authorization": "  "}):
        error = refusal(gateway, replace(request(), headers=headers))
        assert isinstance(error, WebhookDoubtful)
        assert (error.reason, error.to) == ("unsigned", "+18335550100")


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"to": 1}', b'{"to": "me"}', b'{"to": null}', b"\xff", b"{" * 9])
def test_an_unsigned_webhook_of_another_shape_is_forged(gateway: VonageGateway, body: bytes) -> None:
    assert forged(gateway, RawRequest("POST", {}, body)) == "unsigned"


def test_an_unsigned_call_is_doubtful_by_its_query(gateway: VonageGateway) -> None:
    asked = RawRequest("GET", {}, b"", (("to", "18335550100"), ("from", "14155550123")))
    assert doubtful(gateway, asked) == "unsigned"


# A02


@pytest.mark.parametrize("alg", ["none", "None", "HS512", "HS384", "RS256", "ES256", "hs256", "", 7])
@pytest.mark.attack("A02")
def test_a02_another_algorithm_is_forged_whatever_it_names(gateway: VonageGateway, alg: Any) -> None:
    for secret in SECRETS:
        assert forged(gateway, request(authorization=f"Bearer {token(claims(BODY), secret, alg=alg)}")) in (
            "algorithm",
            "token",
        )


@pytest.mark.attack("A02")
def test_a02_our_public_key_is_no_secret(gateway: VonageGateway, private_key: Any) -> None:
    pem = private_key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    told = claims(BODY, api_key=None, application_id=None)
    assert forged(gateway, request(authorization=f"Bearer {token(told, pem)}")) == "signature"


def test_an_empty_signature_is_forged(gateway: VonageGateway) -> None:
    header, payload, _ = token(claims(BODY, api_key="other", application_id="other")).split(".")
    for odd in (f"{header}.{payload}.", f"{header}.{payload}", f"{header}.{payload}.AA", "..", ".", "x" * 9000):
        assert forged(gateway, request(authorization=f"Bearer {odd}")) in ("signature", "token")


# A03, and a secret that was changed before we were told


@pytest.mark.attack("A03")
def test_a03_a_token_of_another_customer_is_forged(gateway: VonageGateway) -> None:
    told = claims(BODY, api_key="ffff9999", application_id=str(uuid.uuid4()))
    assert (
        forged(gateway, request(authorization=f"Bearer {token(told, 'their own secret, long enough')}")) == "signature"
    )


@pytest.mark.parametrize("ours", [{"application_id": "other"}, {"api_key": None}, {"api_key": None, "iss": "x"}])
def test_a_bad_signature_that_names_us_is_a_rotated_secret(gateway: VonageGateway, ours: dict[str, object]) -> None:
    told = claims(BODY, **ours)
    assert doubtful(gateway, request(authorization=f"Bearer {token(told, 'changed yesterday')}")) == "secret_rotated"


def test_a_signed_token_for_somebody_else_is_forged(gateway: VonageGateway) -> None:
    assert forged(gateway, request(api_key="ffff9999")) == "account"
    assert forged(gateway, request(application_id=str(uuid.uuid4()))) == "account"
    assert forged(gateway, request(iss="Somebody")) == "issuer"
    assert forged(gateway, request(iss=None)) == "issuer"


def test_without_a_secret_nothing_is_believed(new_settings: Callable[..., Settings]) -> None:
    gateway = VonageGateway(new_settings(FIRMTEXT_VONAGE_SIGNATURE_SECRETS=[]))
    assert doubtful(gateway, request()) == "secret_rotated"
    empty = request(authorization=f"Bearer {token(claims(BODY, api_key=None, application_id=None), '')}")
    assert forged(gateway, empty) == "signature"


# A04


@pytest.mark.parametrize("body", [b"", b"{}", BODY + b"x", BODY.replace(b"Gr", b"Kr"), b'{"to":"18335550100"}'])
@pytest.mark.attack("A04")
def test_a04_another_body_is_forged(gateway: VonageGateway, body: bytes) -> None:
    assert forged(gateway, replace(request(), body=body)) == "payload_hash"


@pytest.mark.parametrize("wrong", [None, 7, "", "x", "é" * 64, ["a"], {}])
def test_a_hash_that_is_none_is_forged(gateway: VonageGateway, wrong: object) -> None:
    assert forged(gateway, request(payload_hash=wrong)) == "payload_hash"


def test_the_hash_may_be_of_the_body_as_javascript_writes_it(gateway: VonageGateway) -> None:
    compact = json.dumps(json.loads(BODY), separators=(",", ":"), ensure_ascii=False).encode()
    assert compact != BODY
    asked = request(payload_hash=hashlib.sha256(compact).hexdigest().upper())
    gateway.verify(asked)
    spaced = json.dumps(json.loads(BODY), indent=2).encode()
    gateway.verify(request(spaced, payload_hash=hashlib.sha256(compact).hexdigest()))


def test_a_call_is_signed_over_its_query_in_order(gateway: VonageGateway) -> None:
    args = (("to", "18335550100"), ("from", "14155550123"), ("uuid", "x"))
    wanted = hashlib.sha256(json.dumps(dict(args), separators=(",", ":")).encode()).hexdigest()
    header = {"authorization": f"Bearer {token(claims(b'', payload_hash=wanted))}"}
    gateway.verify(RawRequest("GET", header, b"", args))
    assert forged(gateway, RawRequest("GET", header, b"", (*args, ("more", "1")))) == "payload_hash"
    empty = {"authorization": f"Bearer {token(claims(b''))}"}
    assert forged(gateway, RawRequest("GET", empty, b"", args)) == "payload_hash"


# A05, and clocks that differ


@pytest.mark.parametrize("seconds", [-25 * 3600 + 60, -3600, 0, 290])
def test_a_token_within_the_window_is_believed(gateway: VonageGateway, seconds: int) -> None:
    gateway.verify(request(iat=int(time.time()) + seconds))


@pytest.mark.parametrize(
    "issued", [-25 * 3600 - 60, 360, -(10**9), 10**12, "now", None, True, [], float("nan"), float("inf"), 1e400]
)
def test_a_token_outside_the_window_is_a_clock(gateway: VonageGateway, issued: Any) -> None:
    near = isinstance(issued, int) and not isinstance(issued, bool)
    assert doubtful(gateway, request(iat=time.time() + issued if near else issued)) == "clock"


def test_the_same_token_twice_is_believed_twice(gateway: VonageGateway) -> None:
    asked = request()
    for _ in range(3):
        gateway.verify(asked)


def test_a_wrong_hash_stands_before_a_wrong_clock(gateway: VonageGateway) -> None:
    assert forged(gateway, replace(request(iat=1), body=b"{}")) == "payload_hash"


# A07


@pytest.mark.attack("A07")
def test_what_the_header_says_of_keys_is_not_looked_at(gateway: VonageGateway) -> None:
    traps = {
        "kid": "1",
        "jku": "https://evil.example/",
        "x5u": "https://evil.example/",
        "jwk": {"kty": "oct", "k": "AA"},
    }
    gateway.verify(request(authorization=f"Bearer {token(claims(BODY), **traps)}"))
    told = claims(BODY, api_key=None, application_id=None)
    attack = f"Bearer {token(told, chr(0), **traps)}"
    assert forged(gateway, request(authorization=attack)) == "signature"


# A08


@pytest.mark.attack("A08")
def test_a08_all_secrets_are_tried_always(gateway: VonageGateway, monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[str] = []
    real = hmac.digest

    def noting(key: bytes, said: bytes, digest: str) -> bytes:
        tried.append(key.decode())
        return real(key, said, digest)

    for secret in (*SECRETS, "neither"):
        signed = request(authorization=f"Bearer {token(claims(BODY), secret)}")
        tried.clear()
        with monkeypatch.context() as watched:
            watched.setattr(hmac, "digest", noting)
            try:
                gateway.verify(signed)
            except WebhookDoubtful:
                assert secret == "neither"
        assert tried == list(SECRETS)


@pytest.mark.attack("A08")
def test_signatures_and_hashes_are_compared_in_constant_time(
    gateway: VonageGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[int] = []
    real = hmac.compare_digest
    monkeypatch.setattr(hmac, "compare_digest", lambda a, b: (compared.append(len(a)), real(a, b))[1])
    gateway.verify(request())
    assert sorted(compared) == [32, 32, 64]


@pytest.mark.parametrize("header", ["Basic Zm9vOmJhcg==", "Digest x", "Bearer", "bearer\t", "x", "Bearer a b", "\x00"])
@pytest.mark.attack("A02")
def test_any_other_authorization_is_forged(gateway: VonageGateway, header: str) -> None:
    assert forged(gateway, request(authorization=header)) in ("scheme", "token")


@pytest.mark.parametrize("payload", [b"[]", b"7", b"", b"\xff", b"[" * 5000, b"null"])
def test_claims_that_are_no_object_are_forged(gateway: VonageGateway, payload: bytes) -> None:
    assert forged(gateway, request(authorization=f"Bearer {token(payload)}")) == "claims"


@given(
    st.one_of(
        st.text(),
        st.binary().map(lambda raw: raw.decode("latin-1")),
        st.just("Bearer ").flatmap(
            lambda head: st.text(st.characters(codec="latin-1"), max_size=60).map(lambda tail: head + tail)
        ),
    ),
    st.one_of(
        st.binary(max_size=60),
        st.dictionaries(st.sampled_from(["to", "from"]), st.text()).map(lambda found: json.dumps(found).encode()),
    ),
)
@settings(max_examples=2000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_comes_is_refused_and_nothing_else_is_raised(authorization: str, body: bytes) -> None:
    verifier = Verifier(SECRETS, KEY, APPLICATION)
    with pytest.raises(WebhookRefused):
        verifier.verify(RawRequest("POST", {"authorization": authorization}, body))


@given(
    header=st.dictionaries(st.sampled_from(["alg", "typ", "kid", "crit", "b64", "jwk"]), st.one_of(
        st.just("HS256"), st.none(), st.booleans(), st.integers(), st.text(max_size=5), st.lists(st.text(max_size=3)))),
    told=st.dictionaries(
        st.sampled_from(["iss", "iat", "payload_hash", "api_key", "application_id", "exp", "nbf", "aud", "sub", "jti"]),
        st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=9), st.just("Vonage"),
                  st.just(KEY), st.lists(st.integers(), max_size=2))),
)  # fmt: skip
@settings(max_examples=2000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_signed_oddities_raise_nothing_else(header: dict[str, object], told: dict[str, object]) -> None:
    verifier = Verifier(SECRETS, KEY, APPLICATION)
    asked = RawRequest("POST", {"authorization": f"Bearer {token(told, **{'alg': 'HS256', **header})}"}, b"{}")
    with pytest.raises(WebhookRefused):
        verifier.verify(asked)
