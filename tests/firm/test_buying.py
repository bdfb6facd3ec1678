"""Buying for the pool, as one run after the other sees it."""

from __future__ import annotations

from typing import Any

import pytest

from flask_firmtext.current import firmtext
from flask_firmtext.errors import CarrierRefused, FormRefused, Scope
from flask_firmtext.firm import buying, orders, provisioning
from flask_firmtext.store.transactions import own
from ordering import change, numbers, order_by_id, time_passes

POOL = ""


@pytest.fixture
def app(new_app: Any) -> Any:
    made = new_app(
        FIRMTEXT_GATEWAY="flask_firmtext.testing:MemoryGateway", FIRMTEXT_PUBLIC_URL="https://practice.example"
    )
    with made.app_context():
        yield made


@pytest.fixture
def carrier(app: Any) -> Any:
    return firmtext.gateway


def test_the_numbers_that_were_shown_are_bought_also_when_others_are_offered_first_by_then(carrier: Any) -> None:
    planned = buying.plan(POOL, "US", 2)
    carrier.for_sale.reverse()
    for order in buying.place(planned, by="cli:ann"):
        assert buying.finish(order).state == "done"
    assert {row.e164 for row in numbers(POOL)} == {offer.e164 for offer in planned.offers}


def test_a_run_counts_until_somebody_was_told_that_it_is_done(carrier: Any) -> None:
    first, second = buying.place(buying.plan(POOL, "US", 2), by="cli:ann")
    buying.finish(first)
    assert [order.id for order in buying.plan(POOL, "US", 2).earlier] == [first, second]
    assert not buying.plan(POOL, "US", 2).offers
    assert len(buying.plan(POOL, "US", 5).offers) == 3
    buying.finish(second)
    assert not buying.plan(POOL, "US", 2).offers, "nobody was told yet"
    buying.told([first, second])
    assert len(buying.plan(POOL, "US", 2).offers) == 2


def test_a_plan_places_and_buys_nothing(carrier: Any) -> None:
    buying.plan(POOL, "US", 3)
    assert (len(carrier.numbers), buying.plan(POOL, "US", 3).earlier) == (2, [])


def test_prices_that_cannot_be_added_have_no_sum(carrier: Any) -> None:
    carrier.for_sale[0] = type(carrier.for_sale[0])("+18445550100", "US", "on request")
    assert buying.plan(POOL, "US", 2).cost is None


def test_an_order_that_somebody_has_is_waited_for(carrier: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    (order,) = buying.place(buying.plan(POOL, "US", 1), by="cli:ann")
    assert orders.claim(order) is not None
    waited: list[float] = []

    def sleep(seconds: float) -> None:
        waited.append(seconds)
        time_passes()

    monkeypatch.setattr(buying.time, "sleep", sleep)
    assert buying.finish(order).state == "done"
    assert waited == [buying.LOOK_AWAY]


def test_an_order_of_the_pool_that_somebody_else_finished_meanwhile_is_reported(carrier: Any) -> None:
    (order,) = buying.place(buying.plan(POOL, "US", 1), by="cli:ann")
    change(state="failed", cause="no credit")
    assert buying.finish(order).cause == "no credit"
    assert order_by_id(order).state == "failed"


def test_what_the_firm_tried_again_itself_is_no_run_that_was_interrupted(carrier: Any) -> None:
    carrier.fail(CarrierRefused("balance", "420", scope=Scope.ACCOUNT), verb="buy")
    (order,) = buying.place(buying.plan("harbor", "US", 1), by="cli:ann")
    assert buying.finish(order).state == "failed"
    with own() as session:
        orders.again(session, "harbor", by="admin@harbor.example")
    assert buying.finish(order).state == "done"
    assert len(buying.plan("harbor", "US", 1).offers) == 1


def test_a_run_of_which_nobody_was_told_is_told_of_once(carrier: Any) -> None:
    (order,) = buying.place(buying.plan("harbor", "US", 1), by="cli:ann")
    buying.finish(order)
    assert buying.place(buying.plan("harbor", "US", 1), by="cli:ann") == [order]
    buying.told([order])
    assert len(buying.plan("harbor", "US", 1).offers) == 1


def test_a_number_that_has_left_the_pool_meanwhile_does_not_count(carrier: Any) -> None:
    (order,) = buying.place(buying.plan(POOL, "US", 1), by="cli:ann")
    buying.finish(order)
    (row,) = numbers(POOL)
    assert provisioning.give_back(row, by="cli:ann")
    assert len(buying.plan(POOL, "US", 1).offers) == 1


def test_two_operators_who_looked_at_the_same_numbers_do_not_buy_them_twice(carrier: Any) -> None:
    first, second = buying.plan(POOL, "US", 1), buying.plan(POOL, "US", 1)
    buying.place(first, by="cli:ann")
    with pytest.raises(FormRefused, match="run the command again"):
        buying.place(second, by="cli:ben")


def test_an_earlier_order_that_may_still_buy_has_no_price(carrier: Any) -> None:
    carrier.fail(CarrierRefused("balance", "420", scope=Scope.ACCOUNT), verb="buy")
    (order,) = buying.place(buying.plan("harbor", "US", 1), by="cli:ann")
    buying.finish(order)
    assert buying.plan("harbor", "US", 1).cost is None
