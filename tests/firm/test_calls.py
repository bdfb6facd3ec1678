"""What a caller hears, word for word."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from flask_firmtext.current import firmtext
from flask_firmtext.errors import HostContractError
from flask_firmtext.firm import calls, provisioning, texting
from flask_firmtext.firm.calls import GENERIC, sentences
from flask_firmtext.firm.details import LONGEST_EMAIL, Details
from flask_firmtext.store.models import Number
from flask_firmtext.store.states import NumberState
from flask_firmtext.store.transactions import own
from ordering import OFFICE, pooled
from rows import never_turned_on, verified_number

HARBOR, PHONE = "+18335550100", Details(phone="+13125550190")
SPOKEN, LONDON = "3 1 2, 5 5 5, 0 1 9 0", "plus 4 4 2 0 7 9 4 6 0 9 5 8"
WRITE = "To reach the office, write to"


def has_texting(details: Details = OFFICE) -> None:
    """Harbor has a number, and its administrator gave these details."""
    verified_number()
    never_turned_on()
    with own() as session:
        texting.turn_on(session, firmtext.host.firms.get("harbor"), details, by="admin@harbor.example")


def changed(**columns: Any) -> None:
    with own() as session:
        row = session.query(Number).filter_by(e164=HARBOR).one()
        for name, value in columns.items():
            setattr(row, name, value)


def test_the_firm_and_both_ways_to_reach_it_are_told(app: Any) -> None:
    has_texting()
    assert calls.words(HARBOR) == (
        "Your call to Harbor Law did not go through: this number takes text messages only. "
        f"To reach the office, call {SPOKEN}. Again: {SPOKEN}. Or write to office at harbor dot example."
    )


def test_a_number_that_is_no_firms_says_nothing_of_one(app: Any, host: Any) -> None:
    pooled("+18335550102")
    has_texting()
    asked = host.calls.count("Firms.get")
    changed(state=NumberState.RELEASED)
    for number in ("+18335550102", HARBOR, "+18335550199", "", None):
        assert calls.words(number) == GENERIC
    assert host.calls.count("Firms.get") == asked


def test_a_firm_that_turned_texting_off_is_told_as_long_as_it_has_its_number(app: Any) -> None:
    has_texting()
    with own() as session:
        texting.turn_off(session, "harbor", by="admin@harbor.example")
    changed(release_at=firmtext.clock.now() + timedelta(days=1))
    assert SPOKEN in calls.words(HARBOR)


def test_a_number_of_a_firm_that_never_turned_texting_on_says_its_name(app: Any) -> None:
    with own() as session:
        provisioning.adopt(session, firm="harbor", number=HARBOR)
    assert calls.words(HARBOR) == (
        "Your call to Harbor Law did not go through: this number takes text messages only. "
        "Please reach the office another way."
    )


def test_a_firm_that_the_host_no_longer_knows_is_not_told(app: Any, host: Any) -> None:
    has_texting()
    host.fault("Firms.get", returns=None)
    assert calls.words(HARBOR) == GENERIC


def test_a_host_that_raises_or_lies_is_the_callers_to_bear(app: Any, host: Any) -> None:
    has_texting()
    host.fault("Firms.get", raises=RuntimeError("canary"))
    with pytest.raises(RuntimeError):
        calls.words(HARBOR)
    host.fault("Firms.get", returns="Harbor Law")
    with pytest.raises(HostContractError):
        calls.words(HARBOR)


def test_the_host_is_asked_when_no_connection_is_held(app: Any, host: Any) -> None:
    has_texting()
    held: list[int] = []
    host.fault("Firms.get", does=lambda: held.append(firmtext.engine.pool.checkedout()))
    calls.words(HARBOR)
    assert held == [0]


@pytest.mark.parametrize(
    ("details", "end"),
    [
        (PHONE, f"To reach the office, call {SPOKEN}. Again: {SPOKEN}."),
        (
            Details(email="a.b-c_d+e@x-y.example"),
            f"{WRITE} a dot b dash c underscore d plus e at x dash y dot example.",
        ),
        (Details(email="o'brien&co@é.example"), f"{WRITE} o apostrophe brien ampersand co at é dot example."),
        (Details(phone="+442079460958"), f"To reach the office, call {LONDON}. Again: {LONDON}."),
        (Details(), "Please reach the office another way."),
    ],
)
def test_numbers_and_addresses_are_written_as_a_voice_reads_them(details: Details, end: str) -> None:
    assert sentences("Harbor Law", details).endswith(f"text messages only. {end}")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("O'Brien, Smith & Co.", "O'Brien, Smith and Co"),
        ('<speak><b class="x">Harbor</b> "Law"</speak>', "Harbor Law"),
        ("a < b > c", "a b c"),
        ("&lt;speak&gt;", "and lt speak and gt"),
        ("“Harbor” ⚖️ Law 👩🏽‍⚖️🇺🇸 1️⃣", "Harbor Law 1"),
        ("𝓗𝓪𝓻𝓫𝓸𝓻 Law™", "Harbor LawTM"),
        ("Harbor\r\n\t\x00Law\u202e\ufeff", "Harbor Law"),
        ("Müller-Lüdenscheidt", "Müller-Lüdenscheidt"),
        ("שרה לוי ושות׳", "שרה לוי ושות"),
        ("हार्बर लॉ", "हार्बर लॉ"),
        ("half \ud83d a pair", "half a pair"),
    ],
)
def test_a_name_is_told_without_markup_quotes_and_pictures(name: str, said: str) -> None:
    assert sentences(name, PHONE).startswith(f"Your call to {said} did not go through")


@pytest.mark.parametrize("name", ["", "   ", "⚖️", '"\'"', "<b>", "—"])
def test_a_name_that_nobody_can_say_is_left_out(name: str) -> None:
    assert sentences(name, PHONE).startswith("Your call did not go through")


def test_a_long_name_is_cut_after_a_word() -> None:
    said = sentences("Wilson & Partners " * 20, PHONE)
    name = said.removeprefix("Your call to ").partition(" did not")[0]
    assert len(name) <= calls.LONGEST_NAME
    assert name.split()[-1] in ("Wilson", "and", "Partners")
    assert SPOKEN in said
    assert "x" * calls.LONGEST_NAME + " did not" in sentences("x" * 300, PHONE)


def test_what_is_told_fits_into_a_call() -> None:
    longest_when_spelt = "}" * (LONGEST_EMAIL - 5) + "@x.yy"
    said = sentences("w" * 3000, Details(longest_when_spelt, "+13125550190"))
    assert len(said) <= 1500
    assert not set(said) & set('<>&"')
