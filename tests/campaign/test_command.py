"""How a campaign is asked for, what it plans, and how its last lines read."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from . import __main__ as command
from . import campaign as campaigns
from . import counts, operators, report, schedule, usage
from .faults import ELSEWHERE, TABLE
from .scale import at_most_unknown, scaled
from .world import World

ROOT = Path(__file__).parents[2]


def nothing_starts(*_: object, **__: object) -> None:
    raise AssertionError("something was started")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--faults", "F01,F99"], "there is no fault 'F99'"),
        (["--faults", "f01"], "did you mean F01?"),
        (["--faults", "F13"], "F13: RQ's job timeout"),
        (["--faults", "F36"], "F36: only on sqlite"),
        (["--faults", ","], "there is no fault ''"),
        (["--db", "mysql"], "say DB=postgresql or DB=sqlite"),
        (["--seconds", "0"], "say SECONDS=60"),
        (["--seconds", "-5"], "say SECONDS=60"),
        (["--seconds", "abc"], "say SECONDS=60"),
        (["--seconds", "nan"], "say SECONDS=60"),
        (["--seconds", "inf"], "say SECONDS=60"),
        (["--seed", "x"], "say SEED=7"),
        (["--bug", "unheard_of"], "claim_without_state_check"),
    ],
)
def test_what_cannot_be_is_refused_with_the_cure_before_anything_starts(
    arguments: list[str], told: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["campaign", *arguments])
    monkeypatch.setattr(command, "forget_dead_runs", nothing_starts)
    monkeypatch.setattr(campaigns, "run", nothing_starts)
    with pytest.raises(SystemExit) as ended:
        command.main()
    assert ended.value.code == 2
    assert told in " ".join(capsys.readouterr().err.split())


@pytest.mark.parametrize("db", ["postgresql", "sqlite"])
def test_a_seed_is_a_plan(db: str) -> None:
    def plan(seed: int) -> list[str]:
        return [str(one) for one in schedule.drawn(scaled(1800, db, seed))]

    assert plan(8) == plan(8) != plan(9)
    assert len(plan(8)) > 360, "one fault every five seconds, and more in the second half"


def test_every_fault_of_the_list_is_injected_or_says_why_not_and_the_document_has_what_is() -> None:
    injected = {name[:3] for name in TABLE if name.startswith("F")}
    assert set(runpy.run_path(str(ROOT / "docs" / "faults.py"))["campaign"]()) == injected
    assert injected.isdisjoint(ELSEWHERE)
    assert injected | set(ELSEWHERE) == {f"F{n:02}" for n in range(1, 84)}


def test_only_what_was_asked_for_is_planned() -> None:
    plan = schedule.drawn(scaled(300, "postgresql", 8), "F05,F29")
    assert {one.fault.id for one in plan} == {"F05", "F29"}


def test_the_limit_of_unknown_texts_is_for_all_faults_and_many_texts() -> None:
    whole, short = scaled(1800, "postgresql", 8), scaled(40, "sqlite", 8, 200)
    assert (at_most_unknown(whole, ""), at_most_unknown(short, "")) == (0.02, None)
    assert (at_most_unknown(short, "none"), at_most_unknown(whole, "F53")) == (0.0, None)


def test_a_share_of_unknown_texts_below_the_limit_is_no_violation() -> None:
    world = World()
    world.seen |= {"unknown": [world.text], "at_most_unknown": 0.34}
    assert world.oracle().judge(counts.CHECKS) == []


def test_what_lived_through_it_all_may_grow_a_little() -> None:
    early = {1: usage.Use("web", 100, 20, 10)}
    assert usage.grown(early, {1: usage.Use("web", 120, 30, 20)}) == []
    assert len(usage.grown(early, {1: usage.Use("web", 130, 40, 30)})) == 3
    assert usage.grown(early, {2: usage.Use("web", 999, 999, 999)}) == [], "it was started in between"


def test_figures_that_hide_what_needs_a_person_are_told() -> None:
    rows = World().rows
    shown: dict[str, Any] = {"states": {"unknown": 0, "failed": 0}, "holds": [], "contradictions": 0}
    shown["quarantine"] = {"inbound": 0, "status": 0}
    assert operators.missed(shown, rows) == []
    next(iter(rows.messages.values())).state = "unknown"
    rows.holds[0].lifted_at = None
    told = ["stats shows 0 unknown, and there are 1", "stats shows 0 holds, and there are 1"]
    assert operators.missed(shown, rows) == told


def test_a_silence_that_nobody_tells_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    stack: Any = SimpleNamespace(
        web="http://127.0.0.1:1",
        scale=SimpleNamespace(sweeps=2),
        crew=SimpleNamespace(rest=lambda kind: None, back=lambda kind: None),
        valkey=SimpleNamespace(stop=lambda: None, start=lambda: None),
    )
    monkeypatch.setattr(operators, "SEEN_WITHIN", 0.0)
    monkeypatch.setattr(operators, "LOOK", 0.01)
    assert [line.split()[0] for line in operators.silences(stack)] == ["sweep", "worker", "redis"]
    monkeypatch.setattr(operators, "_reasons", lambda _: ["sweep", "worker", "redis"])
    assert operators.silences(stack) == []


def test_the_last_lines_say_what_was_promised_whether_it_held_and_how_to_do_it_again() -> None:
    nothing = dict.fromkeys((check.__name__ for check in counts.CHECKS), 0)
    lines = report.table(nothing)
    assert [line.split()[0] for line in lines if line.startswith("  R")] == [f"R{n}" for n in range(1, 12)]
    assert not any("VIOLATED" in line for line in lines)
    again = report.command(scaled(60, "sqlite", 7), "F01,F17", {"bug": "retry_on_timeout", "texts": ""})
    assert again == 'make campaign SECONDS=60 SEED=7 FAULTS=F01,F17 DB=sqlite ARGS="--bug retry_on_timeout"'
    assert report.end(nothing, again) == ["PASS: nothing lost, nothing doubled.", f"again: {again}"]
    wrong = nothing | {"posts_after_a_stop": 3}
    assert sum("VIOLATED" in line for line in report.table(wrong)) == 2, "the promise, and its count"
    assert report.end(wrong, again)[0] == "FAIL: posts after a stop 3"
