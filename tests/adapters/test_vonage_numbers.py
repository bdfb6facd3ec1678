"""Our numbers and the account: searched, bought, linked, released, probed."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from flask_firmtext.adapters import vonage_basic, vonage_numbers
from flask_firmtext.adapters.vonage import VonageGateway
from flask_firmtext.errors import CarrierBusy, CarrierError, CarrierRefused, CarrierUnsure, Scope
from flask_firmtext.ports.gateway import NumberOffer, OwnedNumber
from flask_firmtext.settings import Settings

APPLICATION = "aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab"
NUMBER = "+18885550111"
OK = {"error-code": "200", "error-code-label": "success"}
GONE = {"error-code": "420", "error-code-label": "method failed"}
LISTED = {"country": "US", "msisdn": "18885550111", "type": "landline-toll-free", "features": ["SMS", "MMS", "VOICE"]}
ALL = frozenset({"SMS", "MMS", "VOICE"})


class Account:
    """Answers by path; what is not told is `{}`, which is how the carrier says "none"."""

    def __init__(self, carrier: Any, make: Callable[..., bytes]) -> None:
        self.carrier = carrier
        self.answers: dict[str, tuple[int, object]] = {}
        carrier.behaves = lambda sock, request: sock.sendall(
            make(*self.answers.get(urlsplit(request.path).path, (200, {})))
        )

    def says(self, path: str, body: object, status: int = 200) -> None:
        self.answers[path] = (status, body)

    @property
    def asked(self) -> list[tuple[str, dict[str, str]]]:
        """Path and parameters of each request."""
        found = []
        for request in self.carrier.requests:
            parts = urlsplit(request.path)
            given = parse_qs(parts.query or request.body.decode())
            found.append((parts.path, {name: ",".join(values) for name, values in given.items()}))
        return found


def answer(status: int, body: object) -> bytes:
    content = json.dumps(body).encode()
    return b"HTTP/1.1 %d X\r\nContent-Length: %d\r\n\r\n%b" % (status, len(content), content)


@pytest.fixture
def account(carrier: Any) -> Account:
    return Account(carrier, answer)


def test_a_search_asks_for_toll_free_numbers_that_can_everything(account: Account, gateway: VonageGateway) -> None:
    account.says("/number/search", {"count": 1, "numbers": [{**LISTED, "cost": "1.25", "limitations": []}]})
    assert gateway.search("US", size=3) == [NumberOffer(NUMBER, "US", "1.25", ALL)]
    (asked,) = account.asked
    assert asked == (
        "/number/search",
        {"country": "US", "type": "landline-toll-free", "features": "SMS,MMS,VOICE", "size": "3"},
    )
    assert account.carrier.requests[0].headers["authorization"].startswith("Basic ")


def test_a_search_without_a_find_is_empty(account: Account, gateway: VonageGateway) -> None:
    assert gateway.search("CA") == []


@pytest.mark.parametrize(("size", "asked"), [(0, "1"), (100, "100"), (5000, "100")])
def test_a_search_asks_for_as_many_as_the_carrier_gives(
    account: Account, gateway: VonageGateway, size: int, asked: str
) -> None:
    gateway.search("US", size=size)
    assert account.asked[0][1]["size"] == asked


def test_all_pages_of_our_numbers_are_read(
    account: Account, gateway: VonageGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vonage_numbers, "PAGE", 1)
    monkeypatch.setattr(vonage_numbers, "PAGE_SECONDS", 0.0)
    account.says("/account/numbers", {"count": 3, "numbers": [LISTED]})
    assert len(gateway.owned()) == 3
    assert [query["index"] for _, query in account.asked] == ["1", "2", "3"]


@pytest.mark.parametrize(
    ("links", "linked"),
    [
        ({}, False),
        ({"app_id": "another"}, False),
        ({"app_id": APPLICATION}, True),
        ({"messagesCallbackType": "app", "messagesCallbackValue": APPLICATION}, True),
    ],
)
def test_a_number_is_linked_by_our_application_only(
    account: Account, gateway: VonageGateway, links: dict[str, str], linked: bool
) -> None:
    account.says("/account/numbers", {"count": 1, "numbers": [{**LISTED, **links}]})
    assert gateway.owned() == [OwnedNumber(NUMBER, "US", ALL, linked)]


@pytest.mark.parametrize(("e164", "found"), [(NUMBER, True), ("+1888555011", False), ("+188855501110", False)])
def test_one_number_is_asked_for_alone(account: Account, gateway: VonageGateway, e164: str, found: bool) -> None:
    longer = {**LISTED, "msisdn": "188855501119"}
    account.says("/account/numbers", {"count": 2, "numbers": [longer, {**LISTED, "app_id": APPLICATION}]})
    assert gateway.find(e164) == (OwnedNumber(NUMBER, "US", ALL, linked=True) if found else None)
    ((path, query),) = account.asked
    assert (path, query["pattern"], query["search_pattern"]) == ("/account/numbers", e164[1:], "0")


@pytest.mark.parametrize("odd", ["", "+", "canary", "+1 888", "+18885550111&x=y"])
def test_what_is_no_number_is_not_found_and_not_asked_for(carrier: Any, gateway: VonageGateway, odd: str) -> None:
    assert gateway.find(odd) is None
    assert carrier.requests == []


def test_buying_twice_is_buying_once(account: Account, gateway: VonageGateway) -> None:
    account.says("/number/buy", OK)
    gateway.buy(NUMBER, "US")
    assert account.asked == [("/number/buy", {"country": "US", "msisdn": "18885550111"})]
    account.says("/number/buy", GONE, 420)
    account.says("/account/numbers", {"count": 1, "numbers": [LISTED]})
    gateway.buy(NUMBER, "US")


@pytest.mark.parametrize("status", [200, 420])
@pytest.mark.parametrize("code", ["420", 420])
def test_a_number_that_somebody_else_has_is_taken(
    account: Account, gateway: VonageGateway, status: int, code: object
) -> None:
    account.says("/number/buy", {**GONE, "error-code": code}, status)
    with pytest.raises(CarrierRefused) as caught:
        gateway.buy(NUMBER, "US")
    assert (caught.value.code, caught.value.scope) == ("taken", Scope.NUMBER)


@pytest.mark.parametrize(
    ("body", "status", "evidence"),
    [
        ({"error-code": "420", "error-code-label": "Not enough credit"}, 420, "balance"),
        ({"error-code": "401", "error-code-label": "authentication failed"}, 200, "auth"),
        ({"error-code": "401", "error-code-label": "authentication failed"}, 401, "auth"),
        ({}, 402, "balance"),
        ({}, 404, "wrong_address"),
        ({"country": "Is required."}, 400, "refused"),
    ],
)
def test_other_refusals_are_not_called_taken(
    account: Account, gateway: VonageGateway, body: object, status: int, evidence: str
) -> None:
    account.says("/number/buy", body, status)
    with pytest.raises(CarrierRefused) as caught:
        gateway.buy(NUMBER, "US")
    assert (caught.value.evidence, caught.value.code) in ((evidence, None), ("refused", "http-400"))
    assert len(account.asked) == 1


def test_a_purchase_whose_answer_is_lost_is_unsure_and_asked_once(carrier: Any, gateway: VonageGateway) -> None:
    carrier.says(b"")
    with pytest.raises(CarrierUnsure):
        gateway.buy(NUMBER, "US")
    assert len(carrier.requests) == 1


@pytest.mark.parametrize("said", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"])
def test_a_question_whose_answer_is_lost_may_be_asked_again(carrier: Any, gateway: VonageGateway, said: bytes) -> None:
    carrier.says(said)
    for ask in (gateway.owned, gateway.probe, lambda: gateway.search("US")):
        with pytest.raises(CarrierBusy):
            ask()


def test_an_answer_that_drips_ends_by_the_total_deadline(
    carrier: Any, gateway: VonageGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vonage_basic, "SECONDS", 0.5)
    carrier.drips(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n")
    with pytest.raises(CarrierBusy) as caught:
        gateway.owned()
    assert caught.value.evidence == "unreadable_2xx" or caught.value.evidence == "timeout"


def test_linking_sends_the_application_and_reads_it_back(account: Account, gateway: VonageGateway) -> None:
    account.says("/number/update", OK)
    account.says("/account/numbers", {"count": 1, "numbers": [{**LISTED, "app_id": APPLICATION}]})
    gateway.link(NUMBER, "US")
    (updated, read_back) = account.asked
    assert updated == ("/number/update", {"country": "US", "msisdn": "18885550111", "app_id": APPLICATION})
    assert read_back[0] == "/account/numbers"
    assert (read_back[1]["pattern"], read_back[1]["search_pattern"]) == ("18885550111", "0")


@pytest.mark.parametrize(
    ("listed", "update", "code"),
    [
        ([], GONE, "not_owned"),
        ([LISTED], GONE, "not_linked"),
        ([], OK, "not_linked"),
        ([LISTED], OK, "not_linked"),
        ([{**LISTED, "app_id": APPLICATION, "voiceCallbackType": "tel"}], OK, "calls_elsewhere"),
        ([{**LISTED, "app_id": APPLICATION, "voiceCallbackType": "sip"}], OK, "calls_elsewhere"),
        ([{**LISTED, "msisdn": "188855501110", "app_id": APPLICATION}], OK, "not_linked"),
    ],
)
def test_a_link_that_does_not_hold_is_refused_by_its_reason(
    account: Account, gateway: VonageGateway, listed: list[object], update: object, code: str
) -> None:
    account.says("/number/update", update)
    account.says("/account/numbers", {"count": len(listed), "numbers": listed} if listed else {})
    with pytest.raises(CarrierRefused) as caught:
        gateway.link(NUMBER, "US")
    assert (caught.value.evidence, caught.value.scope, caught.value.code) == ("number", Scope.NUMBER, code)


def test_releasing_twice_is_releasing_once_and_a_failed_release_is_told(
    account: Account, gateway: VonageGateway
) -> None:
    account.says("/number/cancel", OK)
    gateway.release(NUMBER, "US")
    account.says("/number/cancel", GONE, 420)
    gateway.release(NUMBER, "US")
    account.says("/account/numbers", {"count": 1, "numbers": [LISTED]})
    with pytest.raises(CarrierRefused) as caught:
        gateway.release(NUMBER, "US")
    assert caught.value.code == "not_released"


@pytest.mark.parametrize("number", ["", "+", "123", "+1 888", "canary", "18885550111&country=GB", "+١٢٣٤٥٦٧٨٩"])
def test_what_is_no_number_is_not_sent(carrier: Any, gateway: VonageGateway, number: str) -> None:
    for verb in (gateway.buy, gateway.link, gateway.release):
        with pytest.raises(CarrierRefused):
            verb(number, "US")
    assert carrier.requests == []


def application(public_pem: object) -> dict[str, object]:
    return {"id": APPLICATION, "keys": {"public_key": public_pem}}


def test_the_probe_reads_our_application_once(account: Account, gateway: VonageGateway, public_pem: str) -> None:
    account.says(f"/v2/applications/{APPLICATION}", application(public_pem))
    gateway.probe()
    assert [path for path, _ in account.asked] == [f"/v2/applications/{APPLICATION}"]


def test_the_probe_sees_a_private_key_that_is_not_the_applications(account: Account, gateway: VonageGateway) -> None:
    other = rsa.generate_private_key(65537, 2048).public_key()
    pem = other.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    account.says(f"/v2/applications/{APPLICATION}", application(pem))
    with pytest.raises(CarrierRefused) as caught:
        gateway.probe()
    assert (caught.value.evidence, caught.value.scope) == ("auth", Scope.ACCOUNT)


@pytest.mark.parametrize("keys", [None, 7, {}, {"public_key": None}, {"public_key": "x"}])
def test_a_probe_without_a_readable_public_key_proves_what_it_can(
    account: Account, gateway: VonageGateway, keys: object
) -> None:
    account.says(f"/v2/applications/{APPLICATION}", {"id": APPLICATION, "keys": keys})
    gateway.probe()


@pytest.mark.parametrize(
    ("status", "kind", "evidence"),
    [
        (401, CarrierRefused, "auth"),
        (402, CarrierRefused, "balance"),
        (403, CarrierRefused, "odd_4xx"),
        (404, CarrierRefused, "wrong_address"),
        (429, CarrierBusy, "throttled"),
        (302, CarrierBusy, "redirect"),
        (500, CarrierBusy, "server_error"),
    ],
)
def test_a_probe_is_judged_like_a_text(
    account: Account, gateway: VonageGateway, status: int, kind: type[CarrierError], evidence: str
) -> None:
    account.says(f"/v2/applications/{APPLICATION}", {}, status)
    with pytest.raises(kind) as caught:
        gateway.probe()
    assert caught.value.evidence == evidence


@pytest.mark.parametrize("missing", ["application_id", "api_key", "private_key"])
def test_a_probe_with_a_setting_missing_names_it(
    carrier: Any, new_settings: Callable[..., Settings], missing: str
) -> None:
    settings = new_settings()
    setattr(settings, f"vonage_{missing}", None)
    with pytest.raises(CarrierRefused) as caught:
        VonageGateway(settings).probe()
    assert (caught.value.evidence, caught.value.detail) == ("local", f"FIRMTEXT_VONAGE_{missing.upper()} is missing")
    assert carrier.connections == 0
