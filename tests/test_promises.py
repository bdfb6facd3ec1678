"""Each promise of docs/promises.md is held by a test that exists, by faults and attacks of the lists, or by a page."""

from __future__ import annotations

import re
import runpy
from itertools import takewhile
from pathlib import Path

import pytest

DOCS = Path(__file__).parent.parent / "docs"
GENERATE = runpy.run_path(str(DOCS / "generate.py"))
KNOWN = {*GENERATE["FAULTS"]["FAULTS"], *GENERATE["ATTACKS"]["ATTACKS"]}
PAGE = (DOCS / "promises.md").read_text(encoding="utf-8")


def rows(head: str) -> list[list[str]]:
    """The cells of all tables that begin with this."""
    lines = PAGE.splitlines()
    starts = [n + 2 for n, line in enumerate(lines) if line.startswith(f"| {head} |")]
    return [
        [cell.strip() for cell in line.strip("|").split(" | ")]
        for start in starts
        for line in takewhile(lambda line: line.startswith("|"), lines[start:])
    ]


PROMISED = rows("we promise")


def test_promises_and_their_limits_stand_in_pairs() -> None:
    assert len(PROMISED) > 25
    assert PAGE.count("| we promise |") == PAGE.count("| we do not promise |") == PAGE.count("\n## ")
    assert all(len(row) == 2 and row[1] for row in rows("we do not promise"))


@pytest.mark.parametrize(("promise", "held"), PROMISED, ids=[promise[:30] for promise, _ in PROMISED])
def test_a_promise_is_held(promise: str, held: str) -> None:
    assert re.search(r"\]\([^)]+\)", held), promise


def test_every_test_that_is_named_exists() -> None:
    named = re.findall(r"\[([\w ]+)\]\(\.\./(tests/[\w/]+\.py)\)", PAGE)
    assert len(named) > 20
    for name, file in named:
        code = (DOCS.parent / file).read_text(encoding="utf-8")
        assert re.search(rf"\b(test_)?{name.replace(' ', '_')}\b", code, re.IGNORECASE), f"{file} has no {name}"


def test_every_fault_and_attack_that_is_named_exists() -> None:
    codes = set(re.findall(r"\b[AF]\d\d\b", PAGE))
    assert codes
    assert codes <= KNOWN
