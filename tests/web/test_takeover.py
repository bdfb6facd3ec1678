"""A firm that had text notifications: taken over once, when one of its people first looks."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from flask import render_template_string
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from flask_firmtext.firm import texting
from flask_firmtext.store.models import Audit, Order, Texting
from flask_firmtext.store.transactions import reading
from house import SETTINGS, House, words
from ordering import gone_on, order
from racing import race

SUMMIT, STAFF = "admin@summit.example", "staff@summit.example"
SLOT = '{% import "firmtext/slots.html" as slots with context %}{{ slots.communications() }}'


@pytest.fixture
def house(new_app: Any) -> Any:
    app = new_app(
        FIRMTEXT_GATEWAY="flask_firmtext.testing:MemoryGateway",
        FIRMTEXT_PUBLIC_URL="https://practice.example",
        FIRMTEXT_TOLL_FREE_VERIFICATION="assumed",
    )
    app.add_url_rule("/hosts", "hosts", lambda: render_template_string(SLOT))
    with app.app_context():
        yield House(app)


def rows(model: Any, *conditions: Any) -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(model).where(*conditions)) or 0


@pytest.mark.parametrize("user", [SUMMIT, STAFF])
@pytest.mark.parametrize("place", [SETTINGS, "/texting/", "/hosts"])
def test_whoever_looks_first_finds_texting_coming_with_number_and_details(house: House, place: str, user: str) -> None:
    person = house.person(user)
    assert person.get(place).status_code == 200
    assert rows(Texting) == 1
    page = words(person.get(SETTINGS).text)
    assert "Your number is being set up" in page
    assert "Looking for a number" not in page
    assert "Connecting it : under way" in page
    gone_on(order("summit").id)
    page = words(person.get(SETTINGS).text)
    assert "(833) 555-0101" in page
    assert "front@summit.example" in page
    assert "(646) 555-0190" in page
    assert rows(Texting) == 1
    assert rows(Audit, Audit.action == "texting.take_over") == 1
    assert person.get("/texting/new?contact=paul").text.count("ft-composer") > 0


def test_two_who_look_at_once_take_it_over_once(house: House) -> None:
    people = [house.person(user) for user in (SUMMIT, STAFF)]
    found = race(house.app, *(partial(person.get, SETTINGS) for person in people))
    assert [one.status_code for one in found] == [200, 200]
    assert (rows(Texting), rows(Order)) == (1, 1)


def test_a_firm_that_had_none_is_not_taken_over(house: House) -> None:
    house.person("admin@harbor.example").get(SETTINGS)
    house.person("admin@harbor.example").get("/texting/")
    assert rows(Texting) == rows(Order) == 0


def test_a_firm_that_turned_texting_off_stays_off(house: House) -> None:
    admin = house.person(SUMMIT)
    admin.get(SETTINGS)
    gone_on(order("summit").id)
    assert admin.sends("turn-off", at=f"{SETTINGS}/turn-off").status_code == 303
    admin.get("/texting/")
    assert "Text messaging is turned off" in words(admin.get(SETTINGS).text)


@pytest.mark.parametrize("place", [SETTINGS, "/texting/", "/hosts"])
def test_a_take_over_that_fails_hides_no_page_and_is_tried_again(
    house: House, place: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def locked(*_: Any) -> None:
        raise OperationalError("INSERT canary", {}, Exception("database is locked"))

    with monkeypatch.context() as patched:
        patched.setattr(texting, "take_over", locked)
        assert house.person(SUMMIT).get(place).status_code == 200
    assert "could not be taken over: OperationalError at" in caplog.text
    assert "canary" not in caplog.text
    assert rows(Texting) == 0
    house.person(SUMMIT).get(place)
    assert rows(Texting) == 1


def test_a_number_that_is_not_ours_waits_for_a_person_with_a_reason(house: House) -> None:
    house.app.extensions["firmtext"].gateway.numbers.pop("+18335550101")
    admin = house.person(SUMMIT)
    admin.get(SETTINGS)
    gone_on(order("summit").id)
    page = words(admin.get(SETTINGS).text)
    assert "is not in our account at the carrier" in page
    assert "Try again" in page
