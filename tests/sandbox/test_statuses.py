from __future__ import annotations

import hashlib
import itertools
import time
from typing import Any

import jwt
import pytest

from flask_firmtext.sandbox.outcomes import OUTCOMES, TITLES
from flask_firmtext.sandbox.segments import count
from servers import until

PHONE = "14155550123"


def test_submitted_comes_before_delivered(carrier: Any, customer: Any, final: Any) -> None:
    message_uuid = carrier.send("Hello", client_ref="ref-7")
    body = final(message_uuid)
    assert customer.statuses(message_uuid) == ["submitted", "delivered"]
    assert (body["client_ref"], body["channel"], body["sms"]) == ("ref-7", "sms", {"count_total": "1"})
    assert carrier.status(message_uuid) == "delivered"
    assert [(one["kind"], one["http_status"], one["attempt"]) for one in carrier.webhooks] == [("status", 200, 1)] * 2
    assert carrier.webhooks[0]["body"].encode() == customer.of("/status")[0].raw
    assert carrier.webhooks[0]["url"] == f"{customer.address}/status"


def test_statuses_keep_the_documented_pace(carrier: Any, customer: Any, final: Any) -> None:
    carrier.options(speed=0.1)
    start = time.monotonic()
    final(carrier.send())
    submitted, delivered = (one.at - start for one in customer.of("/status"))
    assert 0.005 <= submitted < delivered <= 2


def test_a_webhook_is_signed_with_all_claims(carrier: Any, customer: Any, final: Any) -> None:
    final(carrier.send("Grüße 👋"))
    one = customer.of("/status")[0]
    scheme, _, token = one.authorization.partition(" ")
    claims = jwt.decode(token, carrier.settings["FIRMTEXT_VONAGE_SIGNATURE_SECRETS"], algorithms=["HS256"])
    assert scheme == "Bearer"
    assert jwt.get_unverified_header(token) == {"alg": "HS256", "typ": "JWT"}
    assert claims["payload_hash"] == hashlib.sha256(one.raw).hexdigest()
    assert b": " not in one.raw
    assert abs(claims["iat"] - time.time()) < 5
    assert claims["iss"] == "Vonage"
    assert claims["api_key"] == carrier.settings["FIRMTEXT_VONAGE_API_KEY"]
    assert claims["application_id"] == carrier.settings["FIRMTEXT_VONAGE_APPLICATION_ID"]
    assert len(claims["jti"]) == 36


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_webhook_that_is_not_taken_comes_again(carrier: Any, customer: Any, final: Any, status: int) -> None:
    customer.answers = [status] * 3
    message_uuid = carrier.send()
    final(message_uuid)
    until(lambda: len(carrier.webhooks) == 5)
    submitted = [one for one in carrier.webhooks if '"submitted"' in one["body"]]
    answers = {(one["attempt"], one["http_status"]) for one in carrier.webhooks}
    assert {(1, status), (2, 200)} <= answers
    assert len({one["body"] for one in submitted}) == 1


@pytest.mark.parametrize("status", [301, 400, 401, 404])
def test_a_webhook_that_is_refused_is_lost(carrier: Any, customer: Any, final: Any, status: int) -> None:
    customer.answers = [status]
    final(carrier.send())
    until(lambda: len(carrier.webhooks) == 2)
    carrier.send()
    until(lambda: len(carrier.webhooks) == 4)
    assert {one["attempt"] for one in carrier.webhooks} == {1}


def test_repeats_wait_twice_as_long_each_time(carrier: Any, customer: Any) -> None:
    carrier.options(retry_speed=0.05)
    customer.answers = [503, 503, 503]
    carrier.write()
    until(lambda: len(customer.received) == 4)
    moments = [one.at for one in customer.received]
    waits = [later - earlier for earlier, later in itertools.pairwise(moments)]
    for wait, documented in zip(waits, (5, 10, 20), strict=True):
        assert documented * 0.05 <= wait < documented * 0.05 * 1.9


def test_a_webhook_comes_again_when_nobody_listened(carrier: Any, customer: Any, final: Any) -> None:
    carrier.options(webhooks="http://127.0.0.1:9/nobody", retry_speed=0.05)
    carrier.write("Is anybody there?")
    until(lambda: carrier.webhooks)
    assert carrier.webhooks[0]["http_status"] is None
    assert customer.received == []


def test_a_text_may_name_its_own_status_address(carrier: Any, customer: Any) -> None:
    carrier.send(webhook_url=f"{customer.address}/elsewhere?x=1")
    until(lambda: len(customer.received) == 2)
    assert {one.path for one in customer.received} == {"/texting/webhooks/elsewhere?x=1"}


def test_several_segments_end_in_one_status(carrier: Any, final: Any) -> None:
    body = final(carrier.send("x" * 320))
    assert body["sms"]["count_total"] == "3"
    assert [one["status"] for one in body["sms"]["segments"]] == ["delivered"] * 3


@pytest.mark.parametrize("ending", OUTCOMES)
def test_a_phone_of_the_table_fails_with_its_code(carrier: Any, final: Any, ending: str) -> None:
    message_uuid = carrier.send("x" * 200, f"1212555{ending}")
    body, outcome = final(message_uuid), OUTCOMES[ending]
    error = body["error"]["error"] if "error" in body["error"] else body["error"]
    assert (body["status"], int(error["title"])) == (outcome.status, outcome.code)
    assert error["type"].endswith(f"#{outcome.code}")
    assert error["detail"] == TITLES[outcome.code]
    assert carrier.status(message_uuid) == outcome.status


def test_the_table_has_twenty_phones_with_twenty_codes() -> None:
    assert set(OUTCOMES) == {f"{ending:04}" for ending in range(150, 170)}
    assert len({outcome.code for outcome in OUTCOMES.values()}) == 20


def test_all_three_shapes_of_an_error_occur(carrier: Any, final: Any) -> None:
    shapes = {ending: final(carrier.send(to=f"1212555{ending}"))["error"] for ending in ("0150", "0151", "0152")}
    assert shapes["0150"]["title"] == "1190"
    assert shapes["0151"]["error"]["title"] == 1260
    assert shapes["0152"]["title"] == 1300


def test_a_text_arrived_in_part_is_rejected_with_a_delivered_segment(carrier: Any, final: Any) -> None:
    body = final(carrier.send("x" * 200, "12125550163"))
    assert body["status"] == "rejected"
    assert [one["status"] for one in body["sms"]["segments"]] == ["delivered", "rejected"]
    assert body["sms"]["segments"][1]["error_code"] == "1490"
    assert carrier.phone("12125550163")[0]["text"] == "x" * 200


def test_a_failed_text_is_not_on_the_phone(carrier: Any, final: Any) -> None:
    final(carrier.send(to="12125550151"))
    assert "12125550151" not in [one["msisdn"] for one in carrier.ask("GET", "/phones").json()]


def test_a_number_outside_north_america_is_not_reached(carrier: Any, final: Any) -> None:
    assert final(carrier.send(to="351912345678"))["error"]["title"] == "1250"


def test_a_webhook_without_an_answer_in_15_seconds_is_repeated() -> None:
    from flask_firmtext.sandbox import outgoing

    assert (outgoing.CONNECT, outgoing.ANSWER) == (3, 15)


@pytest.mark.parametrize(
    "text", ["", "x" * 160, "x" * 161, "€" * 80, "€" * 81, "[" * 154, "ç" * 70, "ç" * 71, "👋" * 67, "a👋" * 50]
)
def test_segments_are_counted_as_others_count_them(text: str) -> None:
    import smsutil

    assert count(text) == max(1, len(smsutil.split(text).parts))
