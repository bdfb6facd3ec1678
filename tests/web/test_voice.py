"""What somebody hears who calls one of our numbers, asked as the carrier asks."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from flask.testing import FlaskClient

from away import away
from carrier import Carrier
from evidence import counted, everything, heard
from flask_firmtext import turnstile
from flask_firmtext.current import firmtext
from flask_firmtext.firm import calls, texting
from flask_firmtext.firm.details import Details
from flask_firmtext.store import counters
from flask_firmtext.store.transactions import own
from flask_firmtext.web import voice, webhooks
from rows import never_turned_on, verified_number
from servers import until
from signing import Signer, packed

HARBOR, NOBODYS, PHONE = "18335550100", "18335550101", "13125550100"
SPOKEN = "3 1 2, 5 5 5, 0 1 9 0"
CALL = {"from": PHONE, "to": HARBOR, "uuid": "aaaa", "conversation_uuid": "CON-é 1"}


def has_texting(details: Details) -> None:
    verified_number()
    never_turned_on()
    with own() as session:
        texting.turn_on(session, firmtext.host.firms.get("harbor"), details, by="admin@harbor.example")


@pytest.fixture
def harbor(carrier_app: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Harbor's host: the firm has texting, with phone and address."""
    monkeypatch.setattr(webhooks, "unsigned", turnstile.Turnstile(50))
    has_texting(Details("office@harbor.example", "+13125550190"))
    return carrier_app.extensions["memory_host"]


@pytest.fixture
def signer(sandbox: Carrier) -> Signer:
    return Signer.of(sandbox)


@pytest.fixture
def client(carrier_app: Any, harbor: Any) -> FlaskClient:
    return carrier_app.test_client()  # type: ignore[no-any-return]


def heard_by_phone(sandbox: Carrier, to: str = HARBOR, method: str = "GET") -> str:
    return str(sandbox.post(f"/_sandbox/phones/{PHONE}/calls", to=to, method=method)["heard"])


def asked(client: FlaskClient, signer: Signer, method: str = "GET", said: Any = CALL, **how: Any) -> Any:
    """The answer to a signed question; ``token`` is another one, an empty one none."""
    token = how.pop("token", None)
    token = signer.token(packed(said), **how) if token is None else token
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    if method == "GET":
        return client.get("/texting/webhooks/answer", query_string=said, headers=headers)
    headers["Content-Type"] = "application/json"
    return client.post("/texting/webhooks/answer", data=packed(said), headers=headers)


def words(response: Any) -> str:
    assert response.status_code == 200
    ((talk),) = response.get_json()
    return str(talk["text"])


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_caller_hears_the_firm_and_how_to_reach_it(harbor: Any, served: str, sandbox: Carrier, method: str) -> None:
    said = heard_by_phone(sandbox, method=method)
    assert said.startswith("Your call to Harbor Law did not go through")
    assert f"call {SPOKEN}." in said
    assert said.endswith("office at harbor dot example.")


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_answer_is_one_sentence_spoken_once(client: FlaskClient, signer: Signer, method: str) -> None:
    response = asked(client, signer, method)
    assert response.headers["Content-Type"] == "application/json"
    assert response.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in response.headers
    said = calls.words(f"+{HARBOR}")
    assert json.loads(response.data) == [{"action": "talk", "text": said, "language": "en-US", "loop": 1}]


def test_a_number_that_is_no_firms_says_nothing_of_one(harbor: Any, served: str, sandbox: Carrier) -> None:
    assert heard_by_phone(sandbox, NOBODYS) == calls.GENERIC


@pytest.mark.parametrize("said", [{}, {"from": PHONE}, {"to": "me"}, {"to": ""}, {"to": "+1833555010000000000"}])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_signed_question_that_names_no_number_is_answered(
    client: FlaskClient, signer: Signer, method: str, said: Any
) -> None:
    assert words(asked(client, signer, method, said)) == calls.GENERIC


def test_a_body_that_is_no_object_is_answered_when_it_is_signed(client: FlaskClient, signer: Signer) -> None:
    for body in (b"", b"[]", b"7", b"\xff", b"[" * 5000):
        assert words(asked(client, signer, "POST", body)) == calls.GENERIC


@pytest.mark.parametrize("how", ["wrong_hash", "stranger", "none"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_forger_hears_nothing(harbor: Any, served: str, sandbox: Carrier, method: str, how: str) -> None:
    before = everything()
    sandbox.fault("answer", "forge", how=how)
    with pytest.raises(requests.HTTPError):
        heard_by_phone(sandbox, method=method)
    assert sandbox.webhooks[-1]["http_status"] == 401
    assert everything() == before


@pytest.mark.parametrize("how", ["unsigned", "wrong_secret", "old", "far_future"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_who_may_be_the_carrier_or_not_hears_nothing_of_the_firm(
    harbor: Any, served: str, sandbox: Carrier, method: str, how: str
) -> None:
    before = everything()
    sandbox.fault("answer", "forge", how=how)
    with heard() as alarms:
        assert heard_by_phone(sandbox, method=method) == calls.GENERIC
    assert len(alarms) == 1
    assert everything() == before
    assert harbor.calls == ["Firms.get"], "once, to turn texting on"


def test_a_clock_that_differs_a_little_is_the_carriers(harbor: Any, served: str, sandbox: Carrier) -> None:
    sandbox.fault("answer", "forge", how="future")
    assert "Harbor Law" in heard_by_phone(sandbox)


def test_a_query_that_was_changed_or_turned_round_is_forged(client: FlaskClient, signer: Signer) -> None:
    token = signer.token(packed(CALL))
    for said in ({**CALL, "to": NOBODYS}, {**CALL, "more": "1"}, dict(reversed(CALL.items())), {}):
        response = asked(client, signer, said=said, token=token)
        assert (response.status_code, response.data) == (401, b"")


def test_nothing_is_stored_but_a_counter(client: FlaskClient, signer: Signer) -> None:
    before = everything()
    for _ in range(3):
        asked(client, signer)
    assert counted("call_answered") == 3
    assert everything() == before


@pytest.mark.parametrize("fault", [{"raises": RuntimeError("canary-9")}, {"returns": "canary-9"}, {"returns": None}])
def test_a_host_that_fails_does_not_keep_the_caller_from_an_answer(
    client: FlaskClient, signer: Signer, harbor: Any, caplog: pytest.LogCaptureFixture, fault: dict[str, Any]
) -> None:
    harbor.fault("Firms.get", **fault)
    assert words(asked(client, signer)) == calls.GENERIC
    assert "canary-9" not in caplog.text
    assert len(caplog.records) == (fault != {"returns": None})


def test_a_slow_host_does_not_keep_the_caller_waiting(
    client: FlaskClient, signer: Signer, harbor: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert voice.SECONDS < 5
    monkeypatch.setattr(voice, "SECONDS", 0.2)
    go_on = threading.Event()
    harbor.fault("Firms.get", does=lambda: go_on.wait(20), times=1)
    began = time.monotonic()
    assert words(asked(client, signer)) == calls.GENERIC
    assert time.monotonic() - began < 2
    go_on.set()
    until(lambda: counted("call_answered") == 1)


@pytest.fixture
def locked(harbor: Any) -> Iterator[None]:
    """Somebody else is counting calls, and takes his time."""
    with own() as session:
        counters.count(session, "call_answered")
        yield
    until(lambda: counted("call_answered") == 2)


def test_a_counter_that_is_locked_does_not_keep_the_caller_waiting(
    client: FlaskClient, signer: Signer, locked: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(voice, "SECONDS", 1)
    assert SPOKEN in words(asked(client, signer))


def test_without_a_database_the_caller_has_an_answer(client: FlaskClient, signer: Signer, carrier_app: Any) -> None:
    with away(carrier_app):
        assert words(asked(client, signer)) == calls.GENERIC
    assert SPOKEN in words(asked(client, signer))


def test_a_firm_without_a_phone_is_reached_by_email(carrier_app: Any, served: str, sandbox: Carrier) -> None:
    has_texting(Details(email="office@harbor.example"))
    said = heard_by_phone(sandbox)
    assert said.endswith("To reach the office, write to office at harbor dot example.")


@pytest.mark.parametrize(
    "name",
    ['<speak>Harbor & "Law"</speak>', "Harbor ⚖️ Law 👩🏽‍⚖️", "Härbor & Söhne " * 20, "x" * 300, "</speak>\ud83d", "⚖️"],
)
def test_a_name_of_any_kind_can_be_spoken(harbor: Any, served: str, sandbox: Carrier, name: str) -> None:
    harbor.add_firm("harbor", name)
    said = heard_by_phone(sandbox)
    assert SPOKEN in said
    assert len(said) <= 1500
    assert not set(said) & set('<>&"⚖👩')


def test_only_the_questions_methods_are_answered(client: FlaskClient) -> None:
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS"):
        assert client.open("/texting/webhooks/answer", method=method).status_code == 405


def test_a_question_over_256_kb_is_not_read(client: FlaskClient, signer: Signer) -> None:
    assert asked(client, signer, "POST", b" " * 256 * 1024 + b"x").status_code == 413


def test_unsigned_questions_of_one_address_are_limited_and_signed_ones_never(
    client: FlaskClient, signer: Signer
) -> None:
    codes = [asked(client, signer, token="").status_code for _ in range(51)]
    assert codes == [200] * 50 + [429]
    assert asked(client, signer).status_code == 200


def test_whoever_is_the_carrier_says_it_in_its_own_form(app: Any) -> None:
    verified_number()
    asked = firmtext.gateway.webhooks.call(f"+{PHONE}", f"+{HARBOR}")  # type: ignore[attr-defined]
    response = app.test_client().post("/texting/webhooks/answer", data=asked.body, headers=asked.headers)
    assert (response.status_code, response.mimetype) == (200, "text/plain")
    assert response.text.startswith("Your call to Harbor Law")
