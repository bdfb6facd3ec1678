"""What the carrier is answered, what is stored, who is told: section 4's table, row by row, over the real route."""

from __future__ import annotations

import json
import logging
import re
import time
import uuid
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from flask import request
from flask.testing import FlaskClient

from evidence import counted, everything, heard, kept, rows
from flask_firmtext import points, signals, turnstile
from flask_firmtext.current import firmtext
from flask_firmtext.messaging import placing, receiving
from flask_firmtext.store import keys
from flask_firmtext.store.models import ConsentEvent, Message, Number, OptOut, Quarantine
from flask_firmtext.store.states import NumberState
from flask_firmtext.store.transactions import own
from flask_firmtext.web import webhooks
from rows import accepted, verified_number
from signing import HARBOR, ROSA, Signer, packed, told, words

HOUR = 3600


@pytest.fixture
def signer(sandbox: Any) -> Signer:
    return Signer.of(sandbox)


@pytest.fixture
def client(carrier_app: Any, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """Where the carrier calls: Harbor has a number and has texted Rosa."""
    monkeypatch.setattr(webhooks, "unsigned", turnstile.Turnstile(50))
    verified_number()
    accepted("How are you?")
    return carrier_app.test_client()  # type: ignore[no-any-return]


def received() -> list[Message]:
    return rows(Message, Message.direction == "in")


#: Of an answer what is another at each request, whatever it says.
FRESH = {"Date", "X-Request-Id"}


def answer(response: Any) -> tuple[int, bytes, dict[str, str]]:
    return response.status_code, response.data, {k: v for k, v in response.headers.items() if k not in FRESH}


def test_a_signed_text_is_stored_before_200_with_an_empty_body(client: FlaskClient, signer: Signer) -> None:
    with heard(signals.text_received) as said:
        response = signer.post(client, "inbound", words("I am well"))
    assert (response.status_code, response.data) == (200, b"")
    [row] = received()
    assert said == [{"firm": "harbor", "conversation": str(row.conversation_id), "message": str(row.id)}]


def test_a_repeat_is_200_and_no_second_row(client: FlaskClient, signer: Signer) -> None:
    body = words()
    assert [signer.post(client, "inbound", body).status_code for _ in range(20)] == [200] * 20
    assert len(received()) == 1
    assert counted("webhook_repeated") == 19


@pytest.mark.attack("A05")
def test_a05_an_old_token_with_its_own_body_has_no_second_effect(client: FlaskClient, signer: Signer) -> None:
    body = packed(words())
    token = signer.token(body, iat=int(time.time()) - 24 * HOUR)
    assert [signer.post(client, "inbound", body, token=token).status_code for _ in range(3)] == [200] * 3
    assert len(received()) == 1


@pytest.mark.slow
@pytest.mark.attack("A05")
def test_a05_a_webhook_that_is_replayed_a_thousand_times_has_no_second_effect(
    client: FlaskClient, signer: Signer
) -> None:
    body = packed(words("STOP"))
    token = signer.token(body)
    with heard(signals.text_received) as said:
        assert {signer.post(client, "inbound", body, token=token).status_code for _ in range(1000)} == {200}
    assert (len(received()), len(said), counted("webhook_repeated")) == (1, 1, 999)
    assert [len(rows(one)) for one in (OptOut, ConsentEvent)] == [1, 1]


@pytest.mark.attack("A05")
def test_a05_an_old_start_lifts_no_newer_stop(client: FlaskClient, signer: Signer) -> None:
    """Played again with its own token, with a new one as the carrier repeats, or so late that it is not believed."""
    start, stop = packed(words("START")), packed(words("STOP"))
    token = signer.token(start, iat=int(time.time()) - 24 * HOUR)
    late = signer.token(start, iat=int(time.time()) - 26 * HOUR)
    assert [signer.post(client, "inbound", body).status_code for body in (start, stop)] == [200, 200]
    for old, code in ((token, 200), (signer.token(start), 200), (late, 503)):
        assert signer.post(client, "inbound", start, token=old).status_code == code
    before = packed(words("START", timestamp="2025-01-01T00:00:00Z"))  # one that the carrier held back
    assert signer.post(client, "inbound", before).status_code == 200
    assert [row.opted_out for row in rows(OptOut)] == [True]


MALFORMED: list[tuple[str, Any, str]] = [
    ("inbound", b"\xff\xfe", "not_an_object"),
    ("inbound", b"", "not_an_object"),
    ("inbound", b"[1, 2]", "not_an_object"),
    ("inbound", b"[" * 100_000, "not_an_object"),
    ("inbound", b'{"a":' * 50_000, "not_an_object"),
    ("inbound", b'{"text":' + b"9" * 10_000 + b"}", "not_an_object"),
    ("inbound", {}, "message_uuid"),
    ("inbound", words(message_uuid="x" * 9_999), "message_uuid"),
    ("inbound", words(channel="whatsapp"), "channel"),
    ("inbound", words(to=None), "to"),
    ("inbound", {"from": 7, **{k: v for k, v in words().items() if k != "from"}}, "from"),
    ("status", {"status": "delivered"}, "message_uuid"),
    ("status", told(""), "status"),
    ("status", told("delivered") | {"status": None}, "status"),
    ("status", b'"delivered"', "not_an_object"),
]


def test_what_cannot_be_read_is_200_and_kept_encrypted(client: FlaskClient, signer: Signer) -> None:
    for kind, body, _ in MALFORMED:
        assert answer(signer.post(client, kind, body))[:2] == (200, b"")
    wanted = [(kind, reason, packed(body).decode("utf-8", "backslashreplace")) for kind, body, reason in MALFORMED]
    assert sorted(kept()) == sorted(wanted)
    assert received() == []


HELLO = packed(words("He said HELLO"))
NOT_UTF8: dict[str, bytes] = {
    "Latin-1": HELLO.replace(b"HELLO", b"caf\xe9"),
    "half of a pair": HELLO.replace(b"HELLO", b"\xed\xa0\xbd"),
    "a pair in halves": HELLO.replace(b"HELLO", b"\xed\xa0\xbd\xed\xb8\x80"),
    "longer than need be": HELLO.replace(b"HELLO", b"\xc0\xaf"),
    "cut off": HELLO.replace(b"HELLO", "😀".encode()[:3]),
    "in a field that nobody reads": HELLO[:-1] + b',"x":"\xed\xa0\xbd"}',
    "UTF-16": HELLO.decode().encode("utf-16"),
    "UTF-32": HELLO.decode().encode("utf-32-be"),
}


@pytest.mark.parametrize("body", NOT_UTF8.values(), ids=NOT_UTF8.keys())
def test_a_body_that_is_no_utf8_is_kept_whole_and_encrypted_and_never_shown_altered(
    client: FlaskClient, signer: Signer, body: bytes
) -> None:
    assert [answer(signer.post(client, "inbound", body))[:2] for _ in range(2)] == [(200, b"")] * 2
    assert received() == []
    [(kind, reason, text)] = kept()
    assert (kind, reason) == ("inbound", "not_an_object")
    assert re.sub(rb"\\x(..)", lambda odd: bytes.fromhex(odd[1].decode()), text.encode()) == body
    [row] = rows(Quarantine)
    assert row.digest == keys.digest_of(b"inbound " + body)
    assert b"He said" not in row.body.replace(b"\0", b"")


def test_a_mark_before_the_first_letter_is_no_fault(client: FlaskClient, signer: Signer) -> None:
    assert signer.post(client, "inbound", b"\xef\xbb\xbf" + packed(words("Ça va 😀"))).status_code == 200
    assert len(received()) == 1
    assert kept() == []


ODD: list[tuple[dict[str, Any], int]] = [
    ({"timestamp": None}, 1),
    ({"timestamp": "1970-01-01T00:00:00Z"}, 1),
    ({"timestamp": "9999-12-31T23:59:59Z"}, 1),
    ({"timestamp": "2026-01-01T00:00:00"}, 1),
    ({"text": "x" * 160_000}, 1),
    ({"text": "a\0b\ud83d"}, 1),
    ({"text": "", "message_type": "image", "image": {"url": "https://api.nexmo.com/v3/media/1"}}, 1),
    ({"message_type": "a\0c", "a\0c": {"url": "u\0", "name": "n\0"}, "text": None}, 1),
    ({"content": [{"type": f"t\0{n}", "url": f"https://x/{n}"} for n in range(10)]}, 1),
    ({"from": "12345"}, 0),
    ({"from": "+13125550100"}, 1),
    ({"from": "Bank of Chicago"}, 0),
    ({"usage": {"price": 1e308}, "sms": []}, 1),
]


def test_an_odd_text_is_stored_or_kept_and_200(client: FlaskClient, signer: Signer) -> None:
    for changes, stored in ODD:
        before = len(received()), len(kept())
        assert signer.post(client, "inbound", json.dumps(words() | changes).encode()).status_code == 200, changes
        assert (len(received()) - before[0], len(kept()) - before[1]) == (stored, 1 - stored), changes


@pytest.mark.attack("A09")
def test_a09_the_first_of_two_equal_names_in_json_does_not_make_two_texts(client: FlaskClient, signer: Signer) -> None:
    body = packed(words("one"))[:-1] + b',"text":"two"}'
    assert [signer.post(client, "inbound", body).status_code for _ in range(2)] == [200, 200]
    assert len(received()) == 1


def test_the_same_id_with_another_body_is_a_conflict_and_the_first_stays(client: FlaskClient, signer: Signer) -> None:
    first = words("yes")
    assert signer.post(client, "inbound", first).status_code == 200
    before = received()
    with heard() as alarms:
        assert signer.post(client, "inbound", first | {"text": "no"}).status_code == 200
    assert [(m.id, m.body) for m in received()] == [(m.id, m.body) for m in before]
    [(kind, reason, body)] = kept()
    assert (kind, reason, json.loads(body)["text"]) == ("inbound", "conflict", "no")
    assert [alarm["kind"] for alarm in alarms] == ["conflict"]


@pytest.mark.fault("F68")
def test_f68_a_text_to_a_number_that_is_not_ours_is_kept(client: FlaskClient, signer: Signer) -> None:
    assert signer.post(client, "inbound", words(to="18445550177")).status_code == 200
    assert [(kind, reason) for kind, reason, _ in kept()] == [("inbound", "number_unknown")]


def test_a_text_to_a_number_that_we_gave_back_is_kept(client: FlaskClient, signer: Signer) -> None:
    with own() as session:
        session.query(Number).update({"state": NumberState.RELEASED})
    assert signer.post(client, "inbound", words()).status_code == 200
    assert [(kind, reason) for kind, reason, _ in kept()] == [("inbound", "number_unknown")]
    assert signer.post(client, "inbound", words(), token="").status_code == 401


def test_a_stranger_is_kept_encrypted_for_the_firm(client: FlaskClient, signer: Signer) -> None:
    body = words("Who are you?", sender="13125550177")
    assert signer.post(client, "inbound", body).status_code == 200
    assert kept() == [("inbound", "stranger", packed(body).decode())]
    assert received() == []


def test_a_text_to_a_number_that_may_not_send_is_stored_all_the_same(client: FlaskClient, signer: Signer) -> None:
    states = [state for state in NumberState if state is not NumberState.RELEASED]
    for state in states:
        with own() as session:
            session.query(Number).update({"state": state})
        assert signer.post(client, "inbound", words()).status_code == 200
    assert len(received()) == len(states)


def test_a_token_within_the_window_is_believed(client: FlaskClient, signer: Signer) -> None:
    for minutes in (4, 3, 0, -3, -24 * 60, -24 * 60 - 50):
        assert signer.post(client, "inbound", words(), iat=int(time.time()) + 60 * minutes).status_code == 200, minutes


def nothing_happens(
    client: FlaskClient, code: int, alarm: str | None, post: Callable[[], Any]
) -> tuple[int, bytes, dict[str, str]]:
    """No row changes, nobody but an operator is told, and that once a minute."""
    before = everything()
    with heard() as alarms, heard(signals.text_received) as texts:
        answers = [answer(post()) for _ in range(3)]
    assert everything() == before
    assert answers[0][0] == code
    assert all(one == answers[0] for one in answers)
    assert [one["kind"] for one in alarms] == ([alarm] if alarm else [])
    assert texts == []
    return answers[0]


@pytest.mark.attack("A08")
def test_a08_every_503_is_the_same_bytes_and_its_reason_is_in_the_alarm_only(
    client: FlaskClient, signer: Signer, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = int(time.time())

    def post(**how: Any) -> Callable[[], Any]:
        return lambda: signer.post(client, "inbound", words(), **how)

    answers = [
        nothing_happens(client, 503, "unsigned", post(token="")),
        nothing_happens(client, 503, "clock", post(iat=now + 10 * 60)),
        nothing_happens(client, 503, "secret_rotated", post(secret="another secret, which is long enough")),
    ]
    firmtext.alarmed._kept.clear()
    answers.append(nothing_happens(client, 503, "clock", post(iat=now - 26 * HOUR)))
    with monkeypatch.context() as broken:
        broken.setattr(receiving, "own", lambda: (_ for _ in ()).throw(RuntimeError("a client's words")))
        answers.append(nothing_happens(client, 503, "webhook_fault", post()))
    assert all(one == answers[0] for one in answers)
    assert answers[0][1] == b""
    assert answers[0][2]["Retry-After"] == "30"


def test_an_unsigned_webhook_that_is_not_about_us_is_401(client: FlaskClient, signer: Signer) -> None:
    before = everything()
    for body in (words(to="18445550177"), b"STOP", {"text": "STOP"}, {"to": [HARBOR]}):
        assert answer(signer.post(client, "inbound", body, token=""))[:2] == (401, b""), body
    assert everything() == before


@pytest.mark.attack("A01")
def test_a01_an_unsigned_client_moves_nothing(client: FlaskClient, signer: Signer) -> None:
    for text in ("YES", "STOP", "START"):
        firmtext.alarmed._kept.clear()
        nothing_happens(
            client, 503, "unsigned", lambda text=text: signer.post(client, "inbound", words(text), token="")
        )


TOKENS: dict[str, Callable[[Signer, bytes], str]] = {
    "none": lambda s, b: jwt.encode(s.claims(b), None, algorithm="none"),
    "none with our signature": lambda s, b: ".".join(
        [jwt.encode(s.claims(b), None, algorithm="none").rpartition(".")[0], s.token(b).rpartition(".")[2]]
    ),
    "HS512": lambda s, b: s.token(b, algorithm="HS512"),
    "HS384": lambda s, b: s.token(b, algorithm="HS384"),
    "the public key as the secret": lambda s, b: _hmac_with(s.account.public_key, s.claims(b)),
    "a stranger's": lambda s, b: s.token(b, secret="9" * 40, api_key="0badc0de", application_id=str(uuid.uuid4())),
    "a stranger's under our secret": lambda s, b: s.token(b, api_key="0badc0de"),
    "another application's under our secret": lambda s, b: s.token(b, application_id=str(uuid.uuid4())),
    "no issuer": lambda s, b: s.token(b, iss=None),
    "no hash": lambda s, b: s.token(b, payload_hash=None),
    "another body's": lambda s, b: s.token(b + b" "),
    "no token at all": lambda s, b: "x",
    "a header that is no object": lambda s, b: "W10.e30.e30",
    "claims that are no object": lambda s, b: jwt.api_jws.encode(b"[]", s.account.signature_secret),
    "kid": lambda s, b: s.token(b, secret="k" * 40, header={"kid": "../../dev/null"}, api_key="1", application_id="1"),
    "jwk": lambda s, b: s.token(
        b, secret="k" * 40, header={"jwk": {"kty": "oct", "k": "a2tr"}}, api_key="1", application_id="1"
    ),
    "jku": lambda s, b: s.token(
        b, secret="k" * 40, header={"jku": "http://127.0.0.1:9/", "x5u": "x"}, api_key="1", application_id="1"
    ),
}


def _hmac_with(secret: str, claims: dict[str, Any]) -> str:
    # PyJWT refuses to sign with a PEM, so that nobody is confused by accident.
    import base64
    import hmac

    def part(value: Any) -> bytes:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=")

    claims = {**claims, "api_key": "0badc0de", "application_id": "x"}
    signed = part({"alg": "HS256", "typ": "JWT"}) + b"." + part(claims)
    signature = base64.urlsafe_b64encode(hmac.digest(secret.encode(), signed, "sha256")).rstrip(b"=")
    return (signed + b"." + signature).decode()


@pytest.mark.attack("A02", "A03", "A07")
def test_a_token_that_cannot_be_the_carriers_is_401_and_changes_nothing(client: FlaskClient, signer: Signer) -> None:
    """A02, A03, A07."""
    before = everything()
    for kind, body in (("inbound", packed(words("STOP"))), ("status", packed(told("delivered")))):
        for name, token in TOKENS.items():
            assert answer(signer.post(client, kind, body, token=token(signer, body)))[:2] == (401, b""), name
    assert everything() == before


def test_a_wrong_body_is_told_to_an_operator(client: FlaskClient, signer: Signer) -> None:
    token = signer.token(packed(words("yes")))
    nothing_happens(
        client, 401, "forged_payload_hash", lambda: signer.post(client, "inbound", words("no"), token=token)
    )


def test_a_body_that_was_written_anew_on_its_way_is_believed(client: FlaskClient, signer: Signer) -> None:
    body = words("Ça va? 😀")
    token = signer.token(packed(body))
    rewritten = json.dumps(body, indent=2).encode()
    assert signer.post(client, "inbound", rewritten, token=token).status_code == 200


def test_another_scheme_is_401(client: FlaskClient) -> None:
    for scheme in ("Basic eDp4", "Bearer", "Bearer  ", "Token x"):
        response = client.post("/texting/webhooks/inbound", data=packed(words()), headers={"Authorization": scheme})
        assert response.status_code == 401, scheme


def test_either_of_two_secrets_is_believed(
    new_app: Callable[..., Any], carrier_settings: dict[str, str], signer: Signer
) -> None:
    old = signer.account.signature_secret
    new = "the next secret of the carrier is long enough"
    secrets = f"{new},{old}"
    app = new_app(**carrier_settings | {"FIRMTEXT_VONAGE_SIGNATURE_SECRETS": secrets})
    with app.app_context():
        verified_number()
        accepted("Hello")
        client = app.test_client()
        for secret in (old, new):
            assert signer.post(client, "inbound", words(), secret=secret).status_code == 200
        assert signer.post(client, "inbound", words(), secret="one that was taken out " * 2).status_code == 503
        assert len(received()) == 2


def test_another_method_is_405(client: FlaskClient) -> None:
    for kind in ("inbound", "status"):
        for method in ("GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"):
            assert client.open(f"/texting/webhooks/{kind}", method=method).status_code == 405, (kind, method)


@pytest.mark.attack("A09")
def test_a09_more_than_256_kb_is_413_and_one_byte_less_is_not(client: FlaskClient, signer: Signer) -> None:
    room = 256 * 1024 - len(packed(words("")))
    before = everything()
    assert answer(signer.post(client, "inbound", words("x" * (room + 1))))[:2] == (413, b"")
    assert everything() == before
    assert signer.post(client, "inbound", words("x" * room)).status_code == 200


def test_a_hosts_smaller_limit_does_not_cut_a_client_off(client: FlaskClient, signer: Signer) -> None:
    client.application.config["MAX_CONTENT_LENGTH"] = 100
    assert signer.post(client, "inbound", words("x" * 1000)).status_code == 200


def test_a_host_that_has_read_the_body_already_does_no_harm(client: FlaskClient, signer: Signer) -> None:
    def reads(what: str) -> Callable[[], None]:
        def nosy() -> None:
            getattr(request, what)

        return nosy

    for what in ("form", "data", "json"):
        client.application.before_request_funcs[None].append(reads(what))
        assert signer.post(client, "inbound", words()).status_code == 200


@pytest.mark.attack("A01")
def test_the_51st_unsigned_request_of_a_minute_is_429_and_signed_ones_pass(client: FlaskClient, signer: Signer) -> None:
    codes = [signer.post(client, "inbound", words(), token="").status_code for _ in range(52)]
    assert codes == [503] * 50 + [429] * 2
    assert signer.post(client, "inbound", words()).status_code == 200
    other = {"REMOTE_ADDR": "192.0.2.7"}
    assert client.post("/texting/webhooks/inbound", data=b"{}", environ_base=other).status_code == 401


@pytest.mark.attack("A10")
def test_a10_a_forged_forwarding_header_does_not_escape_the_limit(client: FlaskClient) -> None:
    codes = [
        client.post("/texting/webhooks/inbound", data=b"{}", headers={"X-Forwarded-For": f"192.0.2.{n}"}).status_code
        for n in range(52)
    ]
    assert codes[-1] == 429


def test_who_was_turned_away_passes_again_after_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    monkeypatch.setattr(turnstile.time, "monotonic", lambda: now[0])
    gate = turnstile.Turnstile(2)
    assert [gate.passes("a") for _ in range(4)] == [True, True, False, False]
    assert gate.passes("b")
    now[0] += 60
    assert gate.passes("a")


def test_the_turnstile_remembers_a_bounded_number_of_addresses() -> None:
    gate = turnstile.Turnstile(2)
    for n in range(turnstile.ADDRESSES + 5):
        gate.passes(str(n))
    assert len(gate._passed) <= turnstile.ADDRESSES


def test_a_receiver_of_the_alarm_that_fails_changes_no_answer(client: FlaskClient, signer: Signer) -> None:
    def fails(app: Any, **values: Any) -> None:
        raise RuntimeError

    with signals.alarm.connected_to(fails):
        assert signer.post(client, "inbound", words(), token="").status_code == 503


def test_two_applications_in_one_process_alarm_each_for_itself(
    client: FlaskClient, signer: Signer, new_app: Callable[..., Any], carrier_settings: dict[str, str]
) -> None:
    other = new_app(**carrier_settings).test_client()
    with heard() as alarms:
        for one in (client, other, client, other):
            signer.post(one, "inbound", words(), token="")
    assert [alarm["kind"] for alarm in alarms] == ["unsigned", "unsigned"]


def test_an_unforeseen_fault_tells_its_place_and_not_its_words(
    client: FlaskClient, signer: Signer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def breaks(*_: Any, **__: Any) -> None:
        raise RuntimeError("the client wrote: canary-8102")

    monkeypatch.setattr(placing.cells, "seal", breaks)
    with caplog.at_level(logging.DEBUG):
        assert signer.post(client, "inbound", words()).status_code == 503
    assert "RuntimeError" in caplog.text
    assert "canary-8102" not in caplog.text


def test_a_web_process_marks_the_commit_before_it_answers(
    client: FlaskClient, signer: Signer, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached = []
    monkeypatch.setattr(points, "reach", lambda name: reached.append((name, len(received()))))
    signer.post(client, "inbound", words(sender=ROSA))
    assert reached == [("webhook.after_commit", 1)]
