from __future__ import annotations

import time
import uuid
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from vonage import Auth, HttpClientOptions, Vonage
from vonage_messages import Sms

ERRORS = "https://developer.vonage.com/api-errors"


def test_a_text_is_accepted_with_its_uuid_and_nothing_else(carrier: Any) -> None:
    answer = carrier.post("Hello", client_ref="ref-1")
    assert answer.status_code == 202
    assert list(answer.json()) == ["message_uuid"]
    uuid.UUID(answer.json()["message_uuid"])
    uuid.UUID(answer.headers["X-Request-Id"])
    [post] = carrier.posts
    assert {name: post[name] for name in ("client_ref", "from", "to", "text", "message_uuid")} == {
        "client_ref": "ref-1",
        "from": "18335550100",
        "to": "14155550123",
        "text": "Hello",
        "message_uuid": answer.json()["message_uuid"],
    }


def test_the_vonage_sdk_sends_through_it(carrier: Any) -> None:
    host = carrier.api.removeprefix("https://")
    application = carrier.settings["FIRMTEXT_VONAGE_APPLICATION_ID"]
    options = HttpClientOptions(api_host=host, rest_host=host, timeout=20, pool_maxsize=1, max_retries=0)
    client = Vonage(Auth(application_id=application, private_key=carrier.key), options)
    session = client.http_client._session
    session.trust_env, session.verify = False, carrier.ca
    answer = client.messages.send(Sms(to="14155550123", from_="18335550100", text="By the SDK"))
    session.close()
    assert carrier.posts[0]["message_uuid"] == answer.message_uuid


def test_key_and_secret_are_as_good_as_a_token(carrier: Any) -> None:
    body = {"to": "14155550123", "from": "18335550100", "text": "x", "channel": "sms", "message_type": "text"}
    assert carrier.call("POST", "/v1/messages", json=body, auth=carrier.basic).status_code == 202


def _foreign(carrier: Any) -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    now = int(time.time())
    claims = {
        "application_id": carrier.settings["FIRMTEXT_VONAGE_APPLICATION_ID"],
        "iat": now,
        "exp": now + 60,
        "jti": "x",
    }
    return jwt.encode(claims, key, algorithm="RS256")


@pytest.mark.parametrize(
    ("make", "fragment"),
    [
        (lambda carrier: "", "unathorized"),
        (lambda carrier: "Bearer nonsense", "unathorized"),
        (lambda carrier: f"Bearer {_foreign(carrier)}", "unathorized"),
        (lambda carrier: f"Bearer {carrier.token(iat=int(time.time()) + 600)}", "unathorized"),
        (lambda carrier: f"Bearer {carrier.token(jti=None)}", "unathorized"),
        (lambda carrier: f"Bearer {carrier.token(exp=int(time.time()) - 120)}", "jwt-expired"),
        (lambda carrier: f"Bearer {carrier.token(exp=None, iat=int(time.time()) - 3600)}", "jwt-expired"),
        (lambda carrier: f"Bearer {carrier.token(application_id=str(uuid.uuid4()))}", "unprovisioned"),
        (lambda carrier: "Basic bm9ib2R5OnNlY3JldA==", "unathorized"),
        (lambda carrier: "Basic ***", "unathorized"),
    ],
)
def test_who_is_not_the_application_is_refused(carrier: Any, make: Any, fragment: str) -> None:
    answer = carrier.call("POST", "/v1/messages", json={}, headers={"Authorization": make(carrier)})
    assert answer.status_code == 401
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["type"] == f"{ERRORS}/#{fragment}"
    assert set(answer.json()) == {"type", "title", "detail", "instance"}
    assert carrier.posts == []


@pytest.mark.parametrize(
    ("change", "fragment", "named"),
    [
        ({"channel": "pigeon"}, "/messages#1100", None),
        ({"channel": None}, "/messages#1100", None),
        ({"message_type": "telex"}, "/messages#1140", None),
        ({"to": "+14155550123"}, "/messages#110", "to"),
        ({"to": "0014155550123"}, "/messages#110", "to"),
        ({"to": 14155550123}, "/messages#110", "to"),
        ({"to": None}, "/messages#110", "to"),
        ({"from": "18335550102"}, "/messages#1120", None),
        ({"from": "+18335550100"}, "/messages#1120", None),
        ({"from": "FirmText"}, "/messages#1120", None),
        ({"client_ref": "x" * 101}, "/messages#1060", "client_ref"),
        ({"text": "x" * 3201}, "/messages#1150", "text"),
        ({"text": None}, "/messages#1150", "text"),
        ({"ttl": 19}, "/messages#1150", "ttl"),
        ({"ttl": "60"}, "/messages#1150", "ttl"),
        ({"webhook_version": "v2"}, "/messages#1150", "webhook_version"),
        ({"sms": {"encoding_type": "morse"}}, "/messages#1110", "sms.encoding_type"),
        ({"trusted_recipient": "yes"}, "/messages#1150", "trusted_recipient"),
    ],
)
def test_a_wrong_request_gets_the_carriers_own_422(
    carrier: Any, change: dict[str, Any], fragment: str, named: str | None
) -> None:
    body = {"to": "14155550123", "from": "18335550100", "text": "x", "channel": "sms", "message_type": "text"}
    body = {name: value for name, value in {**body, **change}.items() if value is not None}
    answer = carrier.call("POST", "/v1/messages", json=body)
    assert (answer.status_code, answer.headers["Content-Type"]) == (422, "application/json")
    assert answer.json()["type"] == ERRORS + fragment
    assert (named is None) == ("invalid_parameters" not in answer.json())
    if named is not None:
        assert named in [one["name"] for one in answer.json()["invalid_parameters"]]
    assert carrier.posts == []


@pytest.mark.parametrize("length", [0, 3200])
def test_a_text_of_any_allowed_length_is_accepted(carrier: Any, length: int) -> None:
    assert carrier.post("x" * length).status_code == 202


def test_what_is_no_json_is_refused(carrier: Any) -> None:
    json = {"Content-Type": "application/json"}
    for raw in (b"{", b"[]", b'"text"', b"\xff"):
        answer = carrier.call("POST", "/v1/messages", data=raw, headers=json)
        assert (answer.status_code, answer.json()["type"]) == (422, f"{ERRORS}#invalid-json")
    assert carrier.call("POST", "/v1/messages", data={"to": "x"}).status_code == 415
    assert carrier.call("GET", "/v1/messages").status_code == 405
    assert carrier.call("POST", "/v1/elsewhere").status_code == 404
    assert carrier.call("POST", "/v1/messages", data=b" " * 1_100_000, headers=json).status_code == 413


def test_more_than_the_limit_of_requests_is_told_to_wait(carrier: Any) -> None:
    carrier.options(requests_per_second=2)
    answers = [carrier.post() for _ in range(6)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused
    assert refused[0].headers["Retry-After"] == "1"
    assert {"X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"} <= set(refused[0].headers)
    assert refused[0].json()["type"] == f"{ERRORS}/messages#1000"
    assert len(carrier.posts) == len(answers) - len(refused)


def test_an_mms_with_a_picture_is_accepted(carrier: Any) -> None:
    image = {"url": "https://example.com/a.jpg", "caption": "Look"}
    body = {"to": "14155550123", "from": "18335550100", "channel": "mms", "message_type": "image", "image": image}
    assert carrier.call("POST", "/v1/messages", json=body).status_code == 202
    assert carrier.posts[0]["text"] == "Look"
    answer = carrier.call("POST", "/v1/messages", json={**body, "image": {}})
    assert answer.json()["invalid_parameters"] == [{"name": "image.url", "reason": "is required."}]


def test_the_application_can_be_read_with_key_and_secret_only(carrier: Any) -> None:
    path = f"/v2/applications/{carrier.settings['FIRMTEXT_VONAGE_APPLICATION_ID']}"
    assert carrier.call("GET", path).status_code == 401
    answer = carrier.call("GET", path, auth=carrier.basic)
    assert answer.json()["capabilities"]["messages"]["version"] == "v1"
    assert carrier.call("GET", "/v2/applications/other", auth=carrier.basic).status_code == 404
