"""``numbers search``, ``buy`` and ``list``."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from flask_firmtext.current import firmtext
from flask_firmtext.errors import CarrierRefused, CarrierUnsure, Scope
from flask_firmtext.firm import buying, orders, steps
from flask_firmtext.ports.values import Availability
from flask_firmtext.store.states import Step
from flask_firmtext.store.transactions import own
from ordering import gone_on, number, numbers, order, order_by_id, pooled, turned_on

FOR_SALE = [f"+1844555{end:04}" for end in range(100, 103)]

Cli = Callable[..., Any]


@pytest.fixture
def app(new_app: Any) -> Any:
    made = new_app(
        FIRMTEXT_GATEWAY="flask_firmtext.testing:MemoryGateway",
        FIRMTEXT_PUBLIC_URL="https://practice.example",
        FIRMTEXT_TOLL_FREE_VERIFICATION="assumed",
    )
    with made.app_context():
        yield made


@pytest.fixture
def carrier(app: Any) -> Any:
    return firmtext.gateway


def answered(result: Any, code: int = 0) -> Any:
    """The JSON document on stdout."""
    assert result.exit_code == code, result.output
    return json.loads(result.stdout)


def no_credit() -> CarrierRefused:
    return CarrierRefused("balance", "420", scope=Scope.ACCOUNT)


def test_search_lists_what_is_for_sale_with_its_cost(cli: Cli, carrier: Any) -> None:
    rows = answered(cli("numbers", "search", "--count", "2", "--json"))
    assert rows == [
        {"number": number, "country": "US", "monthly_cost": "1.25", "currency": "EUR"} for number in FOR_SALE[:2]
    ]
    assert len(carrier.numbers) == 2


def test_search_leaves_out_what_was_a_firms(cli: Cli, carrier: Any) -> None:
    pooled(FOR_SALE[0])
    assert answered(cli("numbers", "search", "--count", "1", "--json"))[0]["number"] == FOR_SALE[1]


def test_search_in_a_country_that_has_none_is_an_empty_list(cli: Cli, carrier: Any) -> None:
    assert answered(cli("numbers", "search", "--country", "pt", "--json")) == []
    assert "for sale in PT" in cli("numbers", "search", "--country", "PT").stderr


def test_canadas_numbers_are_those_of_the_united_states_where_it_has_none(cli: Cli, carrier: Any) -> None:
    assert answered(cli("numbers", "search", "--country", "CA", "--json"))[0]["country"] == "US"


@pytest.mark.parametrize(
    "arguments",
    [
        ("search", "--country", "USA"),
        ("search", "--count", "0"),
        ("buy", "--count", "101"),
        ("buy", "--additional", "--yes"),
        ("buy", "--firm", "harbor", "--count", "2", "--yes"),
        ("buy", "--firm", "nobody", "--yes"),
        ("list", "--firm", "nobody"),
        ("list", "--state", "lost"),
        ("list", "--orders", "--state", "linked"),
        ("buy",),
        ("buy", "--firm", "harbor"),
    ],
)
def test_wrong_usage_is_2_and_buys_nothing(cli: Cli, carrier: Any, arguments: tuple[str, ...]) -> None:
    result = cli("numbers", *arguments)
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    assert len(carrier.numbers) == 2
    assert cli("numbers", "list", "--orders").stdout == ""


def test_a_dry_run_shows_which_and_what_it_costs(cli: Cli, carrier: Any) -> None:
    shown = answered(cli("numbers", "buy", "--count", "3", "--dry-run", "--json"))
    assert [row["number"] for row in shown["would_buy"]] == FOR_SALE
    assert (shown["monthly_cost"], shown["currency"]) == ("3.75", "EUR")
    assert {row["from"] for row in shown["would_buy"]} == {"carrier"}
    assert len(carrier.numbers) == 2
    assert "3.75 EUR a month" in cli("numbers", "buy", "--count", "3", "--dry-run").stderr


def test_what_was_shown_is_bought_into_the_pool(cli: Cli, carrier: Any) -> None:
    result = cli("numbers", "buy", "--count", "3", "--yes", "--json")
    done = answered(result)
    assert [row["number"] for row in done["bought"]] == FOR_SALE
    assert done["failed"] == []
    assert "3.75 EUR a month" in result.stderr
    assert [(row.e164, row.state, row.main) for row in numbers("")] == [(n, "linked", False) for n in FOR_SALE]
    assert all(carrier.numbers[number].linked for number in FOR_SALE)


def test_a_firm_gets_one_that_sends_and_then_has_it(cli: Cli, carrier: Any) -> None:
    bought = answered(cli("numbers", "buy", "--firm", "harbor", "--yes", "--json"))["bought"]
    assert [(row["number"], row["firm"]) for row in bought] == [(FOR_SALE[0], "harbor")]
    assert (number().state, number().main) == ("verified", True)
    again = cli("numbers", "buy", "--firm", "harbor", "--yes", "--json")
    assert answered(again) == {"bought": [], "failed": []}
    assert "harbor has a number" in again.stderr
    assert len(carrier.numbers) == 3


def test_a_firm_may_get_an_additional_one(cli: Cli, carrier: Any) -> None:
    cli("numbers", "buy", "--firm", "harbor", "--yes")
    answered(cli("numbers", "buy", "--firm", "harbor", "--additional", "--yes", "--json"))
    assert [(row.e164, row.main) for row in numbers()] == [(FOR_SALE[0], True), (FOR_SALE[1], False)]


def test_a_firm_takes_from_the_pool_first(cli: Cli, carrier: Any) -> None:
    cli("numbers", "buy", "--yes")
    shown = answered(cli("numbers", "buy", "--firm", "harbor", "--dry-run", "--json"))
    assert (shown["would_buy"][0]["from"], shown["monthly_cost"]) == ("pool", "0")
    answered(cli("numbers", "buy", "--firm", "harbor", "--yes", "--json"))
    assert number().e164 == FOR_SALE[0]
    assert len(carrier.numbers) == 3


def test_a_firm_that_may_not_have_texting_gets_none(cli: Cli, carrier: Any, host: Any) -> None:
    never = Availability(False, "Texting is available only in North America.")
    host.add_firm("lisbon", "Lisbon Advogados", country="PT", availability=never)
    result = cli("numbers", "buy", "--firm", "lisbon", "--yes")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "only in North America" in result.stderr


def test_a_firms_order_that_failed_is_finished_and_no_second_is_bought(cli: Cli, carrier: Any) -> None:
    carrier.fail(no_credit(), verb="buy")
    placed = turned_on()
    assert gone_on(placed).state == "failed"
    bought = answered(cli("numbers", "buy", "--firm", "harbor", "--yes", "--json"))["bought"]
    assert [(row["id"], row["number"]) for row in bought] == [(str(placed), FOR_SALE[0])]
    assert len(carrier.numbers) == 3


def test_what_fails_is_listed_with_its_cause_and_a_repeat_finishes_it(cli: Cli, carrier: Any) -> None:
    carrier.fail(no_credit(), verb="buy", times=2)
    done = answered(cli("numbers", "buy", "--count", "3", "--yes", "--json"), 1)
    assert [row["number"] for row in done["bought"]] == FOR_SALE[2:]
    assert [(row["number"], row["why"]) for row in done["failed"]] == [(n, "balance: 420") for n in FOR_SALE[:2]]
    listed = answered(cli("numbers", "list", "--orders", "--json"))
    assert [(row["state"], row["step"], row["cause"]) for row in listed] == [("failed", "buy", "balance: 420")] * 2
    done = answered(cli("numbers", "buy", "--count", "3", "--yes", "--json"))
    assert [row["number"] for row in done["bought"]] == FOR_SALE, "the one that was bought counts"
    assert len(carrier.numbers) == 5


def test_a_run_that_is_interrupted_can_be_repeated(cli: Cli, carrier: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    finish, seen = buying.finish, []

    def interrupted(placed: Any) -> Any:
        seen.append(placed)
        if len(seen) == 2:
            raise KeyboardInterrupt
        return finish(placed)

    monkeypatch.setattr(buying, "finish", interrupted)
    result = cli("numbers", "buy", "--count", "3", "--yes", "--json")
    assert (result.exit_code, result.stdout) == (130, "")
    assert "run the same command again" in result.stderr
    monkeypatch.setattr(buying, "finish", finish)
    done = answered(cli("numbers", "buy", "--count", "3", "--yes", "--json"))
    assert [row["number"] for row in done["bought"]] == FOR_SALE[:3]
    assert len(carrier.numbers) == 5


def test_a_run_that_was_killed_and_that_the_worker_finished_is_repeated_and_buys_nothing(
    cli: Cli, carrier: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(placed: Any) -> Any:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(buying, "finish", killed)
        assert cli("numbers", "buy", "--yes").exit_code == 130
    steps.advance(order("").id)
    shown = answered(cli("numbers", "buy", "--dry-run", "--json"))
    assert [(row["number"], row["from"]) for row in shown["would_buy"]] == [(FOR_SALE[0], "done")]
    for bought in FOR_SALE[:2]:
        done = answered(cli("numbers", "buy", "--yes", "--json"))
        assert [row["number"] for row in done["bought"]] == [bought]
    assert len(carrier.numbers) == 4


def test_a_carrier_that_runs_out_sells_what_it_has_and_says_what_is_missing(cli: Cli, carrier: Any) -> None:
    del carrier.for_sale[2:]
    done = answered(cli("numbers", "buy", "--count", "3", "--yes", "--json"), 1)
    assert len(done["bought"]) == 2
    assert [row["why"] for row in done["failed"]] == ["no toll-free number is for sale in US"]
    result = cli("numbers", "buy", "--yes")
    assert result.exit_code == 1
    assert result.stderr == "Error: No toll-free number is for sale in US.\n"
    assert cli("numbers", "list", "--orders").stdout == ""


def test_a_number_that_is_gone_by_then_makes_room_for_another(cli: Cli, carrier: Any) -> None:
    carrier.fail(CarrierRefused("number", scope=Scope.NUMBER, code="taken"), verb="buy")
    (row,) = answered(cli("numbers", "buy", "--yes", "--json"))["bought"]
    assert row["number"] == FOR_SALE[1]


def test_a_carrier_that_is_away_for_a_moment_is_asked_again(cli: Cli, carrier: Any) -> None:
    carrier.fail(CarrierUnsure("timeout"), verb="buy")
    (row,) = answered(cli("numbers", "buy", "--yes", "--json"))["bought"]
    assert row["number"] == FOR_SALE[0]


def test_whoever_presses_turn_on_meanwhile_shares_the_order(cli: Cli, carrier: Any) -> None:
    planned = buying.plan("harbor", "US", 1)
    placed = turned_on()
    assert list(buying.place(planned, by="cli:ann")) == [placed]


@pytest.mark.attack("A43")
def test_two_orders_that_chose_one_number_get_two(carrier: Any) -> None:
    with own() as session:
        both = [
            orders.place(session, firm=firm, country="US", by="x", step=Step.BUY, e164=FOR_SALE[0])
            for firm in ("harbor", "summit")
        ]
    for placed in both:
        steps.advance(placed)
        assert order_by_id(placed).state == "done"
    assert {number("harbor").e164, number("summit").e164} == set(FOR_SALE[:2])


def test_list_shows_whose_it_is_where_it_stands_and_what_its_order_waits_for(cli: Cli, carrier: Any) -> None:
    carrier.fail(no_credit(), verb="link")
    gone_on(turned_on("summit"))
    pooled("+18885550142")
    pool, summit = answered(cli("numbers", "list", "--json"))
    assert list(pool) == [
        *("number", "firm", "country", "state", "main", "why", "release_at", "created_at", "order", "cause")
    ]
    assert (pool["number"], pool["firm"], pool["state"], pool["order"]) == ("+18885550142", None, "linked", None)
    assert (summit["firm"], summit["state"], summit["main"]) == ("summit", "bought", True)
    assert (summit["order"], summit["cause"]) == ("failed: link", "balance: 420")
    assert answered(cli("numbers", "list", "--firm", "summit", "--json")) == [summit]
    assert answered(cli("numbers", "list", "--state", "linked", "--json")) == [pool]
    assert answered(cli("numbers", "list", "--state", "refused", "--json")) == []


def test_an_order_without_a_number_is_pointed_out(cli: Cli, carrier: Any) -> None:
    carrier.fail(no_credit(), verb="search")
    gone_on(turned_on())
    result = cli("numbers", "list", "--json")
    assert answered(result) == []
    assert "1 order is unfinished" in result.stderr
    (row,) = answered(cli("numbers", "list", "--orders", "--firm", "harbor", "--json"))
    assert (row["firm"], row["number"], row["step"]) == ("harbor", None, "choose")
    assert row["by"] == "admin@harbor.example"
    assert order().state == "failed"


def test_people_read_lines_and_nothing_is_said_on_stdout_when_there_is_nothing(cli: Cli, carrier: Any) -> None:
    assert cli("numbers", "list").stdout == ""
    pooled("+18885550142")
    assert cli("numbers", "list").stdout.startswith("+18885550142\t-\tUS\tlinked\tFalse\t")
