from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import phonenumbers
import pytest
from vonage import Auth, HttpClientOptions, Vonage
from vonage_http_client.errors import HttpRequestError
from vonage_numbers import ListOwnedNumbersFilter, NumberParams, SearchAvailableNumbersFilter, UpdateNumberParams

TOLL_FREE = {"country": "US", "type": "landline-toll-free", "features": "SMS,MMS,VOICE"}


@pytest.fixture
def numbers(carrier: Any) -> Any:
    """The SDK's Numbers API, pointed at the sandbox."""
    host = carrier.api.removeprefix("https://")
    key, secret = carrier.basic
    options = HttpClientOptions(api_host=host, rest_host=host, timeout=20, pool_maxsize=1, max_retries=0)
    client = Vonage(Auth(api_key=key, api_secret=secret), options)
    session = client.http_client._session
    session.trust_env, session.verify = False, carrier.ca
    yield client.numbers
    session.close()


def _search(carrier: Any, **query: Any) -> dict[str, Any]:
    return dict(carrier.call("GET", "/number/search", params=query, auth=carrier.basic).json())


def test_two_numbers_are_owned_and_linked_from_the_start(carrier: Any) -> None:
    found = carrier.call("GET", "/account/numbers", auth=carrier.basic).json()
    application = carrier.settings["FIRMTEXT_VONAGE_APPLICATION_ID"]
    assert [(one["msisdn"], one["app_id"]) for one in found["numbers"]] == [
        ("18335550100", application),
        ("18335550101", application),
    ]


def test_all_toll_free_numbers_for_sale_are_valid(carrier: Any) -> None:
    found: list[str] = []
    for page in range(1, 7):
        found += [one["msisdn"] for one in _search(carrier, **TOLL_FREE, size=100, index=page).get("numbers", [])]
    assert len(found) == _search(carrier, **TOLL_FREE)["count"] == 7 * 80 - 2
    for msisdn in found:
        number = phonenumbers.parse(f"+{msisdn}")
        assert phonenumbers.is_valid_number(number)
        assert phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.TOLL_FREE


def test_a_search_is_narrowed_by_pattern(carrier: Any) -> None:
    for pattern, how, check in (
        ("1888", 0, lambda one: one.startswith("1888")),
        ("5501", 1, lambda one: "5501" in one),
        ("0142", 2, lambda one: one.endswith("0142")),
    ):
        found = _search(carrier, **TOLL_FREE, pattern=pattern, search_pattern=how)
        assert found["numbers"]
        assert all(check(one["msisdn"]) for one in found["numbers"])


def test_nothing_found_is_an_empty_object(carrier: Any) -> None:
    assert _search(carrier, country="CA") == {}
    assert _search(carrier, **TOLL_FREE, pattern="1999") == {}
    assert _search(carrier, **TOLL_FREE, index=99) == {}


def test_a_search_without_a_type_finds_other_numbers_first(carrier: Any) -> None:
    assert _search(carrier, country="US")["numbers"][0]["type"] == "mobile-lvn"
    assert carrier.call("GET", "/number/search", auth=carrier.basic).json() == {"country": "Is required."}


def test_the_sdk_buys_links_lists_and_gives_back(carrier: Any, numbers: Any) -> None:
    application = carrier.settings["FIRMTEXT_VONAGE_APPLICATION_ID"]
    by_the_sdk = {**TOLL_FREE, "features": "SMS,VOICE,MMS"}  # its only way to write these three
    found, count, _ = numbers.search_available_numbers(
        SearchAvailableNumbersFilter(**by_the_sdk, pattern="1844", search_pattern=0)
    )
    bought = found[0].msisdn
    assert count == 80
    numbers.buy_number(NumberParams(country="US", msisdn=bought))
    assert carrier.post(**{"from": bought}).json()["type"].endswith("#1120")
    numbers.update_number(UpdateNumberParams(country="US", msisdn=bought, app_id=application))
    assert carrier.post(**{"from": bought}).status_code == 202
    owned, _, _ = numbers.list_owned_numbers(ListOwnedNumbersFilter(pattern=bought, search_pattern=0))
    assert (owned[0].app_id, owned[0].voice_callback_type) == (application, "app")
    numbers.cancel_number(NumberParams(country="US", msisdn=bought))
    assert carrier.post(**{"from": bought}).status_code == 422
    with pytest.raises(HttpRequestError, match="420"):
        numbers.cancel_number(NumberParams(country="US", msisdn=bought))


def test_a_form_that_is_announced_as_json_is_not_read(carrier: Any) -> None:
    form = "country=US&msisdn=18445550100"
    answer = carrier.call(
        "POST", "/number/buy", data=form, headers={"Content-Type": "application/json"}, auth=carrier.basic
    )
    assert (answer.status_code, answer.json()) == (400, {"country": "Is required."})


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/account/numbers"),
        ("GET", "/number/search?country=US"),
        ("POST", "/number/buy"),
        ("POST", "/number/cancel"),
        ("POST", "/number/update"),
    ],
)
def test_a_token_opens_nothing_of_the_numbers(carrier: Any, method: str, path: str) -> None:
    answer = carrier.call(method, path)
    assert answer.status_code == 401
    assert answer.json() == {"error-code": "401", "error-code-label": "authentication failed"}


def test_of_two_buyers_one_gets_the_number(carrier: Any) -> None:
    def buy(_: int) -> tuple[int, str]:
        data = {"country": "US", "msisdn": "18665550111"}
        answer = carrier.call("POST", "/number/buy", data=data, auth=carrier.basic)
        return answer.status_code, answer.json()["error-code"]

    with ThreadPoolExecutor(8) as pool:
        answers = sorted(pool.map(buy, range(8)))
    assert answers == [(200, "200"), *[(420, "420")] * 7]


def test_a_number_cannot_be_linked_to_a_strange_application(carrier: Any) -> None:
    data = {"country": "US", "msisdn": "18335550100", "app_id": "somebody-elses"}
    assert carrier.call("POST", "/number/update", data=data, auth=carrier.basic).status_code == 420
    assert carrier.post().status_code == 202


def test_a_purchase_can_go_wrong(carrier: Any) -> None:
    data = {"country": "US", "msisdn": "18665550122"}
    carrier.fault("number_buy", "code", code=420, times=1)
    answer = carrier.call("POST", "/number/buy", data=data, auth=carrier.basic)
    assert (answer.status_code, answer.json()["error-code"]) == (200, "420")
    carrier.fault("number_buy", "drop_after", times=1)
    with pytest.raises(Exception, match="Connection"):
        carrier.call("POST", "/number/buy", data=data, auth=carrier.basic)
    query = {"pattern": "18665550122", "search_pattern": 0}
    assert carrier.call("GET", "/account/numbers", params=query, auth=carrier.basic).json()["count"] == 1
