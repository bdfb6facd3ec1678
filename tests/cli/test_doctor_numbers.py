"""What ``doctor`` says of numbers and orders, of the way from the carrier to us, and of the clock."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask, redirect
from flask_firmtext.cli import firmtext as group
from flask_firmtext.cli.doctor import reach

from flask_firmtext.clock import ShiftedClock
from flask_firmtext.current import firmtext
from flask_firmtext.errors import CarrierBusy, CarrierRefused, Scope
from flask_firmtext.firm import orders, provisioning
from flask_firmtext.ports.gateway import Webhooks
from flask_firmtext.store.models import Number, Texting
from flask_firmtext.store.transactions import own
from ordering import change, gone_on, number, turned_on
from outbound import rewrite
from servers import free_port
from serving import serving

Findings = list[dict[str, str]]


@pytest.fixture
def app(new_app: Any) -> Any:
    made = new_app(
        FIRMTEXT_GATEWAY="flask_firmtext.testing:MemoryGateway",
        FIRMTEXT_VONAGE_API_HOST="127.0.0.1:1",
        FIRMTEXT_PUBLIC_URL="http://127.0.0.1:1",
    )
    with made.app_context():
        yield made


@pytest.fixture
def carrier(app: Any) -> Any:
    return firmtext.gateway


def examined(app: Flask, name: str) -> Findings:
    """The findings with this id."""
    found = json.loads(app.test_cli_runner().invoke(group, ["doctor", "--json"]).stdout)
    return [finding for finding in found if finding["id"] == name]


def said(app: Flask, name: str) -> list[tuple[str, str]]:
    return [(finding["level"], finding["seen"]) for finding in examined(app, name)]


def test_without_firms_nothing_is_said_of_numbers(app: Flask) -> None:
    assert said(app, "numbers.firm") + said(app, "numbers.order") + said(app, "numbers.release") == []
    assert said(app, "numbers") == [("ok", "No firm has turned texting on yet.")]
    (host,) = examined(app, "host")
    assert (host["level"], "docs/host.md" in host["cure"]) == ("warning", True)


def test_a_firm_whose_number_sends_is_not_mentioned(app: Flask, carrier: Any) -> None:
    gone_on(turned_on())
    rewrite(Number, Number.firm == "harbor", state="verified")
    assert said(app, "numbers.firm") == []
    assert [level for level, _ in said(app, "numbers")] == ["ok"]


def test_a_firm_without_a_number_is_wrong_and_the_command_is_named(app: Flask, carrier: Any) -> None:
    gone_on(turned_on())
    provisioning.give_back(number(), by="cli:x")
    (finding,) = examined(app, "numbers.firm")
    assert finding["level"] == "error"
    assert said(app, "numbers") == []
    assert finding["cure"] == "Get one: `flask firmtext numbers buy --firm harbor`."


def test_a_firm_that_is_turned_off_is_left_alone(app: Flask, carrier: Any) -> None:
    gone_on(turned_on())
    provisioning.give_back(number(), by="cli:x")
    rewrite(Texting, Texting.firm == "harbor", off_at=firmtext.clock.now())
    assert said(app, "numbers.firm") == []


def test_a_firm_that_waits_for_its_first_number_is_no_finding(app: Flask, carrier: Any) -> None:
    turned_on()
    assert said(app, "numbers.firm") == []


@pytest.mark.parametrize(
    ("state", "level", "words"),
    [
        ("linked", "warning", "harbor cannot send yet: +18445550100 is linked."),
        ("submitted", "warning", "harbor cannot send yet: +18445550100 is submitted."),
        ("refused", "error", "harbor cannot send: +18445550100 is refused, no website."),
        ("updates_required", "error", "harbor cannot send: +18445550100 is updates_required, no website."),
    ],
)
def test_a_number_that_does_not_send_yet_says_where_it_stands(
    app: Flask, carrier: Any, state: str, level: str, words: str
) -> None:
    gone_on(turned_on())
    rewrite(Number, Number.firm == "harbor", state=state, why="no website")
    assert said(app, "numbers.firm") == [(level, words)]
    assert "numbers verification show +18445550100" in examined(app, "numbers.firm")[0]["cure"]


def test_an_order_that_stands_still_has_its_cause_and_its_cure(app: Flask, carrier: Any) -> None:
    carrier.fail(CarrierRefused("balance", "420", scope=Scope.ACCOUNT), verb="buy")
    gone_on(turned_on())
    (finding,) = examined(app, "numbers.order")
    assert (finding["level"], finding["seen"]) == ("error", "An order for harbor stands still at buy: balance: 420.")
    assert finding["cure"].startswith("Top up the account")
    assert "`flask firmtext numbers buy --firm harbor`" in finding["cure"]
    assert said(app, "numbers.firm") == [], "one finding is enough"


def test_many_that_stand_still_are_counted(app: Flask, carrier: Any) -> None:
    with own() as session:
        for _ in range(25):
            orders.place(session, firm="", country="US", by="cli:x")
    change(state="failed", trouble="no_credit", cause="balance")
    found = said(app, "numbers.order")
    assert len(found) == 21
    assert found[-1][1] == "More than 20 orders for numbers stand still."


def test_a_release_that_is_not_confirmed_may_still_cost(app: Flask, carrier: Any) -> None:
    gone_on(turned_on())
    carrier.fail(CarrierBusy("connect"), verb="release")
    with pytest.raises(CarrierBusy):
        provisioning.give_back(number(), by="cli:x")
    assert said(app, "numbers.release")[0][0] == "warning"
    provisioning.give_back_what_is_over()
    assert said(app, "numbers.release") == []


def test_an_application_that_calls_us_is_fine(app: Flask, carrier: Any) -> None:
    carrier.point(provisioning.webhooks())
    assert said(app, "webhooks.application") == [("ok", "The application at the carrier calls us.")]


def test_an_application_that_calls_somebody_else_is_wrong(app: Flask, carrier: Any) -> None:
    carrier.point(Webhooks("https://old.example/in", "https://old.example/status", "https://old.example/answer"))
    (finding,) = examined(app, "webhooks.application")
    assert (finding["level"], "old.example" in finding["seen"]) == ("error", True)
    assert "`flask firmtext numbers sync --fix`" in finding["cure"]


def test_a_carrier_that_is_away_is_told_once(app: Flask, carrier: Any) -> None:
    carrier.fail(CarrierBusy("connect"), verb="pointed", times=2)
    assert said(app, "webhooks.application") == []
    assert said(app, "application") == [("ok", "hostapp loads.")]


@pytest.fixture
def public(new_app: Any) -> Callable[[str], Flask]:
    """``public(address)`` is a host that takes this for its public address."""

    def make(address: str) -> Flask:
        return new_app(  # type: ignore[no-any-return]
            FIRMTEXT_GATEWAY="flask_firmtext.testing:MemoryGateway",
            FIRMTEXT_VONAGE_API_HOST="127.0.0.1:1",
            FIRMTEXT_PUBLIC_URL=address,
        )

    return make


def test_an_address_that_answers_is_fine(app: Flask, public: Any) -> None:
    with serving(app) as address:
        assert said(public(address), "webhooks.reach") == [("ok", f"{address}/texting/healthz answers.")]


def test_an_address_where_nobody_listens_is_wrong(public: Any) -> None:
    ((level, seen),) = said(public(f"http://127.0.0.1:{free_port()}"), "webhooks.reach")
    assert (level, "cannot be reached from here" in seen) == ("error", True)


@pytest.mark.parametrize(
    ("code", "words"), [(404, "something else is served"), (503, "answers 503"), (301, "leads elsewhere (301)")]
)
def test_an_address_that_answers_something_else_is_wrong(public: Any, code: int, words: str) -> None:
    other = Flask("other")

    @other.get("/texting/healthz")
    def healthz() -> Any:
        return redirect("https://elsewhere.example/", 301) if code == 301 else ("", code)

    with serving(other) as address:
        ((level, seen),) = said(public(address), "webhooks.reach")
    assert (level, words in seen) == ("error", True)


def test_an_address_that_keeps_us_waiting_is_doubtful(public: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reach, "SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        ((level, seen),) = said(public(address), "webhooks.reach")
    assert (level, "within 0.2 s" in seen) == ("warning", True)


def test_a_clock_that_agrees_with_carrier_and_database_is_fine(carrier_app: Flask) -> None:
    assert said(carrier_app, "clock") == [("ok", "It agrees with the database's and the carrier's.")]


@pytest.mark.fault("F76")
@pytest.mark.parametrize(("minutes", "words"), [(2, "ahead of"), (-2, "behind")])
def test_a_clock_that_is_two_minutes_wrong_is_told_with_the_cure(carrier_app: Flask, minutes: int, words: str) -> None:
    carrier_app.extensions["firmtext"].clock = ShiftedClock(timedelta(minutes=minutes))
    found = examined(carrier_app, "clock")
    assert [finding["level"] for finding in found] == ["error", "error"]
    assert re.search(rf"1[12]\d s {words} the carrier's", found[1]["seen"])
    assert "NTP" in found[0]["cure"]


def test_a_carrier_that_is_away_leaves_the_databases_clock(app: Flask) -> None:
    assert said(app, "clock") == [("ok", "It agrees with the database's.")]
