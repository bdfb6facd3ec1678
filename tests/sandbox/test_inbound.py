from __future__ import annotations

import base64
import json
import threading
import time
from typing import Any

import pytest

from servers import until

PHONE, FIRM = "14155550123", "18335550100"
PICTURE = {"name": "dog.jpg", "type": "image/jpeg", "data": base64.b64encode(b"\xff\xd8dog").decode()}
SOUND = {"name": "hello.mp3", "type": "audio/mpeg", "data": base64.b64encode(b"ID3hello").decode()}


def _inbound(customer: Any) -> dict[str, Any]:
    until(lambda: customer.of("/inbound"))
    return dict(customer.of("/inbound")[-1].body)


def test_a_text_from_a_phone_reaches_the_customer(carrier: Any, customer: Any) -> None:
    message_uuid = carrier.write("yes, thank you " + "x" * 200)
    body = _inbound(customer)
    assert body["message_uuid"] == message_uuid
    assert (body["from"], body["to"], body["channel"]) == (PHONE, FIRM, "sms")
    assert body["sms"] == {"num_messages": "2", "keyword": "YES,"}
    assert "message_type" not in body
    [text] = carrier.phone()
    assert (text["direction"], text["with"]) == ("out", FIRM)
    assert [(one["kind"], one["http_status"]) for one in carrier.webhooks] == [("inbound", 200)]


def test_a_text_to_a_phone_is_read_there(carrier: Any, final: Any) -> None:
    final(carrier.send("Hello Ada"))
    [text] = carrier.phone()
    assert {name: text[name] for name in ("direction", "with", "text")} == {
        "direction": "in",
        "with": FIRM,
        "text": "Hello Ada",
    }


def test_a_named_phone_is_listed_before_its_first_text(carrier: Any) -> None:
    assert carrier.ask("GET", "/phones").json() == [{"msisdn": PHONE, "name": "Ada Flores", "texts": []}]


def test_a_picture_comes_as_an_address_with_a_caption(carrier: Any, customer: Any) -> None:
    carrier.write("Look", media=[PICTURE])
    body = _inbound(customer)
    assert (body["channel"], body["message_type"]) == ("mms", "image")
    assert (body["image"]["name"], body["image"]["caption"]) == ("dog.jpg", "Look")
    assert body["image"]["url"].startswith(f"{carrier.api}/v3/media/")
    assert "content" not in body
    file = carrier.call("GET", body["image"]["url"].removeprefix(carrier.api))
    assert (file.content, file.headers["Content-Type"]) == (b"\xff\xd8dog", "image/jpeg")


def test_several_files_come_as_a_list_too(carrier: Any, customer: Any) -> None:
    carrier.write("", media=[PICTURE, SOUND])
    body = _inbound(customer)
    assert [one["type"] for one in body["content"]] == ["image", "audio"]
    assert body["content"][0]["url"] == body["image"]["url"]
    assert "caption" not in body["image"]


def test_a_group_text_names_the_others(carrier: Any, customer: Any) -> None:
    carrier.write("All of you", participants=["14155550124"])
    body = _inbound(customer)
    assert (body["channel"], body["message_type"], body["text"]) == ("mms", "text", "All of you")
    assert body["mms"] == {"participants": ["14155550124"]}


def test_a_file_needs_the_applications_token(carrier: Any, customer: Any) -> None:
    carrier.write("", media=[PICTURE])
    path = _inbound(customer)["image"]["url"].removeprefix(carrier.api)
    assert carrier.call("GET", path, auth=carrier.basic).status_code == 401
    assert carrier.call("GET", path, headers={"Authorization": ""}).status_code == 401
    carrier.options(secure_media=False)
    assert carrier.call("GET", path, headers={"Authorization": ""}).status_code == 200
    assert carrier.call("GET", "/v3/media/00000000-0000-4000-8000-000000000000").status_code == 404


def test_a_file_is_gone_after_48_hours(carrier: Any, customer: Any) -> None:
    carrier.write("", media=[PICTURE])
    path = _inbound(customer)["image"]["url"].removeprefix(carrier.api)
    for hours, status in ((47.9, 200), (48.1, 404)):
        carrier.options(clock_ahead=hours * 3600)
        assert carrier.call("GET", path, headers={"Authorization": f"Bearer {carrier.token()}"}).status_code == status


@pytest.mark.parametrize("word", ["STOP", "stop ", "Arret"])
def test_the_network_blocks_who_writes_stop(carrier: Any, customer: Any, final: Any, word: str) -> None:
    carrier.write(word)
    assert _inbound(customer)["text"] == word
    assert carrier.phone()[-1]["text"].startswith('NETWORK MSG: You replied with the word "stop"')
    assert final(carrier.send())["error"]["title"] == "1240"
    assert final(carrier.send(**{"from": "18335550101"}))["status"] == "delivered"
    carrier.write("UNSTOP")
    assert carrier.phone()[-1]["text"].startswith("NETWORK MSG:")
    assert final(carrier.send("Welcome back"))["status"] == "delivered"


@pytest.mark.parametrize("word", ["QUIT", "END", "CANCEL", "UNSUBSCRIBE", "STOPALL", "please stop"])
def test_the_network_knows_no_other_word(carrier: Any, final: Any, word: str) -> None:
    carrier.write(word)
    assert len(carrier.phone()) == 1
    assert final(carrier.send())["status"] == "delivered"


@pytest.mark.parametrize(
    ("phone", "body", "says"),
    [
        ("4155550123", {"to": FIRM, "text": "x"}, "11 digits"),
        ("351912345678", {"to": FIRM, "text": "x"}, "11 digits"),
        (PHONE, {"to": "18335550149", "text": "x"}, "'to'"),
        (PHONE, {"text": "x"}, "'to'"),
        (PHONE, {"to": FIRM}, "'text'"),
        (PHONE, {"to": FIRM, "text": ["x"]}, "'text'"),
        (PHONE, {"to": FIRM, "text": "x", "media": "y"}, "'media'"),
        (PHONE, {"to": FIRM, "text": "x", "media": [{"name": "y"}]}, "'media'"),
        (PHONE, {"to": FIRM, "media": [{**PICTURE, "data": "*"}]}, "base64"),
        (PHONE, {"to": FIRM, "media": [{**PICTURE, "type": "a/b\r\nX: y"}]}, "'type'"),
        (PHONE, ["x"], "JSON object"),
    ],
)
def test_what_no_phone_can_send_is_refused_with_the_reason(carrier: Any, phone: str, body: Any, says: str) -> None:
    answer = carrier.ask("POST", f"/phones/{phone}/texts", json=body)
    assert answer.status_code == 400
    assert says in answer.json()["error"]
    assert carrier.webhooks == []


def test_a_caller_hears_what_the_customer_says(carrier: Any, customer: Any) -> None:
    answer = carrier.ask("POST", f"/phones/{PHONE}/calls", json={"to": FIRM})
    assert (answer.status_code, answer.json()) == (201, {"heard": "This number cannot take calls."})
    assert f"from={PHONE}" in customer.of("/answer")[0].path
    assert [one["kind"] for one in carrier.webhooks] == ["answer"]
    carrier.ask("POST", f"/phones/{PHONE}/calls", json={"to": FIRM, "method": "POST"})
    assert customer.of("/answer")[1].body["to"] == FIRM


@pytest.mark.parametrize("spoken", [{"action": "talk"}, [{"action": "talk", "text": ""}], ["x"], None])
def test_what_is_no_ncco_drops_the_call(carrier: Any, customer: Any, spoken: Any) -> None:
    customer.spoken = spoken
    answer = carrier.ask("POST", f"/phones/{PHONE}/calls", json={"to": FIRM})
    assert (answer.status_code, "dropped" in answer.json()["error"]) == (502, True)
    assert carrier.ask("POST", f"/phones/{PHONE}/calls", json={"to": "18335550149"}).status_code == 400


def test_the_carriers_clock_is_in_its_timestamps(carrier: Any, customer: Any) -> None:
    carrier.options(clock_ahead=86400)
    carrier.write()
    assert _inbound(customer)["timestamp"] > time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(time.time() + 86000))


def test_a_reset_forgets_the_webhook_that_is_on_its_way(carrier: Any, customer: Any) -> None:
    customer.answers = [503]
    customer.pause.clear()
    carrier.write("before")
    until(lambda: customer.of("/inbound"))
    [on_its_way] = [one for one in threading.enumerate() if one.name == "sandbox-webhook"]
    carrier.ask("POST", "/reset")
    customer.pause.set()
    on_its_way.join(10)
    carrier.write("after")
    until(lambda: carrier.webhooks)
    assert [json.loads(one["body"])["text"] for one in carrier.webhooks] == ["after"]
    assert [one.body["text"] for one in customer.of("/inbound")] == ["before", "after"]
