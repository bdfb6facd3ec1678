"""Where a number stands with the carriers, and what follows."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from evidence import heard, rows
from flask_firmtext import signals
from flask_firmtext.current import firmtext
from flask_firmtext.errors import FormRefused, TextRefused
from flask_firmtext.firm import verification
from flask_firmtext.messaging import readiness
from flask_firmtext.ports.values import Firm
from flask_firmtext.store.models import Audit, Number
from flask_firmtext.store.states import NumberState
from flask_firmtext.store.transactions import own, reading
from rows import accepted, switched_on

LINKED, SUBMITTED, VERIFIED, REFUSED, UPDATES = (
    NumberState.LINKED,
    NumberState.SUBMITTED,
    NumberState.VERIFIED,
    NumberState.REFUSED,
    NumberState.UPDATES_REQUIRED,
)
#: Which state may follow which.
FOLLOWS = {
    NumberState.BOUGHT: set(),
    LINKED: {SUBMITTED},
    SUBMITTED: {VERIFIED, REFUSED, UPDATES},
    VERIFIED: {REFUSED, UPDATES},
    REFUSED: {SUBMITTED},
    UPDATES: {SUBMITTED, REFUSED},
    NumberState.RELEASED: set(),
}
WHY = "The website does not show the legal name."


def a_number(state: NumberState = LINKED, firm: str = "harbor", why: str | None = None) -> uuid.UUID:
    now = firmtext.clock.now()
    row = Number(firm=firm, e164="+18335550100", state=state, main=True, why=why, next_free_at=now, created_at=now)
    with own() as session:
        switched_on(session, firm)
        session.add(row)
    return row.id


def becomes(number: uuid.UUID, state: NumberState, why: str | None = None) -> bool:
    with own() as session:
        return verification.set_state(session, number, state, by="cli:op", why=why)


def now(number: uuid.UUID) -> tuple[str, str | None]:
    with reading() as session:
        row = session.get_one(Number, number)
        return row.state, row.why


@pytest.mark.parametrize("state", FOLLOWS)
@pytest.mark.parametrize("wanted", [SUBMITTED, VERIFIED, REFUSED, UPDATES])
def test_only_what_may_follow_follows(app: Any, state: NumberState, wanted: NumberState) -> None:
    number = a_number(state, why=WHY if state in verification.EXPLAINED else None)
    why = WHY if wanted in verification.EXPLAINED else None
    if wanted in FOLLOWS[state]:
        assert becomes(number, wanted, why) is True
        assert now(number) == (wanted, why)
    elif wanted == state:
        assert becomes(number, wanted, why) is False
    else:
        with pytest.raises(FormRefused, match="has to be"):
            becomes(number, wanted, why)
        assert now(number)[0] == state


@pytest.mark.parametrize("state", [NumberState.BOUGHT, LINKED, NumberState.RELEASED])
def test_nobody_says_by_hand_what_follows_by_itself(app: Any, state: NumberState) -> None:
    number = a_number(SUBMITTED)
    with pytest.raises(FormRefused, match="Choose one of"):
        becomes(number, state)


@pytest.mark.parametrize("why", [None, "", "  "])
@pytest.mark.parametrize("state", [REFUSED, UPDATES])
def test_a_refusal_has_a_reason(app: Any, state: NumberState, why: str | None) -> None:
    number = a_number(SUBMITTED)
    with pytest.raises(FormRefused) as refused:
        becomes(number, state, why)
    assert set(refused.value.faults) == {"why"}
    assert now(number) == (SUBMITTED, None)


@pytest.mark.parametrize(("state", "why"), [(VERIFIED, WHY), (REFUSED, "x" * 1001)])
def test_a_reason_out_of_place_or_too_long_is_refused(app: Any, state: NumberState, why: str) -> None:
    number = a_number(SUBMITTED)
    with pytest.raises(FormRefused) as refused:
        becomes(number, state, why)
    assert set(refused.value.faults) == {"why"}


def test_each_change_is_audited_and_a_repeat_is_none(app: Any) -> None:
    number = a_number(SUBMITTED)
    assert becomes(number, REFUSED, WHY) is True
    assert becomes(number, REFUSED, f" {WHY} ") is False
    assert becomes(number, REFUSED, "Another reason.") is True
    noted = rows(Audit, Audit.action == "number.state")
    assert [(row.actor, row.became, row.evidence) for row in noted] == [
        ("cli:op", "refused", WHY),
        ("cli:op", "refused", "Another reason."),
    ]
    assert now(number) == (REFUSED, "Another reason.")


def test_a_reason_can_be_given_where_there_was_none(app: Any) -> None:
    number = a_number(REFUSED, why=None)
    assert becomes(number, REFUSED, WHY) is True
    assert now(number) == (REFUSED, WHY)


def test_the_reason_goes_once_the_number_is_submitted_again(app: Any) -> None:
    number = a_number(UPDATES, why=WHY)
    becomes(number, SUBMITTED)
    assert now(number) == (SUBMITTED, None)


def test_the_host_hears_of_a_verified_number_once_and_after_the_commit(app: Any) -> None:
    number = a_number(SUBMITTED)
    with heard(signals.number_verified) as said:
        with own() as session:
            verification.set_state(session, number, VERIFIED, by="cli:op")
            assert said == []
        becomes(number, VERIFIED)
    assert said == [{"firm": "harbor", "number": str(number)}]


def test_only_a_verified_number_sends_and_none_from_which_it_was_taken(app: Any, firm: Firm) -> None:
    number = a_number(SUBMITTED)
    with pytest.raises(TextRefused):
        accepted("Too early")
    becomes(number, VERIFIED)
    accepted("In time")
    becomes(number, UPDATES, WHY)
    with pytest.raises(TextRefused):
        accepted("Too late")
    with reading() as session:
        assert "want more details" in str(readiness.why_not(session, firm))


@pytest.mark.parametrize("state", [SUBMITTED, VERIFIED])
def test_a_number_of_the_pool_waits_for_its_firm(app: Any, state: NumberState) -> None:
    number = a_number(LINKED, firm="")
    with pytest.raises(FormRefused, match="in the pool"):
        becomes(number, state)
    assert now(number) == (LINKED, None)


def test_a_number_that_is_none_is_refused(app: Any) -> None:
    with pytest.raises(FormRefused, match="no such number"):
        becomes(uuid.uuid4(), SUBMITTED)


def test_every_state_has_words_for_the_firm() -> None:
    assert set(verification.WORDS) == set(NumberState)
