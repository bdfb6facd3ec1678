"""A carrier in this process, and a customer's server that records what the carrier posts."""

from __future__ import annotations

import json
import threading
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import jwt
import pytest
import requests

from flask_firmtext.sandbox import Options, Sandbox, credentials
from servers import until

FIRM = "18335550100"
PHONE = "14155550123"
NCCO = [{"action": "talk", "text": "This number cannot take calls.", "language": "en-US", "loop": 1}]


@dataclass
class Webhook:
    path: str
    authorization: str | None
    raw: bytes
    at: float = field(default_factory=time.monotonic)

    @property
    def body(self) -> dict[str, Any]:
        return json.loads(self.raw)


class Customer:
    """`answers` are given out one a request, then 200."""

    def __init__(self) -> None:
        self.received: list[Webhook] = []
        self.answers: list[int] = []
        self.pause = threading.Event()
        self.pause.set()
        self.spoken: Any = NCCO
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self._server.server_port}/texting/webhooks"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def of(self, path: str) -> list[Webhook]:
        return [one for one in self.received if one.path.partition("?")[0].endswith(path)]

    def statuses(self, message_uuid: str) -> list[str]:
        return [one.body["status"] for one in self.of("/status") if one.body["message_uuid"] == message_uuid]

    def close(self) -> None:
        self.pause.set()
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        customer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                status = customer.answers.pop(0) if customer.answers else 200
                customer.received.append(Webhook(self.path, self.headers["Authorization"], raw))
                customer.pause.wait(20)
                body = json.dumps(customer.spoken).encode() if "/answer" in self.path else b""
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST

            def log_message(self, *arguments: object) -> None:
                pass

        return Handler


class Carrier:
    """A sandbox as its users see it."""

    def __init__(self, running: Sandbox, settings: dict[str, str]) -> None:
        self.running, self.settings = running, settings
        self.control, self.api = f"http://127.0.0.1:{running.port}", f"https://127.0.0.1:{running.tls_port}"
        self.http = requests.Session()
        self.http.trust_env = False
        self.ca = settings["FIRMTEXT_VONAGE_CA_BUNDLE"]
        self.basic = (settings["FIRMTEXT_VONAGE_API_KEY"], settings["FIRMTEXT_VONAGE_API_SECRET"])
        self.key = Path(settings["FIRMTEXT_VONAGE_PRIVATE_KEY"]).read_text()

    def token(self, **changes: Any) -> str:
        now = int(time.time())
        claims = {
            "application_id": self.settings["FIRMTEXT_VONAGE_APPLICATION_ID"],
            "iat": now,
            "exp": now + 900,
            "jti": str(uuid.uuid4()),
        }
        claims = {name: value for name, value in (claims | changes).items() if value is not None}
        return jwt.encode(claims, self.key, algorithm="RS256")

    def call(self, method: str, path: str, **more: Any) -> requests.Response:
        """A request to the carrier's API; with the application's token unless told otherwise."""
        if "auth" not in more and "Authorization" not in more.get("headers", {}):
            more["headers"] = {**more.get("headers", {}), "Authorization": f"Bearer {self.token()}"}
        more.setdefault("timeout", (5, 20))
        return self.http.request(method, self.api + path, verify=self.ca, allow_redirects=False, **more)

    def post(self, text: str = "Hello", to: str = PHONE, **more: Any) -> requests.Response:
        body = {"to": to, "from": FIRM, "text": text, "channel": "sms", "message_type": "text", **more}
        return self.call("POST", "/v1/messages", json=body)

    def send(self, text: str = "Hello", to: str = PHONE, **more: Any) -> str:
        answer = self.post(text, to, **more)
        assert answer.status_code == 202, answer.text
        return str(answer.json()["message_uuid"])

    def ask(self, method: str, path: str, **more: Any) -> requests.Response:
        """A request to the control."""
        return self.http.request(method, f"{self.control}/_sandbox{path}", timeout=20, **more)

    def fault(self, on: str, do: str, **more: Any) -> str:
        answer = self.ask("POST", "/faults", json={"on": on, "do": do, **more})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def write(self, text: str = "Hi", phone: str = PHONE, **more: Any) -> str:
        answer = self.ask("POST", f"/phones/{phone}/texts", json={"to": FIRM, "text": text, **more})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["message_uuid"])

    def options(self, **wanted: Any) -> None:
        assert self.ask("POST", "/options", json=wanted).status_code == 200

    @property
    def posts(self) -> list[dict[str, Any]]:
        return list(self.ask("GET", "/ledger").json()["posts"])

    @property
    def webhooks(self) -> list[dict[str, Any]]:
        return list(self.ask("GET", "/ledger").json()["webhooks"])

    def phone(self, msisdn: str = PHONE) -> list[dict[str, Any]]:
        phones = {one["msisdn"]: one["texts"] for one in self.ask("GET", "/phones").json()}
        return list(phones[msisdn])

    def status(self, message_uuid: str) -> str:
        return next(str(post["status"]) for post in self.posts if post["message_uuid"] == message_uuid)


@pytest.fixture
def customer() -> Iterator[Customer]:
    made = Customer()
    yield made
    made.close()


@pytest.fixture
def carrier(customer: Customer, tmp_path: Path) -> Iterator[Carrier]:
    """A carrier in a hurry: statuses at once, repeats a thousand times faster."""
    options = Options(customer.address, speed=0, retry_speed=0.001, requests_per_second=0)
    with Sandbox(0, 0, tmp_path / "state", options, {PHONE: "Ada Flores"}) as running:
        made = Carrier(running, credentials(tmp_path / "state"))
        yield made
        made.http.close()


@pytest.fixture
def final(customer: Customer) -> Any:
    """`final(uuid)` waits for the final status webhook of a text and returns its body."""

    def wait(message_uuid: str) -> dict[str, Any]:
        def found() -> dict[str, Any] | None:
            bodies = [one.body for one in customer.of("/status")]
            return next(
                (body for body in bodies if body["message_uuid"] == message_uuid and body["status"] != "submitted"),
                None,
            )

        return until(found)

    return wait
