"""Filling in a template: letter for letter, and parts that are left out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_firmtext.firm.templates_syntax import FIELDS, Fault, parse, render

VALUES = {name: f"<{name}>" for name in FIELDS}
anything = st.text(st.sampled_from("{}[]%$\\n firm.titleé\n"), max_size=20)


@pytest.mark.parametrize(
    ("body", "values", "text"),
    [
        ("{firm}: {title}.", {}, "<firm>: <title>."),
        ("{title}[ at {place}].", {}, "<title> at <place>."),
        ("{title}[ at {place}].", {"place": ""}, "<title>."),
        ("{title}[ at {place}].", {"place": " \n"}, "<title>."),
        ("[{time}, {place}]", {"place": ""}, ""),
        ("[{time}, {place}]", {"time": ""}, ""),
        ("[{time}][{place}]", {"time": ""}, "<place>"),
        ("{place}.", {"place": ""}, "."),
        ("one\n[{place}\n]two", {}, "one\n<place>\ntwo"),
        ("{firm}: {title}", {"firm": "{title} & [Sons]", "title": "{firm}"}, "{title} & [Sons]: {firm}"),
        ("{firm}[ {place}]", {"firm": "O'Hara }{ LLP", "place": "[room"}, "O'Hara }{ LLP [room"),
        ("{firm}", {"firm": "%s \\1 $x {0} {{firm}}"}, "%s \\1 $x {0} {{firm}}"),
        ("{time}. Bye.", {"time": "3:00 p.m."}, "3:00 p.m. Bye."),
        ("{time}[, {place}]. Bye.", {"time": "3:00 p.m.", "place": ""}, "3:00 p.m. Bye."),
        ("{time}[, {place}]. Bye.", {"time": "3:00 p.m."}, "3:00 p.m., <place>. Bye."),
        ("{time} or so[. At {place}].", {"time": "3:00 p.m."}, "3:00 p.m. or so. At <place>."),
        ("{firm} ends. {title}", {"firm": "A."}, "A. ends. <title>"),
        ("", {}, ""),
    ],
)
def test_a_body_is_filled_in(body: str, values: dict[str, str], text: str) -> None:
    assert render(body, {**VALUES, **values}) == text


@given(firm=anything, title=anything, place=anything)
@pytest.mark.attack("A24")
def test_whatever_a_value_says_it_stands_there_letter_for_letter(firm: str, title: str, place: str) -> None:
    values = {**VALUES, "firm": firm, "title": title, "place": place}
    shown = f"<{place}>" if place.strip() else ""
    assert render("{firm}|{title}|[<{place}>]|{firm}", values) == f"{firm}|{title}|{shown}|{firm}"


@pytest.mark.parametrize(
    ("body", "line"),
    [("{frim}", 1), ("\n{firm", 2), ("}", 1), ("[{firm}", 1), ("x\n\n]", 3), ("[a[b]", 1), ("x\n[a\nb", 2)],
)
def test_a_broken_body_is_not_filled_in(body: str, line: int) -> None:
    with pytest.raises(ValueError, match=f"a template is broken, line {line}: "):
        render(body, VALUES)


def test_a_value_that_was_forgotten_is_not_taken_for_empty() -> None:
    with pytest.raises(KeyError, match="place"):
        render("[{place}]", {})


def test_lines_are_those_of_the_editor() -> None:
    parsed = parse("{firm}\n[{place}\n{judge}]\n\n{")
    assert [(field.name, field.line) for _, field in parsed.fields] == [("firm", 1), ("place", 2)]
    assert [fault.line for fault in parsed.faults] == [3, 5]


def test_a_fault_reads_as_a_sentence() -> None:
    assert str(Fault(3, "There are no words in it.")) == "line 3: There are no words in it."
