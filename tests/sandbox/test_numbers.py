"""The numbers as the control shows them, those that carriers block, and purchases that go wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import requests

from flask_firmtext.sandbox import Options, Sandbox

PHONE, FIRM, OTHER = "14155550123", "18335550100", "18335550101"
FOR_SALE = "18665550122"


def _numbers(carrier: Any, query: str = "") -> dict[str, dict[str, Any]]:
    return {one["msisdn"]: one for one in carrier.ask("GET", f"/numbers{query}").json()}


def _verify(carrier: Any, verified: Any, msisdn: str = FIRM) -> requests.Response:
    answer: requests.Response = carrier.ask("POST", f"/numbers/{msisdn}", json={"verified": verified})
    return answer


def _buy(carrier: Any, msisdn: str = FOR_SALE) -> requests.Response:
    data = {"country": "US", "msisdn": msisdn}
    answer: requests.Response = carrier.call("POST", "/number/buy", data=data, auth=carrier.basic)
    return answer


def test_the_control_shows_the_accounts_numbers(carrier: Any) -> None:
    assert _numbers(carrier)[FIRM] == {
        "msisdn": FIRM,
        "type": "landline-toll-free",
        "features": ["SMS", "MMS", "VOICE"],
        "country": "US",
        "owned": True,
        "app_id": carrier.settings["FIRMTEXT_VONAGE_APPLICATION_ID"],
        "mo_http_url": "",
        "voice_callback_type": "",
        "voice_callback_value": "",
        "verified": True,
    }
    _buy(carrier)
    assert _numbers(carrier).keys() == {FIRM, OTHER, FOR_SALE}
    assert _numbers(carrier, "?owned=1")[FOR_SALE]["app_id"] == ""
    for_sale = _numbers(carrier, "?owned=0")
    assert for_sale
    assert not {one["owned"] for one in for_sale.values()} - {False}
    assert for_sale.keys().isdisjoint({FIRM, OTHER, FOR_SALE})


def test_a_text_from_a_number_that_is_not_verified_is_taken_and_then_blocked(carrier: Any, final: Any) -> None:
    assert _verify(carrier, False).json()["verified"] is False
    blocked = final(carrier.send("Hello"))
    assert (blocked["status"], blocked["error"]["title"]) == ("rejected", "1484")
    assert "compliance failure" in blocked["error"]["detail"]
    assert PHONE not in {one["msisdn"] for one in carrier.ask("GET", "/phones").json() if one["texts"]}
    assert final(carrier.send("Hello", **{"from": OTHER}))["status"] == "delivered"
    _verify(carrier, True)
    assert final(carrier.send("Hello again"))["status"] == "delivered"


def test_what_is_blocked_stays_so_across_a_restart_until_a_reset(carrier: Any, customer: Any, tmp_path: Path) -> None:
    _verify(carrier, False)
    _verify(carrier, False, f"+{FOR_SALE}")
    carrier.running.carrier.close()
    with Sandbox(0, 0, tmp_path / "state", Options(customer.address)) as again:
        inventory = again.carrier.inventory
        assert [inventory.verified(one) for one in (FIRM, OTHER, FOR_SALE)] == [False, True, False]
        again.carrier.reset()
        assert inventory.verified(FIRM)


@pytest.mark.parametrize("body", [None, [], {}, {"verified": 1}, {"verified": None}, {"verified": True, "x": 1}])
def test_a_body_that_says_nothing_is_refused_with_an_example(carrier: Any, body: Any) -> None:
    answer = carrier.ask("POST", f"/numbers/{FIRM}", json=body)
    assert answer.status_code == 400
    assert '{"verified": false}' in answer.json()["error"]
    assert _numbers(carrier)[FIRM]["verified"]


def test_a_number_that_nobody_has_is_not_found(carrier: Any) -> None:
    for msisdn in ("18335559999", "x", "1"):
        assert _verify(carrier, False, msisdn).status_code == 404


def test_a_number_may_be_sold_to_somebody_else_between_search_and_purchase(carrier: Any) -> None:
    carrier.fault("number_buy", "taken", times=1)
    answer = _buy(carrier)
    assert (answer.status_code, answer.json()["error-code"]) == (420, "420")
    assert FOR_SALE not in _numbers(carrier)
    assert FOR_SALE not in _numbers(carrier, "?owned=0")
    query = {"country": "US", "pattern": FOR_SALE}
    assert carrier.call("GET", "/number/search", params=query, auth=carrier.basic).json() == {}
    assert _buy(carrier).status_code == 420, "it stays sold"
    assert _buy(carrier, "18665550123").status_code == 200


def test_a_number_of_ours_is_not_sold_to_somebody_else(carrier: Any) -> None:
    carrier.fault("number_buy", "taken", times=1)
    assert _buy(carrier, FIRM).status_code == 420
    assert FIRM in _numbers(carrier)


@pytest.mark.parametrize("on", ["number_buy", "number_update", "number_cancel", "number_search"])
@pytest.mark.parametrize(("status", "label"), [(420, "method failed"), (401, "authentication failed")])
def test_a_status_alone_is_answered_as_the_numbers_api_does(carrier: Any, on: str, status: int, label: str) -> None:
    carrier.fault(on, "answer", status=status, times=1)
    method, path = ("GET" if on == "number_search" else "POST"), f"/{on.replace('_', '/')}"
    answer = carrier.call(method, path, auth=carrier.basic)
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json() == {"error-code": str(status), "error-code-label": label}


def test_a_purchase_may_find_no_credit(carrier: Any) -> None:
    said = {"error-code": "420", "error-code-label": "Not enough credit"}
    carrier.fault("number_buy", "answer", status=420, body=said)
    answer = _buy(carrier)
    assert (answer.status_code, answer.json(), answer.headers["Content-Type"]) == (420, said, "application/json")
    assert FOR_SALE not in _numbers(carrier)


def test_a_purchase_whose_answer_is_lost_is_made(carrier: Any) -> None:
    carrier.fault("number_buy", "drop_after", times=1)
    with pytest.raises(requests.ConnectionError):
        _buy(carrier)
    assert _numbers(carrier)[FOR_SALE]["owned"]
