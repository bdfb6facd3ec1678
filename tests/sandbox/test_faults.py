"""Everything that can be made to go wrong, seen from the customer's side."""

from __future__ import annotations

import hashlib
import socket
import ssl
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import jwt
import pytest
import requests

from flask_firmtext.sandbox.wire import Wire, send
from servers import until

PHONE, OTHER, FIRM = "14155550123", "14155550124", "18335550100"
THROTTLED = {
    "type": "https://developer.vonage.com/api-errors/messages#1000",
    "title": "Rate Limit Hit",
    "instance": "x",
}


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 405, 413, 415, 422, 429, 500, 502, 503, 504])
def test_a_status_alone_is_answered_in_the_carriers_words(carrier: Any, status: int) -> None:
    carrier.fault("post", "answer", status=status, times=1)
    answer = carrier.post()
    assert answer.status_code == status
    assert set(answer.json()) == {"type", "title", "detail", "instance"}
    assert carrier.posts == []
    assert carrier.post().status_code == 202


@pytest.mark.parametrize(
    "wanted",
    [
        {"status": 202, "body": "<html>hello</html>"},
        {"status": 202, "body": {}},
        {"status": 202, "body": ""},
        {"status": 202, "body": {"message_uuid": "a" * 10_000}},
        {"status": 502, "body": "<html>Bad Gateway</html>"},
        {"status": 500, "body": ""},
        {"status": 503, "body": THROTTLED},
        {"status": 307, "headers": {"Location": "https://elsewhere.invalid/"}},
    ],
)
def test_a_bad_answer_may_come_after_the_text_was_accepted(carrier: Any, customer: Any, wanted: dict[str, Any]) -> None:
    carrier.fault("post", "answer", accept=True, times=1, **wanted)
    answer = carrier.post()
    assert answer.status_code == wanted["status"]
    body = wanted.get("body", "")
    assert answer.json() == body if isinstance(body, dict) else answer.text == body
    [post] = carrier.posts
    until(lambda: customer.statuses(post["message_uuid"]) == ["submitted", "delivered"])


def test_retry_after_can_be_there_absurd_or_missing(carrier: Any) -> None:
    for more, wanted in (
        ({}, "1"),
        ({"seconds": 30}, "30"),
        ({"headers": {"Retry-After": "99999999999"}}, "99999999999"),
        ({"headers": {"Retry-After": "soon"}}, "soon"),
        ({"headers": {"Retry-After": None}}, None),
    ):
        carrier.fault("post", "answer", status=429, times=1, **more)
        assert carrier.post().headers.get("Retry-After") == wanted


def test_a_redirect_leads_elsewhere(carrier: Any) -> None:
    for status in (301, 302, 307):
        carrier.fault("post", "answer", status=status, times=1)
        answer = carrier.post()
        assert (answer.status_code, answer.headers["Location"]) == (status, f"{carrier.api}/elsewhere")


def test_a_uuid_can_be_given_out_twice(carrier: Any) -> None:
    first = carrier.send()
    carrier.fault("post", "answer", how="reused_uuid", accept=True, times=1)
    assert carrier.send() == first
    assert len(carrier.posts) == 2


@pytest.mark.parametrize(("do", "accepted"), [("drop_before", 0), ("drop_after", 1)])
@pytest.mark.parametrize("how", [None, "reset"])
def test_a_dropped_connection_gives_no_answer(carrier: Any, do: str, accepted: int, how: str | None) -> None:
    carrier.fault("post", do, how=how, times=1)
    # Python up to 3.11 reports a reset under TLS as an end.
    with pytest.raises(requests.ConnectionError, match=r"RemoteDisconnected|reset"):
        carrier.post()
    assert len(carrier.posts) == accepted


def test_a_delayed_answer_was_accepted_before(carrier: Any) -> None:
    carrier.fault("post", "delay", seconds=1)
    start = time.monotonic()
    with ThreadPoolExecutor() as pool:
        answer = pool.submit(carrier.post)
        until(lambda: len(carrier.posts) == 1, seconds=0.9)
        assert answer.result().status_code == 202
    assert time.monotonic() - start >= 1


def test_silence_lasts_until_the_customer_hangs_up(carrier: Any) -> None:
    carrier.fault("post", "never", times=1)
    with pytest.raises(requests.ReadTimeout):
        carrier.call("POST", "/v1/messages", json=_text(), timeout=0.3)
    assert len(carrier.posts) == 1


def _text() -> dict[str, str]:
    return {"to": PHONE, "from": FIRM, "text": "x", "channel": "sms", "message_type": "text"}


@pytest.mark.parametrize(
    ("how", "error"),
    [
        ("half", requests.exceptions.ChunkedEncodingError),
        ("wrong_length", requests.exceptions.ChunkedEncodingError),
        ("bad_gzip", requests.exceptions.ContentDecodingError),
        ("reset", requests.ConnectionError),
        ("stall", requests.ConnectionError),
    ],
)
def test_a_damaged_answer_cannot_be_read(carrier: Any, how: str, error: type[Exception]) -> None:
    carrier.fault("post", "answer", how=how, times=1)
    with pytest.raises(error):
        carrier.call("POST", "/v1/messages", json=_text(), timeout=1)
    assert len(carrier.posts) == 1


@pytest.mark.parametrize("at", [1, 100])
def test_an_answer_can_be_cut_after_any_byte(carrier: Any, at: int) -> None:
    carrier.fault("post", "answer", how="half", at=at, times=1)
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        carrier.post()


def test_a_reset_is_a_reset() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener, socket.create_connection(listener.getsockname()) as client:
        server, _ = listener.accept()
        assert not send(server, b"head", b"body", Wire("reset"))
        server.close()
        with pytest.raises(ConnectionResetError):
            client.recv(1)


def test_an_answer_can_drip(carrier: Any) -> None:
    carrier.fault("post", "answer", how="drip", times=1)
    start = time.monotonic()
    answer = _first_bytes(carrier, 3)
    assert len(answer) == 3
    assert time.monotonic() - start >= 1.9


def _first_bytes(carrier: Any, count: int) -> bytes:
    """The first bytes of an answer to a text, as they come."""
    context = ssl.create_default_context(cafile=carrier.ca)
    host, _, port = carrier.api.removeprefix("https://").partition(":")
    request = requests.Request("POST", f"{carrier.api}/v1/messages", json=_text(), auth=carrier.basic).prepare()
    head = f"POST /v1/messages HTTP/1.1\r\nHost: {host}\r\n"
    head += "".join(f"{name}: {value}\r\n" for name, value in request.headers.items()) + "\r\n"
    with (
        socket.create_connection((host, int(port)), 5) as plain,
        context.wrap_socket(plain, server_hostname=host) as tls,
    ):
        tls.sendall(head.encode() + bytes(request.body or b""))
        read = b""
        while len(read) < count:
            read += tls.recv(count - len(read))
    return read


def test_a_file_can_be_endless(carrier: Any, customer: Any) -> None:
    carrier.write("", media=[{"name": "a", "type": "image/png", "data": "aGk="}])
    until(lambda: customer.of("/inbound"))
    path = customer.of("/inbound")[0].body["image"]["url"].removeprefix(carrier.api)
    carrier.fault("media", "answer", how="endless", to=PHONE)
    answer = carrier.call("GET", path, stream=True)
    assert len(answer.raw.read(3_000_000)) == 3_000_000
    answer.close()


def test_a_refusal_can_be_asked_for_by_its_number(carrier: Any) -> None:
    for code in (1100, 1110, 1120, 110, 1140, 1150, 1060):
        carrier.fault("post", "code", code=code, times=1)
        answer = carrier.post()
        assert (answer.status_code, answer.json()["type"].endswith(f"#{code}")) == (422, True)


def test_statuses_can_come_before_the_answer(carrier: Any, customer: Any) -> None:
    carrier.fault("post", "reorder", times=1)
    message_uuid = carrier.send()
    assert customer.statuses(message_uuid) == ["submitted", "delivered"]


def test_a_fault_for_one_phone_leaves_the_others_alone(carrier: Any, final: Any) -> None:
    carrier.fault("status", "code", code=1260, to=f"+{PHONE}")
    assert final(carrier.send(to=OTHER))["status"] == "delivered"
    assert final(carrier.send(to=PHONE))["error"]["title"] == "1260"


@pytest.mark.parametrize(
    ("more", "wanted"),
    [
        ({}, {"title": "1331"}),
        ({"how": "number"}, {"title": 1331}),
        ({"how": "nested"}, {"error": {"title": 1331}}),
        ({"state": "undeliverable"}, {"title": "1331"}),
    ],
)
def test_a_code_comes_in_the_shape_asked_for(carrier: Any, final: Any, more: Any, wanted: Any) -> None:
    carrier.fault("status", "code", code=1331, **more)
    body = final(carrier.send())
    assert body["status"] == more.get("state", "rejected")
    error, inner = body["error"], wanted.get("error", wanted)
    assert (error["error"] if "error" in wanted else error)["title"] == inner["title"]


def test_no_code_is_a_code_too(carrier: Any, final: Any) -> None:
    carrier.fault("status", "code", code=0, state="undeliverable")
    assert "error" not in final(carrier.send())


def test_a_final_status_can_be_contradicted(carrier: Any, customer: Any) -> None:
    carrier.fault("status", "code", code=1330, then="delivered")
    message_uuid = carrier.send()
    until(lambda: customer.statuses(message_uuid) == ["submitted", "rejected", "delivered"])
    assert carrier.status(message_uuid) == "delivered"
    assert len(carrier.phone()) == 1, "it arrived all the same"


def test_statuses_can_come_out_of_order(carrier: Any, customer: Any) -> None:
    carrier.fault("status", "reorder")
    message_uuid = carrier.send()
    until(lambda: customer.statuses(message_uuid) == ["delivered", "submitted"])


def test_statuses_can_stay_away(carrier: Any, customer: Any, final: Any) -> None:
    carrier.fault("status", "never", times=1)
    silent = carrier.send()
    final(carrier.send())
    assert customer.statuses(silent) == []
    assert carrier.status(silent) == "accepted"
    assert len(carrier.phone()) == 2


@pytest.mark.parametrize("times", [None, 10])
def test_a_webhook_can_come_many_times_at_once(carrier: Any, customer: Any, times: int | None) -> None:
    carrier.fault("inbound", "duplicate", times=times)
    customer.pause.clear()
    carrier.write()
    until(lambda: len(customer.received) == (times or 2))
    customer.pause.set()
    until(lambda: len(carrier.webhooks) == (times or 2))
    assert len({one.raw for one in customer.received}) == 1


def test_an_answer_to_a_webhook_can_get_lost(carrier: Any, customer: Any) -> None:
    carrier.fault("inbound", "drop_after")
    carrier.write()
    until(lambda: len(carrier.webhooks) == 2)
    assert [(one["attempt"], one["http_status"]) for one in carrier.webhooks] == [(1, None), (2, 200)]
    assert len(customer.received) == 2


def test_a_webhook_can_get_lost_on_its_way(carrier: Any, customer: Any) -> None:
    carrier.fault("inbound", "drop_before")
    carrier.write()
    until(lambda: len(carrier.webhooks) == 2)
    assert len(customer.received) == 1


def test_a_text_can_be_overtaken_by_the_next(carrier: Any, customer: Any) -> None:
    carrier.fault("inbound", "reorder", seconds=0.4, times=1)
    carrier.write("first")
    carrier.write("second")
    until(lambda: len(customer.received) == 2)
    assert [one.body["text"] for one in customer.received] == ["second", "first"]


def _verified(carrier: Any, token: str, **more: Any) -> dict[str, Any]:
    secret = carrier.settings["FIRMTEXT_VONAGE_SIGNATURE_SECRETS"]
    return dict(jwt.decode(token, secret, algorithms=["HS256"], options={"verify_iat": False}, **more))


def test_a_webhook_can_be_forged_in_every_way(carrier: Any, customer: Any) -> None:
    tokens = {}
    for how in ("unsigned", "wrong_secret", "wrong_hash", "old", "future", "far_future", "stranger", "none"):
        carrier.fault("inbound", "forge", how=how, times=1)
        carrier.write(how)
        until(lambda how=how: [one for one in customer.received if one.body["text"] == how])
        tokens[how] = customer.received[-1]
    assert tokens["unsigned"].authorization is None
    signed = {how: one.authorization.removeprefix("Bearer ") for how, one in tokens.items() if one.authorization}
    for how in ("wrong_secret", "stranger", "none"):
        with pytest.raises(jwt.InvalidTokenError):
            _verified(carrier, signed[how])
    assert jwt.get_unverified_header(signed["none"])["alg"] == "none"
    key = carrier.settings["FIRMTEXT_VONAGE_API_KEY"]
    claims = {how: jwt.decode(token, options={"verify_signature": False}) for how, token in signed.items()}
    assert {how for how, one in claims.items() if one["api_key"] != key} == {"stranger"}
    hashes = {how: one["payload_hash"] == hashlib.sha256(tokens[how].raw).hexdigest() for how, one in claims.items()}
    assert {how for how, right in hashes.items() if not right} == {"wrong_hash"}
    ages = {how: round((time.time() - one["iat"]) / 60) for how, one in claims.items()}
    assert (ages["old"], ages["future"], ages["far_future"], ages["wrong_hash"]) == (1560, -2, -1560, 0)


def test_the_signature_secret_can_change_at_the_carrier(carrier: Any, customer: Any) -> None:
    carrier.options(signature_secret="another-secret-of-more-than-32-bytes")
    carrier.write()
    until(lambda: customer.received)
    token = customer.received[0].authorization.removeprefix("Bearer ")
    with pytest.raises(jwt.InvalidSignatureError):
        _verified(carrier, token)
    jwt.decode(token, "another-secret-of-more-than-32-bytes", algorithms=["HS256"])


@pytest.mark.parametrize(
    ("how", "says"),
    [(None, "self-signed|unable to get local issuer"), ("name", "mismatch|doesn't match"), ("expired", "expired")],
)
def test_a_bad_certificate_is_refused_by_a_careful_client(carrier: Any, how: str | None, says: str) -> None:
    carrier.fault("tls", "forge", how=how, times=1)
    with pytest.raises(requests.exceptions.SSLError, match=says):
        carrier.post()
    assert carrier.post().status_code == 202


def test_a_handshake_can_be_refused_or_slow(carrier: Any) -> None:
    carrier.fault("tls", "drop_before", times=1)
    with pytest.raises(requests.ConnectionError):
        carrier.post()
    carrier.fault("tls", "delay", seconds=0.5, times=1)
    start = time.monotonic()
    carrier.post()
    assert time.monotonic() - start >= 0.5


def test_a_slow_handshake_does_not_hold_up_the_others(carrier: Any) -> None:
    host, _, port = carrier.api.removeprefix("https://").partition(":")
    with socket.create_connection((host, int(port)), 5):
        assert carrier.post().status_code == 202


def test_faults_are_listed_and_cleared(carrier: Any) -> None:
    first = carrier.fault("post", "answer", status=503, seconds=0)
    second = carrier.fault("status", "never", to=PHONE)
    assert carrier.ask("GET", "/faults").json() == [
        {"on": "post", "do": "answer", "id": first, "status": 503, "seconds": 0},
        {"on": "status", "do": "never", "id": second, "to": PHONE},
    ]
    assert carrier.ask("DELETE", f"/faults/{first}").json() == {"cleared": 1}
    assert carrier.ask("DELETE", "/faults").json() == {"cleared": 1}
    assert carrier.ask("GET", "/faults").json() == []


def test_all_fields_of_the_interface_may_be_null(carrier: Any) -> None:
    null = {"to": None, "status": None, "code": None, "seconds": None, "times": None}
    assert carrier.fault("post", "drop_after", **null)


@pytest.mark.parametrize(
    ("wanted", "says"),
    [
        (None, "JSON object"),
        ([], "JSON object"),
        ({}, "'on' must be one of post, status"),
        ({"on": "moon", "do": "never"}, "'on' must be one of post, status"),
        ({"on": "inbound", "do": "code"}, "'do' on inbound must be one of delay"),
        ({"on": "post", "do": "answer", "stauts": 500}, "Unknown field 'stauts'; there are on, do, to, status"),
        ({"on": "post", "do": "answer", "status": "500"}, "'status' must be an HTTP status"),
        ({"on": "post", "do": "answer", "status": True}, "'status' must be an HTTP status"),
        ({"on": "post", "do": "answer", "status": 999}, "'status' must be an HTTP status"),
        ({"on": "post", "do": "answer", "how": "badly"}, "'how' of answer must be one of half"),
        ({"on": "post", "do": "delay", "how": "half"}, "'how' of delay must be one of nothing"),
        ({"on": "post", "do": "delay", "seconds": -1}, "'seconds' must not be negative"),
        ({"on": "post", "do": "delay", "times": 0}, "'times' must be a whole number above 0"),
        ({"on": "status", "do": "code"}, "needs a 'code'"),
        ({"on": "status", "do": "code", "code": 1, "state": "lost"}, "'state' must be rejected"),
        ({"on": "status", "do": "code", "code": 1, "then": "lost"}, "'then' must be delivered"),
        ({"on": "status", "do": "forge", "how": "expired"}, "only there"),
        ({"on": "status", "do": "never", "to": "Ada"}, "'to' must be a number"),
    ],
)
def test_a_fault_that_does_not_exist_is_refused_with_those_that_do(carrier: Any, wanted: Any, says: str) -> None:
    answer = carrier.ask("POST", "/faults", json=wanted)
    assert answer.status_code == 400
    assert says in answer.json()["error"]
    assert carrier.ask("GET", "/faults").json() == []


@pytest.mark.parametrize(
    ("wanted", "says"),
    [
        ([], "JSON object"),
        ({"sped": 1}, "Unknown option 'sped'; there are webhooks, speed"),
        ({"speed": -1}, "speed must be a number"),
        ({"speed": True}, "speed must be a number"),
        ({"secure_media": "no"}, "true or false"),
    ],
)
def test_an_option_that_does_not_exist_is_refused(carrier: Any, wanted: Any, says: str) -> None:
    before = carrier.ask("GET", "/options").json()
    answer = carrier.ask("POST", "/options", json=wanted)
    assert (answer.status_code, says in answer.json()["error"]) == (400, True)
    assert carrier.ask("GET", "/options").json() == before
