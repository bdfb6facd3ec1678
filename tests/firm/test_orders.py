"""Getting a number: one for a firm, whatever goes wrong, and every failure in words for those who can mend it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.exc import OperationalError

from flask_firmtext.current import firmtext
from flask_firmtext.errors import CarrierBusy, CarrierRefused, CarrierUnsure, FormRefused, Scope, TextRefused
from flask_firmtext.firm import buying, orders, provisioning, steps, texting, trouble
from flask_firmtext.ports.gateway import OwnedNumber
from flask_firmtext.ports.values import Availability, Notifications
from flask_firmtext.store.models import Number, Texting
from flask_firmtext.store.transactions import own, reading
from ordering import (
    gone_on,
    number,
    numbers,
    order,
    order_by_id,
    pooled,
    steps_of,
    time_passes,
    tried_again,
    turned_on,
)
from outbound import alarms
from racing import at_once
from rows import accepted

FOR_SALE = "+18445550100"


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


def taken() -> CarrierRefused:
    return CarrierRefused("number", scope=Scope.NUMBER, code="taken")


def test_a_firm_gets_a_number_that_sends(carrier: Any) -> None:
    found = gone_on(turned_on())
    assert found.state == "done"
    assert (number().e164, number().state, number().main) == (FOR_SALE, "verified", True)
    assert carrier.numbers[FOR_SALE].linked
    assert carrier.pointed_at.answer == "https://practice.example/texting/webhooks/answer"
    assert steps_of(found.id) == ["choose", "buy", "link", "point", "check", "done"]


def test_where_verification_is_required_a_number_waits_for_the_carriers(app: Any) -> None:
    app.extensions["firmtext"].settings.toll_free_verification = "required"
    gone_on(turned_on())
    assert number().state == "linked"


def test_a_number_of_the_pool_comes_first_and_costs_nothing(carrier: Any) -> None:
    row = pooled("+18885550142")
    carrier.numbers["+18885550142"] = OwnedNumber("+18885550142", "US", linked=False)
    gone_on(turned_on())
    assert (number().id, number().state) == (row, "verified")
    assert carrier.numbers["+18885550142"].linked
    assert FOR_SALE not in carrier.numbers


def test_of_two_firms_one_gets_the_only_number_of_the_pool(carrier: Any) -> None:
    pooled("+18885550142")
    carrier.numbers["+18885550142"] = OwnedNumber("+18885550142", "US", linked=True)
    for firm in ("harbor", "summit"):
        gone_on(turned_on(firm))
    assert {number("harbor").e164, number("summit").e164} == {"+18885550142", FOR_SALE}


def test_a_number_that_is_taken_between_search_and_buy_is_passed_over(carrier: Any) -> None:
    carrier.fail(taken(), verb="buy", times=2)
    found = gone_on(turned_on())
    assert number().e164 == "+18445550102"
    assert found.passed_over == [FOR_SALE, "+18445550101"]


def test_a_carrier_that_sells_nothing_is_told_to_both(carrier: Any) -> None:
    carrier.for_sale.clear()
    with alarms() as heard:
        found = gone_on(turned_on())
    assert (found.state, found.trouble) == ("failed", trouble.NONE_LEFT)
    assert "no toll-free number is for sale in US" in found.cause
    assert heard == ["order_failed"]
    carrier.__init__()
    tried_again()
    assert gone_on(found.id).state == "done"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (CarrierRefused("balance", "420", scope=Scope.ACCOUNT), "no_credit"),
        (CarrierRefused("auth", "401", scope=Scope.ACCOUNT), "credentials"),
        (RuntimeError("canary"), trouble.FAULT),
    ],
)
@pytest.mark.parametrize("verb", ["search", "buy", "link", "point", "owned"])
def test_what_only_a_person_can_mend_waits_for_one_and_goes_on_where_it_stopped(
    carrier: Any, verb: str, error: Exception, code: str
) -> None:
    carrier.fail(error, verb=verb)
    found = gone_on(turned_on())
    assert (found.state, found.trouble) == ("failed", code)
    assert "canary" not in found.cause
    assert trouble.sentence(code)
    assert gone_on(found.id).state == "failed"
    tried_again()
    assert gone_on(found.id).state == "done"
    assert len(numbers()) == 1
    assert len(carrier.numbers) == 3


@pytest.mark.parametrize("error", [CarrierBusy("connect"), CarrierUnsure("timeout")])
@pytest.mark.parametrize("verb", ["search", "buy", "link", "point", "owned"])
def test_a_carrier_that_is_away_is_asked_again_and_the_page_says_so(carrier: Any, verb: str, error: Exception) -> None:
    carrier.fail(error, verb=verb)
    found = gone_on(turned_on())
    assert (found.state, found.trouble) == ("working", trouble.AWAY)
    assert found.not_before > firmtext.clock.now()
    assert gone_on(found.id).state == "done"


def test_a_carrier_that_stays_away_waits_for_a_person(carrier: Any) -> None:
    carrier.fail(CarrierBusy("connect"), verb="search", times=orders.PATIENCE)
    found = gone_on(turned_on(), times=orders.PATIENCE)
    assert (found.state, found.trouble) == ("failed", "carrier_away")
    tried_again()
    assert gone_on(found.id).state == "done"


def test_a_bought_number_whose_answer_was_lost_is_not_bought_twice(carrier: Any) -> None:
    order_id = turned_on()
    carrier.fail(CarrierUnsure("timeout"), verb="buy")
    gone_on(order_id)
    carrier.buy(FOR_SALE, "US")  # what the carrier had done all the same
    gone_on(order_id)
    assert number().e164 == FOR_SALE
    assert len(carrier.numbers) == 3


def test_two_administrators_and_a_second_press_order_one_number(carrier: Any, app: Any) -> None:
    at_once(app, *[turned_on] * 4)
    gone_on(order().id)
    turned_on()
    assert len(numbers()) == 1
    with reading() as session:
        assert session.query(orders.Order).count() == 1


def test_a_claimer_that_comes_too_late_changes_nothing(carrier: Any) -> None:
    order_id = turned_on()
    late = orders.claim(order_id)
    assert late is not None
    assert orders.claim(order_id) is None
    gone_on(order_id)
    with pytest.raises(orders.ClaimLost):
        steps.buy(orders.Claimed(**{**late_fields(late), "e164": "+18445550149", "step": "buy"}))
    assert [found.e164 for found in numbers()] == [FOR_SALE]


def late_fields(claimed: orders.Claimed) -> dict[str, Any]:
    return {name: getattr(claimed, name) for name in claimed.__slots__}


def test_numbers_that_were_another_firms_are_never_offered_again(carrier: Any) -> None:
    gone_on(turned_on("summit"))
    with own() as session:
        session.get_one(Number, number("summit").id).state = "released"
    carrier.for_sale.insert(0, carrier.search("US")[0].__class__(FOR_SALE, "US", "1.25"))
    gone_on(turned_on())
    assert number().e164 == "+18445550101"


def test_a_firm_in_canada_gets_a_number_of_the_united_states_where_canada_has_none(carrier: Any, host: Any) -> None:
    host.add_firm("maple", "Maple Law", "America/Toronto", country="CA")
    gone_on(turned_on("maple"))
    assert (number("maple").e164, number("maple").country) == (FOR_SALE, "US")


def test_without_a_public_address_the_operator_is_told_which_setting_is_missing(app: Any, carrier: Any) -> None:
    app.extensions["firmtext"].settings.public_url = None
    found = gone_on(turned_on())
    assert (found.state, found.trouble) == ("failed", trouble.NO_ADDRESS)
    assert "FIRMTEXT_PUBLIC_URL" in found.cause
    assert number().state == "bought"


def test_the_firm_that_had_notifications_is_taken_over_with_its_number_and_details(carrier: Any) -> None:
    firm = firmtext.host.firms.get("summit")
    assert texting.take_over(firm)
    assert not texting.take_over(firm)
    gone_on(order("summit").id)
    assert (number("summit").e164, number("summit").state) == ("+18335550101", "verified")
    with reading() as session:
        found = texting.status(session, "summit")
    assert (found.details.email, found.details.phone) == ("front@summit.example", "+16465550190")
    assert not texting.take_over(firmtext.host.firms.get("harbor"))


def test_a_number_that_the_host_names_and_the_account_lacks_is_told(carrier: Any) -> None:
    carrier.numbers.clear()
    texting.take_over(firmtext.host.firms.get("summit"))
    found = gone_on(order("summit").id)
    assert (found.state, found.trouble) == ("failed", trouble.NOT_OURS)
    assert FOR_SALE not in carrier.numbers, "nobody asked to buy one"


def test_a_pause_is_kept(carrier: Any) -> None:
    carrier.fail(CarrierBusy("connect"), verb="search")
    order_id = turned_on()
    steps.advance(order_id)
    assert not steps.advance(order_id)
    time_passes()
    assert steps.advance(order_id)
    assert order_by_id(order_id).state == "done"


def off_and_over() -> Number:
    """The number of a firm that turned texting off 30 days ago, as the sweep saw it."""
    with own() as session:
        texting.turn_off(session, "harbor", by="admin")
        session.get_one(Number, number().id).release_at = firmtext.clock.now()
    return number()


def test_a_firm_that_turns_texting_on_just_before_its_number_is_given_back_keeps_it(carrier: Any) -> None:
    gone_on(turned_on())
    seen = off_and_over()
    turned_on()
    assert not provisioning.give_back(seen, by="sweep")
    assert (number().state, number().release_at) == ("verified", None)
    assert seen.e164 in carrier.numbers


def test_a_pool_number_that_a_firm_got_meanwhile_is_not_given_back(carrier: Any) -> None:
    pooled("+18885550142")
    carrier.numbers["+18885550142"] = OwnedNumber("+18885550142", "US", linked=True)
    seen = number("")
    gone_on(turned_on())
    assert not provisioning.give_back(seen, by="cli:x")
    assert number().state == "verified"


def test_a_number_that_is_given_back_takes_its_order_along(carrier: Any) -> None:
    carrier.fail(CarrierRefused("auth", "401", scope=Scope.ACCOUNT), verb="link")
    order_id = turned_on()
    gone_on(order_id)
    off_and_over()
    assert provisioning.give_back_what_is_over() == 1
    turned_on()
    assert gone_on(order_id).state == "done"
    assert [(found.e164, found.state) for found in numbers()] == [
        (FOR_SALE, "released"),
        ("+18445550101", "verified"),
    ]


def test_a_release_that_fails_is_tried_later_and_recorded_once(carrier: Any) -> None:
    gone_on(turned_on())
    off_and_over()
    carrier.fail(CarrierBusy("connect"), verb="release", times=2)
    assert provisioning.give_back_what_is_over() == 0
    assert provisioning.give_back_what_is_over() == 0
    assert number().release_at > firmtext.clock.now()
    with own() as session:
        session.get_one(Number, number().id).release_at = firmtext.clock.now()
    assert provisioning.give_back_what_is_over() == 0
    assert steps_of(number().id).count("released") == 1


def test_a_carrier_whose_list_lags_behind_a_lost_answer_does_not_sell_us_a_second_one(
    carrier: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    order_id = turned_on()
    carrier.fail(CarrierUnsure("timeout"), verb="buy")
    gone_on(order_id)
    carrier.fail(taken(), verb="buy", times=2)  # bought, and not in the account's list yet
    gone_on(order_id, times=2)
    assert order_by_id(order_id).e164 == FOR_SALE
    carrier.buy(FOR_SALE, "US")
    assert gone_on(order_id).state == "done"
    assert number().e164 == FOR_SALE
    assert len(carrier.numbers) == 3


def test_a_claimer_that_stood_still_for_long_buys_nothing(carrier: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    order_id = turned_on()
    assert steps.take_step(order_id)
    claimed = orders.claim(order_id)
    assert claimed is not None
    late = claimed.started + orders.IN_TIME.total_seconds() + 1
    monkeypatch.setattr(orders.time, "monotonic", lambda: late)
    with pytest.raises(orders.ClaimLost):
        steps.buy(claimed)
    monkeypatch.undo()
    assert FOR_SALE not in carrier.numbers
    assert gone_on(order_id).state == "done"


def test_a_database_that_is_busy_is_no_reason_to_ask_a_person(carrier: Any) -> None:
    carrier.fail(OperationalError("UPDATE", {}, Exception("database is locked")), verb="search")
    found = gone_on(turned_on())
    assert found.state == "working"
    assert gone_on(found.id).state == "done"


def test_a_number_that_somebody_ordered_while_an_operator_looked_at_the_plan_is_not_bought_again(carrier: Any) -> None:
    planned = buying.plan("harbor", "US", 1)
    gone_on(turned_on())
    with pytest.raises(FormRefused, match="meanwhile"):
        buying.place(planned, by="cli:x")
    assert len(numbers()) == 1


def test_only_its_own_firm_makes_a_number_ready(carrier: Any) -> None:
    carrier.fail(CarrierRefused("auth", "401", scope=Scope.ACCOUNT), verb="link")
    gone_on(turned_on())
    with own() as session:
        provisioning.ready(session, firm="summit", number_id=number().id)
    assert number().state == "bought"


def test_a_firm_that_may_not_have_texting_any_more_sends_nothing(carrier: Any, host: Any) -> None:
    gone_on(turned_on())
    host.firms.all["harbor"] = replace(host.firms.get("harbor"), availability=Availability(False, "Your plan ended."))
    with pytest.raises(TextRefused, match="Your plan ended"):
        accepted("Hello")


def test_a_number_that_comes_to_a_firm_that_has_been_off_for_long_is_kept_as_long_as_any_other(carrier: Any) -> None:
    gone_on(turned_on())
    with own() as session:
        texting.turn_off(session, "harbor", by="admin")
        session.execute(update(Texting).values(off_at=firmtext.clock.now() - timedelta(days=40)))
        orders.place(session, firm="harbor", country="US", by="cli:ann")
    gone_on(order().id)
    newest = numbers()[-1]
    assert newest.release_at > firmtext.clock.now() + timedelta(days=29)


def test_numbers_that_were_refused_while_the_account_could_not_buy_are_offered_again(carrier: Any) -> None:
    order_id = turned_on()
    carrier.fail(taken(), verb="buy", times=50)
    gone_on(order_id, times=3)
    assert (order_by_id(order_id).state, order_by_id(order_id).trouble) == ("failed", "none_left")
    carrier.mend()
    with own() as session:
        orders.again(session, "harbor", by="admin")
    assert gone_on(order_id).state == "done"


def test_the_cause_names_the_carriers_code(carrier: Any) -> None:
    carrier.fail(CarrierRefused("number", scope=Scope.NUMBER, code="calls_elsewhere"), verb="link")
    order_id = turned_on()
    assert gone_on(order_id).cause == "number (calls_elsewhere)"


def test_when_the_main_number_is_given_back_the_oldest_other_one_becomes_it(carrier: Any) -> None:
    gone_on(turned_on())
    with own() as session:
        orders.place(session, firm="harbor", country="US", by="cli:ann")
    gone_on(order().id)
    main, other = numbers()
    assert (main.main, other.main) == (True, False)
    assert provisioning.give_back(main, by="cli:ann")
    assert [found.main for found in numbers()] == [False, True]


def test_a_firm_whose_notifications_name_another_firms_number_is_told_and_nothing_breaks(
    carrier: Any, host: Any
) -> None:
    gone_on(turned_on())
    host.add_firm("summit", "Summit Counsel", notifications=Notifications(FOR_SALE, "front@summit.example", FOR_SALE))
    assert texting.take_over(firmtext.host.firms.get("summit"))
    assert gone_on(order("summit").id).trouble == "not_ours"
    with own() as session:
        found = texting.status(session, "summit").details
    assert (found.email, found.phone) == ("front@summit.example", None), "nobody answers calls to it"
