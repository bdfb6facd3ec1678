"""The application: read, replaced as a whole, remembered, and obeyed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import requests
from vonage import Auth, HttpClientOptions, Vonage
from vonage_application import (
    ApplicationConfig,
    ApplicationUrl,
    Capabilities,
    Keys,
    Messages,
    MessagesWebhooks,
    Voice,
    VoiceUrl,
    VoiceWebhooks,
)

from flask_firmtext.sandbox import Options, Sandbox
from servers import until

PHONE, FIRM = "14155550123", "18335550100"
ERRORS = "https://developer.vonage.com/api-errors"


def _path(carrier: Any) -> str:
    return f"/v2/applications/{carrier.settings['FIRMTEXT_VONAGE_APPLICATION_ID']}"


def _read(carrier: Any) -> dict[str, Any]:
    return dict(carrier.call("GET", _path(carrier), auth=carrier.basic).json())


def _put(carrier: Any, body: Any) -> requests.Response:
    answer: requests.Response = carrier.call("PUT", _path(carrier), json=body, auth=carrier.basic)
    return answer


def _pointed(carrier: Any, base: str) -> dict[str, Any]:
    """The application, its webhooks at ``base``."""
    found = _read(carrier)
    messages, voice = found["capabilities"]["messages"], found["capabilities"]["voice"]
    for name in ("inbound", "status"):
        messages["webhooks"][f"{name}_url"]["address"] = f"{base}/{name}"
    voice["webhooks"]["answer_url"]["address"] = f"{base}/answer"
    return found


def test_at_first_it_points_to_the_webhooks_of_the_sandbox(carrier: Any, customer: Any) -> None:
    found = _read(carrier)
    hooks = found["capabilities"]["messages"]["webhooks"]
    assert hooks["inbound_url"] == {"address": f"{customer.address}/inbound", "http_method": "POST"}
    assert found["capabilities"]["voice"]["webhooks"]["answer_url"]["http_method"] == "GET"
    assert found["_links"]["self"]["href"] == _path(carrier)


def test_all_webhooks_go_to_the_addresses_that_were_put(carrier: Any, customer: Any) -> None:
    elsewhere = customer.address.replace("/texting/", "/new/")
    answer = _put(carrier, _pointed(carrier, elsewhere))
    assert (answer.status_code, answer.json()) == (200, _read(carrier))
    carrier.write("Hi")
    carrier.send("Hello")
    carrier.ask("POST", f"/phones/{PHONE}/calls", json={"to": FIRM})
    until(lambda: len(customer.received) == 4)
    kinds = sorted(one.path.partition("?")[0] for one in customer.received)
    assert kinds == ["/new/webhooks/answer", "/new/webhooks/inbound", "/new/webhooks/status", "/new/webhooks/status"]


def test_an_address_that_is_missing_or_empty_is_that_of_the_sandbox(carrier: Any, customer: Any) -> None:
    found = _pointed(carrier, customer.address.replace("/texting/", "/new/"))
    del found["capabilities"]["messages"]
    found["capabilities"]["voice"]["webhooks"]["answer_url"]["address"] = ""
    assert _put(carrier, found).status_code == 200
    carrier.write("Hi")
    carrier.ask("POST", f"/phones/{PHONE}/calls", json={"to": FIRM})
    until(lambda: len(customer.received) == 2)
    assert {one.path.split("/")[1] for one in customer.received} == {"texting"}


def test_a_call_is_asked_by_the_method_that_was_put(carrier: Any, customer: Any) -> None:
    found = _read(carrier)
    found["capabilities"]["voice"]["webhooks"]["answer_url"]["http_method"] = "POST"
    _put(carrier, found)
    carrier.ask("POST", f"/phones/{PHONE}/calls", json={"to": FIRM})
    assert customer.received[0].body["to"] == FIRM


def test_calls_are_unsigned_when_the_application_wants_no_signature(carrier: Any, customer: Any) -> None:
    found = _read(carrier)
    found["capabilities"]["voice"]["signed_callbacks"] = False
    _put(carrier, found)
    carrier.ask("POST", f"/phones/{PHONE}/calls", json={"to": FIRM})
    assert customer.received[0].authorization is None


def test_files_are_open_to_anyone_unless_the_application_secures_them(carrier: Any, customer: Any) -> None:
    carrier.write("", media=[{"name": "a.png", "type": "image/png", "data": "aGk="}])
    until(lambda: customer.of("/inbound"))
    path = customer.of("/inbound")[0].body["image"]["url"].removeprefix(carrier.api)
    assert carrier.call("GET", path, auth=("", "")).status_code == 401
    found = _read(carrier)
    del found["capabilities"]["messages"]["authenticate_inbound_media"]
    _put(carrier, found)
    assert carrier.call("GET", path, auth=("", "")).content == b"hi"


def test_a_put_replaces_everything(carrier: Any) -> None:
    assert carrier.post().status_code == 202
    unknown = {"of_tomorrow": [1, None, {"é": {}}]}
    answer = _put(carrier, {"id": "ignored", "name": "New", "capabilities": {"messages": {}}, **unknown})
    shown = {name: value for name, value in answer.json().items() if name not in ("id", "_links")}
    assert shown == {"name": "New", "capabilities": {"messages": {"version": "v1"}}, **unknown}
    assert answer.json()["id"] == carrier.settings["FIRMTEXT_VONAGE_APPLICATION_ID"]
    # Without its public key it has no token that anybody could check.
    assert carrier.post().status_code == 401


def test_another_public_key_shuts_the_old_private_key_out(carrier: Any) -> None:
    found = _read(carrier)
    _put(carrier, {**found, "keys": {"public_key": "no key at all"}})
    assert carrier.post().status_code == 401
    _put(carrier, found)
    assert carrier.post().status_code == 202


def test_it_is_remembered_across_a_restart_and_forgotten_by_a_reset(
    carrier: Any, customer: Any, tmp_path: Path
) -> None:
    first = _read(carrier)
    _put(carrier, _pointed(carrier, "http://127.0.0.1:1/x") | {"name": "Mine"})
    before = _read(carrier)
    carrier.running.carrier.close()
    options = Options(customer.address, speed=0)
    with Sandbox(0, 0, tmp_path / "state", options) as again:
        assert again.carrier.application.shown() == before
        again.carrier.reset()
        assert again.carrier.application.shown() == first


@pytest.mark.parametrize(
    ("more", "status", "problem", "detail"),
    [
        ({"auth": ("x", "y")}, 401, "#unauthorized", "You did not provide correct credentials."),
        ({"headers": {"Accept": "text/html"}}, 406, "#accept-header", "Invalid Accept header provided."),
        ({"path": "/v2/applications/ABC123"}, 404, "#not-found", "ID 'ABC123' does not exist, or you do not"),
        ({"method": "PATCH"}, 405, "#wrong-verb", "Request method 'PATCH' not supported"),
        ({"method": "DELETE"}, 405, "#wrong-verb", "Request method 'DELETE' not supported"),
        (
            {"method": "PUT", "data": "name=x"},
            415,
            "#content-type-header",
            "Unsupported Content-Type header provided. Must be one of the following: 'application/json'",
        ),
        (
            {"method": "PUT", "data": b"{", "headers": {"Content-Type": "application/json"}},
            400,
            "/application#payload-validation",
            "The request failed due to validation errors",
        ),
    ],
)
def test_a_refusal_is_the_documented_one(
    carrier: Any, more: dict[str, Any], status: int, problem: str, detail: str
) -> None:
    asked = {"auth": carrier.basic, "method": "GET", "path": _path(carrier), **more}
    answer = carrier.call(asked.pop("method"), asked.pop("path"), **asked)
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json()["type"] == f"{ERRORS}{problem}"
    assert answer.json()["detail"].startswith(detail)
    assert {"title", "instance"} <= answer.json().keys()


def test_a_token_opens_no_application(carrier: Any) -> None:
    for method in ("GET", "PUT"):
        assert carrier.call(method, _path(carrier)).status_code == 401


def _capability(name: str, **what: Any) -> dict[str, Any]:
    return {"name": "x", "capabilities": {name: what}}


@pytest.mark.parametrize(
    ("body", "invalid"),
    [
        ({}, [("name", "is required.")]),
        ({"name": 7}, [("name", "must be of type string.")]),
        ({"name": "x", "keys": []}, [("keys", "must be of type object.")]),
        ({"name": "x", "privacy": {"improve_ai": "no"}}, [("privacy.improve_ai", "must be of type boolean.")]),
        (
            _capability("voice", webhooks={"answer_url": {"http_method": "PUT"}}),
            [("capabilities.voice.webhooks.answer_url.http_method", "must be one of: GET, POST")],
        ),
        (
            _capability("messages", webhooks={"inbound_url": {"http_method": "GET"}}),
            [("capabilities.messages.webhooks.inbound_url.http_method", "must be one of: POST")],
        ),
        (
            _capability("voice", webhooks={"answer_url": {"socket_timeout": 5001}}),
            [("capabilities.voice.webhooks.answer_url.socket_timeout", "must be at most 5000.")],
        ),
        (
            _capability("messages", authenticate_inbound_media="yes"),
            [("capabilities.messages.authenticate_inbound_media", "must be of type boolean.")],
        ),
        (_capability("vbc", x=1), [("capabilities.vbc", "is invalid.")]),
    ],
)
def test_a_body_that_cannot_be_is_refused_by_parameter(carrier: Any, body: Any, invalid: list[tuple[str, str]]) -> None:
    before = _read(carrier)
    answer = _put(carrier, body)
    assert answer.status_code == 400
    assert [(one["name"], one["reason"]) for one in answer.json()["invalid_parameters"]] == invalid
    assert _read(carrier) == before


def test_the_sdk_reads_and_replaces_it(carrier: Any) -> None:
    host = carrier.api.removeprefix("https://")
    key, secret = carrier.basic
    options = HttpClientOptions(api_host=host, rest_host=host, timeout=20, pool_maxsize=1, max_retries=0)
    client = Vonage(Auth(api_key=key, api_secret=secret), options)
    session = client.http_client._session
    session.trust_env, session.verify = False, carrier.ca
    identity = carrier.settings["FIRMTEXT_VONAGE_APPLICATION_ID"]
    found = client.application.get_application(identity)
    assert found.capabilities.messages.authenticate_inbound_media is True
    hook = ApplicationUrl(address="https://a.example/x", http_method="POST")
    capabilities = Capabilities(
        messages=Messages(webhooks=MessagesWebhooks(inbound_url=hook, status_url=hook), version="v1"),
        voice=Voice(webhooks=VoiceWebhooks(answer_url=VoiceUrl(address="https://a.example/y")), signed_callbacks=True),
    )
    config = ApplicationConfig(name="Ours", capabilities=capabilities, keys=Keys(public_key=found.keys.public_key))
    changed = client.application.update_application(identity, config)
    assert changed.capabilities.messages.webhooks.status_url.address == "https://a.example/x"
    session.close()


@pytest.mark.parametrize(("on", "method"), [("application_get", "GET"), ("application_put", "PUT"), ("account", "GET")])
def test_reading_and_replacing_go_wrong_on_demand(carrier: Any, on: str, method: str) -> None:
    body = _read(carrier) | {"name": "Changed"}
    carrier.fault(on, "answer", status=401, times=1)
    answer = carrier.call(method, _path(carrier), auth=carrier.basic, json=body)
    assert answer.status_code == 401
    if on != "account":
        assert (answer.json()["type"], answer.headers["Content-Type"]) == (f"{ERRORS}#unauthorized", "application/json")
    carrier.fault(on, "drop_after", times=1)
    with pytest.raises(requests.ConnectionError):
        carrier.call(method, _path(carrier), auth=carrier.basic, json=body)
    assert (_read(carrier)["name"] == "Changed") is (method == "PUT")
