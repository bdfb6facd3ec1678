"""``numbers link`` and ``release``."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select, update

from flask_firmtext.current import firmtext
from flask_firmtext.errors import CarrierBusy, CarrierRefused, CarrierUnsure, Scope
from flask_firmtext.firm import orders, provisioning, texting
from flask_firmtext.firm.details import Details
from flask_firmtext.ports.gateway import OwnedNumber
from flask_firmtext.ports.values import Availability
from flask_firmtext.store.models import Audit, Number
from flask_firmtext.store.states import Step
from flask_firmtext.store.transactions import own, reading
from ordering import gone_on, number, numbers, order, order_by_id, pooled, time_passes, turned_on
from rows import accepted, adopt

OURS, OTHER, FOR_SALE = "+18335550100", "+18335550101", "+18445550100"

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


def answered(result: Any) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def linked(cli: Cli, *arguments: str) -> Any:
    return answered(cli("numbers", "link", *arguments, "--yes", "--json"))


def refused(cli: Cli, *arguments: str, code: int = 1) -> str:
    result = cli("numbers", *arguments)
    assert (result.exit_code, result.stdout) == (code, ""), result.output
    return str(result.stderr)


def audited(action: str) -> list[str]:
    with reading() as session:
        return [row.actor[:4] for row in session.scalars(select(Audit).where(Audit.action == action))]


@pytest.mark.parametrize("written", [OURS, "(833) 555-0100", "1-833-555-0100"])
def test_a_number_of_the_account_comes_into_the_pool(cli: Cli, carrier: Any, written: str) -> None:
    carrier.numbers[OURS] = OwnedNumber(OURS, "US", linked=False)
    row = linked(cli, written)
    assert (row["number"], row["firm"], row["state"], row["order"]) == (OURS, None, "linked", None)
    assert carrier.numbers[OURS].linked
    assert carrier.pointed_at == provisioning.webhooks()


def test_for_a_firm_it_is_ready_to_send(cli: Cli, carrier: Any) -> None:
    row = linked(cli, OURS, "--firm", "harbor")
    assert (row["firm"], row["state"], row["main"]) == ("harbor", "verified", True)


def test_a_repeat_changes_nothing_and_says_so(cli: Cli, carrier: Any) -> None:
    first = linked(cli, OURS, "--firm", "harbor")
    before = order().id
    result = cli("numbers", "link", OURS, "--json")
    assert answered(result) == first
    assert "is linked already, for harbor" in result.stderr
    assert order().id == before


def test_a_number_that_the_carrier_lost_from_the_application_is_linked_again_for_its_firm(
    cli: Cli, carrier: Any
) -> None:
    linked(cli, OURS, "--firm", "harbor")
    carrier.numbers[OURS] = OwnedNumber(OURS, "US", linked=False)
    assert linked(cli, OURS)["firm"] == "harbor"
    assert carrier.numbers[OURS].linked


def test_a_number_that_the_firm_gave_back_and_the_account_still_has_becomes_its_own_again(
    cli: Cli, carrier: Any
) -> None:
    linked(cli, OURS, "--firm", "harbor")
    with own() as session:
        session.get_one(Number, number().id).state = "released"
    assert linked(cli, OURS)["state"] == "verified"


def test_a_number_of_the_pool_may_become_a_firms(cli: Cli, carrier: Any) -> None:
    linked(cli, OURS)
    assert linked(cli, OURS, "--firm", "harbor")["state"] == "verified"


def test_another_firms_number_is_refused_also_when_it_was_given_back(cli: Cli, carrier: Any) -> None:
    linked(cli, OURS, "--firm", "summit")
    assert "is summit's" in refused(cli, "link", OURS, "--firm", "harbor", "--yes")
    with own() as session:
        session.get_one(Number, number("summit").id).state = "released"
    assert "was summit's" in refused(cli, "link", OURS, "--firm", "harbor", "--yes")
    assert numbers("harbor") == []


def test_a_number_that_the_account_lacks_is_refused(cli: Cli, carrier: Any) -> None:
    assert "not in our account" in refused(cli, "link", FOR_SALE, "--yes")
    assert numbers("") == []


@pytest.mark.parametrize(
    "arguments",
    [
        ("link", "12"),
        ("link", "call me"),
        ("link", OURS),
        ("link", OURS, "--firm", "nobody", "--yes"),
        ("link", OURS, "--main", "--yes"),
        ("release", "+351912345678", "--yes"),
    ],
)
def test_wrong_usage_is_2(cli: Cli, carrier: Any, arguments: tuple[str, ...]) -> None:
    refused(cli, *arguments, code=2)
    assert numbers("") == []


def test_the_main_number_can_be_another(cli: Cli, carrier: Any) -> None:
    linked(cli, OURS, "--firm", "harbor")
    assert linked(cli, OTHER, "--firm", "harbor")["main"] is False
    assert refused(cli, "link", OTHER, "--firm", "harbor", "--main", code=2)
    assert linked(cli, OTHER, "--firm", "harbor", "--main")["main"] is True
    assert [row.main for row in numbers()] == [False, True]
    assert audited("number.main") == ["cli:"]


def test_the_firms_failed_order_ends_with_it(cli: Cli, carrier: Any) -> None:
    carrier.fail(CarrierRefused("balance", scope=Scope.ACCOUNT), verb="buy")
    placed = turned_on()
    assert gone_on(placed).e164 == FOR_SALE
    linked(cli, OURS, "--firm", "harbor")
    assert (order_by_id(placed).state, order_by_id(placed).e164) == ("done", OURS)
    assert [row.e164 for row in numbers()] == [OURS]
    assert audited("order.redirect") == ["cli:"]


def test_an_order_that_waits_for_a_person_because_the_host_named_a_strange_number_ends_with_it(
    cli: Cli, carrier: Any
) -> None:
    carrier.numbers.pop(OTHER)
    texting.take_over(firmtext.host.firms.get("summit"))
    assert gone_on(order("summit").id).trouble == "not_ours"
    linked(cli, OURS, "--firm", "summit")
    assert order("summit").state == "done"
    states = [(row.e164, row.state, row.main) for row in numbers("summit")]
    assert states == [(OTHER, "released", False), (OURS, "verified", True)]


def test_an_order_that_has_bought_another_is_finished_first(cli: Cli, carrier: Any) -> None:
    carrier.fail(CarrierUnsure("timeout"), verb="buy", times=orders.PATIENCE)
    placed = turned_on()
    assert gone_on(placed, times=orders.PATIENCE).state == "failed"
    carrier.buy(FOR_SALE, "US")
    linked(cli, OURS, "--firm", "harbor")
    assert {row.e164 for row in numbers()} == {FOR_SALE, OURS}
    assert order_by_id(placed).e164 == FOR_SALE


def test_an_order_that_stands_still_with_another_number_is_told(cli: Cli, carrier: Any) -> None:
    carrier.fail(CarrierRefused("number", scope=Scope.NUMBER, code="calls_elsewhere"), verb="link", times=2)
    assert gone_on(turned_on()).state == "failed"
    assert "stands still: number" in refused(cli, "link", OURS, "--firm", "harbor", "--yes")
    assert [row.e164 for row in numbers()] == [FOR_SALE]


def test_a_number_that_another_order_is_buying_is_refused(cli: Cli, carrier: Any) -> None:
    with own() as session:
        orders.place(session, firm="summit", country="US", by="x", step=Step.BUY, e164=OURS)
    assert "An order for summit is buying" in refused(cli, "link", OURS, "--firm", "harbor", "--yes")
    assert linked(cli, OURS)["firm"] == "summit", "without --firm it is for whoever is getting it"


def test_a_link_that_fails_says_why_and_a_repeat_goes_on(cli: Cli, carrier: Any) -> None:
    carrier.fail(CarrierRefused("auth", "401", scope=Scope.ACCOUNT), verb="link")
    assert "could not be linked: auth: 401" in refused(cli, "link", OURS, "--firm", "harbor", "--yes")
    assert linked(cli, OURS, "--firm", "harbor")["state"] == "verified"
    assert len(numbers()) == 1


def test_an_order_that_somebody_is_working_on_is_waited_for(cli: Cli, carrier: Any, monkeypatch: Any) -> None:
    placed = turned_on()
    assert orders.claim(placed) is not None
    monkeypatch.setattr("flask_firmtext.firm.linking.time.sleep", lambda _: time_passes())
    linked(cli, OURS, "--firm", "harbor")
    assert (order_by_id(placed).state, order_by_id(placed).e164) == ("done", OURS)


def released(cli: Cli, *arguments: str) -> Any:
    return answered(cli("numbers", "release", *arguments, "--yes", "--json"))


def test_a_released_number_is_gone_at_the_carrier_and_a_repeat_says_so(cli: Cli, carrier: Any) -> None:
    linked(cli, OURS, "--firm", "harbor")
    row = released(cli, "(833) 555-0100")
    assert (row["state"], row["main"], row["release_at"]) == ("released", False, None)
    assert OURS not in carrier.numbers
    result = cli("numbers", "release", OURS, "--json")
    assert answered(result) == row
    assert "has been given back" in result.stderr
    assert audited("number.state")[-1] == "cli:"


def test_what_releasing_means_is_asked_before(cli: Cli, carrier: Any, monkeypatch: Any) -> None:
    asked: list[str] = []
    monkeypatch.setattr("flask_firmtext.cli.linking.confirm", lambda question, yes: asked.append(question))
    adopt(number=OURS)
    accepted("On its way")
    cli("numbers", "release", OURS)
    assert "harbor cannot text any more" in asked[-1]
    assert "1 texts that wait" in asked[-1]


def test_off_a_terminal_it_needs_yes(cli: Cli, carrier: Any) -> None:
    linked(cli, OURS)
    assert "--yes" in refused(cli, "release", OURS, code=2)
    assert OURS in carrier.numbers


def test_a_number_that_is_none_of_ours_is_not_released(cli: Cli, carrier: Any) -> None:
    assert "is no number of ours" in refused(cli, "release", OURS, "--yes")
    assert OURS in carrier.numbers


def test_a_release_that_the_carrier_does_not_confirm_is_told_listed_and_can_be_repeated(cli: Cli, carrier: Any) -> None:
    linked(cli, OURS)
    carrier.fail(CarrierBusy("connect"), verb="release")
    assert "has not confirmed it: connect" in refused(cli, "release", OURS, "--yes")
    assert answered(cli("numbers", "list", "--json"))[0]["state"] == "released"
    assert released(cli, OURS)["release_at"] is None
    assert answered(cli("numbers", "list", "--json")) == []


def test_an_order_whose_number_is_given_back_gets_another_when_it_is_tried_again(cli: Cli, carrier: Any) -> None:
    carrier.fail(CarrierRefused("number", scope=Scope.NUMBER, code="calls_elsewhere"), verb="link")
    placed = turned_on()
    assert gone_on(placed).state == "failed"
    released(cli, FOR_SALE)
    found = order_by_id(placed)
    assert (found.state, found.step, found.trouble, found.number_id) == ("failed", "choose", "given_back", None)
    with own() as session:
        orders.again(session, "harbor", by="admin")
    assert gone_on(placed).state == "done"
    assert order_by_id(placed).e164 != FOR_SALE


def test_an_order_of_the_pool_ends_with_its_number(cli: Cli, carrier: Any) -> None:
    carrier.fail(CarrierRefused("number", scope=Scope.NUMBER, code="calls_elsewhere"), verb="link")
    refused(cli, "link", OURS, "--yes")
    released(cli, OURS)
    assert order("").state == "done"


def test_a_number_that_is_being_set_up_at_this_moment_is_not_released(cli: Cli, carrier: Any) -> None:
    carrier.fail(CarrierBusy("connect"), verb="link")
    gone_on(turned_on())
    time_passes()
    assert orders.claim(order().id) is not None
    assert "at this moment" in refused(cli, "release", FOR_SALE, "--yes")
    assert number().state == "bought"


def test_a_pool_number_says_that_it_cannot_be_got_back(cli: Cli, carrier: Any, monkeypatch: Any) -> None:
    asked: list[str] = []
    monkeypatch.setattr("flask_firmtext.cli.linking.confirm", lambda question, yes: asked.append(question))
    pooled(OURS)
    cli("numbers", "release", OURS)
    assert asked == ["(833) 555-0100 of the pool cannot be got back. Give it back?"]


def test_a_number_that_is_being_given_back_is_not_linked(cli: Cli, carrier: Any) -> None:
    linked(cli, OURS, "--firm", "harbor")
    with own() as session:
        session.execute(update(Number).values(state="released", release_at=firmtext.clock.now()))
    assert "being given back" in refused(cli, "link", OURS, "--firm", "harbor", "--yes")


def test_a_firm_that_may_not_have_texting_gets_none_linked(cli: Cli, carrier: Any, host: Any) -> None:
    host.firms.all["harbor"] = replace(host.firms.all["harbor"], availability=Availability(False, "Not in the plan."))
    assert "Not in the plan" in refused(cli, "link", OURS, "--firm", "harbor", "--yes")


def test_the_number_that_clients_are_told_to_call_is_not_linked(cli: Cli, carrier: Any) -> None:
    turned_on(details=Details("office@harbor.example", OURS))
    assert "told to call" in refused(cli, "link", OURS, "--firm", "harbor", "--yes")


def test_a_firm_whose_purchase_is_uncertain_is_not_given_another_number(cli: Cli, carrier: Any) -> None:
    order_id = turned_on()
    carrier.fail(CarrierUnsure("timeout"), verb="buy")
    gone_on(order_id)
    assert "may have bought" in refused(cli, "link", OURS, "--firm", "harbor", "--yes")
