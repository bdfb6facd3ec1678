"""Our application at the carrier: read, given our addresses, and otherwise left as it is."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from flask_firmtext.adapters.vonage import VonageGateway
from flask_firmtext.errors import CarrierBusy, CarrierError, CarrierRefused, CarrierUnsure, Scope
from flask_firmtext.ports.gateway import Webhooks
from flask_firmtext.settings import Settings, read
from hostapp import KEYS

APPLICATION = "aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab"
PATH = f"/v2/applications/{APPLICATION}"
OURS = Webhooks("https://p.example/inbound", "https://p.example/status", "https://p.example/answer")
#: As an owner may have set it up, with things of which we know nothing.
FOUND: dict[str, Any] = {
    "id": APPLICATION,
    "name": "Practice – é",
    "keys": {"public_key": "-----BEGIN PUBLIC KEY-----\nx\n-----END PUBLIC KEY-----\n", "kept": [1]},
    "privacy": {"improve_ai": False},
    "capabilities": {
        "voice": {
            "webhooks": {
                "answer_url": {"address": "https://old.example/a", "http_method": "POST", "socket_timeout": 4000},
                "fallback_answer_url": {"address": "", "http_method": "GET"},
                "event_url": {"address": "https://old.example/events", "http_method": "POST"},
            },
            "signed_callbacks": False,
            "region": "na-east",
        },
        "messages": {"webhooks": {"inbound_url": {"address": "https://old.example/i"}}, "version": "v0.1"},
        "verify": {"version": "v2", "webhooks": {}},
        "vbc": {},
    },
    "of_tomorrow": {"a": None, "b": [{}]},
    "_links": {"self": {"href": PATH}},
}


def wanted() -> dict[str, Any]:
    made = copy.deepcopy(FOUND)
    voice, messages = made["capabilities"]["voice"], made["capabilities"]["messages"]
    voice["signed_callbacks"] = True
    voice["webhooks"]["answer_url"] |= {"address": OURS.answer, "http_method": "GET"}
    messages |= {"version": "v1", "authenticate_inbound_media": True}
    messages["webhooks"] = {
        "inbound_url": {"address": OURS.inbound, "http_method": "POST"},
        "status_url": {"address": OURS.status, "http_method": "POST"},
    }
    return made


class Account:
    """The carrier with one application; ``put`` is what it says to a change."""

    def __init__(self, carrier: Any) -> None:
        self.carrier = carrier
        self.found: Any = copy.deepcopy(FOUND)
        self.put: tuple[int, object] = (200, {})
        carrier.behaves = self._answer

    def _answer(self, sock: Any, request: Any) -> None:
        status, body = (200, self.found) if request.method == "GET" else self.put
        content = json.dumps(body).encode()
        sock.sendall(b"HTTP/1.1 %d X\r\nContent-Length: %d\r\n\r\n%b" % (status, len(content), content))

    def asked(self, method: str) -> list[Any]:
        return [request for request in self.carrier.requests if request.method == method]


@pytest.fixture
def account(carrier: Any) -> Account:
    return Account(carrier)


def test_pointing_puts_the_whole_application_back_with_our_addresses(account: Account, gateway: VonageGateway) -> None:
    gateway.point(OURS)
    (put,) = account.asked("PUT")
    assert put.path == PATH
    assert put.json == wanted()
    assert put.headers["content-type"] == "application/json"
    assert put.headers["authorization"].startswith("Basic ")


def test_an_application_that_has_nothing_gets_everything_that_texts_and_calls_need(
    account: Account, gateway: VonageGateway
) -> None:
    for bare in ({}, {"capabilities": None}, {"capabilities": {"messages": [], "voice": {"webhooks": 7}}}):
        account.found = {"id": APPLICATION, "name": "x", **bare}
        gateway.point(OURS)
        put = account.asked("PUT")[-1].json
        assert put["capabilities"] == {
            "messages": wanted()["capabilities"]["messages"],
            "voice": {
                "signed_callbacks": True,
                "webhooks": {"answer_url": {"address": OURS.answer, "http_method": "GET"}},
            },
        }


def test_an_application_that_points_to_us_is_left_alone(account: Account, gateway: VonageGateway) -> None:
    account.found = wanted()
    gateway.point(OURS)
    assert account.asked("PUT") == []


@pytest.mark.parametrize(
    "change",
    [
        lambda found: found["capabilities"]["messages"].update(version="v0.1"),
        lambda found: found["capabilities"]["messages"].pop("authenticate_inbound_media"),
        lambda found: found["capabilities"]["messages"]["webhooks"]["status_url"].update(address="https://x.example"),
        lambda found: found["capabilities"]["voice"].update(signed_callbacks=False),
        lambda found: found["capabilities"]["voice"]["webhooks"]["answer_url"].update(http_method="POST"),
    ],
)
def test_one_difference_is_enough(account: Account, gateway: VonageGateway, change: Callable[[Any], None]) -> None:
    account.found = wanted()
    change(account.found)
    gateway.point(OURS)
    (put,) = account.asked("PUT")
    assert put.json == wanted()


def test_where_it_points_is_read(account: Account, gateway: VonageGateway) -> None:
    account.found = wanted()
    assert gateway.pointed() == OURS
    del account.found["capabilities"]["messages"]["webhooks"]["status_url"]
    assert gateway.pointed() == replace(OURS, status="")
    del account.found["capabilities"]["messages"]
    assert gateway.pointed() == Webhooks("", "", OURS.answer)
    for bare in ({}, {"capabilities": []}, {"capabilities": {"voice": {"webhooks": {"answer_url": {"address": 7}}}}}):
        account.found = {"id": APPLICATION, **bare}
        assert gateway.pointed() is None


def test_what_comes_in_another_form_or_unsigned_does_not_come(account: Account, gateway: VonageGateway) -> None:
    account.found = wanted()
    account.found["capabilities"]["messages"]["version"] = "v0.1"
    assert gateway.pointed() == Webhooks("", "", OURS.answer)
    account.found = wanted()
    account.found["capabilities"]["voice"]["signed_callbacks"] = False
    assert gateway.pointed() == replace(OURS, answer="")
    account.found = FOUND
    assert gateway.pointed() is None


def test_what_a_carrier_does_not_show_is_its_default(account: Account, gateway: VonageGateway) -> None:
    account.found = wanted()
    for capability, name in (("messages", "version"), ("messages", "authenticate_inbound_media")):
        del account.found["capabilities"][capability][name]
    del account.found["capabilities"]["voice"]["signed_callbacks"]
    assert gateway.pointed() == OURS


@pytest.mark.parametrize("odd", [{}, {"id": "another"}, {"id": None, "name": "x"}, [], "x", 7, None])
def test_an_answer_that_is_not_our_application_is_not_written_back(
    account: Account, gateway: VonageGateway, odd: object
) -> None:
    account.found = odd
    for ask in (lambda: gateway.point(OURS), gateway.pointed, gateway.probe):
        with pytest.raises(CarrierBusy) as caught:
            ask()
        assert caught.value.evidence == "unreadable_2xx"
    assert account.asked("PUT") == []


@pytest.mark.parametrize(
    ("status", "kind", "evidence"),
    [
        (400, CarrierRefused, "refused"),
        (401, CarrierRefused, "auth"),
        (403, CarrierRefused, "odd_4xx"),
        (404, CarrierRefused, "wrong_address"),
        (406, CarrierRefused, "odd_4xx"),
        (415, CarrierRefused, "refused"),
        (429, CarrierBusy, "throttled"),
        (302, CarrierUnsure, "redirect"),
        (500, CarrierUnsure, "server_error"),
        (503, CarrierUnsure, "server_error"),
    ],
)
def test_a_change_is_judged_like_a_text(
    account: Account, gateway: VonageGateway, status: int, kind: type[CarrierError], evidence: str
) -> None:
    account.put = (status, {"title": "No"})
    with pytest.raises(kind) as caught:
        gateway.point(OURS)
    assert caught.value.evidence == evidence
    assert getattr(caught.value, "scope", Scope.ACCOUNT) is Scope.ACCOUNT
    assert len(account.asked("PUT")) == 1


@pytest.mark.parametrize("body", [[], "x", None])
def test_an_answer_to_a_change_that_says_nothing_is_unsure(
    account: Account, gateway: VonageGateway, body: object
) -> None:
    account.put = (200, body)
    with pytest.raises(CarrierUnsure) as caught:
        gateway.point(OURS)
    assert caught.value.evidence == "unreadable_2xx"


def test_a_change_whose_answer_is_lost_is_unsure_and_made_once(account: Account, gateway: VonageGateway) -> None:
    honest = account._answer

    def hang_up(sock: Any, request: Any) -> None:
        if request.method == "GET":
            honest(sock, request)
        else:
            sock.unwrap()

    account.carrier.behaves = hang_up
    with pytest.raises(CarrierUnsure):
        gateway.point(OURS)
    assert len(account.asked("PUT")) == 1


def test_after_a_change_a_purchase_is_still_a_form(account: Account, gateway: VonageGateway) -> None:
    account.put = (200, {"error-code": "200"})
    gateway.point(OURS)
    gateway.buy("+18885550111", "US")
    (bought,) = account.asked("POST")
    assert bought.headers["content-type"] == "application/x-www-form-urlencoded"
    assert bought.body == b"country=US&msisdn=18885550111"


@pytest.mark.parametrize("missing", ["application_id", "api_key"])
def test_what_is_missing_in_the_settings_is_named(
    carrier: Any, new_settings: Callable[..., Settings], missing: str
) -> None:
    settings = new_settings()
    setattr(settings, f"vonage_{missing}", None)
    gateway = VonageGateway(settings)
    for ask in (lambda: gateway.point(OURS), gateway.pointed):
        with pytest.raises(CarrierRefused) as caught:
            ask()
        assert caught.value.detail == f"FIRMTEXT_VONAGE_{missing.upper()} is missing"
    assert carrier.connections == 0


@pytest.fixture
def on_the_sandbox(sandbox: Any) -> VonageGateway:
    """The gateway on the sandbox over TLS, whose application points elsewhere."""
    sandbox.option(webhooks="http://127.0.0.1:9/elsewhere")
    return VonageGateway(read({**sandbox.settings, **KEYS}, {}))


def test_on_the_sandbox_nothing_changes_but_the_addresses(on_the_sandbox: VonageGateway) -> None:
    before = copy.deepcopy(dict(on_the_sandbox._application.read()))
    on_the_sandbox.point(OURS)
    after = on_the_sandbox._application.read()
    for capability, name, address in (
        ("messages", "inbound_url", OURS.inbound),
        ("messages", "status_url", OURS.status),
        ("voice", "answer_url", OURS.answer),
    ):
        before["capabilities"][capability]["webhooks"][name]["address"] = address
    assert after == before


def test_on_the_sandbox_a_change_whose_answer_was_lost_is_found_and_not_repeated(
    on_the_sandbox: VonageGateway, sandbox: Any
) -> None:
    sandbox.fault("application_put", "drop_after", times=1)
    with pytest.raises(CarrierUnsure):
        on_the_sandbox.point(OURS)
    sandbox.fault("application_put", "answer", status=500)
    on_the_sandbox.point(OURS)
    assert on_the_sandbox.pointed() == OURS


@pytest.mark.parametrize(
    ("fault", "kind", "evidence"),
    [
        ({"on": "application_get", "do": "answer", "status": 401}, CarrierRefused, "auth"),
        ({"on": "application_get", "do": "answer", "status": 404}, CarrierRefused, "wrong_address"),
        ({"on": "application_get", "do": "drop_before"}, CarrierBusy, "reset"),
        ({"on": "application_get", "do": "answer", "status": 429}, CarrierBusy, "throttled"),
        ({"on": "application_put", "do": "answer", "status": 400}, CarrierRefused, "refused"),
        ({"on": "application_put", "do": "answer", "status": 502}, CarrierUnsure, "server_error"),
        ({"on": "application_put", "do": "answer", "how": "half"}, CarrierUnsure, "unreadable_2xx"),
    ],
)
def test_on_the_sandbox_what_goes_wrong_is_told_apart(
    on_the_sandbox: VonageGateway, sandbox: Any, fault: dict[str, Any], kind: type[CarrierError], evidence: str
) -> None:
    sandbox.fault(**fault)
    with pytest.raises(kind) as caught:
        on_the_sandbox.point(OURS)
    assert caught.value.evidence == evidence
