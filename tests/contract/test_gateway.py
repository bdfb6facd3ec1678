"""Both carriers keep the contract: the one in memory, and the real adapter on the sandbox over TLS."""

from __future__ import annotations

import base64
import threading
import time
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from flask_firmtext.adapters.vonage import VonageGateway
from flask_firmtext.errors import CarrierBusy, CarrierError, CarrierRefused, CarrierUnsure, Scope, WebhookDoubtful
from flask_firmtext.ports.gateway import Outbound, RawRequest
from flask_firmtext.settings import read
from flask_firmtext.testing.gateway import GatewayContract, MemoryGateway
from flask_firmtext.testing.gateway_carrier import Trouble
from flask_firmtext.testing.gateway_webhooks import signed
from hostapp import KEYS
from servers import until

ERRORS: dict[Trouble, CarrierError] = {
    Trouble.THROTTLED: CarrierBusy("throttled"),
    Trouble.AWAY: CarrierBusy("connect"),
    Trouble.SIGN_IN: CarrierRefused("auth", scope=Scope.ACCOUNT),
    Trouble.BALANCE: CarrierRefused("balance", scope=Scope.ACCOUNT),
    Trouble.NUMBER: CarrierRefused("number", scope=Scope.NUMBER),
    Trouble.TEXT: CarrierRefused("refused", scope=Scope.TEXT, code="request"),
    Trouble.BROKEN: CarrierUnsure("server_error"),
    Trouble.STRANGE: CarrierUnsure("redirect", holds_account=True),
}


class InMemory:
    number, phone, stopped, taken = "+18335550100", "+14155550123", "+14155550156", "+18885550199"

    def __init__(self) -> None:
        self.gateway = MemoryGateway()

    def accepted(self) -> list[str]:
        return [text.reference for text in self.gateway.sent]

    def trouble(self, what: Trouble) -> None:
        if what is Trouble.LOST:
            self.gateway.lose_answer(CarrierUnsure("reset"))
            return
        self.gateway.fail(ERRORS[what])
        if what is Trouble.SIGN_IN:
            self.gateway.fail(ERRORS[what], verb="probe")

    def mend(self) -> None:
        self.gateway.mend()

    def texted(self, text: str, *files: bytes) -> RawRequest:
        return self.gateway.webhooks.text(self.phone, self.number, text, *files)

    def called(self) -> RawRequest:
        return self.gateway.webhooks.call(self.phone, self.number)

    def statuses(self, reference: str) -> list[RawRequest]:
        to = next(text.to for text in self.gateway.sent if text.reference == reference)
        made = self.gateway.webhooks.status
        end = made(reference, "failed", code="stopped") if to == self.stopped else made(reference, "delivered")
        return [made(reference, "submitted"), end]


class TestMemoryGateway(GatewayContract):
    @pytest.fixture
    def carrier(self) -> InMemory:
        return InMemory()


FAULTS: dict[Trouble, list[dict[str, Any]]] = {
    Trouble.THROTTLED: [{"on": "post", "do": "answer", "status": 429}],
    Trouble.AWAY: [{"on": "tls", "do": "drop_before"}],
    Trouble.SIGN_IN: [{"on": "post", "do": "answer", "status": 401}, {"on": "account", "do": "answer", "status": 401}],
    Trouble.BALANCE: [{"on": "post", "do": "answer", "status": 402}],
    Trouble.NUMBER: [{"on": "post", "do": "code", "code": 1120}],
    Trouble.TEXT: [{"on": "post", "do": "code", "code": 1150}],
    Trouble.LOST: [{"on": "post", "do": "drop_after"}],
    Trouble.BROKEN: [{"on": "post", "do": "answer", "status": 500}],
    Trouble.STRANGE: [{"on": "post", "do": "answer", "status": 307}],
}


class OnTheSandbox:
    number, phone, stopped, taken = "+18335550100", "+14155550123", "+14155550156", "+18335559999"

    def __init__(self, sandbox: Any, arrived: list[tuple[str, RawRequest]]) -> None:
        self.sandbox, self.arrived = sandbox, arrived
        self.settings = read({**sandbox.settings, **KEYS}, {})
        self.gateway = VonageGateway(self.settings)

    def accepted(self) -> list[str]:
        return [post["client_ref"] for post in self.sandbox.posts]

    def trouble(self, what: Trouble) -> None:
        if what is Trouble.AWAY:  # a kept connection would not notice
            self.gateway = VonageGateway(self.settings)
        for fault in FAULTS[what]:
            self.sandbox.post("/_sandbox/faults", to=None, **fault)

    def mend(self) -> None:
        self.sandbox.session.delete(f"{self.sandbox.control}/_sandbox/faults", timeout=10).raise_for_status()

    def texted(self, text: str, *files: bytes) -> RawRequest:
        media = [{"name": "a.txt", "type": "text/plain", "data": base64.b64encode(file).decode()} for file in files]
        path = f"/_sandbox/phones/{self.phone[1:]}/texts"
        sent = self.sandbox.post(path, to=self.number[1:], text=text, media=media)["message_uuid"]
        return until(lambda: next(iter(self._about(sent, "inbound")), None))

    def called(self) -> RawRequest:
        # Who asks is answered without a body: the call drops.
        path = f"{self.sandbox.control}/_sandbox/phones/{self.phone[1:]}/calls"
        self.sandbox.session.post(path, json={"to": self.number[1:]}, timeout=10)
        return self.arrived[-1][1]

    def statuses(self, reference: str) -> Sequence[RawRequest]:
        post = next(post for post in self.sandbox.posts if post["client_ref"] == reference)
        return until(
            lambda: self._about(post["message_uuid"], "status")[1:] and self._about(post["message_uuid"], "status")
        )

    def _about(self, message_uuid: str, kind: str) -> list[RawRequest]:
        return [request for to, request in self.arrived if to == kind and message_uuid.encode() in request.body]


@pytest.fixture
def arrived(public_url: str) -> Iterator[list[tuple[str, RawRequest]]]:
    """The sandbox's webhooks as they come in, each with its kind."""
    came: list[tuple[str, RawRequest]] = []

    class Webhooks(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"] or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            address = urlsplit(self.path)
            request = RawRequest(self.command, headers, body, tuple(parse_qsl(address.query)))
            came.append((address.path.rpartition("/")[2], request))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_GET = do_POST

        def log_message(self, *_: Any) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", int(public_url.rpartition(":")[2])), Webhooks)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield came
    server.shutdown()
    thread.join()
    server.server_close()


class TestVonageGateway(GatewayContract):
    @pytest.fixture
    def carrier(self, sandbox: Any, arrived: list[tuple[str, RawRequest]]) -> OnTheSandbox:
        sandbox.post("/_sandbox/options", speed=0)
        return OnTheSandbox(sandbox, arrived)


@pytest.fixture
def memory() -> MemoryGateway:
    return MemoryGateway()


def outbound(reference: str) -> Outbound:
    return Outbound("+18335550100", "+14155550123", "hello", reference)


def test_a_planned_failure_happens_as_often_as_planned(memory: MemoryGateway) -> None:
    memory.fail(CarrierBusy("throttled"), times=2)
    for _ in range(2):
        with pytest.raises(CarrierBusy):
            memory.send(outbound("a"), seconds=1)
    memory.send(outbound("b"), seconds=1)
    assert [text.reference for text in memory.posts] == ["a", "a", "b"]
    assert [text.reference for text in memory.sent] == ["b"]


def test_every_verb_fails_on_demand_and_a_misspelt_one_is_said(memory: MemoryGateway) -> None:
    memory.fail(CarrierBusy("connect"), verb="owned")
    with pytest.raises(CarrierBusy):
        memory.owned()
    assert len(memory.owned()) == 2
    with pytest.raises(ValueError, match="sendd"):
        memory.fail(CarrierBusy("connect"), verb="sendd")


def test_a_status_may_overtake_the_receipt(memory: MemoryGateway) -> None:
    came: list[RawRequest] = []
    memory.before_answer(lambda text: came.append(memory.webhooks.status(text.reference, "delivered")))
    receipt = memory.send(outbound("a"), seconds=1)
    (event,) = memory.parse(came[0], "status")
    assert event.carrier_id == receipt.carrier_id


def test_failures_to_come_are_forgotten(memory: MemoryGateway) -> None:
    memory.lose_answer(CarrierUnsure("reset"), times=9)
    memory.mend()
    assert memory.send(outbound("a"), seconds=1).carrier_id


def test_an_old_webhook_is_a_clock_that_differs(memory: MemoryGateway) -> None:
    with pytest.raises(WebhookDoubtful) as caught:
        memory.verify(signed({"to": "+18335550100"}, issued=time.time() - 26 * 3600))
    assert caught.value.reason == "clock"


def test_the_default_settings_name_a_gateway_that_exists() -> None:
    assert read(KEYS, {}).gateway == f"{VonageGateway.__module__}:{VonageGateway.__name__}"
