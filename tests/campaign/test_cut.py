"""The short cut of the campaign: 100 texts in 20 s while thirteen faults happen, each at an exact point."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

#: Two packages, not imported here: the processes load them.
TESTS = Path(__file__).parents[1]
SEED = "5"
BUGS = {
    "claim_without_state_check": "accepted_posts_beyond_one",
    "post_before_commit": "posts_of_nobody",
    "retry_on_timeout": "accepted_posts_beyond_one",
    "blind_status_write": "rank_going_down",
    "answered_before_commit": "texts_of_clients_lost",
    "dedupe_by_look_first": "texts_of_clients_twice",
    "requeued_by_the_sweep": "rank_going_down",
    "erased_with_its_keys_kept": "an_erased_conversation_is_readable_anywhere",
}

Run = Callable[..., tuple[int, dict[str, Any], str]]


@pytest.fixture
def campaign(tmp_path: Path) -> Run:
    """``campaign("--db", "sqlite")`` runs one of 40 s; its exit code, what it counted, and what it said."""

    def run(*arguments: str, seconds: float = 40, texts: int = 200) -> tuple[int, dict[str, Any], str]:
        counted = tmp_path / "counted.json"
        command = [sys.executable, "-m", "campaign", "--seconds", f"{seconds}", "--texts", f"{texts}", "--seed", SEED]
        path = os.pathsep.join([str(TESTS), str(TESTS / "support")])
        # It is a run of its own: its servers are not those of these tests.
        env = {name: value for name, value in os.environ.items() if name != "FT_TEST_RUN"} | {"PYTHONPATH": path}
        done = subprocess.run(
            [*command, "--json", str(counted), *arguments], env=env, cwd=tmp_path, capture_output=True, text=True
        )
        assert counted.exists(), done.stdout + done.stderr
        return done.returncode, json.loads(counted.read_text()), done.stdout

    return run


@pytest.mark.timeout(240)
def test_nothing_is_lost_and_nothing_is_doubled(campaign: Run) -> None:
    code, counted, said = campaign("--db", "sqlite", "--faults", "cut", seconds=20, texts=100)
    assert code == 0, said
    assert counted["figures"]["texts accepted"] >= 100
    assert not any(counted["counts"].values())
    print(said)  # noqa: T201 - pytest shows it when asked to


@pytest.mark.slow
@pytest.mark.timeout(240)
@pytest.mark.parametrize("bug", BUGS)
def test_a_seeded_bug_is_caught(campaign: Run, bug: str) -> None:
    code, counted, said = campaign("--db", "sqlite", "--faults", "cut", "--bug", bug)
    caught = {name: count for name, count in counted["counts"].items() if count}
    print(f"{bug} is caught by {caught}")  # noqa: T201 - what `pytest -rP` is asked for
    assert code == 1, said
    assert BUGS[bug] in caught, said


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_two_thousand_texts_under_every_fault(campaign: Run, engine: str) -> None:
    code, counted, said = campaign("--db", engine, seconds=240, texts=2000)
    assert code == 0, said
    assert counted["figures"]["texts accepted"] >= 2000
