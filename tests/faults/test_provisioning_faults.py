"""A power cut before and after every step of getting a number: never two for one firm, never one that is forgotten."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from dying import dies_at
from flask_firmtext.current import firmtext
from flask_firmtext.firm import orders, provisioning, steps, texting
from flask_firmtext.store.models import Number
from flask_firmtext.store.transactions import own, reading
from ordering import gone_on, number, order, order_by_id, pooled, time_passes, turned_on
from rows import accepted
from servers import until

POINTS = [
    f"order.{step}.{when}" for step in ("search", "buy", "link", "point", "check") for when in ("before", "after")
]


@pytest.fixture
def firm(carrier_app: Any) -> Any:
    return carrier_app


def bought(sandbox: Any) -> set[str]:
    """What the account owns beside the two numbers that it has from the start."""
    owned = {f"+{row['msisdn']}" for row in sandbox.get("/_sandbox/numbers")}
    return owned - {"+18335550100", "+18335550101"}


def known() -> set[str]:
    with reading() as session:
        return set(session.scalars(select(Number.e164)))


@pytest.mark.parametrize("point", POINTS)
def test_killed_at_a_step_the_order_goes_on_there(firm: Any, sandbox: Any, point: str) -> None:
    order_id = turned_on()
    assert dies_at(point, lambda: steps.advance(order_id))
    assert len(bought(sandbox)) <= 1
    assert bought(sandbox) <= known() | {order_by_id(order_id).e164}
    assert gone_on(order_id).state == "done"
    assert bought(sandbox) == {number().e164}
    assert number().state == "verified"


@pytest.mark.parametrize("point", POINTS)
def test_killed_at_every_step_again_and_again_it_is_still_one_number(firm: Any, sandbox: Any, point: str) -> None:
    order_id = turned_on()
    for _ in range(3):
        dies_at(point, lambda: steps.advance(order_id))
        time_passes()
    assert gone_on(order_id).state == "done"
    assert bought(sandbox) == {number().e164}


@pytest.mark.parametrize("point", ["order.pool.before", "order.pool.after"])
def test_killed_with_a_number_of_the_pool_in_hand_it_is_not_bought_and_not_lost(
    firm: Any, sandbox: Any, point: str
) -> None:
    row = pooled("+18335550100")
    order_id = turned_on()
    assert dies_at(point, lambda: steps.advance(order_id))
    assert gone_on(order_id).state == "done"
    assert number().id == row
    assert bought(sandbox) == set()


@pytest.mark.parametrize("point", ["number.release.before", "number.release.after"])
def test_killed_while_a_number_is_given_back_it_is_given_back_later(firm: Any, sandbox: Any, point: str) -> None:
    gone_on(turned_on())
    row = number()
    assert dies_at(point, lambda: provisioning.give_back(row, by="cli:test"))
    assert number().state == "released"
    assert provisioning.give_back_what_is_over() == 1
    assert bought(sandbox) == set()
    assert provisioning.give_back_what_is_over() == 0


def test_a_purchase_whose_answer_is_lost_is_found_and_not_repeated(firm: Any, sandbox: Any) -> None:
    sandbox.fault("number_buy", "drop_after", times=1)
    order_id = turned_on()
    steps.advance(order_id)
    assert order_by_id(order_id).trouble == "away"
    assert gone_on(order_id).state == "done"
    assert bought(sandbox) == {number().e164}


def test_a_number_bought_by_somebody_else_meanwhile_is_passed_over(firm: Any, sandbox: Any) -> None:
    order_id = turned_on()
    assert dies_at("order.buy.before", lambda: steps.advance(order_id))
    chosen = order_by_id(order_id).e164
    sandbox.fault("number_buy", "answer", status=420, times=orders.PATIENCE)
    assert gone_on(order_id).trouble == "away", "the try that died may have bought it: no other one yet"
    assert gone_on(order_id, times=orders.PATIENCE).state == "done"
    assert number().e164 != chosen
    assert bought(sandbox) == {number().e164}


@pytest.mark.parametrize(
    ("fault", "trouble"),
    [
        ({"on": "number_search", "do": "answer", "status": 401}, "credentials"),
        ({"on": "number_buy", "do": "answer", "status": 402}, "no_credit"),
        ({"on": "number_update", "do": "answer", "status": 401}, "credentials"),
    ],
)
def test_what_the_account_lacks_is_told_and_try_again_goes_on(
    firm: Any, sandbox: Any, fault: dict[str, Any], trouble: str
) -> None:
    sandbox.fault(**fault)
    order_id = turned_on()
    assert gone_on(order_id).trouble == trouble
    sandbox.session.delete(f"{sandbox.control}/_sandbox/faults", timeout=10)
    with own() as session:
        assert orders.again(session, "harbor", by="admin")
    assert gone_on(order_id).state == "done"
    assert bought(sandbox) == {number().e164}


def test_a_text_can_be_sent_a_moment_later(firm: Any, sandbox: Any, worker: Any) -> None:
    turned_on()
    until(lambda: order().state == "done")
    accepted("Hello from the new number")
    until(lambda: sandbox.posts)
    assert f"+{sandbox.posts[0]['from']}" == number().e164


def test_a_firm_that_turns_texting_off_keeps_its_number_and_can_turn_it_on_again(firm: Any, sandbox: Any) -> None:
    gone_on(turned_on())
    with own() as session:
        texting.turn_off(session, "harbor", by="admin@harbor.example")
    assert number().release_at is not None
    assert provisioning.give_back_what_is_over() == 0
    turned_on()
    assert number().release_at is None
    assert order().state == "done"
    with own() as session:
        texting.turn_off(session, "harbor", by="admin@harbor.example")
        session.get_one(Number, number().id).release_at = firmtext.clock.now()
    assert provisioning.give_back_what_is_over() == 1
    assert number().state == "released"
    assert bought(sandbox) == set()
