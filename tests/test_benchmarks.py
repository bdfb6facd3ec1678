"""What is measured: each figure by a program, beside a baseline, with a target. Nothing is measured here."""

from __future__ import annotations

import io
import json
import re
import sys
from contextlib import redirect_stdout
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks import __main__ as started  # noqa: E402
from benchmarks import published  # noqa: E402
from benchmarks.programs import PROGRAMS  # noqa: E402
from benchmarks.rounds import Pair, Target, alternating  # noqa: E402

FIGURES = {f"P{n}" for n in range(1, 13)}
SIZING = published.SIZING.read_text(encoding="utf-8")
PAGE = (ROOT / "benchmarks" / "README.md").read_text(encoding="utf-8")


def told() -> list[dict[str, object]]:
    return [json.loads(line) for line in published.RUN.read_text(encoding="utf-8").splitlines()]


def test_every_figure_has_a_program_a_baseline_and_a_target() -> None:
    assert PROGRAMS.keys() == FIGURES
    for program in PROGRAMS.values():
        assert callable(program.run)
        assert program.baseline
        assert program.target.least is not None or program.target.most is not None
        assert program.target.words


def test_every_figure_stands_on_the_page_with_the_last_run() -> None:
    assert set(re.findall(r"^\| (P\d+) \|", PAGE.partition("## The last run")[0], re.MULTILINE)) == FIGURES
    assert {one["id"] for one in told()} == FIGURES
    assert published.with_table(PAGE, told()) == PAGE
    assert published.drawn(told()) == published.DRAWN.read_text(encoding="utf-8")


def test_how_much_it_takes_is_of_the_last_run() -> None:
    assert published.with_sizes(SIZING, told()) == SIZING
    assert published.sizes(told()) in SIZING


def test_what_is_recommended_carries_twice_the_busiest_hour() -> None:
    """Of each text come two statuses, and every second one is answered."""
    ours = {(one["id"], one["what"]): float(str(one["ours"])) for one in told() if one["db"] == "postgresql"}
    rows = re.findall(r"^\| ([\d,]+) \| ([\d.]+) a second \| (\d+) \| (\d+) \|", SIZING, re.MULTILINE)
    assert len(rows) == 3
    assert ours["P2", "sending"] > 30, "what a carrier's account allows"
    for day, busiest, web, senders in rows:
        second = int(day.replace(",", "")) / 5 / 3600
        assert abs(float(busiest) - second) <= max(0.05, second / 50)
        assert int(senders) * ours["P2", "sending"] >= 2 * second
        assert int(web) * ours["P1", "webhook ingest"] >= 2 * 2.5 * second
    (people,) = re.findall(r"(\w+) people with a page open take about half of a web process", SIZING.replace("\n", " "))
    assert people == "hundred"
    assert 0.4 <= 100 * ours["P7", "badge"] / 1000 <= 0.6


def test_a_line_holds_what_is_promised() -> None:
    figure = Pair([2.0, 4.0, 9.0], [1.0, 2.0, 3.0]).figure("P2", "sending", Target("≥ 2", least=2), unit="texts/s", n=1)
    with redirect_stdout(io.StringIO()) as said:
        figure.say()
    line = json.loads(said.getvalue())
    wanted = {"id": "P2", "ours": 4.0, "baseline": 2.0, "ratio": 2.0, "unit": "texts/s", "target": "≥ 2", "met": True}
    assert line | wanted | {"n": 1} == line


def test_rounds_alternate_and_warm_up_first() -> None:
    order: list[str] = []
    pair = alternating(lambda: order.append("ours") or 1.0, lambda: order.append("bare") or 2.0, 3)  # type: ignore[func-returns-value]
    assert len(order) == 8
    assert {tuple(order[n : n + 2]) for n in range(2, 8, 2)} == {("ours", "bare"), ("bare", "ours")}
    assert pair.ratio == 0.5


@pytest.mark.parametrize(("target", "figure", "met"), [
    (Target("", least=0.6), 0.6, True), (Target("", least=0.6), 0.59, False),
    (Target("", most=1.3), 1.3, True), (Target("", most=1.3), 1.31, False), (Target("told"), 99.0, True),
])  # fmt: skip
def test_a_target_is_met_or_missed(target: Target, figure: float, met: bool) -> None:
    assert target.met(figure) is met


def test_an_unknown_figure_is_refused(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("ONLY", "P99,P2")
    assert started.main() == 2
    assert "P99" in capsys.readouterr().err
