"""Where the demo's firms get their numbers from, whatever the carrier has."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from flask_firmtext.errors import CarrierBusy
from flask_firmtext.firm import texting
from flask_firmtext.ports.gateway import OwnedNumber
from flask_firmtext.store import queries
from flask_firmtext.testing import create_tables
from hostapp import KEYS


@pytest.fixture
def api_host() -> str:
    """Where the carrier is: on this machine, so it is no real one."""
    return "127.0.0.1:5002"


@pytest.fixture
def practice(new_database: Callable[[str], str], api_host: str) -> Iterator[Any]:
    """The practice system with its firms and nothing more, on the carrier in memory."""
    from sample_host_app import create_app, seed

    app = create_app(
        {
            **KEYS,
            "SECRET_KEY": "only for tests",
            "SQLALCHEMY_DATABASE_URI": new_database("sqlite"),
            "FIRMTEXT_GATEWAY": "flask_firmtext.testing:MemoryGateway",
            "FIRMTEXT_TOLL_FREE_VERIFICATION": "assumed",
            "FIRMTEXT_VONAGE_API_HOST": api_host,
        }
    )
    with app.app_context():
        create_tables(app.extensions["sqlalchemy"].engine)
        seed.create()
        yield app
        app.extensions["sqlalchemy"].session.remove()
        app.extensions["sqlalchemy"].engine.dispose()


def numbers_after(practice: Any) -> tuple[list[str], list[str], list[str]]:
    """Harbor's numbers, the number of Summit's notifications, and what was said."""
    from sample_host_app.demo import numbers
    from sample_host_app.models import Firm, db

    said = numbers.adopt(practice)
    assert queries.own_numbers(db.session, "summit") == []
    return queries.own_numbers(db.session, "harbor"), [db.session.get_one(Firm, "summit").notifications_number], said


def test_harbor_has_turned_texting_on_and_summit_is_left_to_be_taken_over(practice: Any) -> None:
    from sample_host_app.models import db

    numbers_after(practice)
    harbor = texting.status(db.session, "harbor")
    assert (harbor.details.email, harbor.details.phone) == ("office@harbor.example", "+16175550190")
    assert harbor.main is not None
    assert harbor.order is None
    assert texting.status(db.session, "summit").texting is None
    assert texting.take_over(practice.extensions["firmtext"].host.firms.get("summit"))
    db.session.expire_all()
    assert texting.status(db.session, "summit").main.e164 == "+18335550101"


def test_texting_turned_off_stays_off_when_the_demo_starts_again(practice: Any) -> None:
    from sample_host_app.models import db

    numbers_after(practice)
    texting.turn_off(db.session, "harbor", by="admin")
    db.session.commit()
    numbers_after(practice)
    assert texting.status(db.session, "harbor").off


def test_each_firm_gets_the_number_that_the_sandbox_has_for_it(practice: Any) -> None:
    assert numbers_after(practice) == (["+18335550100"], ["+18335550101"], [])


def test_adopting_again_changes_nothing(practice: Any) -> None:
    assert numbers_after(practice) == numbers_after(practice)


def test_another_carriers_numbers_are_taken_linked_and_named(practice: Any) -> None:
    gateway = practice.extensions["firmtext"].gateway
    gateway.numbers = {e164: OwnedNumber(e164, "US") for e164 in ("+18445550111", "+18335550101")}
    harbor, summit, said = numbers_after(practice)
    assert (harbor, summit) == (["+18445550111"], ["+18335550101"])
    assert said == ["harbor: texts from +18445550111"]
    assert all(number.linked for number in gateway.owned())


def test_the_number_of_summits_notifications_stays_what_it_was(practice: Any) -> None:
    gateway = practice.extensions["firmtext"].gateway
    gateway.numbers = {e164: OwnedNumber(e164, "US") for e164 in ("+18445550111", "+18445550112")}
    assert numbers_after(practice)[1] == ["+18445550112"]
    gateway.numbers = {"+18445550110": OwnedNumber("+18445550110", "US"), **gateway.numbers}
    assert numbers_after(practice) == (["+18445550111"], ["+18445550112"], [])


def test_with_no_number_one_is_bought_for_each_firm(practice: Any) -> None:
    gateway = practice.extensions["firmtext"].gateway
    gateway.numbers = {}
    harbor, summit, said = numbers_after(practice)
    assert harbor != summit
    assert numbers_after(practice)[:2] == (harbor, summit)
    assert {number.e164 for number in gateway.owned() if number.linked} == {*harbor, *summit}
    assert said == [f"harbor: bought {harbor[0]}", f"summit: bought {summit[0]}"]


@pytest.mark.parametrize("api_host", ["api.nexmo.com"])
def test_a_real_carrier_sells_the_demo_nothing(practice: Any) -> None:
    gateway = practice.extensions["firmtext"].gateway
    gateway.numbers = {}
    _, _, said = numbers_after(practice)
    assert not gateway.owned()
    assert all("buy one there" in words for words in said)


def test_a_carrier_that_is_away_leaves_the_usual_numbers_and_says_so(practice: Any) -> None:
    practice.extensions["firmtext"].gateway.fail(CarrierBusy("connection"), verb="owned", times=2)
    harbor, summit, said = numbers_after(practice)
    assert (harbor, summit) == (["+18335550100"], ["+18335550101"])
    assert all("carrier cannot be asked" in words for words in said)
    assert len(said) == 2
