"""Our own words, in their shortest and in their longest form."""

from __future__ import annotations

import re
from datetime import date, time, timedelta
from itertools import product
from pathlib import Path

import pytest

from flask_firmtext.firm.details import LONGEST_EMAIL
from flask_firmtext.firm.templates_answers import NO, YES, offers
from flask_firmtext.firm.templates_syntax import FIELDS, MAY_BE_EMPTY, parse, render
from flask_firmtext.firm.templates_values import change, clock_time, day
from flask_firmtext.firm.templates_words import CHANGE, LANGUAGES, LONGEST, OURS, SAMPLE, Kind
from flask_firmtext.messaging.consent_words import OPT_OUT_WORDS
from flask_firmtext.messaging.segments import Encoding, measure

every_one = pytest.mark.parametrize(("kind", "language"), OURS, ids=" ".join)
every_language = pytest.mark.parametrize("language", LANGUAGES)


def test_there_are_four_kinds_in_three_languages() -> None:
    assert set(OURS) == set(product(Kind, LANGUAGES))
    assert len(OURS) == 12


@every_one
def test_the_longest_form_takes_two_segments_in_the_cheap_alphabet(kind: Kind, language: str) -> None:
    size = measure(render(OURS[kind, language], LONGEST[language]))
    assert size.encoding is Encoding.GSM7, size.expensive
    assert size.count <= 2


@every_one
def test_it_names_the_firm_and_both_ways_to_reach_it(kind: Kind, language: str) -> None:
    text = render(OURS[kind, language], LONGEST[language])
    assert text.startswith(LONGEST[language]["firm"])
    assert LONGEST[language]["contact_email"] in text
    assert LONGEST[language]["contact_phone"] in text


@every_one
def test_who_is_asked_reads_how_to_answer_and_nobody_else_does(kind: Kind, language: str) -> None:
    offered = {offer.word for offer in offers(OURS[kind, language]) if not offer.opts_out}
    asked = kind in (Kind.CREATED, Kind.REMINDER)
    assert offered == ({YES[language][0], NO[language][0]} if asked else set())


@every_one
def test_the_first_text_says_how_to_get_no_more(kind: Kind, language: str) -> None:
    offered = {offer.word for offer in offers(OURS[kind, language]) if offer.opts_out}
    assert offered == ({"STOP"} if kind is Kind.CREATED else set())


@every_one
def test_no_word_that_stops_texts_stands_for_anything_else(kind: Kind, language: str) -> None:
    assert not [offer for offer in offers(OURS[kind, language]) if offer.word in OPT_OUT_WORDS and not offer.opts_out]


@every_one
def test_a_client_reads_what_matters_of_the_event(kind: Kind, language: str) -> None:
    named = {field.name for _, field in parse(OURS[kind, language]).fields}
    assert named == {"firm", "title", "contact_email", "contact_phone"} | (
        {"changes"} if kind is Kind.UPDATED else {"date", "time", "place"}
    )


@every_one
def test_whatever_is_left_out_it_reads_well(kind: Kind, language: str) -> None:
    for empty in product((False, True), repeat=len(MAY_BE_EMPTY)):
        gone = {name: "" for name, is_gone in zip(sorted(MAY_BE_EMPTY), empty, strict=True) if is_gone}
        text = render(OURS[kind, language], {**LONGEST[language], **gone})
        assert not re.search(r"  |\.\.|,\.|\s[.,]|[\[\]{}]|^\s|\s$", text), text


@every_one
def test_it_is_calm(kind: Kind, language: str) -> None:
    assert "!" not in OURS[kind, language]
    assert set(re.findall(r"\b[A-ZÉ]{2,}\b", OURS[kind, language])) <= {"STOP"}


@every_language
def test_every_field_has_a_longest_value(language: str) -> None:
    assert set(LONGEST[language]) == set(FIELDS)
    assert all(LONGEST[language].values())
    assert len(LONGEST[language]["contact_email"]) <= LONGEST_EMAIL


@every_language
def test_no_day_or_hour_is_longer_than_the_longest(language: str) -> None:
    days = [day(date(2028, 1, 1) + timedelta(n), date(2027, 1, 1), language) for n in range(366)]
    hours = [clock_time(time(hour, minute), language) for hour in range(24) for minute in (0, 59)]
    assert max(map(len, days)) == len(LONGEST[language]["date"])
    assert max(map(len, hours)) == len(LONGEST[language]["time"])


@every_language
def test_days_hours_changes_and_samples_cost_nothing(language: str) -> None:
    days = [day(date(2028, 1, 1) + timedelta(n), date(2028, 1, 1), language) for n in range(366)]
    hours = [clock_time(time(hour), language) for hour in range(24)]
    changed = [change(what, "x", "y", language) for what in CHANGE[language]]
    for words in (*days, *hours, *changed, *SAMPLE[language].values()):
        assert measure(words).encoding is Encoding.GSM7, words


@every_language
def test_a_longest_change_is_made_of_the_words_for_changes(language: str) -> None:
    for what in ("time", "place"):
        before, between, after = re.split(r"\{\w+\}", CHANGE[language][what])
        assert re.search(f"{re.escape(before)}.+{re.escape(between)}.+{re.escape(after)}", LONGEST[language]["changes"])


@pytest.mark.parametrize(
    ("language", "of", "today", "words"),
    [
        ("en", date(2026, 9, 30), date(2026, 1, 2), "Wed, Sep 30"),
        ("en", date(2027, 1, 4), date(2026, 12, 30), "Mon, Jan 4, 2027"),
        ("fr", date(2026, 8, 12), date(2026, 1, 2), "mer. 12 aout"),
        ("fr", date(2026, 2, 12), date(2025, 1, 2), "jeu. 12 févr. 2026"),
        ("es", date(2026, 9, 26), date(2026, 1, 2), "sab, 26 de sep"),
        ("es", date(2026, 9, 30), date(2025, 1, 2), "mié, 30 de sep de 2026"),
    ],
)
def test_a_day_in_a_clients_language(language: str, of: date, today: date, words: str) -> None:
    assert day(of, today, language) == words


@pytest.mark.parametrize(("language", "words"), [("en", "3:05 PM"), ("fr", "15 h 05"), ("es", "3:05 p.m.")])
def test_an_hour_in_a_clients_language(language: str, words: str) -> None:
    assert clock_time(time(15, 5), language) == words


def test_the_page_about_templates_has_every_field_and_says_which_may_be_empty() -> None:
    page = (Path(__file__).parents[2] / "docs" / "templates.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `\{(\w+)\}` \|.*\| (yes|no)\b.*\|$", page, re.MULTILINE)
    assert tuple(name for name, _ in rows) == FIELDS
    assert {name for name, empty in rows if empty == "yes"} == MAY_BE_EMPTY
